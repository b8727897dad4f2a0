//! The scalar twin, which the vector kernels are tested against: a table, and a transposition of 8
//! by 8 bits.

use super::{BLOCK, Kernel, Masks};
use crate::kernel::capability::Scalar;

/// One bit per class of [`Masks`], in the order of its fields.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            b'_' => 4,
            b'.' => 8 | 16 | 32,
            b'\'' => 8 | 16,
            b':' => 8,
            b',' | b';' => 16 | 32,
            b'-' => 32,
            0x80.. => 64,
            _ => 0,
        };
        byte += 1;
    }
    class
};

impl Kernel for Scalar {
    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
        *lowered = bytes.map(|byte| byte.to_ascii_lowercase());
        // masks[class][eighth of the block]
        let mut masks = [[0; 8]; 8];
        for (eighth, bytes) in bytes.as_chunks::<8>().0.iter().enumerate() {
            let classes = bytes.map(|byte| CLASS[byte as usize]);
            let by_class = transpose(u64::from_le_bytes(classes)).to_le_bytes();
            for (mask, byte) in masks.iter_mut().zip(by_class) {
                mask[eighth] = byte;
            }
        }
        let [letters, digits, joiners, mid_letters, mid_digits, dropped, wide, _] =
            masks.map(u64::from_le_bytes);
        Masks { letters, digits, joiners, mid_letters, mid_digits, dropped, wide }
    }
}

/// Bit `i` of byte `j` becomes bit `j` of byte `i` (Warren, "Hacker's Delight", section 7-3).
#[inline(always)]
fn transpose(mut x: u64) -> u64 {
    for (shift, mask) in
        [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)]
    {
        let moved = (x ^ (x >> shift)) & mask;
        x ^= moved ^ (moved << shift);
    }
    x
}
