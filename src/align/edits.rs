//! How two runs of words correspond: whether one is an edit of the other, or a paraphrase.

use std::ops::Range;

use super::blocks::blocks;
use super::features::Pair;
use super::relation::{Kind, Side};
use crate::text::Word;

/// Least share of words in common order that makes an edit of a paraphrase.
const EDITED: f32 = 0.7;
/// Runs whose lengths have a greater product than the first are cut into blocks with at most the
/// second: each cell of the table is a step, 128 at a time.
const MOST_CELLS: usize = 1 << 30;
const BLOCK_CELLS: usize = 1 << 24;

/// Tells edits from paraphrases. Keeps buffers: a pair of articles has many sentences to ask about.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    numbers: Numbers,
    shared: Vec<Shared>,
    carries: Vec<bool>,
    matches: Vec<u128>,
    /// Whether some runs were so long that they were compared in parts.
    in_parts: bool,
}

impl Edits {
    /// How two runs of words correspond, `in_a` of the first article and `in_b` of the second.
    pub fn kind(&mut self, pair: &Pair, in_a: &Range<usize>, in_b: &Range<usize>) -> Kind {
        let a = &pair.a.article.words[in_a.clone()];
        let b = &pair.b.article.words[in_b.clone()];
        if a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.form == y.form) {
            return Kind::Identical;
        }
        // Lengths or stems already rule out most paraphrases.
        let most = most_in_common(pair, Side::A, in_a).min(most_in_common(pair, Side::B, in_b));
        if (most as f32) < EDITED * a.len().max(b.len()) as f32 {
            return Kind::Paraphrased;
        }
        if a.len().saturating_mul(b.len()) > MOST_CELLS {
            return self.kind_of_long(a, b);
        }
        self.kind_of_forms(a, b, |word| word.form)
    }

    /// Whether some runs were so long that they were compared in parts: a reported paraphrase may
    /// then be an edit.
    pub fn are_in_parts(&self) -> bool {
        self.in_parts
    }

    /// How two long runs of words that are not the same correspond: the sum over blocks of them.
    fn kind_of_long(&mut self, a: &[Word], b: &[Word]) -> Kind {
        self.in_parts = true;
        let [forms_a, forms_b] =
            [a, b].map(|words| words.iter().map(|word| word.form).collect::<Vec<u64>>());
        let least = EDITED * a.len().max(b.len()) as f32;
        let blocks = blocks(&forms_a, &forms_b, BLOCK_CELLS).into_iter();
        let common: usize =
            blocks.map(|(in_a, in_b)| self.common_of(&forms_a[in_a], &forms_b[in_b])).sum();
        if common as f32 >= least { Kind::Edited } else { Kind::Paraphrased }
    }

    /// Length of the longest common subsequence.
    fn common_of(&mut self, a: &[u64], b: &[u64]) -> usize {
        let (ends, a, b) = without_ends(a, b, |word| *word);
        self.share(a, b, |word| *word);
        ends + self.common_in_order(b.len(), 0)
    }

    /// How two runs of words that are not the same correspond, given the forms of words.
    fn kind_of_forms<W>(&mut self, a: &[W], b: &[W], form: impl Fn(&W) -> u64 + Copy) -> Kind {
        let longest = a.len().max(b.len());
        let (ends, a, b) = without_ends(a, b, form);
        let least = ((EDITED * longest as f32).ceil() as usize).saturating_sub(ends);
        self.share(a, b, form);
        // The number of shared words, an upper bound, already decides many.
        let edited = self.shared.len() >= least && self.common_in_order(b.len(), least) >= least;
        if edited { Kind::Edited } else { Kind::Paraphrased }
    }

    /// Numbers the words of `a`, and finds those of them that `b` has.
    fn share<W>(&mut self, a: &[W], b: &[W], form: impl Fn(&W) -> u64) {
        self.numbers.fill(a.iter().map(&form));
        self.shared.clear();
        self.shared.resize(b.len(), Shared::default());
        let mut count = 0;
        for (at, word) in (0..).zip(b) {
            let (is_known, number) = self.numbers.of(form(word));
            self.shared[count] = Shared { at, number };
            count += usize::from(is_known);
        }
        self.shared.truncate(count);
    }

    /// Length of the longest common subsequence of the run that was numbered with another, of
    /// `others` words, given the shared ones; a smaller length where it is below `least`.
    ///
    /// A row for each word of this run, a bit for each row (Hyyrö 2004), a tile of rows at a time.
    /// Of a common subsequence of `least`, no two words are further apart than the words that it
    /// leaves out on either side: cells beyond that band are skipped.
    fn common_in_order(&mut self, others: usize, least: usize) -> usize {
        let own = self.numbers.by_place.len();
        if least > own.min(others) {
            return 0;
        }
        let (left, left_of_others) = (own - least, others - least);
        self.carries.clear();
        self.carries.resize(self.shared.len(), false);
        let mut length = 0;
        for (tile, numbers) in self.numbers.by_place.chunks(TILE).enumerate() {
            self.matches.clear();
            self.matches.resize(self.numbers.words.len(), 0);
            for (row, number) in numbers.iter().enumerate() {
                self.matches[*number as usize] |= 1 << row;
            }
            let place = |at: usize| self.shared.partition_point(|other| (other.at as usize) < at);
            let from = place((tile * TILE).saturating_sub(left));
            let to = place(tile * TILE + numbers.len() + left_of_others);
            let mut rows = u128::MAX;
            for (other, carry) in self.shared[from..to].iter().zip(&mut self.carries[from..to]) {
                let hits = self.matches[other.number as usize];
                let (sum, over) = rows.overflowing_add(rows & hits);
                let (sum, over_again) = sum.overflowing_add(u128::from(*carry));
                *carry = over | over_again;
                rows = sum | (rows & !hits);
            }
            // Bits beyond the last word can never be matched; carries may clear them.
            let used = u128::MAX >> (TILE - numbers.len());
            length += (!rows & used).count_ones() as usize;
        }
        length
    }
}

/// How many words of a run may be in the other article: at most those whose stems are.
fn most_in_common(pair: &Pair, side: Side, range: &Range<usize>) -> usize {
    // In two languages one word may have two stems.
    let unshared = match pair.a.article.language == pair.b.article.language {
        true => pair.weights.in_common.unshared(side, range),
        false => 0,
    };
    range.len() - unshared
}

/// Words that make a tile.
const TILE: usize = u128::BITS as usize;

/// Length of the longest common subsequence.
pub fn common_in_order(a: &[u64], b: &[u64]) -> usize {
    Edits::default().common_of(a, b)
}

/// How many words two runs have in common at their beginnings and ends, and what is left of them.
fn without_ends<'w, W>(
    a: &'w [W],
    b: &'w [W],
    form: impl Fn(&W) -> u64,
) -> (usize, &'w [W], &'w [W]) {
    let is_same = |(x, y): &(&W, &W)| form(x) == form(y);
    let head = a.iter().zip(b).take_while(is_same).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(is_same).count();
    (head + tail, &a[..a.len() - tail], &b[..b.len() - tail])
}

/// A word of a run that is also in another.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    /// Its place.
    at: u32,
    /// Its number there.
    number: u32,
}

/// The distinct words of a run, numbered.
#[derive(Debug, Clone, Default)]
struct Numbers {
    /// For each number its word.
    words: Vec<u64>,
    /// Open addressing, a power of two of slots: one more than a word's number; 0 is empty.
    slots: Vec<u32>,
    /// For each place the number of its word.
    by_place: Vec<u32>,
}

impl Numbers {
    /// Numbers these words; those from before are gone.
    fn fill(&mut self, words: impl ExactSizeIterator<Item = u64>) {
        self.slots.clear();
        self.slots.resize((4 * words.len() + 4).next_power_of_two(), 0);
        self.by_place.clear();
        self.words.clear();
        // One more than words, so that there is always one to compare with.
        self.words.resize(words.len() + 1, 0);
        let mut count = 0;
        for word in words {
            let slot = self.slot(word);
            // Branch-free: whether a word was there before is unpredictable.
            let is_first = self.slots[slot] == 0;
            self.words[count] = if is_first { word } else { self.words[count] };
            count += usize::from(is_first);
            self.slots[slot] = if is_first { count as u32 } else { self.slots[slot] };
            self.by_place.push(self.slots[slot] - 1);
        }
        self.words.truncate(count + 1);
    }

    /// Where the word is, or would be.
    #[inline(always)]
    fn slot(&self, word: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = word as usize & mask;
        loop {
            let number = self.slots[slot];
            // Both are evaluated: which of them holds is unpredictable.
            if (number == 0) | (self.words[number.max(1) as usize - 1] == word) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Whether a word is there, and its number if so.
    #[inline(always)]
    fn of(&self, word: u64) -> (bool, u32) {
        let number = self.slots[self.slot(word)];
        (number != 0, number.max(1) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::super::weights::Weights;
    use super::*;
    use crate::align::facts::Facts;
    use crate::text::Analyzer;

    fn naive(a: &[u64], b: &[u64]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..a.len() {
            for j in 0..b.len() {
                table[i + 1][j + 1] = if a[i] == b[j] {
                    table[i][j] + 1
                } else {
                    table[i][j + 1].max(table[i + 1][j])
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn common_in_order_is_that_of_the_table(
            a in proptest::collection::vec(0u64..6, 0..150),
            b in proptest::collection::vec(0u64..6, 0..150),
        ) {
            proptest::prop_assert_eq!(common_in_order(&a, &b), naive(&a, &b));
        }
    }

    proptest::proptest! {
        #[test]
        fn kinds_are_those_of_the_table(
            a in proptest::collection::vec(0u64..9, 1..80),
            changes in proptest::collection::vec((0usize..80, 0u64..9), 0..30),
        ) {
            let mut b = a.clone();
            for (at, word) in changes {
                let at = at % b.len();
                if word == 0 { b.insert(at, 20) } else { b[at] = word }
            }
            let edited = naive(&a, &b) as f32 >= EDITED * a.len().max(b.len()) as f32;
            let expected = match (a == b, edited) {
                (true, _) => Kind::Identical,
                (_, true) => Kind::Edited,
                _ => Kind::Paraphrased,
            };
            let found = match a == b {
                true => Kind::Identical,
                false => Edits::default().kind_of_forms(&a, &b, |word| *word),
            };
            proptest::prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn kinds() {
        let mut edits = Edits::default();
        let mut kind_of = |a: &str, b: &str| {
            let [a, b] = [a, b]
                .map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
            let (in_a, in_b) = (0..a.article.words.len(), 0..b.article.words.len());
            let pair = Pair {
                a: &a,
                b: &b,
                weights: &Weights::new(&a, &b),
                links: &[],
                passages: &[],
                facts: Facts::default(),
            };
            edits.kind(&pair, &in_a, &in_b)
        };
        assert_eq!(kind_of("one two three", "One, two, three!"), Kind::Identical);
        assert_eq!(kind_of("one two three four", "one two nine four"), Kind::Edited);
        assert_eq!(kind_of("one two three four", "four three two one"), Kind::Paraphrased);
        assert_eq!(kind_of("one two three four", "one two"), Kind::Paraphrased);
        assert_eq!(kind_of("one two three four", "five six three four"), Kind::Paraphrased);
    }
}
