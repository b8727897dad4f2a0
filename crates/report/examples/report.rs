//! Writes a report of findings made by hand: `cargo run -p retold-report --example report -- KIND >
//! report.html`.
//!
//! KIND is `sample` (a handful of articles), `hostile FILE` (a JSON array of texts that attack what
//! shows them, each put into ids, fields and texts) or `many N` (N pairs). The browser tests look
//! at these; the records of the engine's own runs look the same.

#[path = "../src/sample.rs"]
#[allow(dead_code, unreachable_pub)]
mod sample;

use std::error::Error;
use std::io::{self, BufWriter};

use retold::align::{Kind, Relation};
use retold_report::Format;
use retold_report::html::Html;
use sample::Sample;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sample = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["sample"] => Sample::two_reports(),
        ["hostile", file] => {
            let payloads: Vec<String> = serde_json::from_slice(&std::fs::read(file)?)?;
            Sample::hostile(&payloads)
        }
        ["many", n] => many(n.parse()?),
        _ => return Err("usage: report [sample | hostile FILE | many N]".into()),
    };
    let mut out = BufWriter::new(io::stdout());
    Ok(Html::default().write(&sample.findings(), &mut out)?)
}

/// `n` pairs of articles of 30 sentences, in groups of up to 12.
fn many(n: usize) -> Sample {
    let mut sample = Sample::empty();
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = xxhash_rust::xxh3::xxh3_64(&state.to_le_bytes());
        (state % below as u64) as usize
    };
    let words = ["harbour", "council", "bridge", "water", "closed", "report", "members", "after"];
    while sample.pairs.len() < n {
        let mut sentences = |many: usize| -> Vec<String> {
            let mut sentence =
                || (0..14).map(|_| words[next(words.len())]).collect::<Vec<_>>().join(" ");
            (0..many).map(|_| format!("{}. ", sentence())).collect()
        };
        let shared = sentences(30);
        let (first, size) = (sample.articles.len(), 2 + sample.pairs.len() * 7 % 11);
        for member in 0..size {
            let mut own = shared.clone();
            own.splice(0..member, sentences(member));
            let parts: Vec<_> = own.iter().map(String::as_str).collect();
            let id = format!("feed/{:05}.txt", sample.articles.len());
            sample.add_sentences(&id, &parts);
            sample.clusters.of.push(sample.clusters.retained.len() as u32);
        }
        sample.clusters.retained.push(first);
        for a in first..first + size {
            for b in a + 1..first + size {
                if sample.pairs.len() < n {
                    let from = b - first;
                    let aligned: Vec<_> =
                        (from..30).map(|at| (at, at, Kind::Identical, 1.0)).collect();
                    let score = 1.0 - (sample.pairs.len() % 500) as f32 / 1000.0;
                    let relation = Relation::ALL[sample.pairs.len() % 5];
                    sample.pair((a, b), (relation, score), &aligned, &[(from..30, from..30)]);
                }
            }
        }
    }
    sample
}
