//! Where two slices have the same elements.

/// Elements of the largest block: as many are appended before the superfluous ones are removed.
const LANES: usize = 16;

/// Where two slices have the same elements: at `a[n]` in the first and at `b[n]` in the second.
/// Both have the same length; pairs come in any order.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Positions in the first slice.
    pub a: Vec<u32>,
    /// Positions in the second slice.
    pub b: Vec<u32>,
}

impl Places {
    /// Each position in the first slice with the one in the second.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.a.iter().copied().zip(self.b.iter().copied())
    }

    /// Number of shared elements.
    pub fn len(&self) -> usize {
        self.a.len()
    }

    /// Whether no element is shared.
    pub fn is_empty(&self) -> bool {
        self.a.is_empty()
    }

    /// Removes all positions, and reserves memory for those of slices of these lengths.
    pub(super) fn restart(&mut self, a: usize, b: usize) {
        for places in [&mut self.a, &mut self.b] {
            places.clear();
            places.reserve(a.min(b) + LANES);
        }
    }

    pub(super) fn push(&mut self, a: usize, b: usize) {
        self.a.push(a as u32);
        self.b.push(b as u32);
    }
}
