//! Which words of two corresponding sentences differ.

use super::blocks::{Blocks, blocks};
use crate::span::Span;
use crate::text::for_each_word;
use crate::text::hash::word_hash;

/// The words of each span that the other span lacks, in order: what a reader should look at.
///
/// Words are compared folded, so case, width and typographic apostrophes are no change. The
/// unchanged words are a longest common subsequence of the two word sequences. Neighbouring changed
/// words make one span, which then holds the punctuation between them; in scripts without spaces,
/// where words are pairs of characters, a character in an unchanged pair is unchanged. Returned
/// spans are offsets into the whole texts, sorted, disjoint and on character boundaries.
///
/// Meant for sentences: time grows with the product of the numbers of words (after the common
/// beginning and end are set aside), memory with their sum (Hirschberg, A linear space algorithm
/// for computing maximal common subsequences, CACM 18(6), 1975). Spans of thousands of words are
/// cut where both have the same run of words, so that time grows with their sum; what stays is a
/// common subsequence then, if not always a longest one. A span without words gives none.
pub fn changes(a_text: &str, a: Span, b_text: &str, b: Span) -> (Vec<Span>, Vec<Span>) {
    let a = Words::of(a_text, a);
    let b = Words::of(b_text, b);
    let mut kept = Kept { a: vec![false; a.hashes.len()], b: vec![false; b.hashes.len()] };
    for (in_a, in_b) in cut(&a.hashes, &b.hashes) {
        let (kept_a, kept_b) = (&mut kept.a[in_a.clone()], &mut kept.b[in_b.clone()]);
        keep_common(&a.hashes[in_a], &b.hashes[in_b], kept_a, kept_b);
    }
    (a.changed(&kept.a), b.changed(&kept.b))
}

/// Spans with a greater product of their words are cut into blocks that have at most the other.
const MOST_CELLS: usize = 1 << 24;
const BLOCK_CELLS: usize = 1 << 20;

fn cut(a: &[u64], b: &[u64]) -> Vec<Blocks> {
    let is_short = a.len().saturating_mul(b.len()) <= MOST_CELLS;
    blocks(a, b, if is_short { MOST_CELLS } else { BLOCK_CELLS })
}

/// The words of one span: their positions and hashes.
struct Words {
    spans: Vec<Span>,
    hashes: Vec<u64>,
}

struct Kept {
    a: Vec<bool>,
    b: Vec<bool>,
}

impl Words {
    fn of(text: &str, span: Span) -> Self {
        let mut words = Self { spans: Vec::new(), hashes: Vec::new() };
        let start = span.start as usize;
        for_each_word(span.of(text), |range, folded| {
            words.spans.push(Span::new(start + range.start, start + range.end));
            words.hashes.push(word_hash(folded.as_bytes()));
        });
        words
    }

    /// Runs of words that were not kept.
    fn changed(&self, kept: &[bool]) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        let mut in_run = false;
        let mut kept_to = 0;
        for (at, &span) in self.spans.iter().enumerate() {
            if kept[at] {
                // Words overlap in scripts without spaces only: the next word says the same.
                if let Some(run) = runs.last_mut() {
                    run.end = run.end.min(span.start.max(run.start));
                }
                kept_to = span.end;
                in_run = false;
            } else if in_run {
                runs.last_mut().expect("a run was begun").end = span.end;
            } else {
                let start = span.start.max(kept_to).min(span.end);
                runs.push(Span { start, end: span.end });
                in_run = true;
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }
}

/// Marks a longest common subsequence of `a` and `b` in `kept_a` and `kept_b`.
///
/// Shapes: `kept_a` has one element per word of `a`, `kept_b` one per word of `b`.
fn keep_common(a: &[u64], b: &[u64], kept_a: &mut [bool], kept_b: &mut [bool]) {
    assert!(a.len() == kept_a.len() && b.len() == kept_b.len());
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    kept_a[..head].fill(true);
    kept_b[..head].fill(true);
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let (kept_a, tail_a) = kept_a[head..].split_at_mut(a.len());
    let (kept_b, tail_b) = kept_b[head..].split_at_mut(b.len());
    tail_a.fill(true);
    tail_b.fill(true);

    if b.is_empty() {
        return;
    }
    if let [word] = a {
        if let Some(at) = b.iter().position(|other| other == word) {
            kept_a[0] = true;
            kept_b[at] = true;
        }
        return;
    }
    if a.is_empty() {
        return;
    }
    let half = a.len() / 2;
    let cut = best_cut(a, b, half);
    let (kept_a0, kept_a1) = kept_a.split_at_mut(half);
    let (kept_b0, kept_b1) = kept_b.split_at_mut(cut);
    keep_common(&a[..half], &b[..cut], kept_a0, kept_b0);
    keep_common(&a[half..], &b[cut..], kept_a1, kept_b1);
}

/// Where to cut `b` so that the two halves of `a` have most in common with the two parts of `b`.
fn best_cut(a: &[u64], b: &[u64], half: usize) -> usize {
    let before = lcs_lengths(a[..half].iter(), b.iter(), b.len());
    let after = lcs_lengths(a[half..].iter().rev(), b.iter().rev(), b.len());
    let mut best = (0, 0);
    for cut in 0..=b.len() {
        let length = before[cut] + after[b.len() - cut];
        if length > best.0 {
            best = (length, cut);
        }
    }
    best.1
}

/// Lengths of the longest common subsequence of `a` and each of the `b_len + 1` beginnings of `b`.
fn lcs_lengths<'w>(
    a: impl Iterator<Item = &'w u64>,
    b: impl Iterator<Item = &'w u64> + Clone,
    b_len: usize,
) -> Vec<u32> {
    let mut row = vec![0; b_len + 1];
    for word in a {
        let mut diagonal = 0;
        for (at, other) in b.clone().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(a: &str, b: &str) -> (Vec<String>, Vec<String>) {
        let (in_a, in_b) = changes(a, Span::new(0, a.len()), b, Span::new(0, b.len()));
        let texts = |spans: Vec<Span>, text: &str| {
            spans.into_iter().map(|span| span.of(text).to_owned()).collect()
        };
        (texts(in_a, a), texts(in_b, b))
    }

    #[test]
    fn neighbouring_changed_words_make_one_span() {
        let (a, b) = changed(
            "The council voted, on Tuesday evening, to close the pool.",
            "On Wednesday the council voted to shut the pool.",
        );
        assert_eq!(a, ["on Tuesday evening", "close"]);
        assert_eq!(b, ["On Wednesday", "shut"]);
    }

    #[test]
    fn what_readers_do_not_see_is_no_change() {
        assert_eq!(changed("It’s the U.S. side", "it's the US  SIDE!"), (vec![], vec![]));
        assert_eq!(changed("", "…"), (vec![], vec![]));
        assert_eq!(changed("", "new"), (vec![], vec!["new".into()]));
    }

    #[test]
    fn characters_of_unchanged_pairs_are_unchanged() {
        let (a, b) = changed("中国外长访美", "中国总理访美");
        assert_eq!((a, b), (vec!["外长".into()], vec!["总理".into()]));
        assert_eq!(changed("外长访美", "外长美"), (vec!["访美".into()], vec!["美".into()]));
    }

    #[test]
    fn a_word_is_found_in_thousands() {
        let words: Vec<String> = (0..9000).map(|at| format!("w{}", at * 7919 % 6007)).collect();
        let mut others = words.clone();
        others[4000] = "another".into();
        others[8000] = "more".into();
        let (a, b) = changed(&words.join(" "), &others.join(" "));
        assert_eq!(a, [words[4000].clone(), words[8000].clone()]);
        assert_eq!(b, ["another", "more"]);
    }

    #[test]
    fn offsets_are_into_the_whole_text() {
        let (a, b) = ("Ä. One two three.", "Zwölf. One four three.");
        let spans = changes(a, Span::new(4, a.len()), b, Span::new(8, b.len()));
        assert_eq!((spans.0[0].of(a), spans.1[0].of(b)), ("two", "four"));
    }

    /// The full table: quadratic memory, no divide and conquer.
    fn lcs_by_table(a: &[u64], b: &[u64]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..a.len() {
            for j in 0..b.len() {
                table[i + 1][j + 1] = match a[i] == b[j] {
                    true => table[i][j] + 1,
                    false => table[i][j + 1].max(table[i + 1][j]),
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn keeps_a_longest_common_subsequence(
            a in proptest::collection::vec(0_u64..5, 0..24),
            b in proptest::collection::vec(0_u64..5, 0..24),
        ) {
            let (mut kept_a, mut kept_b) = (vec![false; a.len()], vec![false; b.len()]);
            keep_common(&a, &b, &mut kept_a, &mut kept_b);
            let kept = |words: &[u64], kept: &[bool]| -> Vec<u64> {
                words.iter().zip(kept).filter(|(_, kept)| **kept).map(|(word, _)| *word).collect()
            };
            proptest::prop_assert_eq!(kept(&a, &kept_a), kept(&b, &kept_b));
            proptest::prop_assert_eq!(kept(&a, &kept_a).len(), lcs_by_table(&a, &b));
        }

        #[test]
        fn spans_are_sorted_disjoint_and_on_boundaries(
            a in "[ab中国外长é .]{0,24}", b in "[ab中国外长é .]{0,24}",
        ) {
            let (in_a, in_b) = changes(&a, Span::new(0, a.len()), &b, Span::new(0, b.len()));
            for (spans, text) in [(in_a, &a), (in_b, &b)] {
                proptest::prop_assert!(spans.iter().all(|span| text.get(span.range()).is_some()));
                proptest::prop_assert!(spans.iter().all(|span| !span.is_empty()));
                proptest::prop_assert!(spans.windows(2).all(|two| two[0].end <= two[1].start));
            }
        }
    }
}
