//! Measures an archive of invented articles: how fast they are added and found, what they take, and
//! how many of the pairs that were planted, or that `scan` finds, it finds.
//!
//! ```sh
//! cargo run --release -p retold-archive --example measure -- FOLDER ARTICLES [BATCH] [scan]
//! ```
//!
//! FOLDER must not be there yet, and stays. One article in ten is a rewrite of an earlier one, and
//! one in ten a copy. A line says how far it has come after every 100,000 articles. With `scan` all
//! texts are held in memory, scanned, and the pairs held against what the archive has reported.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use retold::align::Relation;
use retold::{Cancel, Config, Engine};
use retold_archive::{AddOptions, AddedArticle, Archive, NewArticle, Reader, Settings, Wanted};
use retold_generate::Script;
use retold_generate::bench::Generator;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Queries of which the time is taken.
const QUERIES: usize = 1000;

/// Queries of which the time is taken on the way.
const ON_THE_WAY: usize = 200;

/// Articles between two lines that say how far it has come.
const STRETCH: usize = 100_000;

/// Articles that others may be made from.
const KEPT: usize = 500;

/// What an article was made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    Copy,
    Rewrite,
}

/// Makes articles one after the other.
struct Articles {
    generator: Generator,
    /// Some of the last ones, by number.
    recent: Vec<(u64, String)>,
    made: usize,
    /// What each article was made from, if it was.
    planted: BTreeMap<u64, (u64, Made)>,
    /// All texts, if they are to be scanned.
    texts: Option<Vec<String>>,
}

impl Articles {
    fn new(scans: bool) -> Self {
        let generator = Generator::new(Script::Latin, 1);
        let texts = scans.then(Vec::new);
        Self { generator, recent: Vec::new(), made: 0, planted: BTreeMap::new(), texts }
    }

    fn next(&mut self) -> NewArticle {
        let decade = self.made / 10;
        let number = self.made as u64 + 1;
        // From some 2,500 articles before.
        let earlier = self.recent.get((decade + KEPT / 2) % KEPT);
        let text = match (self.made % 10, earlier) {
            (3, Some((of, text))) => {
                self.planted.insert(number, (*of, Made::Rewrite));
                self.generator.rewrite(text)
            }
            (6, Some((of, text))) => {
                self.planted.insert(number, (*of, Made::Copy));
                format!("Late item. {text}")
            }
            _ => self.generator.article_of(200 + self.made * 7 % 200),
        };
        if self.made.is_multiple_of(10) {
            match self.recent.get_mut(decade % KEPT) {
                Some(oldest) => *oldest = (number, text.clone()),
                None => self.recent.push((number, text.clone())),
            }
        }
        self.made += 1;
        if let Some(texts) = &mut self.texts {
            texts.push(text.clone());
        }
        NewArticle { id: number.to_string(), text, ..NewArticle::default() }
    }
}

/// The pairs that were reported when articles were added: the later article first.
type Pairs = BTreeMap<(u64, u64), Relation>;

fn main() -> Outcome<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let scans = arguments.last().is_some_and(|last| last == "scan");
    arguments.truncate(arguments.len() - usize::from(scans));
    let [folder, articles, rest @ ..] = &arguments[..] else {
        return Err("give a folder and a number of articles".into());
    };
    let batch = rest.first().map_or(Ok(4096), |batch| batch.parse())?;
    let folder = Path::new(folder);
    let settings = Settings { span_days: None, ..Settings::default() };
    Archive::create(folder, &settings)?;
    let mut source = Articles::new(scans);
    let pairs = add(folder, &mut source, articles.parse()?, batch)?;
    let opening = Instant::now();
    let reader = Reader::open(folder, Config::default())?;
    println!("opening      {:.1} ms", millis(opening.elapsed()));
    let texts = source.texts.take();
    let planted = std::mem::take(&mut source.planted);
    query(&reader, &mut source)?;
    sizes(&reader)?;
    recall_of_planted(&planted, &pairs);
    match texts {
        Some(texts) => recall_of_scan(&texts, &pairs),
        None => Ok(()),
    }
}

fn add(folder: &Path, source: &mut Articles, articles: usize, batch: usize) -> Outcome<Pairs> {
    let (never, options) = (Cancel::never(), AddOptions::default());
    let mut archive = Archive::open(folder, Config::default())?;
    let (mut adding, mut merging, mut pairs) = (Duration::ZERO, Duration::ZERO, Pairs::new());
    let (mut left, mut said, mut before) = (articles, 0, Duration::ZERO);
    while left > 0 {
        let of_batch: Vec<_> = (0..left.min(batch)).map(|_| source.next()).collect();
        left -= of_batch.len();
        let start = Instant::now();
        let added = archive.add(of_batch, &options, &never)?;
        adding += start.elapsed();
        for of in &added.articles {
            pairs.extend(found(of));
        }
        let start = Instant::now();
        archive.tidy(&never)?;
        merging += start.elapsed();
        let done = articles - left;
        if left > 0 && done - said >= STRETCH {
            let time = adding + merging;
            let rate = (done - said) as f64 / (time - before).as_secs_f64();
            on_the_way(&archive, source, (done, rate))?;
            (said, before) = (done, time);
        }
    }
    let rate = articles as f64 / (adding + merging).as_secs_f64();
    println!("articles     {articles} in batches of {batch}, {} matches", pairs.len());
    println!(
        "adding       {rate:.0} articles/s ({:.1} s, and {:.1} s of merging)",
        adding.as_secs_f64(),
        merging.as_secs_f64()
    );
    Ok(pairs)
}

fn found(of: &AddedArticle) -> impl Iterator<Item = ((u64, u64), Relation)> {
    let matches = of.matches.iter();
    matches.map(|found| ((of.article.doc, found.article.doc), found.comparison.relation))
}

/// A line that says how adding and asking grow.
fn on_the_way(archive: &Reader, source: &Articles, (done, rate): (usize, f64)) -> Outcome<()> {
    // Articles of another seed: those of the archive go on as they would.
    let mut others = Articles::new(false);
    others.generator = Generator::new(Script::Latin, 2);
    others.recent.clone_from(&source.recent);
    let mut times = Vec::new();
    for _ in 0..ON_THE_WAY {
        let article = others.next();
        let start = Instant::now();
        archive.query(&[article], &Wanted::default(), &Cancel::never())?;
        times.push(start.elapsed());
    }
    let [p50, p99] = percentiles(&mut times);
    let stats = archive.stats()?;
    let bytes = stats.database_bytes + stats.segment_bytes;
    println!(
        "{done:>9}    {rate:.0} articles/s, query {p50:.2} ms p50, {p99:.2} ms p99, {:.0} \
         bytes/article",
        bytes as f64 / done as f64
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
        let [p50, p99] = percentiles(times);
        println!("{what:<12} {p50:.2} ms p50, {p99:.2} ms p99");
    }
    println!("             {matches} matches of {QUERIES} queries");
    Ok(())
}

fn percentiles(times: &mut [Duration]) -> [f64; 2] {
    times.sort_unstable();
    [50, 99].map(|of| millis(times[times.len() * of / 100]))
}

/// How many of the pairs that were planted were reported, as anything but unrelated.
fn recall_of_planted(planted: &BTreeMap<u64, (u64, Made)>, pairs: &Pairs) {
    for (what, made) in [("copies", Made::Copy), ("rewrites", Made::Rewrite)] {
        let of = planted.iter().filter(|(_, (_, of))| *of == made);
        let of: Vec<_> = of.map(|(new, (old, _))| (*new, *old)).collect();
        let found = of.iter().filter(|pair| pairs.contains_key(pair)).count();
        say_recall(&format!("planted {what}"), found, of.len());
    }
}

/// How many of the pairs that a scan of all texts finds were reported, by relation.
fn recall_of_scan(texts: &[String], pairs: &Pairs) -> Outcome<()> {
    let scan = Engine::new(Config::default())?.scan(texts)?;
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for pair in &scan.pairs {
        // Numbers of articles begin with 1.
        let (old, new) = (u64::from(pair.a) + 1, u64::from(pair.b) + 1);
        let counts = counts.entry(pair.comparison.relation.name()).or_default();
        counts.0 += usize::from(pairs.contains_key(&(new, old)));
        counts.1 += 1;
    }
    for (relation, (found, all)) in counts {
        say_recall(&format!("scan's {relation}"), found, all);
    }
    println!("             {} pairs of scan, {} reported", scan.pairs.len(), pairs.len());
    Ok(())
}

fn say_recall(what: &str, found: usize, all: usize) {
    let recall = found as f64 / all.max(1) as f64;
    println!("recall       {what}: {recall:.5} ({found} of {all})");
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
