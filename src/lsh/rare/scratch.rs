//! Buffers of the channel.

use super::accumulator::PairAccumulator;
use super::buckets::HashBuckets;
use super::packed_pair::PackedPair;
use super::posting::Posting;

/// Buffers that are kept from one partition to the next: one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    pub(super) buckets: HashBuckets,
    pub(super) postings: Vec<Posting>,
    pub(super) spare: Vec<Posting>,
    pub(super) lists_by_df: Vec<Vec<u32>>,
    pub(super) packed_pairs: Vec<PackedPair>,
    pub(super) accumulator: PairAccumulator,
}
