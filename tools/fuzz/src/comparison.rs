//! Comparisons: symmetric, monotone, in their ranges.

use std::sync::LazyLock;

use retold::align::{Comparison, Match, Relation, changes};
use retold::text::Language;
use retold::{Config, Engine};

use crate::two_texts;

/// One language, so that what is appended does not change how the rest is read.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let config = Config::default().language(Some(Language::English));
    Engine::new(config).expect("the settings are in their ranges")
});

/// A paragraph of its own, with words that no other has.
const MORE: &str = "\n\nZyxwv utsrq ponml kjihg fedcb azyxw vutsr qponm.\n";

/// The order of the sides changes nothing, a text is identical to itself, and more text on one side
/// takes nothing away from what it contains of the other.
pub fn check(bytes: &[u8]) {
    let [a, b] = two_texts(bytes);
    let found = ENGINE.compare(&a, &b);
    check_ranges(&found, [&a, &b]);
    assert_eq!(ENGINE.compare(&b, &a), found.clone().mirrored(), "the order matters");
    if !a.trim().is_empty() {
        assert_eq!(ENGINE.compare(&a, &a).relation, Relation::Identical);
    }
    let articles = [&a, &b].map(|text| ENGINE.analyzer().article(text));
    // The words of a shorter text are one shingle, which a longer one does not have.
    if articles[1].words.len() < ENGINE.config().shingle_words {
        return;
    }
    // In which alphabet words of mixed ones are read goes by the whole text.
    if articles.iter().any(|article| article.disguised_words() > 0) {
        return;
    }
    let more = ENGINE.compare(&a, &(b.clone() + MORE));
    assert!(
        more.containment_a >= found.containment_a,
        "{} of the first text is in the second, and {} in one that has more",
        found.containment_a,
        more.containment_a
    );
}

fn check_ranges(found: &Comparison, texts: [&str; 2]) {
    let shares = [
        found.score,
        found.jaccard,
        found.containment_a,
        found.containment_b,
        found.coverage_a,
        found.coverage_b,
        found.conflicting,
    ];
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
    assert_eq!(found.contained.is_some(), found.relation == Relation::Excerpt);
    let [a, b] = texts;
    for Match { a: in_a, b: in_b, score, .. } in found.passages.iter().chain(&found.sentences) {
        for (span, text) in [(in_a, a), (in_b, b)] {
            let slice = text.get(span.range());
            assert!(slice.is_some_and(|slice| !slice.trim().is_empty()), "{span:?}");
        }
        assert!((0.0..=1.0).contains(score), "{score}");
        let (of_a, of_b) = changes(a, *in_a, b, *in_b);
        for (changed, whole, text) in [(of_a, in_a, a), (of_b, in_b, b)] {
            for span in changed {
                assert!(text.get(span.range()).is_some(), "{span:?}");
                assert!(whole.start <= span.start && span.end <= whole.end, "{span:?}");
            }
        }
    }
}
