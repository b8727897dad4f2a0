//! One frame that many articles fill with facts of their own.
//!
//! A wire reports bond issues, prices and quarters of companies in the same words day after day.
//! Two such reports may look retold. But a retelling keeps the facts, so an article whose apparent
//! retellings nearly all have other names and numbers is an instance of a frame.

use std::collections::HashMap;

use super::Engine;
use super::found::Pair;
use crate::align::{Kind, Match, Relation};

/// Share of names and numbers that conflict from which a pair has other facts.
const OTHER_FACTS: f32 = 0.15;
/// A pair with this score is a retelling, whatever its other pairs are.
const SURE: f32 = 0.95;
/// Least pairs with other facts of an article that uses a frame, and their least share of its
/// pairs.
const LEAST_PAIRS: u32 = 2;
const LEAST_SHARE: f32 = 0.8;
/// Bytes of a paragraph that was copied: some 40 words.
const COPIED: usize = 250;

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
    let may_be_frame = match pair.comparison.relation {
        Relation::Rewrite => true,
        Relation::Partial => !pair.comparison.passages.iter().any(is_copied),
        _ => false,
    };
    may_be_frame && pair.comparison.conflicting >= OTHER_FACTS
}

/// Whether a paragraph is the same in both, and so are the facts in it: those around it are of
/// stories that took it, not of a frame. What four or more stories share counts for nothing by now.
fn is_copied(passage: &Match) -> bool {
    passage.kind == Kind::Identical && passage.a.len().min(passage.b.len()) >= COPIED
}

#[cfg(test)]
mod tests {
    use crate::align::Relation;
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
                matches!(relation, Relation::Rewrite | Relation::Partial)
            };
            scan.pairs.iter().filter(is_retold).count()
        };
        assert_eq!(is_claimed(Config::default()), 0);
    }

    /// Two others take a paragraph each of the first.
    #[test]
    fn a_story_that_several_take_from_is_no_frame() {
        let taken = [
            "The council of Calden voted on Tuesday to close the old bridge over the Orrin for two \
             years, after divers had found cracks in three of its five piers that no survey had \
             shown before, and lorries will be led through Hexham until a temporary crossing of \
             steel has been put up beside the mill.",
            "Rosa Tarn, who leads the works, expects costs of 14 million crowns, of which the \
             county of Delby pays a third, while the rest is to come from a levy on tickets of the \
             harbour line that was meant to pay for the new quay at Port Delby and was agreed on \
             nine years ago.",
        ];
        let own = [
            "Shopkeepers on Market Street fear for their trade. Emil Vance said that half of his \
             customers come over the bridge. Mayor Ida Holm promised a bus from Friday on. On \
             the far bank, the bakery of Nora Lind will sell bread from a boat, as her \
             grandmother had done in the flood of 1954, when the ferry of Captain Juel was all \
             that linked the two halves of the town for seven weeks.",
            "Pupils of the Lindgren school in Aster won the regional contest for robots with a \
             machine that sorts apples. Their teacher Paul Okoro had borrowed the motors from a \
             farm near Velden. In autumn they travel to Lisbon with 12 classmates. The jury of \
             engineers praised how gently its fingers of rubber turn the fruit, and how little \
             power it draws. Second came a team from Kilmar, whose boat cleans ponds of algae \
             and finds its own way back to the landing stage after dark.",
            "The museum of Ravenna shows a mosaic that lay under a cinema for eighty years. Its \
             director Chiara Monti calls it the find of the decade. Tickets cost 9 euros, and on \
             Sundays families of Emilia pay nothing at all. Masons had come upon it while they \
             looked for a leaking pipe. It shows Orpheus among leopards, hares and an owl, and \
             was laid, as coins of Honorius in the mortar prove, in the year of the siege or \
             soon after it by workers from Carthage.",
        ];
        let texts = [
            format!("{}\n\n{}\n\n{}", own[0], taken[0], taken[1]),
            format!("{}\n\n{}", own[1], taken[0]),
            format!("{}\n\n{}", own[2], taken[1]),
        ];
        let scan = Engine::new(Config::default()).unwrap().scan(&texts[..]).unwrap();
        let found: Vec<_> = scan.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        assert_eq!(found, [(0, 1), (0, 2)]);
        assert!(scan.pairs.iter().all(|pair| pair.comparison.relation == Relation::Partial));
    }
}
