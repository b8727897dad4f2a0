//! Every seed, and inputs made from the seeds, through their target, with any compiler.

use std::fs;
use std::path::Path;

use retold_fuzz::{TARGETS, Target};

/// The seeds of a target, by name.
fn seeds((name, _): Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let entries = fs::read_dir(folder).expect("every target has seeds");
    let read = |path: std::path::PathBuf| {
        (path.display().to_string(), fs::read(&path).expect("a seed can be read"))
    };
    let mut seeds: Vec<_> =
        entries.map(|entry| read(entry.expect("a seed is listed").path())).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{name} has no seed");
    seeds
}

#[test]
fn every_seed_holds() {
    for target in TARGETS {
        for (path, seed) in seeds(target) {
            println!("{path}");
            (target.1)(&seed);
        }
    }
}

/// Inputs for each target: as many as `RETOLD_SOAK` says, else a few. The last one printed is the
/// one that failed.
#[test]
fn mutated_seeds_hold() {
    let soak = std::env::var("RETOLD_SOAK").ok().and_then(|count| count.parse().ok());
    let only = std::env::var("RETOLD_SOAK_TARGET").ok();
    for target in TARGETS.into_iter().filter(|of| only.as_ref().is_none_or(|only| only == of.0)) {
        let all: Vec<_> = seeds(target).into_iter().map(|(_, seed)| seed).collect();
        // Each input of this one is a whole run, with files that are synced.
        let few = if target.0 == "checkpoints" { 16 } else { 200 };
        for number in 0..soak.unwrap_or(few) {
            let input = Mutator(number).mutated(&all);
            println!("{} {number}: {}", target.0, input.escape_ascii());
            (target.1)(&input);
        }
    }
}

/// Pseudorandom numbers (SplitMix64: Steele, Lea and Flood 2014).
struct Mutator(u64);

impl Mutator {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % end.max(1) as u64) as usize
    }

    /// A seed with up to eight changes.
    fn mutated(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(input.len() + 1);
            let end = at + self.below((input.len() - at).min(40) + 1);
            match self.below(6) {
                0 => input.truncate(at),
                1 => drop(input.drain(at..end)),
                2 => input.insert(at, self.below(256) as u8),
                3 => input[at..end].iter_mut().take(1).for_each(|byte| *byte ^= 1 << (end % 8)),
                4 => {
                    let piece = input[at..end].to_vec();
                    let to = self.below(input.len() + 1);
                    input.splice(to..to, piece);
                }
                _ => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(60)).min(other.len());
                    input.splice(at..end, other[from..to].iter().copied());
                }
            }
        }
        input
    }
}
