//! Flags: written with the articles, decided on, filtered, gone with their articles.

use retold::align::Relation;
use retold::{Cancel, Config};
use retold_archive::{
    About, AddOptions, Archive, Decision, Error, FlagFilter, FlagState, NewArticle, Reader, Rules,
    Settings, Verdict, Wanted, verify,
};

use crate::common::{add, archive, article, open, texts};

const RULES: &str = "
[[source]]
name = 'ours'
kind = 'own'
[[rule]]
name = 'taken from us'
old = ['ours']
when = ['no-licence']
";

fn of_source(id: &str, source: &str, text: &str, at: i64) -> NewArticle {
    let about = About { source: Some(source.to_owned()), ..About::default() };
    NewArticle { about, ..article(id, text, at) }
}

fn with_rules(text: &str) -> (tempfile::TempDir, std::path::PathBuf, Archive) {
    let (folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    own.set_rules(Rules::parse(text).unwrap(), 5).unwrap();
    (folder, path, own)
}

fn numbers(reader: &Reader, filter: FlagFilter) -> Vec<u64> {
    let flags = reader.flags(&filter, &Cancel::never()).unwrap();
    flags.iter().map(|flag| flag.number).collect()
}

#[test]
fn what_a_rule_asks_for_is_flagged_in_the_commit_of_the_article() {
    let (_folder, path, mut own) = with_rules(RULES);
    let story = &texts(31, 2)[0];
    add(&mut own, vec![of_source("a", "ours", story, 10)]);
    let copy = format!("A line before it. {story}");
    let batch = vec![
        of_source("b", "theirs", &copy, 70),
        of_source("c", "Ours ", story, 80),
        of_source("d", "theirs", &texts(32, 1)[0], 90),
    ];
    // What is shown does not decide what is flagged.
    let nobody = Wanted { sources: vec!["nobody".to_owned()], ..Wanted::default() };
    let options = AddOptions { wanted: nobody, ..AddOptions::default() };
    let added = own.add(batch, &options, &Cancel::never()).unwrap();
    assert!(added.articles.iter().all(|of| of.matches.is_empty()));
    let flagged: Vec<usize> = added.articles.iter().map(|of| of.flags.len()).collect();
    assert_eq!(flagged, [1, 0, 0], "not within one source, and not what has nothing in common");
    let flag = &added.articles[0].flags[0];
    assert_eq!((flag.old.id.as_str(), flag.new.id.as_str(), flag.lag()), ("a", "b", 60));
    assert_eq!(flag.assessment.verdict, Verdict::NoLicence);
    assert_eq!((flag.rule.as_deref(), flag.rules_version), (Some("taken from us"), 1));
    assert_eq!(flag.comparison.relation, Relation::NearDuplicate);
    assert!(!flag.comparison.passages.is_empty());
    drop(own);
    let reader = Reader::open(&path, Config::default()).unwrap();
    let mut read = reader.flag(flag.number).unwrap().unwrap();
    // The reasons behind a score are not kept.
    read.comparison.features.clone_from(&flag.comparison.features);
    assert_eq!(&read, flag);
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
}

#[test]
fn decisions_are_kept_and_filters_know_them() {
    let (_folder, path, mut own) = with_rules(RULES);
    let story = &texts(33, 1)[0];
    add(&mut own, vec![of_source("a", "ours", story, 0)]);
    for (id, at) in [("b", 10), ("c", 20), ("d", 30)] {
        add(&mut own, vec![of_source(id, "theirs", story, at)]);
    }
    let decide = |own: &mut Archive, number, state, at| {
        let by = Some("An editor".to_owned());
        own.decide(number, &Decision { state, note: Some("seen".to_owned()), by, at })
    };
    decide(&mut own, 1, FlagState::Confirmed, 100).unwrap();
    decide(&mut own, 2, FlagState::Confirmed, 100).unwrap();
    let last = decide(&mut own, 2, FlagState::Dismissed, 101).unwrap();
    assert_eq!((last.state(), last.decisions.len()), (FlagState::Dismissed, 2));
    let missing = decide(&mut own, 9, FlagState::Confirmed, 100).unwrap_err();
    assert!(matches!(missing, Error::Missing { what: "flag", .. }), "{missing}");
    drop(own);
    let own = open(&path);
    assert_eq!(own.flag(2).unwrap().unwrap(), last);
    let all = FlagFilter::default();
    let states = |state| FlagFilter { states: vec![state], ..FlagFilter::default() };
    assert_eq!(numbers(&own, all.clone()), [1, 2, 3]);
    assert_eq!(numbers(&own, states(FlagState::Open)), [3]);
    assert_eq!(numbers(&own, states(FlagState::Confirmed)), [1]);
    assert_eq!(numbers(&own, FlagFilter { since: Some(20), ..all.clone() }), [2, 3]);
    assert_eq!(numbers(&own, FlagFilter { after: 1, most: Some(1), ..all.clone() }), [2]);
    let sources = vec!["ours".to_owned()];
    assert_eq!(numbers(&own, FlagFilter { sources, ..all.clone() }), [1, 2, 3]);
    let relations = vec![Relation::Rewrite];
    assert!(numbers(&own, FlagFilter { relations, ..all }).is_empty());
}

#[test]
fn flags_do_not_depend_on_batches_and_go_with_their_articles() {
    let texts = texts(34, 8);
    let articles: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| of_source(&at.to_string(), ["ours", "theirs"][at % 2], text, at as i64))
        .collect();
    let filled = |size: usize| {
        let (folder, path, mut own) = with_rules(RULES);
        articles.chunks(size).for_each(|batch| drop(add(&mut own, batch.to_vec())));
        let flags = own.flags(&FlagFilter::default(), &Cancel::never()).unwrap();
        (folder, path, own, flags)
    };
    let (_folder, path, mut own, flags) = filled(articles.len());
    assert!(flags.len() > 2, "{}", flags.len());
    assert_eq!(filled(1).3, flags);
    let gone = flags[0].new.id.clone();
    own.decide(1, &Decision { state: FlagState::Confirmed, note: None, by: None, at: 0 }).unwrap();
    own.remove(&[&gone], &Cancel::never()).unwrap();
    let left: Vec<_> =
        flags.iter().filter(|of| of.new.id != gone && of.old.id != gone).cloned().collect();
    assert_eq!(own.flags(&FlagFilter::default(), &Cancel::never()).unwrap(), left);
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
}

#[test]
fn the_rules_of_the_documentation_are_rules() {
    let page = include_str!("../../../../docs/archive.md");
    let (_, rules) = page.split_once("```toml\n").unwrap();
    let (rules, _) = rules.split_once("```").unwrap();
    assert_eq!(Rules::parse(rules).unwrap().explain().len(), 7);
}

#[test]
fn rules_have_versions_and_embargoes_come_back() {
    let (_folder, path, mut own) = with_rules(RULES);
    let other = format!("{RULES}# changed");
    assert_eq!(own.set_rules(Rules::parse(RULES).unwrap(), 6).unwrap(), 1);
    assert_eq!(own.set_rules(Rules::parse(&other).unwrap(), 7).unwrap(), 2);
    let mut article = of_source("a", "ours", &texts(35, 1)[0], 0);
    article.about.embargo = Some(500);
    add(&mut own, vec![article.clone()]);
    drop(own);
    let reader = Reader::open(&path, Config::default()).unwrap();
    let newest = reader.rules().unwrap();
    assert_eq!((newest.version, newest.set_at, newest.rules.text()), (2, 7, other.as_str()));
    assert_eq!(reader.rules_of(1).unwrap().rules.text(), RULES);
    assert!(matches!(reader.rules_of(3), Err(Error::Missing { .. })));
    assert_eq!(reader.find("a").unwrap().unwrap().about, article.about);
}
