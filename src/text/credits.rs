//! Credit lines: who reported, edited or owns a text.

use std::sync::LazyLock;

use super::article::Word;
use super::hash::word_hash;

/// What they say, in lower case.
const PHRASES: [&str; 16] = [
    "reporting by",
    "editing by",
    "edited by",
    "writing by",
    "contributed to this",
    "rights reserved",
    "may not be published",
    "originally published by",
    "mit material von",
    "rechte vorbehalten",
    "avec afp",
    "droits réservés",
    "con información de",
    "derechos reservados",
    "con agencias",
    "diritti riservati",
];

static FORMS: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| {
    let forms = |phrase: &&str| phrase.split(' ').map(|word| word_hash(word.as_bytes())).collect();
    PHRASES.iter().map(forms).collect()
});

/// Whether a sentence of these words credits somebody.
pub(super) fn is_credit(words: &[Word]) -> bool {
    FORMS.iter().any(|phrase| {
        words.windows(phrase.len()).any(|run| run.iter().zip(phrase).all(|(x, y)| x.form == *y))
    })
}
