//! Words that turn a statement into its opposite.

use std::sync::LazyLock;

use super::hash::{WordMap, word_hash};
use super::language::Language;

/// For each language the words that deny.
const WORDS: &[(Language, &str)] = &[
    (Language::Arabic, "لا لم لن ليس ليست غير بدون"),
    (Language::Czech, "ne není nejsou nebyl nebyla nebylo nikdy žádný žádná žádné nikdo nic bez"),
    (Language::Danish, "ikke ingen intet aldrig uden hverken"),
    (Language::Dutch, "niet geen nooit niemand niets zonder noch"),
    (
        Language::English,
        "not no never none nobody nothing neither nor without cannot can't don't doesn't didn't \
         isn't aren't wasn't weren't won't wouldn't couldn't shouldn't hasn't haven't hadn't",
    ),
    (Language::Finnish, "ei en et emme ette eivät eikä älä älkää ilman koskaan kukaan mikään"),
    (Language::French, "ne n pas jamais sans aucun aucune rien ni non personne"),
    (
        Language::German,
        "nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder",
    ),
    (Language::Greek, "δεν μην δε όχι ποτέ κανένας χωρίς τίποτα"),
    (Language::Hungarian, "nem ne sem nincs nincsenek soha senki semmi nélkül"),
    (Language::Italian, "non mai senza nessuno nessuna niente nulla né"),
    (Language::Norwegian, "ikke ingen intet aldri uten verken"),
    (Language::Polish, "nie nigdy bez żaden żadna żadne nikt nic ani"),
    (Language::Portuguese, "não nunca sem nenhum nenhuma nada ninguém nem"),
    (Language::Romanian, "nu niciodată fără niciun nicio nimeni nimic nici"),
    (Language::Russian, "не нет ни никогда никто ничего без нельзя"),
    (Language::Spanish, "no nunca sin ningún ninguna ninguno nada nadie ni"),
    (Language::Swedish, "inte ingen inget inga aldrig utan varken"),
    (Language::Turkish, "değil hiç yok asla"),
];

/// Characters of scripts whose words are compared by pairs, or change inside, that deny.
const CHARACTERS: [char; 12] =
    ['不', '没', '沒', '無', '无', '未', '非', '않', '없', '못', 'ぬ', 'ず'];
/// The same, of two characters.
const PAIRS: [&str; 3] = ["ない", "なか", "ませ"];

/// The listed words.
struct Negations {
    /// In which languages each of them denies, by their bits.
    languages: WordMap<u32>,
    /// A bit for each value of the twelve lowest bits of a form that one of them has: hardly any
    /// word of a text gets past it.
    filter: [u64; 64],
}

static NEGATIONS: LazyLock<Negations> = LazyLock::new(|| {
    let mut negations = Negations { languages: WordMap::default(), filter: [0; 64] };
    for (language, words) in WORDS {
        for form in words.split_whitespace().map(|word| word_hash(word.as_bytes())) {
            *negations.languages.entry(form).or_default() |= language.bit();
            negations.filter[form as usize / 64 % 64] |= 1 << (form % 64);
        }
    }
    negations
});

/// Whether a word of that form and spelling negates in that language.
pub(super) fn is_negation(form: u64, word: &str, language: Language) -> bool {
    let negations = &*NEGATIONS;
    if word.as_bytes().first().is_some_and(|byte| *byte >= 0xe3) {
        return word.contains(CHARACTERS) || PAIRS.iter().any(|pair| word.contains(pair));
    }
    if negations.filter[form as usize / 64 % 64] >> (form % 64) & 1 == 0 {
        return false;
    }
    // Where the language is not known, as in most captions, it is taken for English.
    let language = if language == Language::Unknown { Language::English } else { language };
    negations.languages.get(&form).is_some_and(|languages| languages & language.bit() != 0)
}

#[cfg(test)]
mod tests {
    use crate::text::{Analyzer, Traits};

    #[test]
    fn denials_are_known_by_language() {
        let count = |text: &str| {
            let article = Analyzer::new(None).article(text);
            article.words.iter().filter(|word| word.traits.has(Traits::NEGATION)).count()
        };
        for (with, without) in [
            ("The drug is not safe for the children.", "The drug is safe for the children."),
            ("It wasn't the mayor who said that.", "It was the mayor who said that."),
            (
                "Das Mittel ist nicht sicher für die Kinder.",
                "Das Mittel ist sicher für die Kinder.",
            ),
            ("Le pont ne sera pas fermé.", "Le pont sera fermé."),
            ("这种药物不安全", "这种药物很安全"),
            ("이 약은 안전하지 않다", "이 약은 안전하다"),
        ] {
            assert!(count(with) > 0, "{with}");
            assert_eq!(count(without), 0, "{without}");
        }
    }
}
