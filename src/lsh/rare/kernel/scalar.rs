//! One number after the other.

use super::super::postings::{self as packed, BLOCK_BITS, MARK};
use super::super::weigh::{Word, place_of};
use super::{Cut, FEW, Few, Kernel, LANES, Posting};

/// Needs nothing.
#[derive(Debug, Clone, Copy)]
pub(in crate::lsh::rare) struct Scalar;

impl Kernel for Scalar {
    #[inline(always)]
    unsafe fn unpack(
        self,
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
    unsafe fn places(self, slots: &mut [u32], alone: u32, begins: &mut [u32]) -> (usize, u32) {
        let (mut next, mut several) = (0, 0);
        for slot in slots {
            let count = *slot;
            begins[several] = next;
            several += usize::from(count > 1);
            *slot = if count > 1 { next } else { alone };
            next += if count > 1 { count } else { 0 };
        }
        (several, next)
    }

    #[inline(always)]
    unsafe fn few(
        self,
        postings: &[Posting; FEW],
        count: usize,
        articles: &mut [u32; FEW],
    ) -> Option<Few> {
        *articles = postings.map(|posting| posting as u32);
        let (mut differ, mut descends) = (0, false);
        for at in 1..FEW {
            let is_inside = at < count;
            differ |= if is_inside { (postings[at] ^ postings[0]) >> 32 } else { 0 };
            descends |= is_inside & (articles[at] <= articles[at - 1]);
        }
        match count {
            2 if differ != 0 => Some(Few { df: 0, singles: 2 }),
            _ if differ != 0 || descends => None,
            _ => Some(Few { df: count, singles: 0 }),
        }
    }

    #[inline(always)]
    unsafe fn keep(self, words: &mut [Word], counters: &[u8], bits: u32, least: u8) -> usize {
        let mut count = 0;
        for at in 0..words.len() {
            let word = words[at];
            words[count] = word;
            count += usize::from(counters[place_of(word, bits)] >= least);
        }
        count
    }
}
