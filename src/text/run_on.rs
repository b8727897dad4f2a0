//! Sentences that run together without a space: `council tax by 4% a year.It said`.
//!
//! Many corpora, and most text that was taken out of PDF files, have lost spaces after full stops.
//! UAX #29 makes one word of `year.It`, and without white space no sentence ends there. Only what
//! looks like prose on both sides is divided here: small letters before the mark, and after it a
//! capital with small letters. Addresses, files and names of programs are left whole, and so is
//! whatever leaves a doubt: a name before the full stop, as in `in London.The`, looks like one of
//! `System.Text`.
//!
//! All rules apply to the compatibility decomposition of the text, so that results do not depend on
//! its encoding. They do depend on capitals.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::alphabets::is_mark;
use super::characters::is_ignorable;

/// Characters without white space that are prose, at most.
const MOST: usize = 100;

/// What follows the dot in names of files and hosts, and hardly ever begins a sentence.
const ENDINGS: [&str; 20] = [
    "com", "net", "org", "edu", "gov", "js", "py", "md", "pdf", "txt", "htm", "html", "exe", "php",
    "xml", "csv", "jpg", "png", "doc", "zip",
];

/// Whether `mark`, from which a folded text has a dot between two letters, is a full stop that
/// separates two words.
pub(super) fn parts_words(text: &str, mark: Range<usize>) -> bool {
    // Most are in abbreviations and addresses.
    let bytes = text.as_bytes();
    let (before, after) = (&bytes[..mark.start], &bytes[mark.end..]);
    let is_other = before.last().is_some_and(u8::is_ascii_uppercase)
        || after.first().is_some_and(u8::is_ascii_lowercase);
    !is_other
        && is_full_stop(&text[mark.clone()])
        && ends_in_small_letters(&text[..mark.start])
        && begins_sentence(&text[mark.end..])
        && !is_in_name(text, &mark)
}

/// Whether the marks at `marks` end a sentence though no space follows them, where the first letter
/// of the next one would be at `next`, after closing and opening marks.
pub(super) fn ends_sentence(text: &str, marks: Range<usize>, next: usize) -> bool {
    let run = &text[marks.clone()];
    if !is_full_stop(run) && !run.chars().all(is_exclamation) {
        return false;
    }
    let before = &text[..marks.start];
    (ends_in_small_letters(before) || ends_in_sign(before))
        && begins_sentence(&text[next..])
        && !is_in_name(text, &marks)
}

fn is_full_stop(run: &str) -> bool {
    matches!(run, "." | "\u{2024}" | "\u{fe52}" | "\u{ff0e}")
}

/// Exclamation and question marks, and both of them in one.
fn is_exclamation(character: char) -> bool {
    matches!(character, '!' | '?' | '\u{203c}' | '\u{2047}'..='\u{2049}')
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | '\u{2bc}')
}

/// What is seen of a character, decomposed, without marks on letters.
fn seen(character: char) -> impl Iterator<Item = char> {
    std::iter::once(character).nfkd().filter(|c| c.is_ascii() || !is_ignorable(*c) && !is_mark(*c))
}

/// What is seen of a text, from its end on.
fn seen_backwards(text: &str) -> impl Iterator<Item = char> {
    text.chars().rev().flat_map(seen)
}

/// Whether the word before has small letters only, two or more, or one behind a number: `£3.5m`.
fn ends_in_small_letters(before: &str) -> bool {
    let (mut letters, mut digits) = (0, 0);
    for character in seen_backwards(before) {
        match character {
            small if small.is_lowercase() => letters += 1,
            apostrophe if is_apostrophe(apostrophe) && letters > 0 => {}
            other if other.is_alphabetic() => return false,
            digit if digit.is_numeric() && letters > 0 => digits += 1,
            _ => break,
        }
    }
    letters >= 2 || letters == 1 && digits > 0
}

/// Whether a number, a percentage, or something in brackets or quotation marks precedes.
fn ends_in_sign(before: &str) -> bool {
    let mut characters = seen_backwards(before);
    let (Some(last), Some(second)) = (characters.next(), characters.next()) else { return false };
    match last {
        '%' | ')' | ']' | '"' | '\'' | '”' | '’' | '“' | '»' => {
            second.is_alphanumeric() || second == '%'
        }
        _ if last.is_alphabetic() || !last.is_numeric() => false,
        // The number of an item in a list is of one digit, or the first word of its line.
        _ => {
            let rest = before.trim_end_matches(|c: char| !c.is_whitespace());
            let line = rest.trim_end_matches([' ', '\t', '\u{a0}']);
            let is_first = line.is_empty() || line.ends_with(char::is_whitespace);
            !is_first && !second.is_whitespace()
        }
    }
}

/// Whether what follows begins with a capital and small letters, or is a word of one letter.
fn begins_sentence(after: &str) -> bool {
    // A mark would have to be on the full stop.
    if after.chars().find(|c| !is_ignorable(*c)).is_none_or(is_mark) {
        return false;
    }
    let mut characters = after.chars().flat_map(seen);
    let Some(first) = characters.next().filter(|first| first.is_uppercase()) else { return false };
    let mut word: String = first.to_lowercase().collect();
    let next = characters.find(|&next| {
        let is_small = next.is_lowercase();
        word.extend(is_small.then_some(next));
        !is_small && !is_apostrophe(next)
    });
    // `McCain`, `Level4` and `Println(` may be anything.
    if next.is_some_and(|next| next.is_alphanumeric() || next == '(') {
        return false;
    }
    if word.chars().count() == 1 {
        return is_word_alone(first) && next.is_some_and(char::is_whitespace);
    }
    !ENDINGS.contains(&&*word)
}

/// Words of one letter that many sentences begin with, in English and in Cyrillic.
fn is_word_alone(letter: char) -> bool {
    matches!(letter, 'A' | 'I' | 'А' | 'В' | 'И' | 'К' | 'О' | 'С' | 'У' | 'Я')
}

/// Whether the marks are part of an address, the name of a file or one of a program: by what else
/// there is from white space to white space.
fn is_in_name(text: &str, marks: &Range<usize>) -> bool {
    let before: Vec<char> = to_white_space(seen_backwards(&text[..marks.start]));
    let after: Vec<char> = to_white_space(text[marks.end..].chars().flat_map(seen));
    [before, after].iter().any(|side| {
        let is_sign = |c: &char| "/\\@_=#`<>{}|".contains(*c);
        let is_joint = |three: &[char]| {
            (three[1] == '.' || is_exclamation(three[1]))
                && three[0].is_alphabetic()
                && three[2].is_alphabetic()
        };
        side.len() >= MOST || side.iter().any(is_sign) || side.windows(3).any(is_joint)
    })
}

fn to_white_space(characters: impl Iterator<Item = char>) -> Vec<char> {
    characters.take(MOST).take_while(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::for_each_word;
    use crate::text::language::Language;
    use crate::text::sentences::sentences;

    fn words(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        for_each_word(text, |_, word| all.push(word.to_owned()));
        all
    }

    /// Sentences, with `|` where they run together.
    #[track_caller]
    fn check(parted: &str, language: Language) {
        let text = parted.replace('|', "");
        let found: Vec<&str> =
            sentences(&text, language).iter().map(|span| span.of(&text)).collect();
        assert_eq!(found, parted.split('|').collect::<Vec<_>>(), "{text}");
        assert_eq!(words(&text), words(&parted.replace('|', " ")), "{text}");
    }

    #[test]
    fn sentences_that_run_together_are_parted() {
        for text in [
            "It will increase council tax by 4% a year.|It said so.",
            "They fell in their 3-2 defeat.|\"It's not acceptable,\" he said.",
            "The 28-year-old said.|Ferris described it.",
            "\"We won.\"|He left the ground.",
            "“We won.”|He left the ground.|‘Did he?’ she asked.",
            "It rose by 4%.|The rest fell.",
            "It rose to 45.|The rest fell in 2019.|They rose.",
            "It cost £3.5m.|The rest was paid (in full).|We won!|Did they?|They did?!|\
             Yes they did.",
            "He saw it.|I'm glad it's.|I think.|A man left.|Don't go.",
            "Es war spät.|Über allem lag Schnee.",
        ] {
            check(text, Language::English);
        }
        check("Сорок лет прошло с того года.|Он сказал так.|В Москве снег.", Language::Russian);
        check("Το είπε χθες.|Ήταν εδώ.", Language::Greek);
    }

    #[test]
    fn names_numbers_and_addresses_are_left_whole() {
        for text in [
            "System.Text.Json and System.text",
            "see www.Example.Com or example.Com or http://example.It/page and a@example.It",
            "node.Js and report.Pdf of some_file.It",
            "fmt.Println(x) and os.McCain and var.Level4 by v.Four",
            "U.S.Senate e.g.This i.e.That U.S.A. Ph.D.",
            "3.5 and 3.It and 2,000.50",
            "London.The",
            "vitamin.C is plan.b or YEAR.IT or year.it",
            "wait...What and wait…What",
            "path\\name.It x=name.It",
        ] {
            assert_eq!(sentences(text, Language::English).len(), 1, "{text}");
        }
        for (text, count) in [("example.Com", 1), ("System.Text", 1), ("year.it", 1), ("a.It", 1)] {
            assert_eq!(words(text).len(), count, "{text}");
        }
        let list = "To do:\n1.Open the door\n12.Close the door";
        assert_eq!(sentences(list, Language::English).len(), 3);
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let text = "They played vs.Real and lost.";
        assert_eq!(sentences(text, Language::English).len(), 1);
        assert_eq!(words(text), ["they", "played", "vs", "real", "and", "lost"]);
    }

    #[test]
    fn long_runs_without_white_space_are_no_prose() {
        let run = "x".repeat(MOST);
        assert_eq!(words(&format!("{run} year.It {run}")).len(), 4);
        assert_eq!(words(&format!("{run}.It")).len(), 1);
        assert_eq!(words(&format!("year.It-{run}")).len(), 2);
    }

    proptest::proptest! {
        /// Every word is in one sentence, and neither depends on how the text is encoded.
        #[test]
        fn words_stand_in_one_sentence(
            parts in "([a-cA-Cбжé]{1,3}|[.!?．․㏂ﬁ]|[\"'”’)%1²\u{301}\u{200b}\u{2bc} ]){0,30}",
        ) {
            let found = sentences(&parts, Language::English);
            for_each_word(&parts, |word, form| {
                let sentence = found.iter().find(|one| one.range().contains(&word.start));
                let is_inside = sentence.is_some_and(|one| word.end <= one.end as usize);
                assert!(is_inside, "{form} in {parts:?}");
            });
            let forms: [String; 4] = [
                parts.nfc().collect(),
                parts.nfd().collect(),
                parts.nfkc().collect(),
                parts.nfkd().collect(),
            ];
            for form in forms {
                proptest::prop_assert_eq!(words(&form), words(&parts), "{:?}", form);
            }
        }
    }
}
