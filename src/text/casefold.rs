//! Full case folding and NFKC of one combining sequence.

use unicode_normalization::UnicodeNormalization;

/// Appends the folded form of a combining sequence.
pub(super) fn push_folded(cluster: &str, folded: &mut String) {
    let mut before = ' ';
    let cased = cluster.nfkc().flat_map(fold_case).filter(|&character| {
        // Turkish: `İ` is `i` in upper case, and `i` with a dot when lowered.
        let is_dot_of_i = before == 'i' && character == '\u{307}';
        before = if is_dot_of_i { before } else { character };
        !is_dot_of_i
    });
    folded.extend(cased.nfkc());
}

/// Full case folding, with `ı` as `i`: upper case unites what folding unites, lower case makes it
/// small; the first step is for capitals without a small letter of their own, such as `ẞ`.
fn fold_case(character: char) -> impl Iterator<Item = char> {
    let lower = char::to_lowercase;
    lower(character).flat_map(char::to_uppercase).flat_map(lower)
}
