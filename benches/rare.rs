//! Features to weighted candidate pairs. Timed: everything from the features of each
//! article on.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::{
    Kernel,
    lsh::rare::{self, Partitioning, Postings, PostingsBuilder, RareConfig, Scratch},
    shingle::{ShingleSet, Shingler},
};
use retold_generate::bench::{self as generate, Script};

/// The command's allocator: the system's would return memory after each round and allocate it
/// again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The features of all articles in one array, so that reading them takes no time to speak of.
struct Features {
    hashes: Vec<u64>,
    /// Where the features of each article end.
    ends: Vec<usize>,
}

/// The word-2-grams of generated articles, of which one in ten repeats half of an earlier one.
fn features(articles: usize) -> Features {
    let mut texts = generate::articles(Script::Ascii, articles);
    for copy in (10..articles).step_by(10) {
        let half = texts[copy - 7].len() / 2;
        let stolen = texts[copy - 7][..half].to_owned();
        texts[copy].push_str(&stolen);
    }
    let mut shingler = Shingler::new(2, Kernel::detect()).expect("two words are allowed");
    let mut all = Features { hashes: Vec::new(), ends: Vec::new() };
    for text in texts {
        let mut hashes = ShingleSet::of(&text, &mut shingler).hashes().to_vec();
        // Real features are not sorted by their hashes.
        hashes.sort_unstable_by_key(|hash| hash.rotate_left(32));
        all.hashes.append(&mut hashes);
        all.ends.push(all.hashes.len());
    }
    all
}

/// What is reused from one run to the next, as a scan does from one group of features to the next.
struct Buffers {
    postings: Option<Postings>,
    scratch: Scratch,
}

fn candidates(features: &Features, config: RareConfig, kept: &mut Buffers) -> rare::Candidates {
    let count = features.hashes.len();
    let partitioning = Partitioning::for_postings(count);
    let mut builder = match kept.postings.take() {
        Some(postings) => postings.restart(partitioning),
        None => PostingsBuilder::new(partitioning, count),
    };
    let mut start = 0;
    for (number, &end) in (0..).zip(&features.ends) {
        let mut article = builder.article(number);
        features.hashes[start..end].iter().for_each(|feature| article.add(*feature));
        start = end;
    }
    let postings = kept.postings.insert(builder.finish());
    rare::candidates(postings, config, &mut kept.scratch)
}

fn rare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rare");
    group.sample_size(20);
    let kernels: Vec<Kernel> = Kernel::ALL.into_iter().filter(|of| of.is_available()).collect();
    for articles in [1_000, 10_000, 50_000].map(generate::size) {
        let features = features(articles);
        group.throughput(Throughput::Elements(features.hashes.len() as u64));
        for &kernel in &kernels {
            let config = RareConfig::for_articles(features.ends.len()).kernel(kernel);
            let mut kept = Buffers { postings: None, scratch: Scratch::default() };
            group.bench_function(format!("{articles}/{kernel}"), |bencher| {
                bencher.iter(|| candidates(&features, config, &mut kept));
            });
        }
    }
}

criterion_group!(benches, rare);
criterion_main!(benches);
