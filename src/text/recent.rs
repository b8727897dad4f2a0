//! A two-level cache of what is known about words.
//!
//! Most words of a text are among a few thousand frequent ones: a near table keeps these in the
//! processor's cache. Other words are in a far table, where each takes one cache line, so that it
//! can be prefetched. What neither has is computed again.

use super::language::{Language, stops};
use crate::prefetch;

/// Places of the near table: a power of two, few enough for the second-level cache.
const NEAR: usize = 1 << 15;

/// Lines of the far table, 64 bytes each. Lines without words are never touched.
const FAR: usize = 1 << 16;

/// How many words ahead are prefetched.
const AHEAD: usize = 24;

/// What is known of a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Recalled {
    form: u64,
    stem: u32,
    /// In which languages it is a stop word; above, the bit [`IS_KNOWN`], and from bit [`LANGUAGE`]
    /// on one more than the language whose stem it has, or 0.
    packed: u32,
}

const IS_KNOWN: u32 = 1 << 24;
const LANGUAGE: u32 = 25;
const _: () = assert!(Language::ALL.len() < 24, "as many bits as are left for stop words");

/// Words that share a line of memory, the one that came last in front.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Line([Recalled; 4]);

/// The near and the far table. In each the place of a word is given by its hash.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    near: Box<[Recalled; NEAR]>,
    far: Box<[Line; FAR]>,
}

impl Default for Recent {
    fn default() -> Self {
        let near = vec![Recalled::default(); NEAR].into_boxed_slice();
        let far = vec![Line::default(); FAR].into_boxed_slice();
        let expected = "as many as there are places";
        Self { near: near.try_into().expect(expected), far: far.try_into().expect(expected) }
    }
}

impl Recent {
    /// Puts into `stops` in which languages each of some words is a stop word, by their bits; there
    /// is room for all of them.
    pub(super) fn stops<'s>(&mut self, forms: &[u64], stops: &'s mut [u32]) -> &'s [u32] {
        let stops = &mut stops[..forms.len()];
        for (at, (&form, stops)) in forms.iter().zip(&mut *stops).enumerate() {
            self.expect(forms, at);
            let word = &self.near[form as usize % NEAR];
            *stops = match word.form == form && word.packed & IS_KNOWN != 0 {
                true => word.stops(),
                false => self.recall(form).stops(),
            };
        }
        stops
    }

    /// In which languages a word is a stop word, and its stem in one, which `find` finds if it is
    /// not known.
    #[inline(always)]
    pub(super) fn word(
        &mut self,
        form: u64,
        language: Language,
        find: impl FnOnce() -> u32,
    ) -> (u32, u32) {
        let word = &self.near[form as usize % NEAR];
        match word.form == form && word.has_stem_in(language) {
            true => (word.stops(), word.stem),
            false => self.recall_stem(form, language, find),
        }
    }

    /// Prefetches a word that comes soon after the one at `at`.
    #[inline(always)]
    fn expect(&self, forms: &[u64], at: usize) {
        let Some(&form) = forms.get(at + AHEAD) else { return };
        let near: *const Recalled = &self.near[form as usize % NEAR];
        let far: *const Recalled = self.far[line_of(form)].0.as_ptr();
        let is_near = self.near[form as usize % NEAR].form == form;
        prefetch::to_read(if is_near { near } else { far });
    }

    /// Moves a word into the near table.
    #[inline(never)]
    fn recall(&mut self, form: u64) -> Recalled {
        let line = &self.far[line_of(form)].0;
        // Branch-free: which one it is, is unpredictable.
        let at =
            (0..line.len()).rev().fold(0, |at, one| if line[one].form == form { one } else { at });
        let known = line[at].form == form && line[at].packed & IS_KNOWN != 0;
        let word = match known {
            true => line[at],
            false => Recalled { form, stem: 0, packed: stops(form) | IS_KNOWN },
        };
        self.near[form as usize % NEAR] = word;
        word
    }

    #[inline(never)]
    fn recall_stem(
        &mut self,
        form: u64,
        language: Language,
        find: impl FnOnce() -> u32,
    ) -> (u32, u32) {
        let word = self.recall(form);
        if word.has_stem_in(language) {
            return (word.stops(), word.stem);
        }
        let packed = word.packed & ((1 << LANGUAGE) - 1) | (language as u32 + 1) << LANGUAGE;
        let word = Recalled { form, stem: find(), packed };
        self.near[form as usize % NEAR] = word;
        let line = &mut self.far[line_of(form)].0;
        let last = line.iter().position(|old| old.form == form).unwrap_or(line.len() - 1);
        line[..=last].rotate_right(1);
        line[0] = word;
        (word.stops(), word.stem)
    }
}

/// By other bits than the near place, so that words that evict each other there do not do so here.
#[inline(always)]
fn line_of(form: u64) -> usize {
    (form >> 40) as usize % FAR
}

impl Recalled {
    #[inline(always)]
    fn has_stem_in(&self, language: Language) -> bool {
        self.packed >> LANGUAGE == language as u32 + 1
    }

    /// In which languages it is a stop word, by their bits.
    #[inline(always)]
    fn stops(&self) -> u32 {
        self.packed & (IS_KNOWN - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::word_hash;

    fn stops_of(recent: &mut Recent, form: u64) -> u32 {
        recent.stops(&[form], &mut [0; 4])[0]
    }

    fn stem(recent: &mut Recent, form: u64, language: Language, found: u32) -> u32 {
        recent.word(form, language, || found).1
    }

    #[test]
    fn a_word_is_known_by_language_until_others_take_its_places() {
        let mut recent = Recent::default();
        let the = word_hash(b"the");
        assert!(stops_of(&mut recent, the) & Language::English.bit() != 0);
        assert_eq!(stem(&mut recent, the, Language::English, 7), 7);
        assert_eq!(stem(&mut recent, the, Language::English, 8), 7);
        assert_eq!(stem(&mut recent, the, Language::German, 8), 8);
        // The same place near, and so the far one has to do.
        let other = the ^ 1 << 60;
        assert_eq!(stem(&mut recent, other, Language::German, 5), 5);
        assert_eq!(stem(&mut recent, the, Language::German, 9), 8);
        assert_eq!(stops_of(&mut recent, other), 0);
        // The same places near and far.
        for one in 1..=4 {
            assert_eq!(
                stem(&mut recent, the ^ one << 16, Language::German, one as u32),
                one as u32
            );
        }
        assert_eq!(stem(&mut recent, the, Language::German, 8), 8);
        stem(&mut recent, the ^ 1 << 15, Language::German, 1);
    }

    #[test]
    fn a_hash_of_zero_is_a_word_like_others() {
        let mut recent = Recent::default();
        assert_eq!(stops_of(&mut recent, 0), 0);
        assert_eq!(stem(&mut recent, 0, Language::Unknown, 3), 3);
        assert_eq!(stem(&mut recent, 0, Language::Unknown, 4), 3);
    }

    #[test]
    fn what_is_driven_out_is_found_again() {
        let mut recent = Recent::default();
        for round in 0..2 {
            for number in 0..3 * (4 * FAR + NEAR) as u64 {
                let form = crate::text::hash::mix(number);
                assert_eq!(
                    stem(&mut recent, form, Language::English, number as u32),
                    number as u32
                );
            }
            assert_eq!(stops_of(&mut recent, round), 0);
        }
    }
}
