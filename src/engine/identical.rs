//! Texts with the same words, or the same signs where there are no words.

use rayon::prelude::*;

use super::candidates::Candidates;
use crate::lsh::Sides;

/// Groups of identical texts up to this size are compared like all others; of larger ones the first
/// represents all. Of two sides, the first of each.
const IDENTICAL_LIMIT: usize = 8;

/// How many of so many articles with the same text are compared with others, and count in document
/// frequencies: all of up to eight, else one, which represents the others.
pub fn representatives(copies: usize) -> usize {
    if copies > IDENTICAL_LIMIT { 1 } else { copies }
}

/// A hash of what an article holds, and its number.
type Numbered = (u64, u32);

/// For each article whether it represents itself; members of large groups of identical texts are
/// paired with the first of their group and then left out. Of two sides all groups are paired here,
/// across, and those of large ones that are left out are copies of the first of their side.
pub(super) fn collapse(
    text_hashes: &[Option<u64>],
    sides: Sides,
    found: &mut Candidates,
) -> Vec<bool> {
    let mut is_representative: Vec<bool> = text_hashes.iter().map(Option::is_some).collect();
    let numbered = (0u32..).zip(text_hashes).filter_map(|(at, hash)| hash.map(|hash| (hash, at)));
    let mut numbered: Vec<Numbered> = numbered.collect();
    numbered.par_sort_unstable();
    for group in numbered.chunk_by(|(x, _), (y, _)| x == y) {
        let (ours, theirs) = match sides {
            Sides::One => (group, &[][..]),
            Sides::Two(boundary) => split_sides(group, boundary),
        };
        pair_across(ours, theirs, &mut found.identical);
        if group.len() <= IDENTICAL_LIMIT {
            continue;
        }
        let pairs = if sides == Sides::One { &mut found.identical } else { &mut found.copies };
        for part in [ours, theirs] {
            for &(_, other) in part.iter().skip(1) {
                is_representative[other as usize] = false;
                pairs.push((part[0].1, other));
                found.channels.collapsed += 1;
            }
        }
    }
    found.identical.sort_unstable();
    is_representative
}

/// Pairs texts without words that are the same; of many only the first with each other.
pub(super) fn pair_wordless(mut hashes: Vec<Numbered>, sides: Sides, found: &mut Candidates) {
    hashes.par_sort_unstable();
    for group in hashes.chunk_by(|(x, _), (y, _)| x == y) {
        if let Sides::Two(boundary) = sides {
            let (ours, theirs) = split_sides(group, boundary);
            pair_across(ours, theirs, &mut found.identical);
            continue;
        }
        for (at, (_, first)) in group[..representatives(group.len())].iter().enumerate() {
            let pairs = group[at + 1..].iter().map(|(_, other)| (*first, *other));
            found.identical.extend(pairs);
        }
    }
    found.identical.sort_unstable();
}

/// A group, divided by side: the articles below the boundary, and the rest.
fn split_sides(group: &[Numbered], boundary: u32) -> (&[Numbered], &[Numbered]) {
    group.split_at(group.partition_point(|(_, article)| *article < boundary))
}

/// All pairs across where one side has few, so that work stays linear; else each article with the
/// first of the other side.
fn pair_across(ours: &[Numbered], theirs: &[Numbered], pairs: &mut Vec<(u32, u32)>) {
    let (Some(&(_, our_first)), Some(&(_, their_first))) = (ours.first(), theirs.first()) else {
        return;
    };
    if ours.len().min(theirs.len()) <= IDENTICAL_LIMIT {
        let of = |a: u32| theirs.iter().map(move |(_, b)| (a, *b));
        pairs.extend(ours.iter().flat_map(|(_, a)| of(*a)));
        return;
    }
    pairs.extend(theirs.iter().map(|(_, b)| (our_first, *b)));
    pairs.extend(ours[1..].iter().map(|(_, a)| (*a, their_first)));
}
