//! What the kernels take and what they give.

/// Words that are unpacked together.
pub const LANES: usize = 16;

/// Postings of a small bucket, at most; few buckets are larger.
pub const SMALL: usize = 8;

/// Which bits of a packed posting are the number of its bucket.
#[derive(Debug, Clone, Copy)]
pub struct BucketMask {
    /// Bits below the bucket's number.
    pub shift: u32,
    /// The bucket of block headers: the number of buckets.
    pub headers: u32,
}

impl BucketMask {
    /// The bucket of a word. Only block headers have the highest bit set.
    #[inline(always)]
    pub fn bucket(self, word: u32) -> u32 {
        (word >> self.shift).min(self.headers)
    }
}

/// How words are unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Unpacking {
    pub mask: BucketMask,
    /// The first article of the block of the first words.
    pub first: u32,
}

/// Offsets of the next bucket with two postings, with three, and with more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BucketOffsets {
    pub two: u32,
    pub three: u32,
    pub more: u32,
}

/// The features of several buckets of the same size, which is two or three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BucketFeatures {
    /// The articles of features with two, one feature after the other, and how many articles these
    /// are.
    pub two: ([u32; LANES], usize),
    /// The same for features with three.
    pub three: ([u32; LANES], usize),
    /// Repeated postings.
    pub duplicates: u32,
    /// A bit for the first posting of each bucket whose postings do not ascend: collisions, which
    /// are left to be resolved.
    pub collisions: u32,
}
