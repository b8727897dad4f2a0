//! Spilling of postings that do not fit into memory.

use super::postings::{Partition, PartitionPostings, Postings, Run};
use crate::{BoxError, Error};

/// Where words go that do not fit into memory, and come back from: the core itself writes no files.
///
/// A failure ends the run, as an [`Error::Spill`] that has it as its source.
pub trait Spill: Sync {
    /// Keeps words, and says where.
    fn write(&self, words: &[u32]) -> Result<u64, BoxError>;

    /// Reads words back, as many as there are, from where [`Spill::write`] said.
    fn read(&self, place: u64, words: &mut [u32]) -> Result<(), BoxError>;
}

impl Postings {
    pub(super) fn spill(&mut self, to: &dyn Spill) -> Result<(), Error> {
        self.words_held = 0;
        for partition in &mut self.partitions {
            if !partition.words.is_empty() {
                let place = to.write(&partition.words);
                let place = place.map_err(|source| Error::Spill { action: "write", source })?;
                partition.runs.push(Run { place, words: partition.words.len() });
                partition.clear();
            }
        }
        Ok(())
    }

    /// Whether some were spilled.
    pub fn is_spilled(&self) -> bool {
        self.partitions.iter().any(|partition| !partition.runs.is_empty())
    }
}

impl PartitionPostings<'_> {
    /// The postings of the partition alone, of all threads, those that were spilled among them.
    pub fn gather(self, from: &dyn Spill) -> Result<Postings, Error> {
        let words =
            |own: &Partition| own.words.len() + own.runs.iter().map(|run| run.words).sum::<usize>();
        let mut all = Partition::new(self.partitions().map(words).sum());
        for own in self.partitions() {
            for run in &own.runs {
                let start = all.words.len();
                all.words.resize(start + run.words, 0);
                let read = from.read(run.place, &mut all.words[start..]);
                read.map_err(|source| Error::Spill { action: "read", source })?;
            }
            all.words.extend_from_slice(&own.words);
        }
        let words_held = all.words.len();
        Ok(Postings { partitioning: self.partitioning(), words_held, partitions: vec![all] })
    }
}
