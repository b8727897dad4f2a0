//! Features to counted candidate pairs. Timed: the whole of it, from the features of each article on.

mod generate;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generate::Script;
use retold::{
    Kernel,
    lsh::rare::{self, Postings, RareConfig, Spread},
    shingle::{ShingleSet, Shingler},
};

/// The command's: that of the system gives memory back after each round, and takes it anew.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The word-2-grams of generated articles, of which one in ten repeats half of an earlier one.
fn features(articles: usize) -> Vec<Vec<u64>> {
    let mut texts = generate::articles(Script::Ascii, articles);
    for copy in (10..articles).step_by(10) {
        let half = texts[copy - 7].len() / 2;
        let stolen = texts[copy - 7][..half].to_owned();
        texts[copy].push_str(&stolen);
    }
    let mut shingler = Shingler::new(2, Kernel::detect()).expect("two words are allowed");
    let mut hashes = |text| {
        let mut hashes = ShingleSet::of(text, &mut shingler).hashes().to_vec();
        // Features do not come in the order of their hashes.
        hashes.sort_unstable_by_key(|hash| hash.rotate_left(32));
        hashes
    };
    texts.iter().map(|text| hashes(text)).collect()
}

fn candidates(features: &[Vec<u64>], count: usize) -> rare::Candidates {
    let mut postings = Postings::new(Spread::for_postings(count), count);
    for (article, features) in (0..).zip(features) {
        postings.begin(article);
        features.iter().for_each(|feature| postings.push(*feature));
    }
    rare::candidates(&postings, RareConfig::for_articles(features.len()))
}

fn rare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rare");
    group.sample_size(20);
    for articles in [1_000, 10_000, 50_000].map(generate::size) {
        let features = features(articles);
        let count = features.iter().map(Vec::len).sum();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{articles}"), |bencher| {
            bencher.iter(|| candidates(&features, count));
        });
    }
}

criterion_group!(benches, rare);
criterion_main!(benches);
