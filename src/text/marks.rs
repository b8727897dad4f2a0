//! Where a sentence or a quotation may begin or end.
//!
//! One byte in fifty of a text does. They are found once, and sentences and quotations look at
//! nothing else.

/// The marks of ASCII.
const NARROW: [u8; 5] = [b'.', b'!', b'?', b'\n', b'"'];
/// The first bytes of `«`, `“`, `。`, `！` and the like, and of some that mean nothing.
const WIDE: [u8; 4] = [0xc2, 0xe2, 0xe3, 0xef];

/// Puts the places of all marks of `text` into `places`, ascending; whatever it had is gone. All are on
/// character boundaries.
pub(super) fn find_marks(text: &str, places: &mut Vec<u32>) {
    places.clear();
    let (blocks, rest) = text.as_bytes().as_chunks::<8>();
    for (block, start) in blocks.iter().zip((0u32..).step_by(8)) {
        push_marks(u64::from_le_bytes(*block), start, places);
    }
    // Zeros are no marks.
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    push_marks(u64::from_le_bytes(last), (text.len() - rest.len()) as u32, places);
}

/// Adds the places of the marks among eight bytes, the first of which stands at `start`.
#[inline(always)]
fn push_marks(bytes: u64, start: u32, places: &mut Vec<u32>) {
    let any = |of: &[u8]| of.iter().fold(0, |any, byte| any | equal(bytes, *byte));
    let mut hits = any(&NARROW);
    if bytes & !LOW != 0 {
        hits |= any(&WIDE);
    }
    while hits != 0 {
        places.push(start + hits.trailing_zeros() / u8::BITS);
        hits &= hits - 1;
    }
}

/// All bits of each byte but the highest.
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The highest bit of each of eight bytes that is `byte`; no other bit (Warren, Hacker's Delight, 6-1).
#[inline(always)]
fn equal(bytes: u64, byte: u8) -> u64 {
    let differs = bytes ^ u64::from_ne_bytes([byte; 8]);
    !(((differs & LOW) + LOW) | differs | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn marks_are_those_of_a_naive_search(text in "[ab .!?\n\"éß„“”«»。！…中ж👍]{0,80}") {
            let naive: Vec<u32> =
                (0u32..).zip(text.bytes()).filter(|(_, b)| NARROW.contains(b) || WIDE.contains(b)).map(|(at, _)| at).collect();
            let mut found = vec![7];
            find_marks(&text, &mut found);
            proptest::prop_assert!(found.iter().all(|at| text.is_char_boundary(*at as usize)));
            proptest::prop_assert_eq!(found, naive);
        }
    }
}
