//! Text to bit masks, 64 bytes at a time: the kernels of tokenising.
//!
//! The idea is from simdjson (Langdale and Lemire 2019): compare a whole block with each class
//! of characters, and do the rest on bits. Bit `i` of a mask is byte `i` of the block.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;
mod vector;

/// Bytes in a block.
pub(super) const BLOCK: usize = 64;

/// Which bytes of a block belong to which class. Those of punctuation overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Masks {
    /// `A-Z`, `a-z`.
    pub(super) letters: u64,
    /// `0-9`.
    pub(super) digits: u64,
    /// `_`
    pub(super) joiners: u64,
    /// Punctuation that joins letters: `.` `'` `:`.
    pub(super) mid_letters: u64,
    /// Punctuation that joins digits: `.` `'` `,` `;`.
    pub(super) mid_digits: u64,
    /// `.` `,` `;`: where they join, the word is not what it looks like. And `-`, which never
    /// joins.
    pub(super) dropped: u64,
    /// All bytes of characters beyond ASCII.
    pub(super) wide: u64,
}

/// The kernels of an instruction set, by its token.
pub(super) trait Kernel: Copy {
    /// Classifies `bytes` and writes them to `lowered`, with `A-Z` in lower case.
    fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks;

    /// Writes `base + i` for every bit `i` that is set, ascending, to the start of `positions`,
    /// whose other elements become meaningless.
    #[inline(always)]
    fn positions(self, mut bits: u64, base: u32, positions: &mut [u32; BLOCK]) {
        let count = bits.count_ones() as usize;
        // Eight at a time whatever the count: superfluous ones cost less than an unpredictable
        // branch.
        for eight in positions.as_chunks_mut::<8>().0.iter_mut().take(count.div_ceil(8)) {
            for position in eight {
                *position = base.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::capability::{Capability, dispatch};

    /// A block of text, biased to the bytes that matter.
    fn block() -> impl Strategy<Value = [u8; BLOCK]> {
        let byte = prop_oneof![
            any::<u8>(),
            prop::sample::select(b"az@[`{AZ/09:._',;- \n\x7f\x80\xff".as_slice())
        ];
        prop::collection::vec(byte, BLOCK)
            .prop_map(|bytes| bytes.try_into().expect("as many as a block has"))
    }

    fn naive(bytes: &[u8; BLOCK]) -> Masks {
        let mask = |is: fn(u8) -> bool| {
            (0..BLOCK).fold(0, |mask, at| mask | u64::from(is(bytes[at])) << at)
        };
        Masks {
            letters: mask(|b| b.is_ascii_alphabetic()),
            digits: mask(|b| b.is_ascii_digit()),
            joiners: mask(|b| b == b'_'),
            mid_letters: mask(|b| b".':".contains(&b)),
            mid_digits: mask(|b| b".',;".contains(&b)),
            dropped: mask(|b| b".,;-".contains(&b)),
            wide: mask(|b| !b.is_ascii()),
        }
    }

    fn check(kernel: impl Kernel, bytes: &[u8; BLOCK], bits: u64) {
        let mut lowered = [0; BLOCK];
        let mut positions = [0; BLOCK];
        kernel.positions(bits, 1000, &mut positions);
        let masks = kernel.classify(bytes, &mut lowered);
        assert_eq!(masks, naive(bytes));
        assert_eq!(lowered, bytes.map(|b| b.to_ascii_lowercase()));
        let expected: Vec<u32> = (0..64).filter(|i| bits >> i & 1 == 1).map(|i| 1000 + i).collect();
        assert_eq!(positions[..expected.len()], expected);
    }

    proptest! {
        #[test]
        fn all_kernels_classify_alike(
            bytes in block(),
            bits in any::<u64>(),
            sparse in any::<u64>(),
        ) {
            for bits in [bits, bits & sparse, bits | sparse, u64::MAX, 0] {
                for capability in Capability::all() {
                    dispatch!(capability, kernel => check(kernel, &bytes, bits));
                }
            }
        }
    }
}
