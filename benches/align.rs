//! Pairs of articles of about 400 words to comparisons. Timed: in `profile` making one article ready
//! (words, stems, sentences, quotations, n-grams), in the others all of comparing two that are
//! ready: weights, links, passages, features, relation, and for related pairs the sentences.

mod generate;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generate::{Generator, Script};
use retold::align::{Comparison, Profile, Relation};
use retold::{Config, Engine};

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAIRS: usize = 100;
const WORDS: usize = 400;

/// Two articles.
type Pair = [String; 2];
/// Makes the second article of a pair from the first.
type Second = fn(&mut Generator, &str) -> String;

fn ready(engine: &Engine, pairs: &[Pair]) -> Vec<[Profile; 2]> {
    let mut analyzer = engine.analyzer();
    let mut profile = |text: &String| engine.profile(&mut analyzer, text);
    pairs.iter().map(|[a, b]| [profile(a), profile(b)]).collect()
}

fn bytes(pairs: &[Pair]) -> u64 {
    pairs.iter().map(|pair| generate::bytes(pair)).sum()
}

fn align(criterion: &mut Criterion) {
    let engine = Engine::new(Config::default()).expect("defaults are valid");
    let mut generator = Generator::new(Script::Ascii, 7);
    let originals: Vec<String> = (0..PAIRS).map(|_| generator.article_of(WORDS)).collect();
    let mut group = criterion.benchmark_group("align");

    group.throughput(Throughput::Bytes(generate::bytes(&originals)));
    let mut analyzer = engine.analyzer();
    group.bench_function("profile", |bencher| {
        bencher.iter(|| -> usize {
            let profiles = originals.iter().map(|text| engine.profile(&mut analyzer, text));
            profiles.map(|profile| profile.sentences()).sum()
        });
    });

    let kinds: [(&str, Second); 3] = [
        ("unrelated", |generator, _| generator.article_of(WORDS)),
        ("rewritten", |generator, original| generator.rewrite(original)),
        ("copied", |_, original| original.to_uppercase()),
    ];
    for (name, other) in kinds {
        let pairs: Vec<Pair> = originals
            .iter()
            .map(|original| [original.clone(), other(&mut generator, original)])
            .collect();
        let profiles = ready(&engine, &pairs);
        let compare = || profiles.iter().map(|[a, b]| engine.compare_profiles(a, b));
        let related = |comparison: &Comparison| comparison.relation != Relation::Unrelated;
        eprintln!(
            "align/{name}: {} of {PAIRS} pairs are related",
            compare().filter(related).count()
        );
        group.throughput(Throughput::ElementsAndBytes {
            elements: PAIRS as u64,
            bytes: bytes(&pairs),
        });
        group.bench_function(name, |bencher| {
            bencher.iter(|| -> f32 { compare().map(|comparison| comparison.score).sum() });
        });
    }
}

criterion_group!(benches, align);
criterion_main!(benches);
