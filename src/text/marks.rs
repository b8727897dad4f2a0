//! Where a sentence or a quotation may begin or end.
//!
//! These are one byte in fifty. They are found once, and sentences and quotations look at nothing
//! else.

use super::characters::stop;

/// The marks of ASCII.
const NARROW: [u8; 5] = [b'.', b'!', b'?', b'\n', b'"'];

/// First bytes of all other marks, with the bits of each that are compared.
const WIDE: [(u8, u8); 5] = [(0xff, 0xc2), (0xff, 0xd6), (0xf8, 0xd8), (0xf0, 0xe0), (0xff, 0xf0)];

/// Puts the places of all marks of `text` into `places`, ascending; whatever it had is gone. All
/// are on character boundaries.
pub(super) fn find_marks(text: &str, places: &mut Vec<u32>) {
    places.clear();
    let (blocks, rest) = text.as_bytes().as_chunks::<8>();
    for (block, start) in blocks.iter().zip((0u32..).step_by(8)) {
        push_marks(u64::from_le_bytes(*block), start, text, places);
    }
    // Zeros are no marks.
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    push_marks(u64::from_le_bytes(last), (text.len() - rest.len()) as u32, text, places);
}

/// Adds the places of the marks among eight bytes of the text, the first of which is at `start`.
#[inline(always)]
fn push_marks(bytes: u64, start: u32, text: &str, places: &mut Vec<u32>) {
    let mut hits = NARROW.iter().fold(0, |any, byte| any | equal(bytes, *byte));
    if bytes & !LOW != 0 {
        hits |= wide_marks(bytes, start, text);
    }
    while hits != 0 {
        places.push(start + hits.trailing_zeros() / u8::BITS);
        hits &= hits - 1;
    }
}

/// The highest bit of each of eight bytes with which a mark beyond ASCII begins.
fn wide_marks(bytes: u64, start: u32, text: &str) -> u64 {
    let splat = |byte: u8| u64::from_ne_bytes([byte; 8]);
    let begin = |any, &(bits, byte): &(u8, u8)| any | equal(bytes & splat(bits), byte);
    let mut left = WIDE.iter().fold(0, begin);
    let mut marks = 0;
    while left != 0 {
        let place = (start + left.trailing_zeros() / u8::BITS) as usize;
        if text[place..].starts_with(is_wide_mark) {
            marks |= left & left.wrapping_neg();
        }
        left &= left - 1;
    }
    marks
}

/// Whether a character beyond ASCII ends sentences or lines, or is a quotation mark.
fn is_wide_mark(character: char) -> bool {
    is_line_end(character)
        || stop(character).is_some()
        || matches!(
            character,
            '«' | '»'
                | '‹'
                | '›'
                | '‘'
                | '’'
                | '“'
                | '”'
                | '„'
                | '‟'
                | '「'
                | '」'
                | '『'
                | '』'
        )
}

/// Whether a character ends a line or a paragraph.
pub(super) fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// All bits of each byte but the highest.
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The highest bit of each of eight bytes that is `byte`; no other bit (Warren, Hacker's Delight,
/// 6-1).
#[inline(always)]
fn equal(bytes: u64, byte: u8) -> u64 {
    let differs = bytes ^ u64::from_ne_bytes([byte; 8]);
    !(((differs & LOW) + LOW) | differs | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So none is overlooked.
    #[test]
    fn every_mark_begins_with_a_byte_that_is_looked_for() {
        for mark in ('\u{80}'..=char::MAX).filter(|c| is_wide_mark(*c)) {
            let first = mark.encode_utf8(&mut [0; 4]).as_bytes()[0];
            assert!(WIDE.iter().any(|(bits, byte)| first & bits == *byte), "{mark:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn marks_are_those_of_a_naive_search(
            text in "[ab .!?\n\"éß„“”«»。！…中ж👍։؟۔।።།၊\u{2029}𑁇]{0,80}",
        ) {
            let is_mark = |c: char| match u8::try_from(c) {
                Ok(byte) if c.is_ascii() => NARROW.contains(&byte),
                _ => is_wide_mark(c),
            };
            let marks = text.char_indices().filter(|(_, c)| is_mark(*c));
            let naive: Vec<u32> = marks.map(|(at, _)| at as u32).collect();
            let mut found = vec![7];
            find_marks(&text, &mut found);
            proptest::prop_assert!(found.iter().all(|at| text.is_char_boundary(*at as usize)));
            proptest::prop_assert_eq!(found, naive);
        }
    }
}
