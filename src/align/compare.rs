//! Two articles to a comparison: relation, score, passages, sentences.

use super::facts::Facts;
use super::features::Pair;
use super::judge::{Judgement, score};
use super::links::links;
use super::model::odds;
use super::options::CompareOptions;
use super::passages::passages;
use super::profile::Profile;
use super::relation::{Comparison, Relation, Side};
use super::short;
use super::shown::Shown;
use super::slots;
use super::weights::{Effort, Weights};
use crate::shingle::Overlap;
use crate::text::Article;
use crate::{Cancel, Cancelled};

/// Log-odds of a pair that exact shingle overlap decides, and the addition for the shared share: a
/// thousand to one, and more for closer copies.
const SETTLED: f32 = 7.0;
const SETTLED_SHARE: f32 = 8.0;
/// A pair that would be related, but has nothing to show for it, keeps this share of its score.
const UNSHOWN: f32 = 0.5;
/// A text of up to this many words is too short to be retold in twice as many; the cap on the
/// log-odds then.
const FRAGMENT: usize = 3;
const MERE_NAME: f32 = -2.0;
/// Words of a text that is a sentence or two, beside an article that is so many times as long, and
/// the share of its pairs of content words that this must have, where no passage shows the source.
const SENTENCE: usize = 45;
const FAR_LONGER: usize = 3;
const LEAST_PAIRS: f32 = 0.1;
/// How far above the threshold log-odds have to be for a frame with other numbers to be retold.
const FRAME_DOUBT: f32 = 2.0;
/// Share of a frame that must be in common for a denial to make a template of a rewrite.
const DENIED_FRAME: f32 = 0.7;

/// Compares two articles. A text without words is unrelated to all but itself, with score 0, and so
/// are texts that share no word. The order of the two matters only for which is `a`.
pub fn compare(a: &Profile, b: &Profile, options: &CompareOptions) -> Comparison {
    let found = compare_until(a, b, options, &Cancel::never());
    found.expect("nobody tells it to stop")
}

/// [`compare`], until it is cancelled: between two sentences at most.
pub fn compare_until(
    a: &Profile,
    b: &Profile,
    options: &CompareOptions,
    cancel: &Cancel,
) -> Result<Comparison, Cancelled> {
    match is_before(a, b) {
        true => in_order(a, b, options, cancel),
        false => in_order(b, a, options, cancel).map(Comparison::mirrored),
    }
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

fn in_order(
    a: &Profile,
    b: &Profile,
    options: &CompareOptions,
    cancel: &Cancel,
) -> Result<Comparison, Cancelled> {
    let overlap = a.overlap(b);
    let mut weights = Weights::new(a, b);
    weights.cancel = cancel.clone();
    if weights.shared.is_empty() && overlap.jaccard == 0.0 {
        return Ok(match is_identical(a, b) {
            true => Shown::of_identical(a, b).comparison(Relation::Identical, 1.0, &overlap),
            false => Shown::none().comparison(Relation::Unrelated, 0.0, &overlap),
        });
    }
    if is_identical(a, b) {
        return Ok(Shown::of_identical(a, b).comparison(Relation::Identical, 1.0, &overlap));
    }
    let links = links(a, b, &weights);
    cancel.check()?;
    let least = options.least_passage([a, b].map(|profile| profile.article.words.len()));
    let mut passages = passages(a, b, &weights, &links);
    passages.retain(|passage| passage.words() >= least);
    cancel.check()?;
    let facts = Facts::of_articles(a, b, &weights);
    let pair = Pair { a, b, weights: &weights, links: &links, passages: &passages, facts };
    let verdict = Verdict::of(&pair, &overlap, options);
    cancel.check()?;
    let mut comparison = verdict.shown.comparison(verdict.relation, verdict.score, &overlap);
    if comparison.relation == Relation::Excerpt {
        let in_b = overlap.of_first >= overlap.of_second;
        comparison.contained = Some(if in_b { Side::A } else { Side::B });
    }
    comparison.features = verdict.judgement.features;
    comparison.words = pair.words() as u32;
    comparison.conflicting = facts.conflicting_share();
    comparison.coarse |= weights.effort == Effort::Coarse;
    Ok(comparison)
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
    shown: Shown,
}

impl Verdict {
    fn of(pair: &Pair, overlap: &Overlap, options: &CompareOptions) -> Self {
        let mut verdict = Self::with_templates(pair, overlap, options);
        if verdict.relation == Relation::Template && !options.templates {
            verdict.relation = Relation::Unrelated;
            verdict.shown = Shown::of_independent(pair);
        }
        verdict
    }

    fn with_templates(pair: &Pair, overlap: &Overlap, options: &CompareOptions) -> Self {
        let mut judgement = Judgement::of(pair);
        if is_fragment(pair) || is_topic(pair) {
            judgement.whole = judgement.whole.min(MERE_NAME);
            judgement.frame = judgement.frame.min(MERE_NAME);
        }
        let own = judgement.odds();
        let bar = |relation| odds(options.least_score(relation));
        // Text that the other contains verbatim says the same, whatever else is said there.
        let is_whole = overlap.of_first.max(overlap.of_second) >= 1.0;
        let is_template = !is_whole
            && judgement.whole < bar(Relation::Rewrite)
            && judgement.frame >= bar(Relation::Rewrite)
            && facts_conflict(pair);
        let is_frame = !is_whole
            && judgement.whole >= bar(Relation::Rewrite)
            && own < bar(Relation::Rewrite) + FRAME_DOUBT
            && slots::have_other_numbers(pair.a, pair.b);
        let has_other_facts = || !is_whole && (is_denied(pair) || is_filled_anew(pair));
        if let Some((relation, share)) = counted(pair, overlap, options)
            && !is_template
            && !has_other_facts()
        {
            let settled = SETTLED * judgement.by_article + SETTLED_SHARE * share;
            let score = score(own.max(settled));
            let shown = Shown::of_retold(pair, &judgement, options);
            return Self { relation, score, judgement, shown };
        }
        let is_retold = judgement.whole >= bar(Relation::Rewrite);
        let shown = match is_retold || is_template {
            true => Shown::of_retold(pair, &judgement, options),
            false => Shown::of_independent(pair),
        };
        let is_most = shown.coverage_most() >= options.rewrite;
        let is_own_most = shown.own_most() >= options.rewrite;
        let relation = match () {
            () if shown.is_of_a_third() => Relation::Unrelated,
            () if is_frame => Relation::Template,
            () if is_most && (is_template || is_retold && has_other_facts()) => Relation::Template,
            () if is_most && is_retold => Relation::Rewrite,
            () if is_own_most && judgement.whole >= judgement.part => Relation::Rewrite,
            () => Relation::Partial,
        };
        let score = score(own);
        match relation {
            Relation::Template => Self { relation, score: UNSHOWN * score, judgement, shown },
            Relation::Unrelated if own >= bar(Relation::Partial) => {
                Self { relation, score: UNSHOWN * score, judgement, shown }
            }
            _ if score >= options.least_score(relation) => {
                Self { relation, score, judgement, shown }
            }
            _ => {
                let shown = if is_retold { Shown::of_independent(pair) } else { shown };
                Self { relation: Relation::Unrelated, score, judgement, shown }
            }
        }
    }
}

/// The relation that exact shingle overlap alone decides, and the share that is shared.
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

/// Whether one is a name or a catchword, and the other says something of it: nothing there is
/// retold.
fn is_fragment(pair: &Pair) -> bool {
    let [a, b] = [pair.a, pair.b].map(|profile| profile.article.words.len());
    a.min(b) <= FRAGMENT && a.max(b) >= 2 * a.min(b)
}

/// Whether one is a sentence on the topic of a far longer article: it shares hardly a pair of words,
/// and no passage.
fn is_topic(pair: &Pair) -> bool {
    let [a, b] = [pair.a, pair.b].map(|profile| profile.article.words.len());
    let [short, long] = [a.min(b), a.max(b)];
    short <= SENTENCE
        && long >= Article::SHORT.max(FAR_LONGER * short)
        && pair.passages.is_empty()
        && pair.skips().into_iter().all(|share| share < LEAST_PAIRS)
}

/// Whether two short texts differ in nothing but facts.
fn is_filled_anew(pair: &Pair) -> bool {
    let facts = pair.facts;
    facts.names.conflicting + facts.numbers.conflicting > 0.0
        && slots::is_filled_anew(pair.a, pair.b)
}

/// Whether each side has names or numbers that the other lacks, as many as they have in common.
fn facts_conflict(pair: &Pair) -> bool {
    let facts = pair.facts;
    let conflicting = facts.names.conflicting + facts.numbers.conflicting;
    let shared = facts.names.shared + facts.numbers.shared;
    conflicting > 0.0 && 2.0 * conflicting >= shared
}

/// Whether one of two short texts denies what the other says in the same words.
fn is_denied(pair: &Pair) -> bool {
    let [a, b] = [pair.a, pair.b].map(|profile| &profile.article.words);
    a.len().max(b.len()) <= Article::SHORT
        && short::denials(a) != short::denials(b)
        && short::frame_in_common(a, b) >= DENIED_FRAME
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
            "Divers searched the sunken barge for fuel while forty ferries waited outside the bar. \
             Schools reopen",
        );
        assert_ne!(relation(HARBOUR, &sharing, &options), Relation::Unrelated);
    }

    #[test]
    fn what_stands_in_the_other_is_an_excerpt_whatever_else_that_denies() {
        let notice = "The harbour board met on Tuesday to decide the future of the old crane \
                      beside the fish market and heard from a dozen residents who want it kept.";
        let more = format!(
            "The zoo did not count its penguins this year, since the keeper who used to count them \
             has retired to a village up the coast. {notice} Nobody at the zoo would say why, or \
             when the next count is to be, or who is to make it."
        );
        assert_eq!(relation(notice, &more, &CompareOptions::default()), Relation::Excerpt);
        let denied = notice.replace("who want it kept", "who do not want it kept");
        assert_eq!(relation(notice, &denied, &CompareOptions::default()), Relation::Unrelated);
    }

    #[test]
    fn a_denial_is_no_copy_in_any_language() {
        for (a, b) in [
            (
                "The vaccine is safe for pregnant women.",
                "The vaccine is not safe for pregnant women.",
            ),
            (
                "Regeringen höjer skatten på bensin nästa år, sade ministern på måndagen.",
                "Regeringen höjer inte skatten på bensin nästa år, sade ministern på måndagen.",
            ),
            (
                "De regering verhoogt de belasting op benzine volgend jaar, zei de minister.",
                "De regering verhoogt de belasting op benzine volgend jaar niet, zei de minister.",
            ),
            (
                "A kormány jövőre emeli a benzin adóját, mondta a miniszter hétfőn.",
                "A kormány jövőre nem emeli a benzin adóját, mondta a miniszter hétfőn.",
            ),
            (
                "Il a signé le traité avec les voisins du nord hier soir.",
                "Il n'a pas signé le traité avec les voisins du nord hier soir.",
            ),
            ("政府明年将提高燃油税，部长周一表示。", "政府明年不会提高燃油税，部长周一表示。"),
            ("Yes, the deal with the bank is signed.", "No, the deal with the bank is not signed."),
        ] {
            assert_eq!(relation(a, b, &CompareOptions::default()), Relation::Unrelated, "{a} {b}");
        }
    }

    #[test]
    fn a_name_is_no_retelling_of_what_is_said_of_it() {
        let options = CompareOptions::default();
        for (a, b) in [
            ("Tokyo.", "The plane from Tokyo was late because of fog."),
            ("Breaking news.", "The news was breaking when we went on air."),
            ("柏林", "总理访问柏林并会见记者。"),
        ] {
            assert_eq!(relation(a, b, &options), Relation::Unrelated, "{a} {b}");
        }
    }

    #[test]
    fn other_facts_in_the_same_words_are_no_copy() {
        for (a, b) in [
            (
                "Parking is possible on the site all year and costs 18 euros a day.",
                "Parking is possible on the site all year and costs 16 euros a day.",
            ),
            (
                "The sanctions board struck one man off its list on 1 July 2013 in New York.",
                "The sanctions board struck one man off its list on 19 August 2013 in New York.",
            ),
            (
                "Hän oli presidentin valitsijamiehenä vuonna 1950 ja sen jälkeen.",
                "Hän oli presidentin valitsijamiehenä vuonna 1925 ja sen jälkeen.",
            ),
        ] {
            assert_eq!(relation(a, b, &CompareOptions::default()), Relation::Unrelated, "{a}");
            let options = CompareOptions { templates: true, ..CompareOptions::default() };
            assert_eq!(relation(a, b, &options), Relation::Template, "{a}");
            let edited = a.replace(" on the site", " at the site");
            let found = relation(a, &edited, &CompareOptions::default());
            assert!(found.is_reuse(), "{a} {edited}");
        }
    }

    #[test]
    fn a_sentence_on_the_topic_of_a_long_text_is_not_retold_there() {
        let sentence = "Hospitals forbid parents to see children who are ill with influenza.";
        let story = "Health boards said on Friday that influenza is back. Winter wards are full, and \
                     staff are short. Masks will be handed out at stations. A study of the vaccine \
                     found that it works for most people over sixty. The minister thanked nurses \
                     for their patience and asked families to keep distance at meals. Shops have \
                     run out of lozenges, and chemists order them from abroad.";
        let options = CompareOptions::default();
        assert_eq!(relation(sentence, story, &options), Relation::Unrelated);
        let telling = format!(
            "{story} In hospitals, parents are forbidden to see their children who are ill with \
             influenza."
        );
        assert!(relation(sentence, &telling, &options).is_reuse());
    }

    #[test]
    fn each_relation_may_have_a_score_of_its_own() {
        let options = CompareOptions { partial_score: Some(0.9), ..CompareOptions::default() };
        assert_eq!(options.least_score(Relation::Partial), 0.9);
        assert_eq!(options.least_score(Relation::Rewrite), 0.5);
    }
}
