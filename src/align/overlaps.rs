//! Which of many ranges of words overlap a given one, by position.

use std::ops::Range;

/// Words of a cell. Passages are some tens of words long, and few of them overlap.
const CELL: usize = 64;

/// Ranges of words by the cells of the text that they touch. Adding one, or finding those that
/// touch one, takes time proportional to its length and to the number of ranges there; scanning all
/// ranges for each would be quadratic in long texts.
#[derive(Debug, Clone, Default)]
pub struct Overlaps {
    ranges: Vec<Range<usize>>,
    /// For each cell the numbers of the ranges that touch it, ascending.
    cells: Vec<Vec<u32>>,
}

impl Overlaps {
    /// Of these ranges, numbered in their order.
    pub fn of(ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut overlaps = Self::default();
        ranges.into_iter().for_each(|range| overlaps.add(range));
        overlaps
    }

    /// Adds a range; its number is the number of those before. An empty one overlaps nothing.
    pub fn add(&mut self, range: Range<usize>) {
        let number = self.ranges.len() as u32;
        let cells = cells(&range);
        if self.cells.len() < cells.end {
            self.cells.resize(cells.end, Vec::new());
        }
        self.cells[cells].iter_mut().for_each(|cell| cell.push(number));
        self.ranges.push(range);
    }

    /// The ranges that cover more than half of this one, ascending: all candidates cover its middle
    /// word.
    pub fn holding_most_of(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let middle = range.start + range.len() / 2;
        let numbers = self.cells.get(middle / CELL).map_or(&[][..], Vec::as_slice);
        numbers
            .iter()
            .map(|number| *number as usize)
            .filter(move |number| 2 * common(range, &self.ranges[*number]) > range.len())
    }

    /// The ranges that have words in common with this one, each once, in any order.
    pub fn touching(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let own = cells(range);
        let first = own.start;
        own.filter_map(|cell| self.cells.get(cell).map(|numbers| (cell, numbers)))
            .flat_map(|(cell, numbers)| numbers.iter().map(move |number| (cell, *number as usize)))
            // What touches several cells is found in the first of those that both touch.
            .filter(move |(cell, number)| {
                *cell == first.max(self.ranges[*number].start / CELL)
                    && common(range, &self.ranges[*number]) > 0
            })
            .map(|(_, number)| number)
    }

    /// Words of this range that the others cover, counted separately for each.
    pub fn words_in(&self, range: &Range<usize>) -> usize {
        self.touching(range).map(|number| common(range, &self.ranges[number])).sum()
    }
}

/// How many words are in both ranges.
pub fn common(x: &Range<usize>, y: &Range<usize>) -> usize {
    x.end.min(y.end).saturating_sub(x.start.max(y.start))
}

fn cells(range: &Range<usize>) -> Range<usize> {
    match range.is_empty() {
        true => 0..0,
        false => range.start / CELL..range.end.div_ceil(CELL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges() -> impl proptest::strategy::Strategy<Value = Vec<Range<usize>>> {
        use proptest::prelude::*;
        let range = (0usize..600, 1usize..300).prop_map(|(start, len)| start..start + len);
        proptest::collection::vec(range, 0..30)
    }

    proptest::proptest! {
        #[test]
        fn overlaps_are_those_of_a_naive_search(all in ranges(), asked in ranges()) {
            let overlaps = Overlaps::of(all.clone());
            for range in asked {
                let numbers = |is: &dyn Fn(&Range<usize>) -> bool| -> Vec<usize> {
                    (0..all.len()).filter(|number| is(&all[*number])).collect()
                };
                let mut touching: Vec<usize> = overlaps.touching(&range).collect();
                touching.sort_unstable();
                proptest::prop_assert_eq!(touching, numbers(&|other| common(&range, other) > 0));
                let most: Vec<usize> = overlaps.holding_most_of(&range).collect();
                let expected = numbers(&|other| 2 * common(&range, other) > range.len());
                proptest::prop_assert_eq!(most, expected);
                let words: usize = all.iter().map(|other| common(&range, other)).sum();
                proptest::prop_assert_eq!(overlaps.words_in(&range), words);
            }
        }
    }

    #[test]
    fn nothing_overlaps_nothing() {
        assert_eq!(Overlaps::default().words_in(&(0..100)), 0);
        assert_eq!(Overlaps::of(std::iter::once(5..5)).touching(&(0..100)).count(), 0);
    }
}
