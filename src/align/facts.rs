//! Whether two texts say the same of the same things: names, numbers, and yes or no.
//!
//! A frame can be filled with other facts: reports of two earthquakes, two quarters of one company,
//! two matches of one club. Such texts share most of their words, but none of their content. A
//! retelling keeps the facts and changes the words. So facts that *conflict* are counted: where
//! each side has one that the other lacks. What only one side has is no conflict, because
//! shortening a text omits facts.

use super::linker::Link;
use super::profile::{NO_TERM, Profile, Roles};
use super::weights::Weights;

/// How facts of one kind agree.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Agreement {
    /// Facts of either side that the other has, halved.
    pub shared: f32,
    /// Facts that each side has and the other lacks: of the side that has fewer of these.
    pub conflicting: f32,
    /// Facts that one side has and the other lacks, where the other has none instead.
    pub missing: f32,
}

impl Agreement {
    /// Of numbers of facts that the other side has, and lacks.
    fn new(found: [u32; 2], lacking: [u32; 2]) -> Self {
        Self {
            shared: (found[0] + found[1]) as f32 / 2.0,
            conflicting: lacking[0].min(lacking[1]) as f32,
            missing: lacking[0].abs_diff(lacking[1]) as f32,
        }
    }

    fn add(&mut self, other: Self) {
        self.shared += other.shared;
        self.conflicting += other.conflicting;
        self.missing += other.missing;
    }

    /// `part`, one of the two numbers, as a share of both, shrunk towards 0 where there are few
    /// facts.
    fn share(self, part: f32) -> f32 {
        part / (self.shared + self.conflicting + 1.0)
    }

    /// Share of the facts that both have, 0 to 1.
    pub fn shared_share(self) -> f32 {
        self.share(self.shared)
    }

    /// Share of the facts that conflict, 0 to 1.
    pub fn conflicting_share(self) -> f32 {
        self.share(self.conflicting)
    }
}

/// How the names and the numbers of two texts, or of two parts of them, agree.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// Names.
    pub names: Agreement,
    /// Numbers.
    pub numbers: Agreement,
}

impl Facts {
    /// Adds the facts of another part.
    pub fn add(&mut self, other: Self) {
        self.names.add(other.names);
        self.numbers.add(other.numbers);
    }

    /// Share of names and numbers that conflict, 0 to 1.
    pub fn conflicting_share(self) -> f32 {
        let mut all = self.names;
        all.add(self.numbers);
        all.conflicting_share()
    }

    /// Of whole articles.
    pub fn of_articles(a: &Profile, b: &Profile, weights: &Weights) -> Self {
        let mut count = Count::default();
        for (side, (profile, found)) in
            [(a, &weights.found_a), (b, &weights.found_b)].iter().enumerate()
        {
            for (&roles, &is_found) in profile.roles.iter().zip(found.iter()) {
                count.add(Fact { side, roles, is_found });
            }
        }
        count.facts()
    }

    /// Over the best link of each sentence of the article that has fewer, where the two sentences
    /// share enough to be compared.
    pub fn of_sentences(a: &Profile, b: &Profile, weights: &Weights, links: &[Link]) -> Self {
        let by_b = a.sentences() > b.sentences();
        let mut best: Vec<Option<&Link>> = vec![None; a.sentences().min(b.sentences())];
        for link in links.iter().filter(|link| link.cosine > LEAST_COSINE) {
            let best = &mut best[if by_b { link.b } else { link.a } as usize];
            if best.is_none_or(|best| link.cosine > best.cosine) {
                *best = Some(link);
            }
        }
        let mut sum = Self::default();
        for link in best.into_iter().flatten() {
            let (in_a, in_b) = (a.held(link.a as usize), b.held(link.b as usize));
            let mut count = Count::default();
            for &term in in_a {
                let is_found = match weights.partner[term as usize] {
                    NO_TERM => weights.found_a[term as usize],
                    partner => in_b.binary_search(&partner).is_ok(),
                };
                count.add(Fact { side: 0, roles: a.roles[term as usize], is_found });
            }
            for &term in in_b {
                let is_found = match weights.partner_of_b[term as usize] {
                    NO_TERM => weights.found_b[term as usize],
                    partner => in_a.binary_search(&partner).is_ok(),
                };
                count.add(Fact { side: 1, roles: b.roles[term as usize], is_found });
            }
            sum.add(count.facts());
        }
        sum
    }
}

/// Sentences that share less are not compared fact by fact.
const LEAST_COSINE: f32 = 0.2;

/// A term of one side that may be a name or a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// 0 for the first article, 1 for the second.
    pub(super) side: usize,
    pub(super) roles: Roles,
    /// Whether the other side has it.
    pub(super) is_found: bool,
}

/// Facts of both sides, by whether the other side has them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    /// For names and for numbers, for each side: how many the other has.
    found: [[u32; 2]; 2],
    /// The same for those that it lacks.
    lacking: [[u32; 2]; 2],
}

impl Count {
    /// Adds a term of a side.
    #[inline(always)]
    pub(super) fn add(&mut self, fact: Fact) {
        let Fact { side, roles, is_found } = fact;
        for (kind, role) in [Roles::NAME, Roles::NUMBER].into_iter().enumerate() {
            let is = u32::from(roles.has(role));
            self.found[kind][side] += is & u32::from(is_found);
            self.lacking[kind][side] += is & u32::from(!is_found);
        }
    }

    pub(super) fn facts(&self) -> Facts {
        let [names, numbers] =
            [0, 1].map(|kind| Agreement::new(self.found[kind], self.lacking[kind]));
        Facts { names, numbers }
    }
}
