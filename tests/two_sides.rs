//! A scan across two sides finds what a scan of all finds across them, and looks for nothing else.

use std::collections::BTreeSet;

use retold::align::Relation;
use retold::engine::{Candidates, Channel, Channels, Scan, Sides};
use retold::{Config, Engine};
use retold_generate::Script;
use retold_generate::bench::Generator;

type Pairs = BTreeSet<(u32, u32)>;

/// Articles of the first side, then those of the other.
struct Corpus {
    texts: Vec<String>,
    ours: usize,
}

impl Corpus {
    fn new(ours: Vec<String>, theirs: Vec<String>) -> Self {
        let count = ours.len();
        Self { texts: [ours, theirs].concat(), ours: count }
    }

    fn sides(&self) -> Sides {
        Sides::two(self.ours)
    }

    fn across(&self, pairs: impl IntoIterator<Item = (u32, u32)>) -> Pairs {
        pairs.into_iter().filter(|(a, b)| self.sides().may_pair(*a, *b)).collect()
    }

    fn candidates(&self, config: Config, sides: Sides) -> Candidates {
        Engine::new(config).unwrap().candidates_of(&self.texts[..], sides, &()).unwrap()
    }

    fn scan(&self, sides: Sides, threads: usize) -> Scan {
        let engine = Engine::new(Config::default()).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| engine.scan_sides(&self.texts[..], sides, &())).unwrap()
    }
}

/// Stories that stand on both sides, or on one: as they are, with another beginning, rewritten; one
/// in so many copies that they are not compared with one another, and one in many versions.
fn corpus() -> Corpus {
    let mut generator = Generator::new(Script::Latin, 7);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for at in 0..24 {
        let story = generator.article_of(90);
        let retold = match at % 4 {
            0 => story.clone(),
            1 => format!("By our reporter number {at}. {story}"),
            2 => generator.rewrite(&story),
            _ => generator.article_of(90),
        };
        if at % 3 == 0 {
            ours.push(format!("{story} That was on day {at}."));
        }
        ours.push(story);
        theirs.push(retold);
    }
    let [often, once, versions] = [70, 70, 70].map(|words| generator.article_of(words));
    ours.extend(vec![often.clone(); 10]);
    theirs.extend(vec![often; 11]);
    ours.extend(vec![once.clone(); 10]);
    theirs.push(format!("{once} So the ministry said."));
    for at in 0..25 {
        ours.push(format!("{versions} Version {at} of ours."));
        theirs.push(format!("Theirs, version {at}. {versions}"));
    }
    Corpus::new(ours, theirs)
}

fn looked_at(found: &Candidates) -> impl Iterator<Item = (u32, u32)> {
    found.pairs.iter().chain(&found.identical).copied()
}

fn numbers(scan: &Scan) -> Pairs {
    scan.pairs.iter().map(|pair| (pair.a, pair.b)).collect()
}

#[test]
fn every_candidate_across_is_one_of_two_sides_and_there_are_no_others() {
    let corpus = corpus();
    for channel in [Channel::Both, Channel::Banding, Channel::Rare] {
        let config = Config::default().channel(channel);
        let expected = corpus.across(looked_at(&corpus.candidates(config.clone(), Sides::One)));
        let found = corpus.candidates(config, corpus.sides());
        let all: Vec<_> = looked_at(&found).collect();
        let distinct: Pairs = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len(), "each once");
        assert_eq!(corpus.across(all), distinct, "none within a side");
        let missed: Vec<_> = expected.difference(&distinct).collect();
        assert!(missed.is_empty() && expected.len() > 20, "{channel:?}: {missed:?}");
    }
}

#[test]
fn a_scan_across_finds_what_a_scan_of_all_finds_across() {
    let corpus = corpus();
    let one = corpus.scan(Sides::One, 2);
    let two = corpus.scan(corpus.sides(), 1);
    let many = corpus.scan(corpus.sides(), 3);
    assert_eq!((&many.pairs, &many.clusters), (&two.pairs, &two.clusters));
    let found = numbers(&two);
    let expected = corpus.across(numbers(&one));
    let missed: Vec<_> = expected.difference(&found).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert_eq!(corpus.across(found.iter().copied()), found);
    for relation in [Relation::Identical, Relation::NearDuplicate, Relation::Rewrite] {
        assert!(two.pairs.iter().any(|pair| pair.comparison.relation == relation), "{relation:?}");
    }
    // Unlike one that was looked for, a pair within a side is not even aligned.
    let within = one.pairs.len() - expected.len();
    assert!(within > 40 && two.stats.candidates < found.len() + 40, "{:?}", two.stats);
}

#[test]
fn whatever_is_on_the_other_side_too_has_a_partner() {
    let corpus = corpus();
    let found = numbers(&corpus.scan(corpus.sides(), 2));
    let texts = &corpus.texts;
    for (at, text) in texts.iter().enumerate() {
        let others = if at < corpus.ours { &texts[corpus.ours..] } else { &texts[..corpus.ours] };
        if others.contains(text) {
            let is_same = |(a, b): &(u32, u32)| {
                [a, b].contains(&&(at as u32)) && texts[*a as usize] == texts[*b as usize]
            };
            assert!(found.iter().any(is_same), "article {at}");
        }
    }
    // Copies within a side have the partner of the first of them.
    let partner = texts.iter().position(|text| text.ends_with("the ministry said.")).unwrap();
    let copies = (0..corpus.ours).filter(|at| texts[partner].starts_with(&texts[*at]));
    let without: Vec<_> =
        copies.filter(|at| !found.contains(&(*at as u32, partner as u32))).collect();
    assert!(without.is_empty(), "{without:?}");
}

/// Three words more in each of ours: one signature for some, and so many that no feature is rare.
#[test]
fn articles_with_one_signature_all_have_a_partner() {
    let mut generator = Generator::new(Script::Latin, 3);
    let story = generator.article_of(3000);
    let ours: Vec<String> = (0..60).map(|at| format!("{story} And item {at}.")).collect();
    let corpus = Corpus::new(ours, vec![format!("{} {story}", generator.article_of(150))]);
    let found = numbers(&corpus.scan(corpus.sides(), 2));
    assert_eq!(found, (0..60).map(|at| (at, 60)).collect());
}

#[test]
fn a_story_in_many_versions_within_a_side_is_found_across() {
    let mut generator = Generator::new(Script::Latin, 11);
    let passage = generator.article_of(60);
    let mut side = || -> Vec<String> {
        (0..30).map(|_| format!("{}\n\n{passage}", generator.article_of(120))).collect()
    };
    let corpus = Corpus::new(side(), side());
    let config = Config::default().channel(Channel::Rare);
    // Sixty articles have the features of the passage: too many for one corpus.
    let one = corpus.candidates(config.clone(), Sides::One);
    let found = corpus.across(one.pairs).len();
    assert!(found < 450, "{found}");
    assert_eq!(corpus.candidates(config, corpus.sides()).pairs.len(), 900);
}

#[test]
fn what_one_side_has_alone_is_counted_and_pairs_nothing() {
    let mut generator = Generator::new(Script::Latin, 5);
    let story = generator.article_of(80);
    let ours: Vec<String> = (0..6).map(|at| format!("{story} Number {at}.")).collect();
    let corpus = Corpus::new(ours, vec![generator.article_of(80)]);
    let scan = corpus.scan(corpus.sides(), 2);
    let Channels { banding_pairs, rare_pairs, rare, .. } = scan.stats.channels;
    assert_eq!((scan.stats.candidates, banding_pairs, rare_pairs), (0, 0, 0));
    assert!(rare.one_sided_features > 20 && rare.one_sided_postings >= 6 * 20);
}

#[test]
fn a_side_may_be_empty() {
    let corpus = corpus();
    for ours in [0, corpus.texts.len(), usize::MAX] {
        let engine = Engine::new(Config::default()).unwrap();
        let scan = engine.scan_across(&corpus.texts[..], ours).unwrap();
        assert_eq!((scan.pairs.len(), scan.stats.candidates), (0, 0));
    }
    let signs = ["— ! —", "?", "— ! —", "?", "?"].map(str::to_owned);
    let corpus = Corpus { texts: signs.into(), ours: 2 };
    assert_eq!(numbers(&corpus.scan(corpus.sides(), 2)), [(0, 2), (1, 3), (1, 4)].into());
}
