//! One frame that many articles fill with facts of their own.
//!
//! A wire reports bond issues, prices and quarters of companies in the same words day after day.
//! Two such reports may look retold. But a retelling keeps the facts, so an article whose apparent
//! retellings nearly all have other names and numbers is an instance of a frame.

use std::collections::HashMap;

use super::Engine;
use super::found::Pair;
use crate::align::Relation;

/// Share of names and numbers that conflict from which a pair has other facts.
const OTHER_FACTS: f32 = 0.15;
/// A pair with this score is a retelling, whatever its other pairs are.
const SURE: f32 = 0.95;
/// Least pairs with other facts of an article that uses a frame, and their least share of its
/// pairs.
const LEAST_PAIRS: u32 = 2;
const LEAST_SHARE: f32 = 0.8;

impl Engine {
    /// Makes templates of those rewrites and partial pairs that fill one frame with other facts, as
    /// more articles do; of no relation where templates are none. Gives their number.
    pub(super) fn set_frames_aside(&self, pairs: &mut Vec<Pair>) -> usize {
        let frames = Frames::of(pairs);
        let relation = match self.config.compare.templates {
            true => Relation::Template,
            false => Relation::Unrelated,
        };
        let mut found = 0;
        for pair in pairs.iter_mut() {
            if frames.have(pair) {
                pair.comparison.relation = relation;
                pair.comparison.score *= 0.5;
                found += 1;
            }
        }
        pairs.retain(|pair| self.keeps(&pair.comparison));
        found
    }
}

/// For each article of some pair how many of its pairs have other facts, and how many it has.
struct Frames(HashMap<u32, [u32; 2]>);

impl Frames {
    fn of(pairs: &[Pair]) -> Self {
        let mut counts: HashMap<u32, [u32; 2]> = HashMap::new();
        for pair in pairs.iter().filter(|pair| pair.comparison.relation.is_reuse()) {
            for article in [pair.a, pair.b] {
                let [others, all] = counts.entry(article).or_default();
                *others += u32::from(has_other_facts(pair));
                *all += 1;
            }
        }
        Self(counts)
    }

    /// Whether a pair fills a frame that one of its articles uses.
    fn have(&self, pair: &Pair) -> bool {
        has_other_facts(pair)
            && pair.comparison.score < SURE
            && (self.is_frame(pair.a) || self.is_frame(pair.b))
    }

    fn is_frame(&self, article: u32) -> bool {
        let [others, all] = self.0.get(&article).copied().unwrap_or_default();
        others >= LEAST_PAIRS && others as f32 >= LEAST_SHARE * all as f32
    }
}

fn has_other_facts(pair: &Pair) -> bool {
    matches!(pair.comparison.relation, Relation::Rewrite | Relation::Partial)
        && pair.comparison.conflicting >= OTHER_FACTS
}

#[cfg(test)]
mod tests {
    use crate::{Config, Engine};

    fn bond(company: &str, amount: u32, coupon: u32, day: u32) -> String {
        format!(
            "{company} is issuing a {amount} mln dlr eurobond due May {day}, 1992, paying {coupon} \
             pct and priced at par, lead manager Nomura said. The bonds will be listed in London \
             and issued in denominations of {} dlrs. Fees of {} pct are for management and \
             underwriting, and payment is expected within the week after the offer of {company} \
             has closed.",
            amount * 100,
            coupon + 3,
        )
    }

    #[test]
    fn a_frame_with_other_facts_is_no_reuse() {
        let bonds: Vec<String> =
            ["Calden Rail", "Port Delby", "Hexham Steel", "Orrin Gas", "Upper Tarn"]
                .iter()
                .zip([40, 75, 120, 310, 55])
                .enumerate()
                .map(|(at, (company, amount))| {
                    bond(company, amount, 5 + at as u32, 3 + 5 * at as u32)
                })
                .collect();
        let is_claimed = |config: Config| {
            let scan = Engine::new(config).unwrap().scan(&bonds[..]).unwrap();
            let is_retold = |pair: &&crate::engine::Pair| {
                let relation = pair.comparison.relation;
                matches!(
                    relation,
                    crate::align::Relation::Rewrite | crate::align::Relation::Partial
                )
            };
            scan.pairs.iter().filter(is_retold).count()
        };
        assert_eq!(is_claimed(Config::default()), 0);
    }
}
