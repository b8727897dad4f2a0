//! What an article says outside its quotations, as sets to compare.

use crate::shingle::reuse::skip_bigram;
use crate::text::hash::mix;
use crate::text::{Article, Traits, Word};

/// Content words between the two of a pair.
const WINDOW: usize = 4;

/// The sets; each is ascending, without repetitions, and empty where the article has nothing.
///
/// Independent reports of one event share its quotations, so quoted words are left out, unless
/// hardly anything else is there.
#[derive(Debug, Clone, Default)]
pub struct Plain {
    /// Runs of three stems, stop words among them.
    pub trigrams: Vec<u32>,
    /// Pairs of stems at most four content words apart, in either order.
    pub skips: Vec<u32>,
    /// Stems other than stop words.
    pub stems: Vec<u32>,
    /// Stems of words that are written like names.
    pub names: Vec<u32>,
    /// Numbers.
    pub numbers: Vec<u32>,
}

impl Plain {
    /// The sets of an article; of all its words where `keep_quotations` is set, or where less than
    /// a fifth of them stand outside quotations.
    pub fn of(article: &Article, keep_quotations: bool) -> Self {
        let outside = article.words.iter().filter(|word| !word.traits.has(Traits::QUOTED)).count();
        let keep_all = keep_quotations || outside * 5 < article.words.len();
        let counts = |word: &Word| keep_all || !word.traits.has(Traits::QUOTED);
        let mut plain = Self::default();
        let words = &article.words;
        for run in words.windows(3).filter(|run| run.iter().all(counts)) {
            let pair = u64::from(run[0].stem) << 32 | u64::from(run[1].stem);
            plain.trigrams.push((mix(mix(pair) ^ u64::from(run[2].stem)) >> 32) as u32);
        }
        let content: Vec<&Word> =
            words.iter().filter(|word| counts(word) && !word.traits.has(Traits::STOP)).collect();
        for (at, word) in content.iter().enumerate() {
            plain.stems.push(word.stem);
            if word.traits.has(Traits::NAME) {
                plain.names.push(word.stem);
            }
            if word.traits.has(Traits::NUMBER) {
                plain.numbers.push(word.stem);
            }
            for other in content[at + 1..].iter().take(WINDOW) {
                plain.skips.push((skip_bigram(word.stem, other.stem) >> 32) as u32);
            }
        }
        for set in [
            &mut plain.trigrams,
            &mut plain.skips,
            &mut plain.stems,
            &mut plain.names,
            &mut plain.numbers,
        ] {
            set.sort_unstable();
            set.dedup();
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    fn plain(text: &str) -> Plain {
        Plain::of(&Analyzer::new(None).article(text), false)
    }

    #[test]
    fn quoted_words_are_left_out() {
        let quoting = plain("The mayor of Calden closed 3 bridges. “Ferries will run,” he said.");
        let silent = plain("The mayor of Calden closed 3 bridges. He said.");
        assert_eq!(quoting.stems, silent.stems);
        assert_eq!((quoting.names.len(), quoting.numbers.len()), (1, 1));
    }

    #[test]
    fn a_quotation_alone_counts() {
        assert!(!plain("“Ferries will run outside the harbour.”").skips.is_empty());
        assert!(plain("").trigrams.is_empty());
    }
}
