//! Numbers in as few bytes as they need: seven bits a byte, the lowest first (LEB128).

/// Adds a number.
pub fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number from the front; `None` if the bytes end within it or it has more than 64 bits.
#[inline]
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
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
            numbers in proptest::collection::vec(any::<u64>(), 0..20),
            list in proptest::collection::btree_set(0..1000u32, 0..50),
        ) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| put(&mut bytes, *number));
            let mut rest = &bytes[..];
            for number in &numbers {
                prop_assert_eq!(take(&mut rest), Some(*number));
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

    #[test]
    fn what_is_no_number_and_no_list_is_refused() {
        assert_eq!(take(&mut &[0x80][..]), None);
        assert_eq!(take(&mut &[0xff; 11][..]), None);
        let mut list = Vec::new();
        assert_eq!(take_list(&[5, 0], 10, &mut list), None);
        assert_eq!(take_list(&[5, 5], 10, &mut list), None);
    }
}
