//! Maps article numbers to places in the input, so that a later pass can skip what it does not
//! need.

use retold_corpus::Place;

/// Maps numbers to places and back. Memory: 24 bytes for each run of records on consecutive lines,
/// or of several records on one line. Most files are a single run.
#[derive(Debug, Default)]
pub struct Places {
    /// The number and place of the first article of each run, ascending. The first record of each
    /// line belongs to a run across lines, further records to a run within the line.
    runs: Vec<(u32, Place)>,
    last: Option<Place>,
    len: u32,
}

/// Whether `b` directly follows `a` in a run.
pub fn follows(a: &Place, b: &Place) -> bool {
    let is_next_line = a.item == 0 && b.item == 0 && a.line + 1 == b.line;
    let is_next_item = a.item > 0 && a.item + 1 == b.item && a.line == b.line;
    a.source == b.source && (is_next_line || is_next_item)
}

/// The place `number` steps after the start of a run.
pub fn nth(start: Place, number: u32) -> Place {
    match start.item {
        0 => Place { line: start.line + u64::from(number), ..start },
        item => Place { item: item + number, ..start },
    }
}

impl Places {
    /// The number of places.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Adds the place of the next article. Places must ascend.
    pub fn push(&mut self, place: Place) {
        if !self.last.is_some_and(|last| follows(&last, &place)) {
            self.runs.push((self.len, place));
        }
        self.last = Some(place);
        self.len += 1;
    }

    /// How many places are before this one.
    pub fn before(&self, place: Place) -> u32 {
        let behind = self.runs.partition_point(|(_, start)| *start < place);
        let end = self.runs.get(behind).map_or(self.len, |(first, _)| *first);
        let Some((first, start)) = behind.checked_sub(1).map(|before| self.runs[before]) else {
            return end;
        };
        // Places within a run ascend, too.
        let (mut from, mut to) = (0, end - first);
        while from < to {
            let middle = (from + to) / 2;
            if nth(start, middle) < place { from = middle + 1 } else { to = middle }
        }
        first + from
    }

    /// The place of an article; `None` if there is no such number.
    pub fn place(&self, number: u32) -> Option<Place> {
        let behind = self.runs.partition_point(|(first, _)| *first <= number);
        let (first, start) = *self.runs.get(behind.checked_sub(1)?)?;
        (number < self.len).then(|| nth(start, number - first))
    }

    /// The number of the article at a place.
    pub fn number(&self, place: Place) -> Option<u32> {
        let number = self.before(place);
        (self.place(number) == Some(place)).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again_and_no_others() {
        let place = |(source, line, item)| Place { source, line, item };
        let lines = [(0, 1, 0), (0, 2, 0), (0, 5, 0), (1, 0, 0), (2, 0, 0), (3, 6, 0), (3, 7, 0)];
        let items = [(3, 7, 1), (3, 7, 2), (3, 7, 4), (3, 8, 0), (4, 1, 1), (4, 1, 2), (4, 2, 2)];
        let all = [lines, items].concat();
        let mut places = Places::default();
        all.iter().for_each(|at| places.push(place(*at)));
        assert_eq!((places.runs.len(), places.len()), (10, 14));
        for (number, at) in (0..).zip(&all) {
            assert_eq!(places.place(number), Some(place(*at)));
        }
        assert_eq!(places.place(14), None);
        for (source, line, item) in
            (0..6).flat_map(|source| (0..45).map(move |at| (source, at / 5, at as u32 % 5)))
        {
            let at = (source, line, item);
            let expected = all.iter().position(|known| *known == at);
            assert_eq!(places.number(place(at)), expected.map(|at| at as u32), "{at:?}");
            let before = all.iter().filter(|known| **known < at).count();
            assert_eq!(places.before(place(at)), before as u32, "{at:?}");
        }
        assert_eq!(Places::default().number(place((0, 0, 0))), None);
    }
}
