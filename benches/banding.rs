//! Signatures to candidate pairs: 200,000 articles, 16 bands of 8 rows. Timed: all of it, from
//! flat signatures to sorted pairs.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::{
    lsh::{Banding, band_keys::BUCKET_LIMIT},
    sketch::{MinHashConfig, MinHasher, Signatures},
};
use retold_generate::Random;

const ARTICLES: u32 = 200_000;

/// Signatures with given shares of exact copies and of copies in which one lane in ten differs.
fn signatures(copies: f64, near: f64) -> Signatures {
    let mut random = Random::of(3, 0);
    let hasher = MinHasher::new(MinHashConfig::default()).expect("defaults are valid");
    let mut all = Signatures::new(hasher.scheme());
    for article in 0..ARTICLES {
        let kind = if article == 0 { 1.0 } else { random.unit() };
        let source = match kind < copies + near {
            true => all.row(random.below(article as usize)).to_vec(),
            false => Vec::new(),
        };
        all.push_with(article, |lanes| {
            for (at, lane) in lanes.iter_mut().enumerate() {
                let same = kind < copies || kind < copies + near && random.below(10) > 0;
                *lane = if same { source[at] } else { random.bits() as u32 };
            }
            true
        });
    }
    all
}

fn banding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("banding");
    group.sample_size(20);
    group.throughput(Throughput::Elements(u64::from(ARTICLES)));
    let banding = Banding::new(16, 8).expect("positive");
    for (name, copies, near) in
        [("distinct", 0.0, 0.0), ("tenth copied", 0.05, 0.05), ("mostly copies", 0.9, 0.05)]
    {
        let signatures = signatures(copies, near);
        group.bench_function(name, |bencher| {
            bencher.iter(|| banding.candidates(&signatures, BUCKET_LIMIT));
        });
    }
}

criterion_group!(benches, banding);
criterion_main!(benches);
