//! Two articles to a comparison: relation, score, passages, sentences.

use super::edits::Edits;
use super::facts::Facts;
use super::features::Pair;
use super::judge::{Judgement, score};
use super::links::links;
use super::model::odds;
use super::passages::{Candidate, passages};
use super::profile::Profile;
use super::relation::{Comparison, Kind, Match, Relation, Side};
use super::retold;
use super::sentences::{Aligned, Bar, align_sentences};
use super::short;
use super::weights::Weights;
use crate::shingle::Overlap;
use crate::span::{Span, covered};
use crate::text::Article;

/// When a pair is what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// Least score of a related pair, 0 to 1. Default 0.5.
    pub threshold: f32,
    /// The same for a rewrite only, where it is to be another. Default: none.
    pub rewrite_score: Option<f32>,
    /// The same for a partial pair only. Default: none.
    pub partial_score: Option<f32>,
    /// Least exact Jaccard index of word n-grams of a near-duplicate. Default 0.5.
    pub near_duplicate: f32,
    /// Least containment of word n-grams of an excerpt in the whole. Default 0.65.
    pub excerpt: f32,
    /// Share of the characters inside passages, on the side where it is greater, from which reuse is a
    /// rewrite, not partial. Default 0.5.
    pub rewrite: f32,
    /// Least words of a passage, on either side; in a text of fewer than twice as many, half its words.
    /// Default 10.
    pub passage_words: usize,
    /// Whether one frame with other facts is a relation, [`Relation::Template`]; if not, such a pair
    /// is unrelated. Default: not.
    pub templates: bool,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            rewrite_score: None,
            partial_score: None,
            near_duplicate: 0.5,
            excerpt: 0.65,
            rewrite: 0.5,
            passage_words: 10,
            templates: false,
        }
    }
}

impl CompareOptions {
    /// Least score of a pair of that relation.
    pub fn least_score(&self, relation: Relation) -> f32 {
        let own = match relation {
            Relation::Rewrite => self.rewrite_score,
            Relation::Partial => self.partial_score,
            _ => None,
        };
        own.unwrap_or(self.threshold)
    }
}

/// Log-odds of a pair that counted shingles settle, and what is added for the share that they share:
/// a thousand to one, and more for closer copies.
const SETTLED: f32 = 7.0;
const SETTLED_SHARE: f32 = 8.0;
/// A pair that would be related, but for want of anything to show, has this share of its score.
const UNSHOWN: f32 = 0.5;
/// How much higher than need be the log-odds of a rewrite are where faint evidence may show it.
const SURE: f32 = 1.0;
/// Share of a frame that must be in common order for a denial to make a template of a rewrite.
const DENIED_FRAME: f32 = 0.7;

/// Compares two articles. A text without words is unrelated to all but itself, with score 0, and so are texts
/// that share no word. Which of the two comes first makes no difference but to which is `a`.
pub fn compare(a: &Profile, b: &Profile, options: &CompareOptions) -> Comparison {
    if is_before(a, b) { in_order(a, b, options) } else { in_order(b, a, options).mirrored() }
}

/// Whether two articles are compared in this order: the longer one first, and of two of one length
/// any that is the same each time.
fn is_before(a: &Profile, b: &Profile) -> bool {
    let words = |profile: &Profile| profile.article.words.len();
    let forms = |profile: &Profile| -> Vec<u64> {
        profile.article.words.iter().map(|word| word.form).collect()
    };
    words(a) > words(b) || words(a) == words(b) && forms(a) <= forms(b)
}

fn in_order(a: &Profile, b: &Profile, options: &CompareOptions) -> Comparison {
    let overlap = a.overlap(b);
    let weights = Weights::new(a, b);
    if weights.shared.is_empty() && overlap.jaccard == 0.0 {
        return match is_identical(a, b) {
            true => Evidence::of_identical(a, b).comparison(Relation::Identical, 1.0, &overlap),
            false => Evidence::none(a, b).comparison(Relation::Unrelated, 0.0, &overlap),
        };
    }
    if is_identical(a, b) {
        return Evidence::of_identical(a, b).comparison(Relation::Identical, 1.0, &overlap);
    }
    let links = links(a, b, &weights);
    let least = least_passage([a, b], options);
    let mut passages = passages(a, b, &weights, &links);
    passages.retain(|passage| passage.words() >= least);
    let pair = Pair { a, b, weights: &weights, links: &links, passages: &passages };
    let verdict = Verdict::of(&pair, &overlap, options);
    let mut comparison = verdict.evidence.comparison(verdict.relation, verdict.score, &overlap);
    if comparison.relation == Relation::Excerpt {
        let in_b = overlap.of_first >= overlap.of_second;
        comparison.contained = Some(if in_b { Side::A } else { Side::B });
    }
    comparison.features = verdict.judgement.features;
    comparison.conflicting = Facts::of_articles(a, b, &weights).conflicting_share();
    comparison
}

/// Least words of a passage of these two: of short texts, half of the shorter.
fn least_passage(pair: [&Profile; 2], options: &CompareOptions) -> usize {
    let words = pair.map(|profile| profile.article.words.len());
    options.passage_words.min(words[0].min(words[1]).div_ceil(2))
}

fn is_identical(a: &Profile, b: &Profile) -> bool {
    let (wordless_a, wordless_b) = (a.article.wordless, b.article.wordless);
    if wordless_a.is_some() || wordless_b.is_some() {
        return wordless_a == wordless_b;
    }
    let (a, b) = (&a.article.words, &b.article.words);
    !a.is_empty() && a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.form == y.form)
}

/// What two articles are to each other, and what shows it.
struct Verdict {
    relation: Relation,
    score: f32,
    judgement: Judgement,
    evidence: Evidence,
}

impl Verdict {
    fn of(pair: &Pair, overlap: &Overlap, options: &CompareOptions) -> Self {
        let mut verdict = Self::with_templates(pair, overlap, options);
        if verdict.relation == Relation::Template && !options.templates {
            verdict.relation = Relation::Unrelated;
            verdict.evidence = Evidence::of_independent(pair);
        }
        verdict
    }

    fn with_templates(pair: &Pair, overlap: &Overlap, options: &CompareOptions) -> Self {
        let judgement = Judgement::of(pair);
        let own = judgement.odds();
        let bar = |relation| odds(options.least_score(relation));
        // What stands in the other word for word says the same, whatever else is said there.
        let is_whole = overlap.of_first.max(overlap.of_second) >= 1.0;
        let is_template = !is_whole
            && judgement.whole < bar(Relation::Rewrite)
            && judgement.frame >= bar(Relation::Rewrite)
            && facts_conflict(pair);
        let is_denied = !is_whole && is_denied(pair);
        if let Some((relation, share)) = counted(pair, overlap, options)
            && !is_template
            && !is_denied
        {
            let settled = SETTLED * judgement.by_article + SETTLED_SHARE * share;
            let score = score(own.max(settled));
            let evidence = Evidence::of_retold(pair, &judgement, options);
            return Self { relation, score, judgement, evidence };
        }
        let is_retold = judgement.whole >= bar(Relation::Rewrite);
        let evidence = match is_retold || is_template {
            true => Evidence::of_retold(pair, &judgement, options),
            false => Evidence::of_independent(pair),
        };
        let is_most = evidence.coverage_most() >= options.rewrite;
        let relation = match () {
            () if evidence.passages.is_empty() => Relation::Unrelated,
            () if is_most && (is_template || is_retold && is_denied) => Relation::Template,
            () if is_most && judgement.whole >= judgement.part => Relation::Rewrite,
            () => Relation::Partial,
        };
        let score = score(own);
        match relation {
            Relation::Template => {
                Self { relation, score: score.min(UNSHOWN * score), judgement, evidence }
            }
            Relation::Unrelated if own >= bar(Relation::Partial) => {
                Self { relation, score: UNSHOWN * score, judgement, evidence }
            }
            _ if score >= options.least_score(relation) => {
                Self { relation, score, judgement, evidence }
            }
            _ => {
                let evidence = if is_retold { Evidence::of_independent(pair) } else { evidence };
                Self { relation: Relation::Unrelated, score, judgement, evidence }
            }
        }
    }
}

/// The relation that counted shingles alone settle, and the share that they share.
fn counted(pair: &Pair, overlap: &Overlap, options: &CompareOptions) -> Option<(Relation, f32)> {
    let shortest = pair.words() as usize;
    let contained = overlap.of_first.max(overlap.of_second) as f32;
    if overlap.jaccard as f32 >= options.near_duplicate {
        Some((Relation::NearDuplicate, overlap.jaccard as f32))
    } else if contained >= options.excerpt && shortest >= options.passage_words {
        Some((Relation::Excerpt, contained))
    } else {
        None
    }
}

/// Whether each side has names or numbers that the other lacks, as many as they have in common.
fn facts_conflict(pair: &Pair) -> bool {
    let facts = Facts::of_articles(pair.a, pair.b, pair.weights);
    let conflicting = facts.names.conflicting + facts.numbers.conflicting;
    let shared = facts.names.shared + facts.numbers.shared;
    conflicting > 0.0 && 2.0 * conflicting >= shared
}

/// Whether one of two short texts denies what the other says in the same words.
fn is_denied(pair: &Pair) -> bool {
    let [a, b] = [pair.a, pair.b].map(|profile| &profile.article.words);
    a.len().max(b.len()) <= Article::SHORT
        && (short::denials(a) + short::denials(b)) % 2 == 1
        && short::frame_in_order(a, b) >= DENIED_FRAME
}

/// What shows how two articles correspond.
struct Evidence {
    passages: Vec<Match>,
    sentences: Vec<Match>,
    /// Share of each article's characters inside passages.
    coverage: [f32; 2],
}

impl Evidence {
    fn none(a: &Profile, b: &Profile) -> Self {
        Self::new([a, b], Vec::new(), Vec::new())
    }

    fn new([a, b]: [&Profile; 2], passages: Vec<Match>, sentences: Vec<Match>) -> Self {
        let share = |side: fn(&Match) -> Span, bytes: usize| {
            let mut spans: Vec<_> = passages.iter().map(side).collect();
            covered(&mut spans) as f32 / bytes.max(1) as f32
        };
        let coverage = [
            share(|passage| passage.a, a.article.bytes),
            share(|passage| passage.b, b.article.bytes),
        ];
        Self { passages, sentences, coverage }
    }

    /// All of both articles, sentence by sentence.
    fn of_identical(a: &Profile, b: &Profile) -> Self {
        let whole = |profile: &Profile| Span::new(0, profile.article.bytes);
        let same = |a, b| Match { a, b, kind: Kind::Identical, score: 1.0 };
        let mut sentences: Vec<Match> = Vec::new();
        let (mut in_a, mut in_b) = (0, 0);
        // Punctuation may divide the same words into other sentences.
        while in_a < a.sentences() && in_b < b.sentences() {
            let (x, y) = (&a.article.sentences[in_a], &b.article.sentences[in_b]);
            if !x.words.is_empty() && !y.words.is_empty() {
                sentences.push(same(x.span, y.span));
            }
            in_a += usize::from(x.words.end <= y.words.end);
            in_b += usize::from(y.words.end <= x.words.end);
        }
        if a.article.wordless.is_some() {
            sentences = vec![same(whole(a), whole(b))];
        }
        Self::new([a, b], vec![same(whole(a), whole(b))], sentences)
    }

    /// The passages and sentences of articles that may have nothing to do with each other.
    fn of_independent(pair: &Pair) -> Self {
        Self::of(pair, pair.passages, &align_sentences(pair, Bar::INDEPENDENT))
    }

    /// Those of articles of which one is the other retold; the same, if they show as much already.
    fn of_retold(pair: &Pair, judgement: &Judgement, options: &CompareOptions) -> Self {
        let proven = Self::of(pair, pair.passages, &[]);
        if proven.coverage_most() >= options.rewrite {
            return Self::of(pair, pair.passages, &align_sentences(pair, Bar::RETOLD));
        }
        let least = least_passage([pair.a, pair.b], options);
        let is_short = pair.words() <= Article::SHORT as f32;
        let is_sure = judgement.whole >= odds(options.least_score(Relation::Rewrite)) + SURE;
        let bars = match is_short {
            true => &[Bar::SHORT][..],
            false if pair.passages.is_empty() && is_sure => &[Bar::RETOLD, Bar::FAINT],
            false => &[Bar::RETOLD],
        };
        let mut extended = proven;
        for bar in bars {
            let aligned = align_sentences(pair, *bar);
            extended =
                Self::of(pair, &retold::passages(pair, &aligned, least, options.rewrite), &aligned);
            // Less is proof enough only of what makes up most of one article.
            if extended.coverage_most() >= options.rewrite {
                return extended;
            }
        }
        match pair.passages.is_empty() {
            true => extended,
            false => Self::of(pair, pair.passages, &align_sentences(pair, bars[0])),
        }
    }

    fn of(pair: &Pair, passages: &[Candidate], aligned: &[Aligned]) -> Self {
        let mut edits = Edits::default();
        let sentences = aligned.iter().map(|two| two.to_match(pair, &mut edits)).collect();
        let passages = passages.iter().map(|p| to_match(p, pair, &mut edits)).collect();
        Self::new([pair.a, pair.b], passages, sentences)
    }

    fn coverage_most(&self) -> f32 {
        self.coverage[0].max(self.coverage[1])
    }

    fn comparison(self, relation: Relation, score: f32, overlap: &Overlap) -> Comparison {
        Comparison {
            relation,
            score,
            contained: None,
            jaccard: overlap.jaccard as f32,
            containment_a: overlap.of_first as f32,
            containment_b: overlap.of_second as f32,
            coverage_a: self.coverage[0],
            coverage_b: self.coverage[1],
            conflicting: 0.0,
            passages: self.passages,
            sentences: self.sentences,
            features: Vec::new(),
        }
    }
}

fn to_match(passage: &Candidate, pair: &Pair, edits: &mut Edits) -> Match {
    let kind = edits.kind(pair, &passage.a, &passage.b);
    Match {
        a: pair.a.span_of(passage.a.clone()),
        b: pair.b.span_of(passage.b.clone()),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { score(passage.odds) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    const HARBOUR: &str = "The harbour closed at noon. Forty ferries waited outside the bar. \
                           Divers searched the sunken barge for fuel. Nobody was hurt.";
    const BUDGET: &str = "Council members quarrelled over the budget. Libraries lose a tenth of \
                          it. Schools reopen on Monday. Teachers were relieved.";

    fn relation(a: &str, b: &str, options: &CompareOptions) -> Relation {
        let [a, b] =
            [a, b].map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
        compare(&a, &b, options).relation
    }

    #[test]
    fn what_nothing_shows_is_not_claimed_in_doubt() {
        let options = CompareOptions { threshold: 0.0, ..CompareOptions::default() };
        assert_eq!(relation(HARBOUR, BUDGET, &options), Relation::Unrelated);
        let sharing = BUDGET.replace(
            "Schools reopen",
            "Divers searched the sunken barge for fuel while forty ferries waited outside the bar. Schools reopen",
        );
        assert_ne!(relation(HARBOUR, &sharing, &options), Relation::Unrelated);
    }

    #[test]
    fn what_stands_in_the_other_is_an_excerpt_whatever_else_that_denies() {
        let notice = "The harbour board met on Tuesday to decide the future of the old crane beside \
                      the fish market and heard from a dozen residents who want it kept.";
        let more = format!(
            "The zoo did not count its penguins this year, since the keeper who used to count them has \
             retired to a village up the coast. {notice} Nobody at the zoo would say why, or when the \
             next count is to be, or who is to make it."
        );
        assert_eq!(relation(notice, &more, &CompareOptions::default()), Relation::Excerpt);
        let denied = notice.replace("who want it kept", "who do not want it kept");
        assert_eq!(relation(notice, &denied, &CompareOptions::default()), Relation::Unrelated);
    }

    #[test]
    fn each_relation_may_have_a_score_of_its_own() {
        let options = CompareOptions { partial_score: Some(0.9), ..CompareOptions::default() };
        assert_eq!(options.least_score(Relation::Partial), 0.9);
        assert_eq!(options.least_score(Relation::Rewrite), 0.5);
    }
}
