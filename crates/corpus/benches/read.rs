//! Articles read per second: from open files to batches in the caller's hands, on all threads.
//!
//! Timed: reading (from the page cache), unpacking, decoding, parsing, threads. Not timed: making
//! the files, listing them, dropping the articles. `Throughput::Bytes` counts the bytes of the
//! unpacked files.

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use retold_corpus::{Corpus, Input, ReadOptions};
use retold_generate::bench::size;

/// Words that follow a fixed random sequence, with the line ends and quotes of news text, which
/// JSON must escape.
fn article(seed: &mut u64, words: usize) -> String {
    let mut text = String::new();
    for n in 1..=words {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        let letters = 2 + *seed % 9;
        text.extend((0..letters).map(|k| char::from(b'a' + (*seed >> (5 * k)) as u8 % 26)));
        text.push_str(if n % 61 == 0 {
            "\n\n"
        } else if n % 37 == 0 {
            "\" "
        } else {
            " "
        });
    }
    text
}

fn json_lines(articles: usize) -> String {
    let mut seed = 88_172_645_463_325_252;
    let mut lines = String::new();
    for n in 0..articles {
        let text = article(&mut seed, 400);
        let record = serde_json::json!({
            "id": format!("doc-{n}"), "url": format!("https://example.org/{n}"),
            "text": text, "date": "2024-01-01", "n": n,
        });
        lines.push_str(&record.to_string());
        lines.push('\n');
    }
    lines
}

fn read_all(input: &Path, threads: usize) -> u64 {
    let options = ReadOptions::default().threads(threads);
    let corpus = Corpus::find(&[Input::Path(input.to_owned())], options);
    let report = corpus.read(|batch| {
        black_box(&batch);
        ControlFlow::Continue(())
    });
    assert_eq!(report.failures, 0, "{:?}", report.skipped.listed());
    report.articles
}

fn packed(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    let file = fs::File::create(&path).expect("the folder for the bench can be written");
    let packing = match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::new(6));
            packer.write_all(bytes).and_then(|()| packer.finish())
        }
        "zst" => zstd::stream::copy_encode(bytes, &file, 3).map(|()| file),
        _ => fs::write(&path, bytes).map(|()| file),
    };
    packing.expect("the file for the bench can be written");
    path
}

fn records(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let lines = json_lines(size(30_000));
    let mut group = c.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Bytes(lines.len() as u64));
    for (label, name, threads) in [
        ("jsonl, one parser", "x.jsonl", 1),
        ("jsonl", "x.jsonl", 0),
        ("jsonl.gz", "x.jsonl.gz", 0),
        ("jsonl.zst", "x.jsonl.zst", 0),
    ] {
        let path = packed(folder.path(), name, lines.as_bytes());
        group.bench_function(label, |b| b.iter(|| read_all(&path, threads)));
    }
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    let path = packed(folder.path(), "x.json", array.as_bytes());
    group.throughput(Throughput::Bytes(array.len() as u64));
    group.bench_function("json array", |b| b.iter(|| read_all(&path, 0)));
    group.finish();
}

fn files(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let mut seed = 88_172_645_463_325_252;
    let (mut plain, mut pages) = (0, 0);
    for name in ["text", "html"] {
        fs::create_dir(folder.path().join(name)).expect("a folder for the bench");
    }
    for n in 0..size(5000) {
        let text = article(&mut seed, 400);
        let page = format!("<html><body><p>{}</p></body></html>", text.replace("\n\n", "</p><p>"));
        packed(folder.path(), &format!("text/{n}.txt"), text.as_bytes());
        packed(folder.path(), &format!("html/{n}.html"), page.as_bytes());
        plain += text.len() as u64;
        pages += page.len() as u64;
    }
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    for (label, name, bytes) in
        [("folder of 5,000 files", "text", plain), ("folder of 5,000 pages", "html", pages)]
    {
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(label, |b| b.iter(|| read_all(&folder.path().join(name), 0)));
    }
    group.finish();
}

fn tables(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let mut seed = 88_172_645_463_325_252;
    let mut table = String::from("id,text\n");
    for n in 0..size(10_000) {
        let text = article(&mut seed, 400).replace('"', "\"\"");
        table.push_str(&format!("{n},\"{text}\"\n"));
    }
    let path = packed(folder.path(), "x.csv", table.as_bytes());
    let mut group = c.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Bytes(table.len() as u64));
    group.bench_function("csv", |b| b.iter(|| read_all(&path, 0)));
    group.finish();
}

criterion_group!(benches, records, files, tables);
criterion_main!(benches);
