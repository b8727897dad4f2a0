//! Random draws, the same on every run.

use retold::unstable::text::hash::mix;

/// A sequence of random numbers (SplitMix64; Steele, Lea and Flood 2014).
pub struct Draw(u64);

impl Draw {
    /// The sequence of that number.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `limit`, which is more than 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Whether something of that probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        ((self.next() >> 11) as f64) < probability * (1u64 << 53) as f64
    }

    /// One of several, of which there is at least one.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// At most `count` of a list, in their order.
    pub fn some<T>(&mut self, count: usize, of: Vec<T>) -> Vec<T> {
        let (mut left, mut wanted) = (of.len(), count.min(of.len()));
        let mut taken = Vec::with_capacity(wanted);
        for one in of {
            if self.below(left) < wanted {
                taken.push(one);
                wanted -= 1;
            }
            left -= 1;
        }
        taken
    }
}
