//! What figures and relations are called where people read them.
//!
//! Nothing here is more certain than what it stands for: shares are rounded neither to nothing nor
//! to all, scores never to 1, and a related pair never has «0 %» in common.

use retold::align::{Comparison, Kind, Relation, Side};

use crate::quantity;

/// Words in common from which their number says how much two articles share; of fewer, a report
/// says what is retold instead.
pub const FEW_WORDS: u32 = 10;

/// What a relation means, in words that need no explanation.
pub fn meaning(relation: Relation) -> &'static str {
    match relation {
        Relation::Identical => "the same words",
        Relation::NearDuplicate => "the same article with small edits",
        Relation::Excerpt => "one contains nearly all of the other",
        Relation::Rewrite => "says the same in other words",
        Relation::Partial => "some passages are shared, the rest is not",
        Relation::Template => "the same wording about other facts",
        Relation::Unrelated => "no reuse found",
    }
}

/// How alike two articles are, as `similarity 0.98`; nothing where they are identical, which needs
/// no estimate.
pub fn similarity(found: &Comparison) -> Option<String> {
    let is_estimate = found.relation != Relation::Identical;
    is_estimate.then(|| format!("similarity {}", quantity::score(found.score)))
}

/// How much of one article the other has too, such as `55 %`; for a related pair of which nothing
/// is inside a passage, what there is instead.
pub fn share(found: &Comparison, side: Side) -> String {
    let coverage = match side {
        Side::A => found.coverage_a,
        Side::B => found.coverage_b,
    };
    match coverage {
        share if share > 0.0 || found.relation == Relation::Unrelated => quantity::percent(share),
        _ => instead(found),
    }
}

/// What a related pair has in common that no share shows.
fn instead(found: &Comparison) -> String {
    let retold = retold(found);
    match (retold, found.sentences.len()) {
        (0, 0) => "few shared words".to_owned(),
        (0, n) => {
            format!("few shared words; {}", quantity::counted(n as u64, "sentence") + " alike")
        }
        (n, _) => format!("few shared words; {} retold", quantity::counted(n as u64, "sentence")),
    }
}

/// Aligned sentences that say the same in other words.
pub fn retold(found: &Comparison) -> usize {
    found.sentences.iter().filter(|sentence| sentence.kind == Kind::Paraphrased).count()
}

#[cfg(test)]
mod tests {
    use retold::align::Match;
    use retold::span::Span;

    use super::*;

    #[test]
    fn no_related_pair_has_nothing_in_common() {
        let sentence = |kind| Match::new((Span::new(0, 9), Span::new(0, 9)), kind, 0.6);
        for relation in Relation::ALL {
            let mut found = Comparison::new(relation, 0.9);
            let said = |found: &Comparison| [Side::A, Side::B].map(|side| share(found, side));
            for coverage in [f32::MIN_POSITIVE, 1e-9, 0.000_04, 0.004, 0.5, 0.999_99] {
                (found.coverage_a, found.coverage_b) = (coverage, coverage);
                for said in said(&found) {
                    assert!(!["0 %", "100 %"].contains(&&*said), "{relation:?}: {said}");
                }
            }
            (found.coverage_a, found.coverage_b) = (0.0, 0.0);
            if relation == Relation::Unrelated {
                assert_eq!(said(&found), ["0 %", "0 %"]);
                continue;
            }
            assert_eq!(said(&found)[0], "few shared words");
            found.sentences = vec![sentence(Kind::Edited)];
            assert_eq!(said(&found)[0], "few shared words; 1 sentence alike");
            found.sentences.extend([Kind::Paraphrased; 2].map(sentence));
            assert_eq!(said(&found)[1], "few shared words; 2 sentences retold");
        }
    }
}
