//! MinHash signatures of word n-grams.
//!
//! # How
//! Classic MinHash asks every lane's hash function about every shingle: 128 multiplications per word.
//! Here a shingle goes to one lane only, which its hash picks, and the rest of the hash competes for
//! that lane (one-permutation hashing: Li, Owen and Zhang 2012). Lanes that are still open then take
//! part in further such rounds with other hashes, as in "Fast similarity sketching" (Dahlgaard,
//! Knudsen and Thorup 2017); what a few rounds leave open is filled the classic way.
//!
//! A lane's value is thus the least shingle by (round, value in the round), a random order of all
//! shingles that is the same for every article, whatever its length: lanes of two articles are equal
//! with the probability of their Jaccard index exactly, and a long and a short article are
//! comparable. Within a round the lanes' shingles are drawn without replacement, so that the variance
//! is below that of classic MinHash (`tests/accuracy.rs`). Articles of 400 words need 2.2 rounds.

use super::{
    scheme::{NORMALISATION, SchemeId, SketchKind},
    signature::Signature,
};
use crate::{
    Error, Kernel,
    kernel::capability::{Capability, dispatch},
    shingle::Shingler,
    text::hash::mix,
};

/// The most lanes that a signature may have.
pub const MAX_LANES: usize = 4096;

/// Rounds before the remaining lanes are filled the classic way.
const ROUNDS: usize = 4;

/// The value of a lane that no shingle has reached. A shingle may have it too, once in 4 billion:
/// then the next round decides, for every article alike.
const OPEN: u32 = u32::MAX;

/// What a [`MinHasher`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinHashConfig {
    /// Numbers per signature, from 1 to [`MAX_LANES`]; 128 by default.
    pub lanes: usize,
    /// Words per shingle, from 1 to [`crate::shingle::ngrams::MAX_WORDS`]; 3 by default.
    pub words: usize,
    /// Seed of the hash functions; signatures of different seeds cannot be compared. 1 by default.
    pub seed: u64,
    /// Which hot loops run; [`Kernel::detect`] by default. Has no influence on any result.
    pub kernel: Kernel,
}

impl Default for MinHashConfig {
    fn default() -> Self {
        Self { lanes: 128, words: 3, seed: 1, kernel: Kernel::detect() }
    }
}

/// Makes MinHash signatures, all by one scheme. Keeps buffers: one per thread.
///
/// ```
/// use retold::sketch::{MinHashConfig, MinHasher};
///
/// let mut hasher = MinHasher::new(MinHashConfig::default())?;
/// let a = hasher.sign("The minister resigned on Monday after a long night.").unwrap();
/// let b = hasher.sign("“The minister resigned on Monday, after a long night”").unwrap();
/// assert_eq!(a.estimate_jaccard(&b)?, 1.0);
/// assert!(hasher.sign("…").is_none());
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MinHasher {
    scheme: SchemeId,
    shingler: Shingler,
    functions: Functions,
}

/// The hash functions of a scheme.
#[derive(Debug, Clone)]
struct Functions {
    capability: Capability,
    /// One odd multiplier per round.
    rounds: [u64; ROUNDS],
    /// The classic hash function of each lane: a multiplier, odd, and a summand.
    multipliers: Vec<u32>,
    summands: Vec<u32>,
    /// A buffer: what a later round gives each lane.
    round: Vec<u32>,
}

impl MinHasher {
    /// Fails where an option is out of its range or the processor lacks the kernel.
    pub fn new(config: MinHashConfig) -> Result<Self, Error> {
        let MinHashConfig { lanes, words, seed, kernel } = config;
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(Error::OutOfRange {
                option: "lanes",
                found: lanes.to_string(),
                expected: "from 1 to 4096",
            });
        }
        let capability = kernel.require()?;
        let shingler = Shingler::new(words, kernel)?;
        let kind = SketchKind::MinHash { lanes: lanes as u32 };
        let scheme = SchemeId { kind, words: words as u32, seed, normalisation: NORMALISATION };
        let mut state = mix(seed);
        let mut random = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        };
        let rounds = std::array::from_fn(|_| random() | 1);
        let (multipliers, summands) =
            (0..lanes).map(|_| (random() as u32 | 1, random() as u32)).unzip();
        let round = vec![OPEN; lanes];
        let functions = Functions { capability, rounds, multipliers, summands, round };
        Ok(Self { scheme, shingler, functions })
    }

    /// The rules by which this hasher signs.
    pub fn scheme(&self) -> SchemeId {
        self.scheme
    }

    /// Numbers per signature.
    pub fn lanes(&self) -> usize {
        self.functions.multipliers.len()
    }

    /// The signature of `text`, or `None` where it has no words.
    pub fn sign(&mut self, text: &str) -> Option<Signature> {
        let mut lanes = vec![0; self.lanes()];
        self.sign_into(text, &mut lanes).then_some(Signature { scheme: self.scheme, lanes })
    }

    /// Writes the signature of `text` into `lanes`, whose former content does not matter. Returns
    /// `false`, with `lanes` untouched, where the text has no words.
    pub fn sign_into(&mut self, text: &str, lanes: &mut [u32]) -> bool {
        let shingles = self.shingler.shingles(text);
        self.functions.sign(shingles, lanes)
    }

    /// Like [`MinHasher::sign_into`], from shingles: well-mixed hashes, in any order, repeated or not.
    pub fn sign_shingles(&mut self, shingles: &[u64], lanes: &mut [u32]) -> bool {
        self.functions.sign(shingles, lanes)
    }
}

impl Functions {
    /// Fails to sign, and leaves `lanes` alone, where there are no shingles.
    fn sign(&mut self, shingles: &[u64], lanes: &mut [u32]) -> bool {
        assert_eq!(lanes.len(), self.multipliers.len(), "one number per lane");
        if shingles.is_empty() {
            return false;
        }
        lanes.fill(OPEN);
        lower_picked_lanes(shingles, self.rounds[0], lanes);
        for &multiplier in &self.rounds[1..] {
            if !lanes.contains(&OPEN) {
                return true;
            }
            self.round.fill(OPEN);
            lower_picked_lanes(shingles, multiplier, &mut self.round);
            for (lane, &value) in lanes.iter_mut().zip(&self.round) {
                *lane = if *lane == OPEN { value } else { *lane };
            }
        }
        // The compiler makes vector code of plain Rust here.
        dispatch!(self.capability, _kernel => self.fill_open_lanes(shingles, lanes));
        true
    }

    /// Gives every open lane the least value of its own function, as classic MinHash does; as many
    /// lanes at a time as fit a register.
    #[inline(always)]
    fn fill_open_lanes(&self, shingles: &[u64], lanes: &mut [u32]) {
        const WIDTH: usize = 16;
        let mut next = 0;
        while next < lanes.len() {
            let (mut open, mut count) = ([0; WIDTH], 0);
            while next < lanes.len() && count < WIDTH {
                open[count] = next;
                count += usize::from(lanes[next] == OPEN);
                next += 1;
            }
            if count == 0 {
                return;
            }
            let multipliers = open.map(|lane| self.multipliers[lane]);
            let summands = open.map(|lane| self.summands[lane]);
            let mut mins = [OPEN; WIDTH];
            for shingle in shingles {
                let shingle = (shingle >> 32) as u32;
                for lane in 0..WIDTH {
                    let value = shingle.wrapping_mul(multipliers[lane]);
                    mins[lane] = mins[lane].min(value.wrapping_add(summands[lane]));
                }
            }
            for (lane, min) in open.into_iter().zip(mins).take(count) {
                lanes[lane] = min;
            }
        }
    }
}

/// One round: each shingle picks a lane, and lowers it to its value there.
///
/// The hash, times the number of lanes, is a fixed-point number: its integer part is the lane, the 32
/// bits after the point are the value.
fn lower_picked_lanes(shingles: &[u64], multiplier: u64, lanes: &mut [u32]) {
    let count = lanes.len() as u128;
    for shingle in shingles {
        let product = u128::from(shingle.wrapping_mul(multiplier)) * count;
        let lane = &mut lanes[(product >> 64) as usize];
        *lane = (*lane).min((product >> 32) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(config: MinHashConfig) -> MinHasher {
        MinHasher::new(config).expect("the options are in range")
    }

    #[test]
    fn known_answers() {
        let mut hasher = hasher(MinHashConfig { lanes: 8, ..MinHashConfig::default() });
        let text = "China’s exports rose 3.5 per cent to $3,000 in the U.S., officials said.";
        let signature = hasher.sign(text).expect("it has words");
        assert_eq!(
            signature.lanes(),
            [
                0x8642_c864,
                0xc1b3_31ec,
                0x159d_5839,
                0x929d_a025,
                0x5752_0f6d,
                0x7cd4_88f5,
                0x580c_d335,
                0x4c62_1037
            ]
        );
    }

    /// Long and short articles, with and without open lanes at the end.
    #[test]
    fn all_kernels_sign_alike() {
        for words in [1, 2, 3, 10, 50, 60, 200, 3000] {
            let text: String = (0..words).map(|n| format!("w{} ", n * n % 1009)).collect();
            for lanes in [1, 13, 128, 200] {
                let sign = |kernel| {
                    let config = MinHashConfig { kernel, lanes, ..MinHashConfig::default() };
                    hasher(config).sign(&text)
                };
                for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
                    assert_eq!(sign(kernel), sign(Kernel::Scalar), "{kernel}, {words} words");
                }
            }
        }
    }

    #[test]
    fn options_out_of_range_are_errors() {
        let config = MinHashConfig::default();
        assert!(MinHasher::new(MinHashConfig { lanes: 0, ..config.clone() }).is_err());
        assert!(MinHasher::new(MinHashConfig { lanes: MAX_LANES + 1, ..config.clone() }).is_err());
        assert!(MinHasher::new(MinHashConfig { words: 0, ..config }).is_err());
    }

    #[test]
    fn short_articles_that_differ_do_not_look_alike() {
        let mut hasher = hasher(MinHashConfig::default());
        let [one, two] = ["yes", "no"].map(|text| hasher.sign(text).expect("one word"));
        assert!(one.estimate_jaccard(&two).expect("one scheme") < 0.02);
    }

    #[test]
    fn repeating_the_text_changes_nothing_but_the_seams() {
        let mut hasher = hasher(MinHashConfig { words: 1, ..MinHashConfig::default() });
        let text = "to be or not to be that is the question ";
        assert_eq!(hasher.sign(text), hasher.sign(&text.repeat(50)));
    }
}
