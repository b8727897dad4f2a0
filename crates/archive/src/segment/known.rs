//! Known answers: the bytes of a segment, made by hand from docs/archive-format.md.

use super::{Cursor, Doc, Header, Postings, Seal, Segment};

/// Two articles; the first has the keys of the id «» and the last feature, the second the latter.
const BYTES: [&str; 5] = [
    "5245544f4c44534702000000280000008877665544332211ffffffffffffffff",
    "0200000058d51dc7070000000000000000f1536500000000efcdab8967452301",
    "2c01000000000000fbffffffffffffff000000000000000001008eebff97dff4",
    "01040001bca57676380580062d00000058000000000000000c000000b5e4de69",
    "64000000000000000100000001000000a2a51bcfe0d1e5604753444c4f544552",
];

const DOCS: [Doc; 2] = [
    Doc { doc: 7, first_seen: 1_700_000_000, text: 0x0123_4567_89ab_cdef },
    Doc { doc: 300, first_seen: -5, text: 0 },
];

const KEYS: [u64; 2] = [0x2d_0680_0538, 0x03ff_ffff_ffff];

const HEADER: Header = Header { scheme: 0x1122_3344_5566_7788, span: -1 };

const SEAL: Seal = Seal { bytes: 160, crc: 0x96f5_7984 };

#[test]
fn a_segment_is_written_as_documented() {
    let mut postings = Postings::default();
    postings.add(DOCS[0], [KEYS[1], KEYS[0]]);
    postings.add(DOCS[1], [KEYS[1]]);
    let (bytes, seal) = postings.write(HEADER);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, BYTES.concat());
    assert_eq!(seal, SEAL);
}

#[test]
fn a_segment_is_read_as_documented() {
    let hex = BYTES.concat();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes = (0..hex.len()).step_by(2).map(byte).collect();
    let segment = Segment::in_memory(bytes, SEAL).unwrap();
    assert_eq!((segment.header(), segment.docs()), (HEADER, &DOCS[..]));
    let (mut cursor, mut places) = (Cursor::new(&segment), Vec::new());
    assert_eq!(cursor.next(&mut places).unwrap(), Some(KEYS[0]));
    assert_eq!(places, [0]);
    assert_eq!(cursor.next(&mut places).unwrap(), Some(KEYS[1]));
    assert_eq!(places, [0, 1]);
    assert_eq!(cursor.next(&mut places).unwrap(), None);
}

#[test]
fn files_of_one_length_have_seals_of_their_own() {
    let seal_of = |header, text| {
        let mut postings = Postings::default();
        postings.add(Doc { text, ..DOCS[0] }, KEYS);
        postings.write(header).1
    };
    let seals = [seal_of(HEADER, 1), seal_of(HEADER, 2), seal_of(Header { span: 7, ..HEADER }, 1)];
    assert!(seals.iter().all(|seal| seal.bytes == seals[0].bytes));
    assert_ne!(seals[0].crc, seals[1].crc);
    assert_ne!(seals[0].crc, seals[2].crc);
}

#[test]
fn keys_are_found_among_many_and_long_lists_stand_by_themselves() {
    let mut postings = Postings::default();
    for number in 0..5000_u64 {
        let doc = Doc { doc: number + 1, first_seen: 0, text: number / 2 };
        // One that all have, one that every tenth has, one of its own, in two kinds.
        postings.add(doc, [0, 1 + number % 10, 100 + 3 * number, (1 << 40) + number]);
    }
    let (bytes, seal) = postings.write(HEADER);
    let segment = Segment::in_memory(bytes, seal).unwrap();
    let find = |keys: &[u64], most_texts| {
        let mut cursor = Cursor::new(&segment);
        let of = |key: &u64| {
            let mut places = Vec::new();
            cursor.find(*key, most_texts, &mut places).unwrap().then_some(places.len())
        };
        keys.iter().map(of).collect::<Vec<_>>()
    };
    let keys = [0, 3, 50, 100, 101, 103, 100 + 3 * 4999, 1 << 39, 1 << 40, (1 << 40) + 4999];
    let counts = [5000, 500, 0, 1, 0, 1, 1, 0, 1, 1].map(Some);
    assert_eq!(find(&keys, usize::MAX), counts);
    // Long lists of too many texts are not read: 2500 of them, and 500.
    assert_eq!(find(&[0, 3, 100], 499), [None, None, Some(1)]);
    assert_eq!(find(&[0, 3, 100], 500), [None, Some(500), Some(1)]);
    assert_eq!(find(&[2 << 40], usize::MAX), [Some(0)]);
}
