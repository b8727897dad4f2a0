//! Texts in memory to pairs and clusters, on all threads. Timed: all of `Engine::scan`. Not timed:
//! making or reading the texts, writing what was found.
//!
//! One article in ten is a copy of an earlier one with another first line, one in ten a rewrite.
//! How many of these pairs the scan finds is printed, because speed alone says nothing.

use std::collections::HashSet;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::{Config, Engine};
use retold_generate::bench::{self as generate, Generator, Script};

/// This many articles, and the planted pairs among them.
fn corpus(articles: usize) -> (Vec<String>, HashSet<(u32, u32)>) {
    let mut generator = Generator::new(Script::Ascii, 7);
    let mut texts: Vec<String> = Vec::with_capacity(articles);
    let mut planted = HashSet::new();
    for at in 0..articles {
        // The distances of copies and rewrites to their sources differ, so no article is a source
        // twice.
        let (text, source) = match at % 10 {
            8 => (format!("From our correspondent. {}", texts[at - 7]), Some(at - 7)),
            9 => (generator.rewrite(&texts[at - 6]), Some(at - 6)),
            _ => (generator.article(), None),
        };
        planted.extend(source.map(|source| (source as u32, at as u32)));
        texts.push(text);
    }
    (texts, planted)
}

fn end_to_end(criterion: &mut Criterion) {
    let engine = Engine::new(Config::default()).expect("defaults are valid");
    let mut group = criterion.benchmark_group("end_to_end");
    group.sample_size(10);
    for articles in [1_000, 10_000].map(generate::size) {
        let (texts, planted) = corpus(articles);
        let scan = || engine.scan(&texts[..]).expect("texts in memory can be scanned");
        let pairs: HashSet<_> = scan().pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        eprintln!(
            "end_to_end/{articles}: {} of {} planted pairs found, {} others",
            planted.intersection(&pairs).count(),
            planted.len(),
            pairs.difference(&planted).count()
        );
        group.throughput(Throughput::Bytes(generate::bytes(&texts)));
        group.bench_function(format!("{articles}"), |bencher| bencher.iter(scan));
    }
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
