//! How many words two articles have in common.

use retold::align::{Match, changes};
use retold::span::Span;
use retold::text::for_each_word;

use crate::{Evidence, Pair};

/// The changed words of each aligned sentence, in both articles.
pub(crate) type Changed = Vec<(Vec<Span>, Vec<Span>)>;

/// Which words of the aligned sentences are changed.
pub(crate) fn changed(pair: &Pair, a: &Evidence<'_>, b: &Evidence<'_>) -> Changed {
    let of = |of: &Match| changes(&a.text, of.a, &b.text, of.b);
    pair.comparison.sentences.iter().map(of).collect()
}

/// Words that both articles have, in aligned sentences and in the same order there; where a passage
/// has no aligned sentence, in the passage. A word counts once, however many sentences of the other
/// article have it; of two articles that differ in this, the one with fewer counts.
pub(crate) fn words_in_common(
    pair: &Pair,
    a: &Evidence<'_>,
    b: &Evidence<'_>,
    changed: &Changed,
) -> u32 {
    let found = &pair.comparison;
    let (mut in_a, mut in_b) = (Vec::new(), Vec::new());
    let mut add = |of: &Match, (gone_a, gone_b): &(Vec<Span>, Vec<Span>)| {
        unchanged(of.a, gone_a, &mut in_a);
        unchanged(of.b, gone_b, &mut in_b);
    };
    for (sentence, gone) in found.sentences.iter().zip(changed) {
        add(sentence, gone);
    }
    let is_within = |inner: Span, outer: Span| outer.start <= inner.start && inner.end <= outer.end;
    for passage in &found.passages {
        let has = |of: &Match| is_within(of.a, passage.a) && is_within(of.b, passage.b);
        if !found.sentences.iter().any(has) {
            add(passage, &changes(&a.text, passage.a, &b.text, passage.b));
        }
    }
    words(&mut in_a, &a.text).min(words(&mut in_b, &b.text))
}

/// The parts of a segment that are not changed.
fn unchanged(segment: Span, gone: &[Span], parts: &mut Vec<Span>) {
    let mut start = segment.start;
    for span in gone {
        if span.start > start {
            parts.push(Span { start, end: span.start });
        }
        start = start.max(span.end);
    }
    if start < segment.end {
        parts.push(Span { start, end: segment.end });
    }
}

/// Words that begin in any of the parts.
fn words(parts: &mut [Span], text: &str) -> u32 {
    parts.sort_unstable_by_key(|part| (part.start, part.end));
    let (mut n, mut end) = (0, 0);
    for part in parts {
        let start = part.start.max(end);
        if start < part.end {
            for_each_word(Span { start, end: part.end }.of(text), |_, _| n += 1);
            end = part.end;
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use retold::align::{Kind, Relation};

    fn shared(a: &[&str], b: &[&str], aligned: &[(usize, usize)]) -> u32 {
        let mut sample = Sample::empty();
        let both = (sample.add_sentences("a", a), sample.add_sentences("b", b));
        let aligned: Vec<_> =
            aligned.iter().map(|&(x, y)| (x, y, Kind::Paraphrased, 0.5)).collect();
        sample.pair(both, (Relation::Rewrite, 0.9), &aligned, &[(0..a.len(), 0..b.len())]);
        let (a, b) = (&sample.texts[0], &sample.texts[1]);
        words_in_common(&sample.pairs[0], a, b, &changed(&sample.pairs[0], a, b))
    }

    #[test]
    fn only_words_that_both_have_in_order_are_in_common() {
        assert_eq!(
            shared(&["The ferry sank at noon."], &["At noon the ferry sank."], &[(0, 0)]),
            3
        );
        assert_eq!(shared(&["Rain fell."], &["Snow came down."], &[(0, 0)]), 0);
        assert_eq!(shared(&["Rain fell all day."], &["Rain fell all day."], &[]), 4, "a passage");
    }

    #[test]
    fn a_word_counts_once_however_often_the_other_tells_it() {
        let twice = ["Rain fell all day. ", "Rain fell all night."];
        assert_eq!(shared(&["Rain fell all day."], &twice, &[(0, 0), (0, 1)]), 4);
        assert_eq!(shared(&twice, &["Rain fell all day."], &[(0, 0), (1, 0)]), 4);
    }
}
