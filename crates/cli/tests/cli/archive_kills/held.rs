//! What an archive holds, and whether it answers as the index of the library does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use retold::engine::Index;
use retold::{Cancel, Config};
use retold_archive::{Archive, Error, FlagFilter, Reader, Stored, salvage, verify};

/// All of an archive that people can see.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Held {
    /// Id and version of each record, whether it can be found, and its text.
    pub articles: BTreeMap<(String, u32), (bool, String)>,
    /// Number of each flag, both articles, relation, state.
    pub flags: Vec<String>,
    /// The chain to each article that is derived from a withdrawn one.
    pub derived: Vec<String>,
    /// Version of the rules.
    pub rules: u64,
}

impl Held {
    /// What the archive in a folder holds, after whoever opens it next has cleared up. Fails if any
    /// of it is not whole, or if it finds something else than the model does.
    pub fn by(folder: &Path) -> Self {
        let archive = Archive::open(folder, Config::default()).expect("usable");
        let held = Self::read(&archive, folder);
        held.answers_as_the_index(&archive);
        drop(archive);
        let verified = verify(folder, &Cancel::never()).expect("an archive");
        assert!(verified.damage.is_empty(), "{:?}", verified.damage);
        let files = fs::read_dir(folder.join("segments")).expect("a folder").count() as u64;
        assert_eq!(files, verified.segments, "nothing is left of what was not finished");
        held
    }

    fn read(archive: &Reader, folder: &Path) -> Self {
        let never = Cancel::never();
        let mut held = Self::default();
        let mut keep = |of: &Stored| {
            let name = (of.id.clone(), of.version);
            let before = held.articles.insert(name, (of.is_found(), of.text.clone()));
            assert_eq!(before, None, "{} is there twice", of.id);
            Ok::<_, Error>(())
        };
        let saved = salvage(folder, &never, &mut keep).expect("an archive");
        assert!(saved.damage.is_empty(), "{:?}", saved.damage);
        for flag in archive.flags(&FlagFilter::default(), &never).expect("whole") {
            let relation = flag.comparison.relation.name();
            let (old, new) = (named(&flag.old), named(&flag.new));
            let state = flag.state().name();
            held.flags.push(format!("{}: {new} has {relation} of {old}, {state}", flag.number));
        }
        for withdrawal in archive.withdrawals().expect("whole") {
            for of in archive.derived_from(withdrawal.number, &never).expect("whole") {
                let chain: Vec<_> = of.chain.iter().map(|link| named(&link.to)).collect();
                held.derived.push(format!("{}: {}", withdrawal.id, chain.join(" ")));
            }
        }
        held.rules = archive.rules().map_or(0, |rules| rules.version);
        assert_eq!(held.found().count() as u64, archive.len());
        held
    }

    /// The articles that can be found.
    fn found(&self) -> impl Iterator<Item = (&str, &str)> {
        let found = self.articles.iter().filter(|(_, (is_found, _))| *is_found);
        found.map(|((id, _), (_, text))| (id.as_str(), text.as_str()))
    }

    fn answers_as_the_index(&self, archive: &Reader) {
        let (engine, settings) = (archive.engine(), archive.settings());
        let scheme = engine.scheme().expect("in range");
        let rules = settings.rare_rules().expect("in range");
        let mut models: BTreeMap<i64, Index<String>> = BTreeMap::new();
        for (id, text) in self.found() {
            let stored = archive.find(id).expect("whole").expect("it is found");
            assert_eq!(stored.text, text, "{id}");
            let days = settings.span_days.map(i64::from);
            let span = days.map_or(0, |days| stored.first_seen.div_euclid(days * 24 * 60 * 60));
            let index = models.entry(span).or_insert_with(|| Index::new(scheme, rules));
            let fingerprint = engine.fingerprint(text).expect("in range");
            index.add(id.to_owned(), fingerprint).expect("one scheme");
        }
        for (_, text) in self.articles.values() {
            let own = archive.candidates(&[text], &Cancel::never()).expect("whole").remove(0);
            let id = |doc| archive.article(doc).expect("whole").expect("there").id;
            let own: BTreeSet<_> =
                own.iter().map(|of| (id(of.doc), of.same_text, of.bands, of.weight)).collect();
            let fingerprint = engine.fingerprint(text).expect("in range");
            let of = |index: &Index<String>| index.candidates(&fingerprint).expect("one scheme");
            let expected = models.values().flat_map(of);
            let expected: BTreeSet<_> =
                expected.map(|of| (of.id, of.same_text, of.bands, of.weight)).collect();
            assert_eq!(own, expected);
        }
    }
}

fn named(article: &Stored) -> String {
    format!("{} {}", article.id, article.version)
}
