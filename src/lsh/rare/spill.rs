//! Spilling of postings that do not fit into memory.

use super::Postings;
use super::postings::Partition;

/// Where words go that do not fit into memory, and come back from: the core itself writes no files.
///
/// Whoever has it knows what failed; words that cannot be read are 0.
pub trait Spill: Sync {
    /// Keeps words, and says where.
    fn write(&self, words: &[u32]) -> u64;

    /// Reads words back, as many as there are, from where [`Spill::write`] said.
    fn read(&self, place: u64, words: &mut [u32]);
}

/// Words of a partition that were spilled together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    place: u64,
    words: usize,
}

impl Postings {
    pub(super) fn spill(&mut self, to: &dyn Spill) {
        self.words_held = 0;
        for partition in &mut self.partitions {
            if !partition.words.is_empty() {
                let run = Run { place: to.write(&partition.words), words: partition.words.len() };
                partition.runs.push(run);
                partition.clear();
            }
        }
    }

    /// Whether some were spilled.
    pub fn is_spilled(&self) -> bool {
        self.partitions.iter().any(|partition| !partition.runs.is_empty())
    }

    /// The postings of a partition alone, of all threads, those that were spilled among them.
    pub fn gather((threads, partition): (&[Self], usize), from: &dyn Spill) -> Self {
        let own = || threads.iter().map(|own| &own.partitions[partition]);
        let words =
            |own: &Partition| own.words.len() + own.runs.iter().map(|run| run.words).sum::<usize>();
        let mut all = Partition::new(own().map(words).sum());
        for own in own() {
            for run in &own.runs {
                let start = all.words.len();
                all.words.resize(start + run.words, 0);
                from.read(run.place, &mut all.words[start..]);
            }
            all.words.extend_from_slice(&own.words);
        }
        let partitioning = threads[0].partitioning.single(partition);
        Self { partitioning, words_held: all.words.len(), partitions: vec![all] }
    }
}
