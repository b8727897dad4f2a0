//! Features of reuse: what survives when a text is rewritten in other words.
//!
//! A rewrite keeps hardly any three words in a row, but many pairs of content words that are close
//! to each other (*ferry … bar*, *minister … resign*). So its features are skip-bigrams: pairs of
//! stems with up to a few content words between them, in either order (ROUGE-S: Lin and Och 2004).

use crate::text::hash::mix;

/// Version of all that makes features of words: detection of languages, stop words, stems, which
/// pairs of them, and their hashes. A change to any of them makes stored features unusable, and so
/// needs the next number. What is a word has [a version of its
/// own](crate::sketch::scheme::NORMALISATION).
pub const FEATURES: u32 = 1;

/// Calls `each` with the hash of every pair of stems at most `window` positions apart; `stems` are
/// those of an article's content words, as [`Outline`](crate::text::Outline) has them. A `window`
/// of 1 gives neighbours only.
///
/// Quoted words are included: a reused article may be a single long quotation. Articles with fewer
/// than two content words have no skip-bigrams.
pub fn skip_bigrams(stems: &[u32], window: usize, mut each: impl FnMut(u64)) {
    for distance in 1..=window.min(stems.len()) {
        for (&first, &second) in stems.iter().zip(&stems[distance..]) {
            if first != second {
                each(skip_bigram(first, second));
            }
        }
    }
}

/// The window that suits an article of that many words: with a narrow one, short articles would
/// have too few features to share three, and their rewrites be lost.
pub fn window(words: usize) -> usize {
    match words {
        0..150 => 4,
        150..200 => 3,
        200..250 => 2,
        _ => 1,
    }
}

/// The hash of a pair of stems, the same in either order.
pub fn skip_bigram(first: u32, second: u32) -> u64 {
    let (low, high) = (first.min(second), first.max(second));
    mix(u64::from(high) << 32 | u64::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Analyzer, Outline};

    fn features(text: &str, window: usize) -> Vec<u64> {
        let (mut outline, mut all) = (Outline::default(), Vec::new());
        Analyzer::new(None).outline(text, &mut outline);
        skip_bigrams(&outline.stems, window, |hash| all.push(hash));
        all
    }

    #[test]
    fn order_and_stop_words_do_not_matter() {
        assert_eq!(features("The ferries have waited", 1), features("Waiting: the ferry", 1));
        assert_eq!(features("Ferries wait near harbour bars", 3).len(), 3 + 2 + 1);
        assert!(features("the of and", 4).is_empty() && features("ferry", 4).is_empty());
    }
}
