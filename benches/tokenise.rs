//! Text to word hashes, per kernel. Timed: all articles, one after the other, buffers kept.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::{Kernel, text::for_each_word, unstable::text::hashes::WordHasher};
use retold_generate::bench::{self as generate, Script};

fn tokenise(criterion: &mut Criterion) {
    for script in [Script::Ascii, Script::Mixed, Script::Cyrillic] {
        let articles = generate::articles(script, 1000);
        let mut group = criterion.benchmark_group(format!("tokenise/{script:?}"));
        group.throughput(Throughput::Bytes(generate::bytes(&articles)));
        group.bench_function("for_each_word", |bencher| {
            bencher.iter(|| {
                let mut letters = 0;
                for article in &articles {
                    for_each_word(article, |_, folded| letters += folded.len());
                }
                letters
            });
        });
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            let mut hasher = WordHasher::new(kernel).expect("it is available");
            let mut hashes = Vec::new();
            group.bench_function(kernel.name(), |bencher| {
                bencher.iter(|| {
                    let mut words = 0;
                    for article in &articles {
                        hashes.clear();
                        hasher.hash_words(article, &mut hashes);
                        words += hashes.len();
                    }
                    words
                });
            });
        }
    }
}

criterion_group!(benches, tokenise);
criterion_main!(benches);
