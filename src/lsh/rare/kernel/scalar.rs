//! One number after the other.

use super::super::postings::{self as packed, BLOCK_BITS, MARK};
use super::super::weigh::{Word, place_of};
use super::{Cut, FEW, LANES, Places, Posting, Same};

#[inline(always)]
pub fn unpack(
    words: &[u32; LANES],
    (cut, mut first): (Cut, u32),
    slots: &mut [u32; LANES],
    postings: &mut [Posting; LANES],
) -> u32 {
    for ((word, slot), posting) in words.iter().zip(slots).zip(postings) {
        first = if word & MARK != 0 { word << BLOCK_BITS } else { first };
        *slot = cut.slot(*word);
        *posting = packed::unpack(*word, first);
    }
    first
}

#[inline(always)]
pub fn places(
    slots: &mut [u32],
    (mut next, alone): (Places, u32),
    begins: &mut [u32],
) -> (usize, Places) {
    let mut several = 0;
    for slot in slots {
        let count = *slot;
        begins[several] = next.more;
        several += usize::from(count > 3);
        let place = if count > 3 { next.more } else { alone };
        let place = if count == 3 { next.three } else { place };
        *slot = if count == 2 { next.two } else { place };
        next.two += u32::from(count == 2) * 2;
        next.three += u32::from(count == 3) * 3;
        next.more += if count > 3 { count } else { 0 };
    }
    (several, next)
}

#[inline(always)]
pub fn same<const N: usize>(postings: &[Posting; LANES], count: usize) -> Same {
    match N {
        2 => same_of_two(&postings[..count]),
        _ => same_of_three(&postings[..count]),
    }
}

#[inline(always)]
pub fn few(postings: &[Posting; FEW], count: usize, articles: &mut [u32; FEW]) -> Option<usize> {
    *articles = postings.map(|posting| posting as u32);
    let (mut differ, mut descends) = (0, false);
    for at in 1..FEW {
        let is_inside = at < count;
        differ |= if is_inside { (postings[at] ^ postings[0]) >> 32 } else { 0 };
        descends |= is_inside & (articles[at] <= articles[at - 1]);
    }
    (differ == 0 && !descends).then_some(count)
}

#[inline(always)]
pub fn part(postings: &mut [Posting], others: &mut [Posting]) -> usize {
    let first = postings[0];
    let mut same = 0;
    for at in 0..postings.len() {
        let posting = postings[at];
        postings[same] = posting;
        others[at - same] = posting;
        same += usize::from(is_same(posting, first));
    }
    same
}

#[inline(always)]
pub fn keep(words: &mut [Word], counters: &[u8], bits: u32, least: u8) -> usize {
    let mut count = 0;
    for at in 0..words.len() {
        let word = words[at];
        words[count] = word;
        count += usize::from(counters[place_of(word, bits)] >= least);
    }
    count
}

#[inline(always)]
fn is_same(a: Posting, b: Posting) -> bool {
    (a ^ b) >> 32 == 0
}

#[inline(always)]
fn same_of_two(postings: &[Posting]) -> Same {
    let mut same = Same::default();
    let (articles, len) = &mut same.two;
    for &[a, b] in postings.as_chunks().0 {
        articles[*len] = a.min(b) as u32;
        articles[*len + 1] = a.max(b) as u32;
        *len += if is_same(a, b) & (a != b) { 2 } else { 0 };
        same.again += u32::from(a == b);
    }
    same
}

#[inline(always)]
fn same_of_three(postings: &[Posting]) -> Same {
    let mut same = Same::default();
    for (at, &[a, b, c]) in (0..).step_by(3).zip(postings.as_chunks().0) {
        let pairs = [(a, b), (b, c), (a, c)];
        let [ab, bc, ac] = pairs.map(|(a, b)| is_same(a, b));
        let descends = pairs.map(|(a, b)| is_same(a, b) & (a >= b));
        let is_clear = descends == [false; 3];
        let (articles, len) = &mut same.two;
        articles[*len] = if ab | ac { a } else { b } as u32;
        articles[*len + 1] = if bc | ac { c } else { b } as u32;
        *len += if is_clear & (ab ^ bc ^ ac) & !(ab & bc) { 2 } else { 0 };
        let (articles, len) = &mut same.three;
        articles[*len..][..3].copy_from_slice(&[a, b, c].map(|posting| posting as u32));
        *len += if is_clear & ab & bc { 3 } else { 0 };
        same.unclear |= u32::from(!is_clear) << at;
    }
    same
}
