//! Postings to counted candidate pairs. Timed: the whole of it, and a copy of the postings, which the
//! search reorders.

mod generate;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use generate::Script;
use retold::{
    Kernel,
    lsh::rare::{self, Posting, RareConfig},
    shingle::{ShingleSet, Shingler},
};

/// The word-2-grams of generated articles, of which one in ten repeats half of an earlier one.
fn postings(articles: usize) -> Vec<Posting> {
    let mut texts = generate::articles(Script::Ascii, articles);
    for copy in (10..articles).step_by(10) {
        let half = texts[copy - 7].len() / 2;
        let stolen = texts[copy - 7][..half].to_owned();
        texts[copy].push_str(&stolen);
    }
    let mut shingler = Shingler::new(2, Kernel::detect()).expect("two words are allowed");
    let mut postings = Vec::new();
    for (article, text) in (0..).zip(&texts) {
        let set = ShingleSet::of(text, &mut shingler);
        postings.extend(set.hashes().iter().map(|hash| rare::posting(*hash, article)));
    }
    postings
}

fn rare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rare");
    group.sample_size(20);
    for articles in [1_000, 10_000, 50_000] {
        let postings = postings(articles);
        let config = RareConfig::for_articles(articles);
        group.throughput(Throughput::Elements(postings.len() as u64));
        group.bench_function(format!("{articles}"), |bencher| {
            bencher.iter_batched_ref(
                || postings.clone(),
                |postings| rare::candidates(postings, config),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group!(benches, rare);
criterion_main!(benches);
