//! What a text looks like decides about its words, not how it is encoded, cased or disguised.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use retold::align::{Comparison, Kind, Relation};
use retold::text::Traits;
use retold::{Config, Engine};
use unicode_normalization::UnicodeNormalization;

mod samples;
use samples::SAMPLES;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Config::default().keep_unrelated(true)).expect("in range"));

fn engine() -> &'static Engine {
    &ENGINE
}

fn case(path: &str) -> String {
    let path = format!("{}/tests/cases/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compare(a: &str, b: &str) -> Comparison {
    engine().compare(a, b)
}

#[track_caller]
fn assert_identical(a: &str, b: &str) {
    let found = compare(a, b).relation;
    assert_eq!(found, Relation::Identical, "{a:?}\n{b:?}");
}

#[test]
fn cases_of_case() {
    for name in ["", "de_", "tr_"] {
        let [a, b] = ["a", "b"].map(|side| case(&format!("case-folding/{name}{side}.txt")));
        assert_identical(&a, &b);
    }
}

#[test]
fn cases_of_invisible_characters_and_confusables() {
    let a = case("invisible-characters/a.txt");
    assert_eq!(engine().analyzer().article(&a).disguised_words(), 0);
    for name in ["cgj", "cyrillic", "invtimes", "mvs", "tag", "vs17", "zwsp"] {
        let b = case(&format!("invisible-characters/{name}.txt"));
        let found = compare(&a, &b);
        assert_eq!(found.relation, Relation::Identical, "{name}");
        assert!(found.sentences.iter().all(|found| found.kind == Kind::Identical), "{name}");
        let article = engine().analyzer().article(&b);
        assert!(article.disguised_words() >= 15, "{name}: {}", article.disguised_words());
        let first = article.words[0];
        // Invisible characters at the end of a word are none inside.
        assert_eq!(first.traits.has(Traits::DISGUISED), name == "cyrillic", "{name}");
    }
}

#[test]
fn every_language_is_the_same_in_every_case_and_normal_form() {
    for (language, text) in SAMPLES {
        let title: String = text
            .split_inclusive(' ')
            .map(|word| {
                let mut letters = word.chars();
                let first = letters.next().map(|c| c.to_uppercase().collect::<String>());
                first.unwrap_or_default() + letters.as_str()
            })
            .collect();
        let forms = [
            text.to_uppercase(),
            text.to_lowercase(),
            title,
            text.nfc().collect(),
            text.nfd().collect(),
            text.nfkc().collect(),
            text.nfkd().collect(),
            text.to_uppercase().nfd().collect(),
        ];
        for (at, form) in forms.iter().enumerate() {
            let found = compare(text, form).relation;
            assert_eq!(found, Relation::Identical, "{language}, form {at}: {form}");
            let article = engine().analyzer().article(form);
            assert_eq!(article.disguised_words(), 0, "{language}, form {at}: {form}");
        }
    }
}

/// The first and the last of every range of Default_Ignorable_Code_Point.
const IGNORABLE: [u32; 34] = [
    0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x200b, 0x200c,
    0x200d, 0x200f, 0x202a, 0x202e, 0x2060, 0x2064, 0x206f, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0,
    0xfff0, 0xfff8, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0001, 0xe0041, 0xe0100, 0xe0fff,
];

#[test]
fn every_ignorable_character_is_ignored_and_told_in_alphabets() {
    let text = SAMPLES[0].1;
    for code in IGNORABLE {
        let hidden = char::from_u32(code).expect("a character");
        let other = text.replace('e', &format!("e{hidden}"));
        assert_identical(text, &other);
        let disguised = engine().analyzer().article(&other).disguised_words();
        // Soft hyphens are how pages say where words may be broken.
        assert_eq!(disguised > 5, hidden != '\u{ad}', "{code:x}: {disguised}");
    }
}

/// Joiners and marks of direction are part of how these are written.
#[test]
fn scripts_that_need_joiners_are_not_disguised() {
    let texts = [
        "می\u{200c}خواهم کتاب\u{200c}ها را بخوانم",
        "क्\u{200d}ष और श्\u{200c}र",
        "שלום\u{200f}! עולם\u{200e}.",
    ];
    for text in texts {
        assert_eq!(engine().analyzer().article(text).disguised_words(), 0, "{text}");
    }
}

/// Letters of `text` by those of another alphabet, where `letters` has one: pairs of both.
fn swapped(text: &str, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let other = |c: char| letters.chunks(2).find(|pair| pair[0] == c).map_or(c, |pair| pair[1]);
    text.chars().map(other).collect()
}

#[test]
fn look_alikes_of_several_alphabets_are_seen_through() {
    let english = SAMPLES[0].1;
    let alphabets = [
        ("Cyrillic", "aаeеoоpрcсxхyуTТHН"),
        ("Greek", "oοaαvνTΤOΟNΝ"),
        ("Armenian", "oօhհuս"),
        ("Cherokee", "TᎢDᎠOᎤ"),
        ("Coptic", "oⲟcⲥ"),
        ("Lisu", "TꓔDꓓOꓳ"),
        ("Cyrillic and Greek", "aаoοeеvν"),
    ];
    for (name, letters) in alphabets {
        let other = swapped(english, letters);
        let found = compare(english, &other);
        let disguised = engine().analyzer().article(&other).disguised_words();
        if !matches!(name, "Cherokee") {
            assert_eq!(found.relation, Relation::Identical, "{name}: {other}");
        }
        assert!(disguised > 0, "{name}");
    }
    let russian = SAMPLES[6].1;
    let other = swapped(russian, "аaоoеeсcрpуyхxМMкk");
    assert_identical(russian, &other);
    assert!(engine().analyzer().article(&other).disguised_words() > 10);
    let greek = SAMPLES[5].1;
    assert_identical(greek, &swapped(greek, "οoνvΟOΗH"));
}

#[test]
fn words_of_another_alphabet_are_no_disguise() {
    let texts = [
        "Компания Apple сообщила, а Google нет: «Мы с iPhone и у Mac» — сказал он в Москве.",
        "The α-helix and the β-sheet of 5 μm, at 3 kΩ and Δt, were measured in a rat.",
        "He wrote а over о in his Russian notes; «Война и мир» is a long book.",
        "Die Ω-Werte der Firma ΑΒΓ lagen im Mai über denen des Vorjahres.",
        "The word «сообщение» means message, and Киев is a city.",
    ];
    for text in texts {
        assert_eq!(engine().analyzer().article(text).disguised_words(), 0, "{text}");
    }
    let words = |text: &str| engine().analyzer().article(text).words;
    // A whole word of look-alikes among English ones; the same word is itself in Russian.
    let english = words("Please check your рауа account and reply to the bank at once.");
    assert!(english[3].traits.has(Traits::DISGUISED));
    assert_eq!(english[3].form, words("paya")[0].form);
    let russian = words("Отец сказал, что раса и род не важны.");
    assert!(russian.iter().all(|word| !word.traits.has(Traits::DISGUISED)));
}

#[test]
fn compatibility_characters_are_the_letters_that_they_stand_for() {
    assert_identical(
        "The ﬁrst ﬂood cost ½ of the ＢＵＤＧＥＴ — ５ Ｍｒｄ. Ⅻ ② ℡ ㎏ x² … ﷺ ｶﾞｽ",
        "The first flood cost 1⁄2 of the BUDGET — 5 Mrd. XII 2 TEL kg x2 ... صلى الله عليه وسلم ガス",
    );
    assert_identical("𝐇𝐞𝐥𝐥𝐨 𝕨𝕠𝕣𝕝𝕕 𝓪𝓰𝓪𝓲𝓷 Straẞe", "hello world again STRASSE");
}

proptest! {
    #[test]
    fn what_nobody_sees_changes_nothing(
        sample in prop::sample::select(&SAMPLES[..]),
        hidden in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(&IGNORABLE[..])), 1..20),
    ) {
        let (_, text) = sample;
        let mut letters: Vec<char> = text.chars().collect();
        for (at, code) in hidden {
            let at = at.index(letters.len() + 1);
            letters.insert(at, char::from_u32(code).expect("a character"));
        }
        let other: String = letters.into_iter().collect();
        prop_assert_eq!(compare(text, &other).relation, Relation::Identical, "{:?}", other);
    }

    /// Whatever the characters: folding does not look at how they are encoded or cased.
    #[test]
    fn any_text_is_the_same_in_every_normal_form(text in "(\\PC|[a-zA-ZßİıςΣé ]){0,40}") {
        let mut analyzer = engine().analyzer();
        let mut forms = |text: &str| {
            let mut found = Vec::new();
            analyzer.forms(text, &mut found);
            found
        };
        let own = forms(&text);
        prop_assert_eq!(&forms(&text.nfc().collect::<String>()), &own);
        prop_assert_eq!(&forms(&text.nfd().collect::<String>()), &own);
        prop_assert_eq!(&forms(&text.nfkc().collect::<String>()), &own);
        prop_assert_eq!(&forms(&text.nfkd().collect::<String>()), &own);
        let (upper, lower) = (text.to_uppercase(), text.to_lowercase());
        let (in_upper, in_lower) = (forms(&upper), forms(&lower));
        let mut is_disguised = |text: &str| analyzer.article(text).disguised_words() > 0;
        // A Greek `Β` looks like a letter that `β` does not look like.
        if ![&text, &upper, &lower].into_iter().any(|text| is_disguised(text)) {
            prop_assert_eq!(&in_upper, &own);
            prop_assert_eq!(&in_lower, &own);
        }
    }
}
