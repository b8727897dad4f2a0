//! Text to word-3-gram hashes, per kernel, and to the sorted set. Timed: all articles, one after
//! the other, buffers kept.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::{
    Kernel,
    shingle::{ShingleSet, Shingler},
};
use retold_generate::bench::{self as generate, Script};

fn shingle(criterion: &mut Criterion) {
    let articles = generate::articles(Script::Ascii, 1000);
    let mut group = criterion.benchmark_group("shingle");
    group.throughput(Throughput::Bytes(generate::bytes(&articles)));
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let mut shingler = Shingler::new(3, kernel).expect("it is available");
        group.bench_function(kernel.name(), |bencher| {
            bencher.iter(|| -> usize {
                articles.iter().map(|article| shingler.shingles(article).len()).sum()
            });
        });
    }
    let mut shingler = Shingler::new(3, Kernel::detect()).expect("it is available");
    group.bench_function("set", |bencher| {
        bencher.iter(|| -> usize {
            articles.iter().map(|article| ShingleSet::of(article, &mut shingler).len()).sum()
        });
    });
    let sets: Vec<_> =
        articles.iter().map(|article| ShingleSet::of(article, &mut shingler)).collect();
    let shingles: u64 = sets.iter().map(|set| set.len() as u64).sum();
    group.throughput(Throughput::Elements(2 * shingles));
    group.bench_function("jaccard", |bencher| {
        bencher.iter(|| -> f64 {
            sets.iter().zip(sets.iter().cycle().skip(1)).map(|(a, b)| a.jaccard(b)).sum()
        });
    });
}

criterion_group!(benches, shingle);
criterion_main!(benches);
