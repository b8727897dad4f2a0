//! What must hold for any input: the bodies of the fuzz targets in `fuzz/`, and their seeds.
//!
//! Each target takes any bytes, and panics where a promise of docs/reliability.md is broken. They
//! are plain functions, so that `cargo test -p retold-fuzz` replays the seeds without a fuzzer:
//! whatever a fuzzer found goes into `seeds/`.

pub mod checkpoints;
pub mod comparison;
pub mod readers;
pub mod records;
pub mod words;

/// A target: its name, which is that of its folder of seeds, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 5] = [
    ("checkpoints", checkpoints::check),
    ("comparison", comparison::check),
    ("readers", readers::check),
    ("records", records::check),
    ("words", words::check),
];

/// Two texts: what is before the first byte 0xff, which no UTF-8 has, and what is behind.
fn two_texts(bytes: &[u8]) -> [String; 2] {
    let at = bytes.iter().position(|byte| *byte == 0xff).unwrap_or(bytes.len());
    let second = bytes.get(at + 1..).unwrap_or_default();
    [&bytes[..at], second].map(|text| String::from_utf8_lossy(text).into_owned())
}
