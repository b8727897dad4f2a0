//! Pairs of articles of about 400 words to comparisons. Timed: in `profile` preparing one article
//! (words, stems, sentences, quotations, n-grams), in the others all of comparing two prepared
//! ones: weights, links, passages, features, relation, and for related pairs the sentences.
//!
//! `pan13` does the same with the labelled pairs of PAN 2013, if they are there (`RETOLD_SHARED`,
//! default `../shared`): `ready` with prepared articles, `texts` with preparing every text once.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold::align::{Comparison, Profile, Relation};
use retold::{Config, Engine};
use retold_generate::bench::{self as generate, Generator, Script};

/// The command's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAIRS: usize = 100;
const WORDS: usize = 400;

/// Two articles.
type Pair = [String; 2];
/// Derives the second article of a pair from the first.
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

/// The records of a compressed file of JSON Lines.
fn records(path: &Path) -> std::io::Result<Vec<serde_json::Value>> {
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path)?);
    let parse = |line: std::io::Result<String>| Ok(serde_json::from_str(&line?)?);
    BufReader::new(file).lines().map(parse).collect()
}

/// The texts of PAN 2013, and its pairs of them.
struct Pan13 {
    texts: Vec<String>,
    pairs: Vec<[usize; 2]>,
}

impl Pan13 {
    fn read(folder: &Path) -> std::io::Result<Self> {
        let string = |record: &serde_json::Value, field: &str| {
            record[field].as_str().expect("texts and ids are strings").to_owned()
        };
        let mut pairs = records(&folder.join("pairs.jsonl.gz"))?;
        pairs.truncate(generate::size(pairs.len()));
        let ids = |pair: &serde_json::Value| ["a", "b"].map(|side| string(pair, side));
        let wanted: HashSet<String> = pairs.iter().flat_map(ids).collect();
        let (mut texts, mut places) = (Vec::new(), HashMap::new());
        for file in ["suspicious.jsonl.gz", "source.jsonl.gz"] {
            for record in records(&folder.join(file))? {
                let id = string(&record, "id");
                if wanted.contains(&id) {
                    places.insert(id, texts.len());
                    texts.push(string(&record, "text"));
                }
            }
        }
        let pair = |pair: &serde_json::Value| ids(pair).map(|id| places[&id]);
        Ok(Self { texts, pairs: pairs.iter().map(pair).collect() })
    }
}

fn pan13(criterion: &mut Criterion) {
    let shared = std::env::var_os("RETOLD_SHARED").unwrap_or_else(|| "../shared".into());
    let folder = PathBuf::from(shared).join("data/pan13");
    let Pan13 { texts, pairs } = match Pan13::read(&folder) {
        Ok(read) => read,
        Err(error) => return eprintln!("pan13: skipped, {}: {error}", folder.display()),
    };
    let engine = Engine::new(Config::default()).expect("defaults are valid");
    let ready = || -> Vec<Profile> {
        let mut analyzer = engine.analyzer();
        texts.iter().map(|text| engine.profile(&mut analyzer, text)).collect()
    };
    let score = |profiles: &[Profile]| -> f32 {
        let compare =
            |[a, b]: &[usize; 2]| engine.compare_profiles(&profiles[*a], &profiles[*b]).score;
        pairs.iter().map(compare).sum()
    };
    let mut group = criterion.benchmark_group("pan13");
    group.sample_size(10).throughput(Throughput::Elements(pairs.len() as u64));
    let profiles = ready();
    group.bench_function("ready", |bencher| bencher.iter(|| score(&profiles)));
    group.bench_function("texts", |bencher| bencher.iter(|| score(&ready())));
}

criterion_group!(benches, align, pan13);
criterion_main!(benches);
