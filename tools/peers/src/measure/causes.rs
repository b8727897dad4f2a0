//! Why one engine finds a pair that another does not.

use std::collections::{BTreeMap, HashSet};

use retold::lsh::Banding;
use retold::shingle::ShingleSet;
use serde::Serialize;

use super::corpus::Id;
use super::exact::{self, WANTED};

/// What both engines were given, to look at pairs with.
#[derive(Debug)]
pub struct Evidence<'e> {
    /// The ids of the articles.
    pub ids: &'e [Id],
    /// Their shingles by the words of retold.
    pub ours: &'e [ShingleSet],
    /// Their shingles by the words that the peer had.
    pub theirs: &'e [ShingleSet],
    /// How signatures are divided: it says how likely a pair of any Jaccard index is to be found.
    pub banding: Banding,
    /// Examples of each cause.
    pub examples: usize,
}

/// Which of the two found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finder {
    /// retold.
    Retold,
    /// The peer.
    Peer,
}

/// Why only one of them did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It is wanted by the words of both: the other one missed it, as bands miss some.
    Chance,
    /// It is not wanted by the words of either: a candidate that a comparison would reject.
    FalseCandidate,
    /// It is wanted by the words of one, and not by those of the other.
    Words,
    /// retold lists only the first of texts that are equal word for word with other texts.
    Equal,
    /// retold has the two in one chain of pairs, as it does not list all pairs of a large bucket.
    Chained,
}

impl Cause {
    /// What it means, for the table.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Chance => "alike, missed by chance",
            Self::FalseCandidate => "not alike: a false candidate",
            Self::Words => "alike by the words of one only",
            Self::Equal => "listed once, for the first of equal texts",
            Self::Chained => "joined through other pairs",
        }
    }
}

/// Pairs that one found, of one cause.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Who found them.
    pub only: Finder,
    /// Why the other did not.
    pub cause: Cause,
    /// How many there are.
    pub pairs: usize,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A pair that one of the two found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// The ids of the articles.
    pub a: Id,
    /// The second one.
    pub b: Id,
    /// Their exact Jaccard index by the words of retold.
    pub jaccard: f64,
    /// The same by the words of the peer.
    pub jaccard_peer: f64,
    /// The probability that bands find a pair of such a Jaccard index: retold's, and the peer's.
    pub chance: [f64; 2],
}

/// A pair of numbers, the smaller first.
type Pair = (u32, u32);

/// The pairs that only one of them found, by cause, in the order of pairs.
pub fn differences(
    evidence: &Evidence<'_>,
    ours: &HashSet<Pair>,
    theirs: &HashSet<Pair>,
) -> Vec<Difference> {
    let firsts = exact::firsts(evidence.ours);
    let groups = groups(ours, evidence.ids.len());
    let mut found: BTreeMap<(Finder, Cause), Vec<Pair>> = BTreeMap::new();
    for &pair in ours.difference(theirs) {
        found.entry((Finder::Retold, evidence.cause(pair))).or_default().push(pair);
    }
    for &(a, b) in theirs.difference(ours) {
        let [first_a, first_b] = [a, b].map(|number| firsts[number as usize]);
        let first = (first_a.min(first_b), first_a.max(first_b));
        let is_listed = first_a == first_b || ours.contains(&first);
        let cause = match evidence.cause((a, b)) {
            _ if is_listed => Cause::Equal,
            Cause::Chance if groups[a as usize] == groups[b as usize] => Cause::Chained,
            cause => cause,
        };
        found.entry((Finder::Peer, cause)).or_default().push((a, b));
    }
    let difference = |((only, cause), mut pairs): ((Finder, Cause), Vec<Pair>)| {
        pairs.sort_unstable();
        let examples = pairs.iter().take(evidence.examples);
        let examples = examples.map(|&pair| evidence.example(pair)).collect();
        Difference { only, cause, pairs: pairs.len(), examples }
    };
    found.into_iter().map(difference).collect()
}

/// How many wanted pairs one engine is expected to find that another misses, where both have the
/// same words and hash functions that are independent.
pub fn expected(pairs: &[exact::Scored], banding: Banding) -> f64 {
    let chance = pairs.iter().map(|(_, jaccard)| banding.probability(*jaccard));
    chance.map(|found| found * (1.0 - found)).sum()
}

impl Evidence<'_> {
    fn jaccard(&self, (a, b): Pair) -> [f64; 2] {
        [self.ours, self.theirs].map(|sets| sets[a as usize].jaccard(&sets[b as usize]))
    }

    /// What the words of the two articles say, whoever found the pair.
    fn cause(&self, pair: Pair) -> Cause {
        match self.jaccard(pair).map(|jaccard| jaccard >= WANTED) {
            [true, true] => Cause::Chance,
            [false, false] => Cause::FalseCandidate,
            _ => Cause::Words,
        }
    }

    fn example(&self, pair: Pair) -> Example {
        let [jaccard, jaccard_peer] = self.jaccard(pair);
        let [a, b] = [pair.0, pair.1].map(|number| self.ids[number as usize].clone());
        let chance = [jaccard, jaccard_peer].map(|jaccard| self.banding.probability(jaccard));
        Example { a, b, jaccard, jaccard_peer, chance }
    }
}

/// For each article a number that those have in common which pairs connect.
fn groups(pairs: &HashSet<Pair>, articles: usize) -> Vec<u32> {
    let mut parents: Vec<u32> = (0..articles as u32).collect();
    let root = |parents: &mut Vec<u32>, mut number: u32| {
        while parents[number as usize] != number {
            parents[number as usize] = parents[parents[number as usize] as usize];
            number = parents[number as usize];
        }
        number
    };
    for &(a, b) in pairs {
        let [a, b] = [a, b].map(|number| root(&mut parents, number));
        parents[a.max(b) as usize] = a.min(b);
    }
    (0..articles as u32).map(|number| root(&mut parents, number)).collect()
}

#[cfg(test)]
mod tests {
    use retold::Kernel;
    use retold::shingle::Shingler;

    use super::*;
    use crate::measure::corpus::words;

    const NEWS: &str = "the harbour was closed on monday after a barge sank at the bar and divers \
                        searched the wreck until the evening while forty ferries waited outside";

    fn sets(texts: &[String]) -> Vec<ShingleSet> {
        let mut shingler = Shingler::new(3, Kernel::Scalar).expect("three words are allowed");
        texts.iter().map(|text| ShingleSet::of(text, &mut shingler)).collect()
    }

    fn texts() -> Vec<String> {
        let other = "a cellist left her instrument on the night train to the coast and got it back";
        vec![
            NEWS.to_owned(),
            NEWS.to_uppercase(),
            format!("{NEWS} again"),
            other.to_owned(),
            // The words of retold have no hyphen in the middle of a broken line; plain words do.
            NEWS.replace("closed", "clo-\nsed").replace("evening", "eve-\nning"),
            format!("{NEWS} again and again"),
        ]
    }

    fn found(of: &[Pair]) -> HashSet<Pair> {
        of.iter().copied().collect()
    }

    /// Who found what, why, and how often.
    fn causes(ours: &[Pair], theirs: &[Pair]) -> Vec<(Finder, Cause, usize)> {
        let texts = texts();
        let ids: Vec<Id> = (0..texts.len() as i64).map(Id::Integer).collect();
        let (banding, examples) = (Banding::new(32, 4).expect("both are above 0"), 2);
        let (own, peers) = (sets(&texts), exact::plain_shingles(&texts, 3));
        let evidence = Evidence { ids: &ids, ours: &own, theirs: &peers, banding, examples };
        let differences = differences(&evidence, &found(ours), &found(theirs));
        for Difference { pairs, examples, .. } in &differences {
            assert_eq!(examples.len(), (*pairs).min(2));
        }
        differences.iter().map(|of| (of.only, of.cause, of.pairs)).collect()
    }

    #[test]
    fn each_pair_has_its_cause() {
        assert_eq!(words("clo-\nsed"), ["closed"]);
        assert_eq!(causes(&[(0, 2)], &[(0, 2)]), []);
        assert_eq!(causes(&[(0, 2)], &[]), [(Finder::Retold, Cause::Chance, 1)]);
        assert_eq!(causes(&[], &[(0, 2)]), [(Finder::Peer, Cause::Chance, 1)]);
        assert_eq!(causes(&[], &[(0, 3)]), [(Finder::Peer, Cause::FalseCandidate, 1)]);
        assert_eq!(causes(&[(0, 3)], &[]), [(Finder::Retold, Cause::FalseCandidate, 1)]);
        assert_eq!(causes(&[(0, 4)], &[]), [(Finder::Retold, Cause::Words, 1)]);
    }

    #[test]
    fn what_retold_does_not_list_on_purpose_is_not_missed() {
        assert_eq!(
            causes(&[(0, 1), (0, 2)], &[(0, 1), (0, 2), (1, 2)]),
            [(Finder::Peer, Cause::Equal, 1)]
        );
        let ours = [(0, 2), (2, 5)];
        assert_eq!(causes(&ours, &[(0, 2), (2, 5), (0, 5)]), [(Finder::Peer, Cause::Chained, 1)]);
    }

    #[test]
    fn an_example_says_how_likely_it_was() {
        let texts = texts();
        let (sets, ids) = (sets(&texts), [Id::Integer(0), Id::Text("b".into())]);
        let banding = Banding::new(2, 1).expect("both are above 0");
        let evidence = Evidence { ids: &ids, ours: &sets, theirs: &sets, banding, examples: 1 };
        let example = evidence.example((0, 1));
        assert_eq!((example.a, example.b), (Id::Integer(0), Id::Text("b".into())));
        assert_eq!((example.jaccard, example.jaccard_peer, example.chance), (1.0, 1.0, [1.0; 2]));
        // Half of them: 1 - (1 - 0.5)^2 = 0.75, of which one engine finds and the other misses
        // 0.75 * 0.25.
        assert_eq!(expected(&[((0, 1), 0.5)], banding), 0.1875);
    }
}
