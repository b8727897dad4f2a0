//! Every span that the engine hands out slices the text it belongs to: on character boundaries,
//! also between combining marks, emoji, line ends of two bytes and scripts without spaces.

use proptest::prelude::*;
use retold::align::{Comparison, Match, Relation, changes};
use retold::span::covered;
use retold::{Config, Engine, Span};

/// What articles are made of: sentences that are long enough to align, and what stands between.
const SENTENCES: [&str; 14] = [
    "Forty ferries waited outside the harbour bar while divers searched the sunken barge.",
    "The cafe\u{301} on the qua\u{301}i of Zu\u{308}rich stayed open all night, said Ame\u{301}lie Noe\u{308}l.",
    "A family 👨‍👩‍👧‍👦 of four came ashore 🚢, and 14,000 neighbours 👋🏽 waved flags 🇳🇴.",
    "“Nobody in the village is against the tide,” said Bram Oakes, “but we paid for it twice.”",
    "Nach dem Baustopp am Gezeitenkraftwerk fordert die Bank zusätzliche Sicherheiten vom Staat.",
    "港口管理局周三表示，潜水员在驳船残骸附近搜寻失踪的船员，四十艘渡轮在港外等候。",
    "「誰も潮に反対していない」と漁師は語り、港の外では四十隻の船が夜明けまで待っていた。",
    "Четыре десятка паромов ждали у входа в гавань, пока водолазы искали затонувшую баржу.",
    "قال المتحدث باسم الميناء إن أربعين عبارة انتظرت خارج الحاجز حتى الفجر.",
    "The minister\r\nwho signed the contract\r\nresigned on Monday after a long night of talks.",
    "Z͑͗a̴l̷g͝o̸ text̶ of m͡any m̕arks is still the same report about the sunken barge of March 8.",
    "The ﬁrst ﬂood, 5.2 metres high, cost ½ of the ＢＵＤＧＥＴ of the U.S. mission, Dr. İnan said.",
    "ราคาน้ำมันเพิ่มขึ้นเมื่อวันจันทร์หลังจากเรือสี่สิบลำรออยู่นอกท่าเรือ",
    "He said: \"The \u{200b}barge\u{ad} was \u{202e}never\u{202c} insured\u{0}, and \u{feff}nobody asked.\"",
];

const BETWEEN: [&str; 7] = [" ", "\n\n", "\r\n\r\n", "\r\n", "", "\u{2028}", "\t\u{a0}"];

/// An article's sentences, each with what follows it.
fn article() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let part = (prop::sample::select(&SENTENCES[..]), prop::sample::select(&BETWEEN[..]));
    prop::collection::vec(part, 0..16)
}

fn text(parts: &[(&str, &str)]) -> String {
    parts.iter().map(|(sentence, after)| [*sentence, *after].concat()).collect()
}

/// Two articles of which one reuses the other: some of its sentences, turned by some places, and
/// with characters knocked out or put in anywhere.
fn pair() -> impl Strategy<Value = (String, String)> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<Option<char>>()), 0..6);
    (article(), any::<prop::sample::Index>(), 1..4usize, edits).prop_map(
        |(mut parts, turn, step, edits)| {
            let a = text(&parts);
            if !parts.is_empty() {
                let turn = turn.index(parts.len());
                parts.rotate_left(turn);
            }
            let kept: Vec<_> = parts.iter().copied().step_by(step).collect();
            let mut letters: Vec<char> = text(&kept).chars().collect();
            for (place, letter) in edits {
                let place = place.index(letters.len() + 1);
                match letter {
                    Some(letter) => letters.insert(place, letter),
                    None if place < letters.len() => drop(letters.remove(place)),
                    None => {}
                }
            }
            (a, letters.into_iter().collect())
        },
    )
}

fn check_matches(matches: &[Match], a: &str, b: &str) -> Result<(), TestCaseError> {
    for found in matches {
        for (span, text) in [(found.a, a), (found.b, b)] {
            let slice = text.get(span.range());
            prop_assert!(slice.is_some(), "{span:?} does not slice {text:?}");
            prop_assert!(slice.is_some_and(|slice| !slice.trim().is_empty()), "{span:?} is blank");
        }
        prop_assert!((0.0..=1.0).contains(&found.score), "score {}", found.score);
        let (of_a, of_b) = changes(a, found.a, b, found.b);
        for (changed, whole, text) in [(of_a, found.a, a), (of_b, found.b, b)] {
            for span in changed {
                prop_assert!(text.get(span.range()).is_some(), "change {span:?} of {text:?}");
                prop_assert!(whole.start <= span.start && span.end <= whole.end);
            }
        }
    }
    prop_assert!(matches.is_sorted_by_key(|found| found.a.start), "in the order of a");
    Ok(())
}

fn check(comparison: &Comparison, a: &str, b: &str) -> Result<(), TestCaseError> {
    check_matches(&comparison.passages, a, b)?;
    check_matches(&comparison.sentences, a, b)?;
    let share = |spans: &mut [Span], text: &str| covered(spans) as f32 / text.len().max(1) as f32;
    let mut spans: Vec<Span> = comparison.passages.iter().map(|passage| passage.a).collect();
    prop_assert_eq!(comparison.coverage_a, share(&mut spans, a));
    let mut spans: Vec<Span> = comparison.passages.iter().map(|passage| passage.b).collect();
    prop_assert_eq!(comparison.coverage_b, share(&mut spans, b));
    Ok(())
}

fn engine() -> Engine {
    Engine::new(Config::default().keep_unrelated(true)).expect("in range")
}

proptest! {
    #[test]
    fn spans_of_compared_pairs_slice_their_texts((a, b) in pair()) {
        let engine = engine();
        check(&engine.compare(&a, &b), &a, &b)?;
        check(&engine.compare(&b, &a), &b, &a)?;
        let same = engine.compare(&a, &a);
        check(&same, &a, &a)?;
        // Blank texts are unrelated to all.
        prop_assert_eq!(same.relation == Relation::Identical, !a.trim().is_empty());
    }

    #[test]
    fn spans_of_scanned_corpora_slice_their_texts(pairs in prop::collection::vec(pair(), 1..5)) {
        let texts: Vec<String> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
        let scan = engine().scan(&texts[..]).expect("nothing to fail");
        prop_assert_eq!(scan.clusters.len(), texts.len());
        for pair in &scan.pairs {
            prop_assert!(pair.a < pair.b);
            check(&pair.comparison, &texts[pair.a as usize], &texts[pair.b as usize])?;
        }
    }

    #[test]
    fn words_sentences_and_quotations_slice_their_text((_, text) in pair()) {
        let article = engine().analyzer().article(&text);
        let words = article.words.iter().map(|word| word.span);
        let sentences = article.sentences.iter().map(|sentence| sentence.span);
        let quotations = article.quotations.iter().copied();
        for span in words.clone().chain(sentences.clone()).chain(quotations) {
            prop_assert!(text.get(span.range()).is_some(), "{:?} of {:?}", span, text);
        }
        // In scripts without spaces words are pairs of characters, which overlap.
        prop_assert!(words.is_sorted());
        let sentences: Vec<_> = sentences.collect();
        prop_assert!(sentences.windows(2).all(|two| two[0].end <= two[1].start), "they overlap");
    }
}

/// The same with texts that are known to be found, so that the properties above are not empty.
#[test]
fn combining_marks_emoji_and_line_ends_of_two_bytes_are_found() {
    let parts: Vec<_> = SENTENCES.iter().map(|sentence| (*sentence, "\r\n\r\n")).collect();
    let a = text(&parts);
    let b = ["Unrelated first words, of nobody.\r\n", &text(&parts[1..12])].concat();
    let found = engine().compare(&a, &b);
    assert_ne!(found.relation, Relation::Unrelated);
    assert!(check(&found, &a, &b).is_ok());
    let has = |part: &str| {
        let both = |found: &Match| found.a.of(&a).contains(part) && found.b.of(&b).contains(part);
        found.sentences.iter().any(both) && found.passages.iter().any(both)
    };
    for part in ["cafe\u{301}", "👨‍👩‍👧‍👦", "contract\r\nresigned", "潜水员", "m͡any"]
    {
        assert!(has(part), "{part}");
    }
}
