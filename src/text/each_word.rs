//! Every word of a text, with what its form depends on in the rest of the text.

use std::ops::Range;

use super::context::Context;
use super::words::for_each_in;
use super::{disguise, hyphens, lines};

/// Calls `each(range, folded)` for every word of `text`, in order: its bytes in the text, and its
/// form for matching.
///
/// The folded form is never empty, and the same for words that look alike: it has no hyphen where
/// the word is broken at a line end, and a look-alike letter of another alphabet is the one that it
/// passes for. Ranges of neighbouring words overlap in scripts without spaces, and where one
/// character stands for several words. Text without a letter or digit has no words.
pub fn for_each_word(text: &str, mut each: impl FnMut(Range<usize>, &str)) {
    let context = read_context(text);
    for_each_in(text, 0..text.len(), &context, &mut |word, folded| each(word.range, folded));
}

/// The context of all words of a text. Reads the whole text; more than once where it has something
/// to find.
pub(super) fn read_context(text: &str) -> Context {
    let mut gaps = hyphens::gaps(text);
    gaps.extend(lines::unspaced_gaps(text));
    gaps.sort_unstable_by_key(|gap| gap.start);
    let mut context = Context { gaps, disguises: Vec::new() };
    context.disguises = disguise::find(text, &context);
    context
}
