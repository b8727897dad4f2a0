//! Numbers in as few bytes as they need: seven bits a byte, the lowest first (LEB128).

/// Adds a number.
pub fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The bit of each byte of a word that says whether the number goes on.
const MORE: u64 = 0x8080_8080_8080_8080;

/// Takes a number from the front; `None` if the bytes end within it or it has more than 64 bits.
#[inline]
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    // Without branches that go by the length of the number, which is hard to predict.
    if let Some((word, length)) = ending_within_a_word(bytes) {
        *bytes = &bytes[length..];
        return Some(packed(word & (u64::MAX >> (64 - 8 * length))));
    }
    take_by_bytes(bytes)
}

/// Goes past a number; `None` if the bytes end within it.
#[inline]
pub fn skip(bytes: &mut &[u8]) -> Option<()> {
    let length = match ending_within_a_word(bytes) {
        Some((_, length)) => length,
        None => bytes.iter().position(|byte| *byte < 0x80)? + 1,
    };
    *bytes = &bytes[length..];
    Some(())
}

/// The next eight bytes, and how many of them are the number; `None` if there are not eight, or it
/// does not end in them.
#[inline]
fn ending_within_a_word(bytes: &[u8]) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*bytes.first_chunk()?);
    let ends = !word & MORE;
    (ends != 0).then(|| (word, ends.trailing_zeros() as usize / 8 + 1))
}

/// The lower seven bits of each byte, side by side.
#[inline]
fn packed(word: u64) -> u64 {
    let pairs = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) >> 1;
    let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
    fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4
}

fn take_by_bytes(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Ascending numbers, each as the difference to the one before.
pub fn put_list(bytes: &mut Vec<u8>, list: &[u32]) {
    let mut last = 0;
    for number in list {
        put(bytes, u64::from(number - last));
        last = *number;
    }
}

/// The numbers of a list, ascending, each once and below `end`, behind those that `list` has;
/// `None` if they are not that.
pub fn take_list(mut bytes: &[u8], end: u32, list: &mut Vec<u32>) -> Option<()> {
    let mut last = None;
    while !bytes.is_empty() {
        let step = take(&mut bytes)?;
        let number = u64::from(last.unwrap_or(0)) + step.min(u64::from(u32::MAX));
        let number = u32::try_from(number).ok().filter(|number| *number < end)?;
        if last == Some(number) {
            return None;
        }
        list.push(number);
        last = Some(number);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_lists_come_back(
            numbers in proptest::collection::vec((any::<u64>(), 0..64u32), 0..20),
            list in proptest::collection::btree_set(0..1000u32, 0..50),
        ) {
            // Of all lengths.
            let numbers: Vec<u64> = numbers.iter().map(|(number, by)| number >> by).collect();
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| put(&mut bytes, *number));
            let mut rest = &bytes[..];
            for number in &numbers {
                prop_assert_eq!(take(&mut rest), Some(*number));
            }
            prop_assert!(rest.is_empty());
            let mut rest = &bytes[..];
            for _ in &numbers {
                prop_assert_eq!(skip(&mut rest), Some(()));
            }
            prop_assert!(rest.is_empty());
            let list: Vec<u32> = list.into_iter().collect();
            let mut bytes = Vec::new();
            put_list(&mut bytes, &list);
            let mut taken = Vec::new();
            prop_assert_eq!(take_list(&bytes, 1000, &mut taken), Some(()));
            prop_assert_eq!(taken, list);
        }
    }

    proptest! {
        #[test]
        fn words_and_single_bytes_say_the_same(
            bytes in proptest::collection::vec(prop_oneof![0x80..=0xffu8, any::<u8>()], 0..20),
        ) {
            let (mut by_words, mut by_bytes) = (&bytes[..], &bytes[..]);
            let taken = take(&mut by_words);
            prop_assert_eq!(taken, take_by_bytes(&mut by_bytes));
            if taken.is_some() {
                prop_assert_eq!(by_words, by_bytes);
            }
        }
    }

    #[test]
    fn what_is_no_number_and_no_list_is_refused() {
        assert_eq!(take(&mut &[0x80][..]), None);
        assert_eq!(take(&mut &[0xff; 11][..]), None);
        let mut list = Vec::new();
        assert_eq!(take_list(&[5, 0], 10, &mut list), None);
        assert_eq!(take_list(&[5, 5], 10, &mut list), None);
    }
}
