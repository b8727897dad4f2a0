//! How well the sentences of each article are matched by the other's.

use super::linker::Link;
use super::profile::Profile;

/// How well the sentences of one article are matched by the other's, each share 0 to 1.
///
/// A sentence counts by its words. Where its best match is a quotation, its own quoted words do not
/// count: two reports quote the same people.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Matched {
    /// Mean cosine of the sentences' best links.
    pub aligned: f32,
    /// The same over the worst-matched half of the words: reports of one event share some sentences
    /// and not others, a retelling shares a little of each.
    pub weakest: f32,
    /// Share of the words in sentences with a link that is likelier right than not.
    pub linked: f32,
}

/// The best link of a sentence.
#[derive(Debug, Clone, Copy)]
struct Best {
    cosine: f32,
    odds: f32,
    partner: u32,
}

const NONE: Best = Best { cosine: 0.0, odds: f32::MIN, partner: u32::MAX };

/// For both articles how well they are matched; 0 where there is nothing to match.
pub fn matched(a: &Profile, b: &Profile, links: &[Link]) -> [Matched; 2] {
    let mut best = [vec![NONE; a.sentences()], vec![NONE; b.sentences()]];
    for link in links {
        for (side, sentence, partner) in [(0, link.a, link.b), (1, link.b, link.a)] {
            let best = &mut best[side][sentence as usize];
            best.odds = best.odds.max(link.odds);
            if link.cosine > best.cosine {
                (best.cosine, best.partner) = (link.cosine, partner);
            }
        }
    }
    [side(a, b, &best[0]), side(b, a, &best[1])]
}

fn side(own: &Profile, other: &Profile, best: &[Best]) -> Matched {
    let mut rows: Vec<(f32, f32)> = Vec::with_capacity(best.len());
    let (mut all, mut cosines, mut linked) = (0.0, 0.0, 0.0);
    for (sentence, best) in best.iter().enumerate() {
        let (words, quoted) = own.words_and_quoted[sentence];
        let both = match best.partner {
            u32::MAX => 0.0,
            partner => {
                let (words, quoted) = other.words_and_quoted[partner as usize];
                quoted / words.max(1.0)
            }
        };
        let counted = words - quoted * both;
        all += counted;
        cosines += counted * best.cosine;
        linked += if best.odds > 0.0 { counted } else { 0.0 };
        rows.push((best.cosine, counted));
    }
    if all <= 0.0 {
        return Matched::default();
    }
    Matched { aligned: cosines / all, weakest: weakest_half(rows, all), linked: linked / all }
}

/// Mean of the lower half of weighted values, whose weights sum to `all`.
fn weakest_half(mut rows: Vec<(f32, f32)>, all: f32) -> f32 {
    rows.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    let (mut sum, mut left) = (0.0, all / 2.0);
    for (value, weight) in rows {
        let taken = weight.min(left);
        sum += value * taken;
        left -= taken;
    }
    sum / (all / 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::links::links;
    use super::super::weights::Weights;
    use super::*;
    use crate::text::Analyzer;

    fn matches(a: &str, b: &str) -> [Matched; 2] {
        let profile =
            |text: &str| Profile::new(Analyzer::new(None).article(text), Default::default());
        let (a, b) = (profile(a), profile(b));
        matched(&a, &b, &links(&a, &b, &Weights::new(&a, &b)))
    }

    #[test]
    fn a_text_matches_itself() {
        let text = "The harbour closed at noon. Ferries waited outside the bar. Nobody was hurt.";
        for side in matches(text, text) {
            assert!(side.aligned > 0.99 && side.weakest > 0.99);
        }
        assert_eq!(matches(text, "")[0], Matched::default());
    }

    #[test]
    fn a_shared_quotation_counts_less_than_the_same_words_unquoted() {
        let report = "Rain fell over the town. “Ferries will run from the harbour tonight.”";
        let quoting = "Snow hit the hills. “Ferries will run from the harbour tonight.”";
        let saying = "Snow hit the hills. Ferries will run from the harbour tonight.";
        assert!(matches(report, quoting)[0].aligned < 0.5 * matches(report, saying)[0].aligned);
    }

    #[test]
    fn the_weakest_half_is_a_weighted_mean() {
        assert_eq!(weakest_half(vec![(1.0, 2.0), (0.5, 1.0), (0.0, 1.0)], 4.0), 0.25);
    }
}
