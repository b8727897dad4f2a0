//! Text to 128-lane signatures of word-3-grams, per kernel. Timed: all articles, one after the
//! other, buffers kept; or signatures alone, from shingles, for articles of one length.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use retold::{
    Kernel,
    sketch::{MinHashConfig, MinHasher},
};
use retold_generate::{
    Random,
    bench::{self as generate, Generator, Script},
};

fn hasher(kernel: Kernel) -> MinHasher {
    let config = MinHashConfig::default().kernel(kernel);
    MinHasher::new(config).expect("it is available")
}

fn bench_texts(criterion: &mut Criterion, name: &str, articles: &[String]) {
    let mut group = criterion.benchmark_group(format!("minhash/{name}"));
    group.throughput(Throughput::Bytes(generate::bytes(articles)));
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let mut hasher = hasher(kernel);
        let mut lanes = vec![0; hasher.lanes()];
        group.bench_function(kernel.name(), |bencher| {
            bencher.iter(|| {
                let signed = |article: &String| hasher.sign_into(article, &mut lanes);
                articles.iter().map(signed).filter(|signed| *signed).count()
            });
        });
    }
}

fn texts(criterion: &mut Criterion) {
    for script in [Script::Ascii, Script::Mixed, Script::Cyrillic] {
        let articles = generate::articles(script, 1000);
        bench_texts(criterion, &format!("{script:?}"), &articles);
    }
    let mut generator = Generator::new(Script::Ascii, 7);
    for words in [50, 5000] {
        let articles: Vec<_> = (0..400_000 / words).map(|_| generator.article_of(words)).collect();
        bench_texts(criterion, &format!("Ascii-{words}-words"), &articles);
    }
}

fn signatures(criterion: &mut Criterion) {
    let mut random = Random::of(1, 0);
    let mut group = criterion.benchmark_group("minhash/shingles");
    for count in [50, 400, 5000] {
        let shingles: Vec<_> = (0..count).map(|_| random.bits()).collect();
        group.throughput(Throughput::Elements(count));
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            let mut hasher = hasher(kernel);
            let mut lanes = vec![0; hasher.lanes()];
            group.bench_function(BenchmarkId::new(kernel.name(), count), |bencher| {
                bencher.iter(|| hasher.sign_shingles(&shingles, &mut lanes));
            });
        }
    }
}

criterion_group!(benches, texts, signatures);
criterion_main!(benches);
