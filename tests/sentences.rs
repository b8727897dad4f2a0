//! Sentences in all scripts, with all marks that close them, and in lines of all widths.

use std::fs;
use std::sync::LazyLock;

use retold::align::{Comparison, Kind, Relation};
use retold::{Config, Engine};

mod samples;
use samples::SAMPLES;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Config::default().keep_unrelated(true)).expect("in range"));

fn case(path: &str) -> String {
    let path = format!("{}/tests/cases/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sentences(text: &str) -> Vec<&str> {
    let article = ENGINE.analyzer().article(text);
    article.sentences.iter().map(|sentence| sentence.span.of(text)).collect()
}

/// All aligned sentences are identical, and there are as many.
#[track_caller]
fn assert_sentences_identical(found: &Comparison, count: usize, what: &str) {
    let kinds: Vec<Kind> = found.sentences.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, vec![Kind::Identical; count], "{what}");
}

#[test]
fn case_of_sentence_ends_of_other_scripts() {
    let [a, b] = ["a", "b"].map(|side| case(&format!("sentence-ends-of-other-scripts/{side}.txt")));
    assert_sentences_identical(&ENGINE.compare(&a, &b), 8, "Hindi");
}

#[test]
fn case_of_a_closing_quote_after_a_space() {
    let text = case("closing-quote-after-space/a.txt");
    let expected = ["Il a dit : « Nous partons demain. »", "Puis il est sorti sans manteau."];
    assert_eq!(sentences(&text), expected);
}

#[test]
fn case_of_narrow_columns() {
    let [a, b] = ["a", "b"].map(|side| case(&format!("narrow-columns/{side}.txt")));
    let found = ENGINE.compare(&a, &b);
    assert_eq!(found.relation, Relation::Identical);
    assert_sentences_identical(&found, 22, "34 columns");
}

/// A clause, the marks that end sentences after it, and what stands between it and the next one.
const SCRIPTS: [(&str, &[&str], &str); 16] = [
    ("The board met on Tuesday", &[".", "!", "?", "…", "?!", "‼", "⁇", "..."], " "),
    ("Το συμβούλιο συνεδρίασε και είναι εδώ", &[".", ";", "!", "\u{37e}"], " "),
    ("Совет собрался во вторник", &[".", "!", "?", "…"], " "),
    ("बोर्ड ने मंगलवार को बैठक की", &["।", "॥", "?", "!"], " "),
    ("बोर्ड ने मंगलवार को बैठक की", &["।", "॥"], ""),
    ("বোর্ড মঙ্গলবার বৈঠক করেছে", &["।", "?", "!"], " "),
    ("اجتمع المجلس يوم الثلاثاء", &[".", "؟", "!", "؞"], " "),
    ("بورڈ کا اجلاس منگل کو ہوا", &["۔", "؟", "!"], " "),
    ("ቦርዱ ማክሰኞ ተሰበሰበ", &["።", "፧", "፨"], " "),
    ("Խորհուրդը հավաքվեց երեքշաբթի", &["։", "."], " "),
    ("ក្រុមប្រឹក្សាបានប្រជុំ", &["។", "៕", "?"], " "),
    ("ဘုတ်အဖွဲ့ အစည်းအဝေး", &["။", "?"], " "),
    ("ལྷན་ཚོགས་ཚོགས་འདུ་", &["།", "༎", "།།"], " "),
    ("港口管理局周三开会", &["。", "！", "？", "｡", "．", "!", "?"], ""),
    ("理事会は火曜日に開かれた", &["。", "！", "？", "．"], ""),
    ("이사회는 화요일에 열렸다", &[".", "!", "?", "。"], " "),
];

/// What opens, and what closes.
const QUOTES: [(&str, &str); 18] = [
    ("“", "”"),
    ("\"", "\""),
    ("„", "“"),
    ("»", "«"),
    ("«", "»"),
    ("« ", " »"),
    ("«\u{a0}", "\u{a0}»"),
    ("«\u{202f}", "\u{202f}»"),
    ("‹", "›"),
    ("‘", "’"),
    ("‚", "‘"),
    ("”", "”"),
    ("(", ")"),
    ("[", "]"),
    ("「", "」"),
    ("『", "』"),
    ("《", "》"),
    ("\" ", " \""),
];

#[test]
fn every_script_ends_its_sentences_with_its_marks() {
    for (clause, stops, space) in SCRIPTS {
        for stop in stops {
            let sentence = format!("{clause}{stop}");
            let text = [&*sentence, &*sentence, &*sentence].join(space);
            assert_eq!(sentences(&text), [&*sentence; 3], "{text}");
        }
    }
}

#[test]
fn what_closes_belongs_to_the_sentence_that_it_closes() {
    for (clause, stops, space) in SCRIPTS {
        // Without any other space nobody can tell what a mark with spaces on one side does.
        let can_have_spaces = |open: &str| !(space.is_empty() && open.ends_with(' '));
        for (open, close) in QUOTES.into_iter().filter(|(open, _)| can_have_spaces(open)) {
            for stop in stops {
                let quoted = format!("{open}{clause}{stop}{close}");
                let plain = format!("{clause}{stop}");
                let text = [&*quoted, &*plain, &*quoted, &*quoted, &*plain].join(space);
                assert_eq!(sentences(&text), [&quoted, &plain, &quoted, &quoted, &plain]);
            }
        }
    }
}

#[test]
fn marks_that_open_after_a_space_belong_to_the_next_sentence() {
    for text in [
        "Er ging.|»Nein«, sagte sie.|Ja!",
        "Il est parti.|« Non », dit-elle.|Oui !",
        "Han gick.|”Nej”, sade hon.",
        "He left.|“No,” she said.|\"Yes\" he said.|(They agreed.)|[Laughter.]|That was all.",
        "He left.|’Twas late.",
        "Er ging.|„Nein“, sagte sie.",
    ] {
        let expected: Vec<&str> = text.split('|').collect();
        assert_eq!(sentences(&expected.join(" ")), expected);
    }
}

/// Breaks lines so that none is longer than `width` characters, where that can be.
fn wrapped(text: &str, width: usize) -> String {
    let is_full = |c: char| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let long =
                |line: &str| line.chars().map(|c| 1 + usize::from(is_full(c))).sum::<usize>();
            if !line.is_empty() && long(&line) + 1 + long(word) > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            for letter in word.chars() {
                if is_full(letter) && long(&line) + 2 > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Two paragraphs, long enough to see how they are set.
fn long(text: &str) -> String {
    format!("{text}\n\n{}\n", [text; 4].join(" "))
}

/// Columns that look like a list of headings: nearly every line begins with a capital, by chance.
const LIKE_HEADINGS: [(&str, usize); 1] = [("German", 36)];

#[test]
fn columns_of_any_width_are_joined() {
    let flat = |text: &str| -> Vec<String> {
        let sentences = sentences(text);
        sentences.iter().map(|sentence| sentence.split_whitespace().collect()).collect()
    };
    let mut wrong = Vec::new();
    for (language, text) in &SAMPLES[..15] {
        let whole = long(text);
        for width in 25..=80 {
            let other = wrapped(&whole, width);
            let found = ENGINE.compare(&whole, &other);
            assert_eq!(found.relation, Relation::Identical, "{language}\n{other}");
            if flat(&whole) != flat(&other) {
                wrong.push((*language, width));
            }
        }
    }
    assert_eq!(wrong, LIKE_HEADINGS);
}

/// `text` in lines of `width`, with `hyphen` where a word is broken: before a consonant with a
/// vowel, as typesetters do in most languages.
fn hyphenated(text: &str, width: usize, hyphen: &str) -> String {
    let is_vowel = |c: &char| "aeiouyäöüàâéèêëîïôûùáíóúаеёиоуыэюя".contains(*c);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let mut word: Vec<char> = word.chars().collect();
            let length = line.chars().count();
            if !line.is_empty() && length + 1 + word.len() > width {
                let room = width.saturating_sub(length + 2);
                let breaks = |at: &usize| {
                    let letters = word[at - 2..].iter().take(4).all(|c| c.is_lowercase());
                    let consonant_before_vowel = !is_vowel(&word[*at]) && is_vowel(&word[at + 1]);
                    letters && consonant_before_vowel && word[..*at].iter().any(is_vowel)
                };
                let place =
                    (2..word.len().saturating_sub(3)).rev().find(|at| *at <= room && breaks(at));
                if let Some(at) = place {
                    line.push(' ');
                    line.extend(word.drain(..at));
                    line.push_str(hyphen);
                }
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.extend(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

#[test]
fn words_broken_at_line_ends_are_whole() {
    let story = case("narrow-columns/a.txt");
    let mut broken = 0;
    for hyphen in ["-", "\u{2010}", "\u{2011}", "¬", "\u{ad}"] {
        for width in (25..=80).step_by(3) {
            let other = hyphenated(&story, width, hyphen);
            broken += other.matches(&format!("{hyphen}\n")).count();
            for other in [other.replace('\n', "\r\n"), other.replace('\n', "  \n  "), other] {
                let found = ENGINE.compare(&story, &other);
                assert_eq!(found.relation, Relation::Identical, "{other}");
                assert_sentences_identical(&found, 22, &other);
            }
        }
    }
    assert!(broken > 700, "{broken}");
}

#[test]
fn compounds_cut_at_their_hyphen_keep_it() {
    let story = case("narrow-columns/a.txt");
    for width in 25..=80 {
        // As a program wraps that may break lines after hyphens.
        let other = wrapped(&story.replace('-', "- "), width).replace("- ", "-");
        let found = ENGINE.compare(&story, &other);
        assert_eq!(found.relation, Relation::Identical, "{other}");
    }
}

#[test]
fn lines_that_are_their_own_stay_so() {
    let verse = "Shall we go down where the old river bends\n\
                 And count the lights upon the farther shore\n\
                 Until the watch that no one keeps any more ends\n\
                 And nothing of the harbour is left to pour\n";
    assert_eq!(sentences(verse).len(), 4);
    let names = "Annabel Whitcombe\nRoderick Halloway\nPhilippa Stanhope\nCornelius Ashworth\n";
    assert_eq!(sentences(names).len(), 4);
    let list = "To be decided on Tuesday evening:\n\
                - Repairs to the crane beside the market\n\
                - Rent for the stalls on the old quay\n\
                - Lights for the summer fair in late June\n";
    assert_eq!(sentences(list).len(), 4);
    let headed = "Board to Decide\n\nThe harbour board met on Tuesday to decide\nthe future of the old \
                  crane beside the\nFish Market. Most residents want it kept\nas a landmark.\n\
                  Verdict Expected\nThe chair said after the meeting that the\nboard would vote before \
                  the Summer Fair\nopens in June.\n";
    let found = sentences(headed);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[3], "Verdict Expected");
}
