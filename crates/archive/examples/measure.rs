//! Measures an archive of invented articles: how fast they are added and found, what they take.
//!
//! ```sh
//! cargo run --release -p retold-archive --example measure -- FOLDER ARTICLES [BATCH]
//! ```
//!
//! FOLDER must not be there yet, and stays. One article in ten is a rewrite of an earlier one, and
//! one in ten a copy.

use std::path::Path;
use std::time::{Duration, Instant};

use retold::{Cancel, Config};
use retold_archive::{AddOptions, Archive, NewArticle, Reader, Settings, Wanted};
use retold_generate::Script;
use retold_generate::bench::Generator;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Queries of which the time is taken.
const QUERIES: usize = 1000;

/// Articles that others may be made from.
const KEPT: usize = 500;

/// Makes articles one after the other.
struct Articles {
    generator: Generator,
    recent: Vec<String>,
    made: usize,
}

impl Articles {
    fn next(&mut self) -> NewArticle {
        let decade = self.made / 10;
        // From some 2,500 articles before.
        let earlier = self.recent.get((decade + KEPT / 2) % KEPT);
        let text = match (self.made % 10, earlier) {
            (3, Some(text)) => self.generator.rewrite(text),
            (6, Some(text)) => format!("Late item. {text}"),
            _ => self.generator.article_of(200 + self.made * 7 % 200),
        };
        if self.made.is_multiple_of(10) {
            match self.recent.get_mut(decade % KEPT) {
                Some(oldest) => oldest.clone_from(&text),
                None => self.recent.push(text.clone()),
            }
        }
        self.made += 1;
        NewArticle { id: self.made.to_string(), text, ..NewArticle::default() }
    }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, articles, rest @ ..] = &arguments[..] else {
        return Err("give a folder and a number of articles".into());
    };
    let batch = rest.first().map_or(Ok(4096), |batch| batch.parse())?;
    let folder = Path::new(folder);
    let settings = Settings { span_days: None, ..Settings::default() };
    Archive::create(folder, &settings)?;
    let generator = Generator::new(Script::Latin, 1);
    let mut source = Articles { generator, recent: Vec::new(), made: 0 };
    add(folder, &mut source, articles.parse()?, batch)?;
    let opening = Instant::now();
    let reader = Reader::open(folder, Config::default())?;
    println!("opening      {:.1} ms", millis(opening.elapsed()));
    query(&reader, &mut source)?;
    sizes(&reader)
}

fn add(folder: &Path, source: &mut Articles, articles: usize, batch: usize) -> Outcome<()> {
    let (never, options) = (Cancel::never(), AddOptions::default());
    let mut archive = Archive::open(folder, Config::default())?;
    let (mut adding, mut merging, mut matches) = (Duration::ZERO, Duration::ZERO, 0);
    let mut left = articles;
    while left > 0 {
        let of_batch: Vec<_> = (0..left.min(batch)).map(|_| source.next()).collect();
        left -= of_batch.len();
        let start = Instant::now();
        let added = archive.add(of_batch, &options, &never)?;
        adding += start.elapsed();
        matches += added.articles.iter().map(|of| of.matches.len()).sum::<usize>();
        let start = Instant::now();
        archive.tidy(&never)?;
        merging += start.elapsed();
    }
    let rate = articles as f64 / (adding + merging).as_secs_f64();
    println!("articles     {articles} in batches of {batch}, {matches} matches");
    println!(
        "adding       {rate:.0} articles/s ({:.1} s, and {:.1} s of merging)",
        adding.as_secs_f64(),
        merging.as_secs_f64()
    );
    Ok(())
}

fn query(reader: &Reader, source: &mut Articles) -> Outcome<()> {
    let (never, wanted) = (Cancel::never(), Wanted::default());
    let (mut finding, mut asking, mut matches) = (Vec::new(), Vec::new(), 0);
    for _ in 0..QUERIES {
        let article = source.next();
        let start = Instant::now();
        reader.candidates(&[&article.text], &never)?;
        finding.push(start.elapsed());
        let start = Instant::now();
        matches += reader.query(&[article], &wanted, &never)?[0].len();
        asking.push(start.elapsed());
    }
    for (what, times) in [("candidates", &mut finding), ("query", &mut asking)] {
        times.sort_unstable();
        let [p50, p99] = [50, 99].map(|of| millis(times[times.len() * of / 100]));
        println!("{what:<12} {p50:.2} ms p50, {p99:.2} ms p99");
    }
    println!("             {matches} matches of {QUERIES} queries");
    Ok(())
}

fn sizes(reader: &Reader) -> Outcome<()> {
    let stats = reader.stats()?;
    let each = |bytes: u64| bytes as f64 / stats.articles.max(1) as f64;
    println!("text         {:.0} bytes/article", each(stats.text_bytes));
    println!("records      {:.0} bytes/article", each(stats.database_bytes));
    let segments: u64 = stats.spans.iter().map(|span| span.segments).sum();
    println!("postings     {:.0} bytes/article in {segments} segments", each(stats.segment_bytes));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("memory       {}", peak.trim_start_matches("VmHWM:").trim());
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
