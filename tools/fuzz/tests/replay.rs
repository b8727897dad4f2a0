//! Every seed, through its target, with the compiler that everybody has.

use std::fs;
use std::path::Path;

use retold_fuzz::TARGETS;

#[test]
fn every_seed_holds() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for (name, check) in TARGETS {
        let folder = fs::read_dir(seeds.join(name)).expect("every target has seeds");
        let mut files: Vec<_> = folder.map(|entry| entry.expect("a seed").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no seed");
        for file in files {
            println!("{}", file.display());
            let seed = fs::read(&file).expect("readable");
            check(&seed);
            // Damaged a little, it holds too.
            for cut in [seed.len() / 3, seed.len() / 2, seed.len().saturating_sub(1)] {
                check(&seed[..cut]);
                let mut other = seed.clone();
                other.get_mut(cut).into_iter().for_each(|byte| *byte ^= 0x80);
                check(&other);
            }
        }
    }
}
