//! Where the articles of a reading stand, so that a later one can pass over what it does not need.

use retold_corpus::Place;

/// Places by number, and numbers by place. Memory: 32 bytes for each run of records on neighbouring
/// lines, which most files are as a whole.
#[derive(Debug, Default)]
pub struct Places {
    /// The number of the first article of each run, and its place; ascending.
    runs: Vec<(u32, Place)>,
    /// The place behind the last one.
    next: Option<Place>,
    len: u32,
}

impl Places {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Adds the place of the next article. Places ascend.
    pub fn push(&mut self, place: Place) {
        if self.next != Some(place) {
            self.runs.push((self.len, place));
        }
        self.next = Some(Place { line: place.line + 1, ..place });
        self.len += 1;
    }

    /// How many stand before a place.
    pub fn before(&self, place: Place) -> u32 {
        let behind = self.runs.partition_point(|(_, start)| *start < place);
        let end = self.runs.get(behind).map_or(self.len, |(first, _)| *first);
        let Some((first, start)) = behind.checked_sub(1).map(|before| self.runs[before]) else {
            return end;
        };
        if start.source != place.source {
            return end;
        }
        u64::from(end).min(u64::from(first) + (place.line - start.line)) as u32
    }

    /// The number of the article at a place.
    pub fn number(&self, place: Place) -> Option<u32> {
        let behind = self.runs.partition_point(|(_, start)| *start <= place);
        let (first, start) = *self.runs.get(behind.checked_sub(1)?)?;
        let end = self.runs.get(behind).map_or(self.len, |(first, _)| *first);
        if start.source != place.source {
            return None;
        }
        let number = u64::from(first) + place.line.checked_sub(start.line)?;
        (number < u64::from(end)).then_some(number as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again_and_no_others() {
        let place = |source, line| Place { source, line };
        let all = [(0, 1), (0, 2), (0, 5), (1, 0), (2, 0), (3, 6), (3, 7)];
        let mut places = Places::default();
        all.iter().for_each(|(source, line)| places.push(place(*source, *line)));
        assert_eq!((places.runs.len(), places.len()), (5, 7));
        for source in 0..5 {
            for line in 0..9 {
                let expected = all.iter().position(|at| *at == (source, line));
                assert_eq!(places.number(place(source, line)), expected.map(|at| at as u32));
                let before = all.iter().filter(|at| **at < (source, line)).count();
                assert_eq!(places.before(place(source, line)), before as u32);
            }
        }
        assert_eq!(Places::default().number(place(0, 0)), None);
    }
}
