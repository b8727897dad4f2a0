//! The pairs that a scan has found so far, within its memory budget.

use super::Config;
use crate::Error;
use crate::align::Comparison;

/// Two articles that were compared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pair {
    /// Number of the first article.
    pub a: u32,
    /// Number of the second article, greater.
    pub b: u32,
    /// What they are to each other.
    pub comparison: Comparison,
}

/// What an allocator takes for a list beside what is in it, about.
const PER_LIST: usize = 16;

/// The pairs that were found so far, within their memory budget.
pub(super) struct Found {
    pub(super) pairs: Vec<Pair>,
    bytes: usize,
    /// Candidates that were compared, of all.
    pub(super) compared: usize,
    candidates: usize,
    limit: usize,
    keep_features: bool,
}

impl Found {
    pub(super) fn new(config: &Config, candidates: usize) -> Self {
        Self {
            pairs: Vec::new(),
            bytes: 0,
            compared: 0,
            candidates,
            limit: config.pair_bytes,
            keep_features: config.keep_features,
        }
    }

    pub(super) fn add(&mut self, mut pair: Pair) {
        let comparison = &mut pair.comparison;
        if !self.keep_features {
            comparison.features = Vec::new();
        }
        // The pair itself, the room by which their list grows, and what hosts make of them.
        self.bytes += 3 * size_of::<Pair>()
            + 2 * PER_LIST
            + size_of_val(&comparison.passages[..])
            + size_of_val(&comparison.sentences[..])
            + size_of_val(&comparison.features[..]);
        self.pairs.push(pair);
    }

    pub(super) fn is_too_much(&self) -> bool {
        self.bytes > self.limit
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.is_too_much() {
            return Ok(());
        }
        Err(Error::TooManyPairs {
            found: self.pairs.len() as u64,
            bytes: self.limit as u64,
            compared: self.compared as u64,
            candidates: self.candidates as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn pairs_that_take_too_much_are_an_error_that_says_how_many_there_are() {
        let texts: Vec<String> = (0..40)
            .map(|at| {
                let again = " again".repeat(at);
                format!("The ferry left Calden at noon with forty people and their cars{again}.")
            })
            .collect();
        let scan = |pair_bytes, keep_features| {
            let config = Config { pair_bytes, keep_features, ..Config::default() };
            Engine::new(config).unwrap().scan(&texts[..])
        };
        let all = scan(usize::MAX, true).unwrap().pairs;
        assert!(all.len() > 100 && all.iter().all(|pair| !pair.comparison.features.is_empty()));
        let without = scan(usize::MAX, false).unwrap().pairs;
        assert_eq!(without.len(), all.len());
        assert!(without.iter().all(|pair| pair.comparison.features.is_empty()));
        let error = scan(1000, true).expect_err("too many");
        assert!(matches!(error, Error::TooManyPairs { bytes: 1000, found: 1.., .. }), "{error}");
        assert!(scan(1 << 20, false).is_ok());
    }
}
