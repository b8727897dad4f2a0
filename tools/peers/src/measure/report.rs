//! What was measured, as tables in Markdown and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Serialize, Serializer};

use super::causes::{Difference, Finder};
use super::exact::Scored;
use super::files::{self, Decided, Process};
use super::job::{Shape, Took, Words};

/// All figures of one call.
#[derive(Debug, Serialize)]
pub struct Report {
    /// n-grams, bands and rows.
    pub shape: Shape,
    /// What is a word to the peers on texts in memory.
    pub words: Words,
    /// Versions of what runs in Python.
    pub versions: String,
    /// Pairs that there are to find, of each kind.
    pub truth: BTreeMap<String, usize>,
    /// Texts in memory to candidate pairs: all of them, then by length.
    pub in_memory: Vec<Section>,
    /// Why peers find other pairs than retold.
    pub differences: Vec<Differences>,
    /// Whole processes.
    pub from_file: Vec<Whole>,
}

/// The engines on some texts.
#[derive(Debug, Serialize)]
pub struct Section {
    /// Which texts.
    pub name: String,
    /// How many.
    pub texts: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The engines, retold first.
    pub engines: Vec<Engine>,
}

/// A ratio: its median over the rounds, the lowest and the highest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Ratio {
    /// The quotient of the medians.
    pub median: f64,
    /// The lowest of a round.
    pub lowest: f64,
    /// The highest of a round.
    pub highest: f64,
}

/// An engine on texts in memory; speeds are medians.
#[derive(Debug, Default, Serialize)]
pub struct Engine {
    /// What it is called.
    pub name: String,
    /// Megabytes of text a second, from texts to pairs.
    pub mb_s: f64,
    /// How many times as fast retold is.
    pub ratio: Ratio,
    /// From texts to signatures.
    pub sign_mb_s: f64,
    /// From signatures to pairs.
    pub candidates_mb_s: f64,
    /// Pairs that it found.
    pub pairs: usize,
    /// The share of each kind of pairs that it found.
    pub recall: BTreeMap<String, f64>,
    /// The most memory, texts included.
    pub peak_mb: f64,
}

/// What a peer finds otherwise than retold.
#[derive(Debug, Serialize)]
pub struct Differences {
    /// The peer.
    pub peer: &'static str,
    /// With the same words: how many wanted pairs are expected that one of two engines finds and
    /// the other misses, in either direction.
    pub expected: Option<f64>,
    /// By who found them and why.
    pub causes: Vec<Difference>,
}

/// A whole process.
#[derive(Debug, Serialize)]
pub struct Whole {
    /// Which.
    #[serde(rename = "name", serialize_with = "name")]
    pub process: Process,
    /// Seconds of each round.
    pub seconds: Vec<f64>,
    /// Texts that are not kept.
    pub dropped: usize,
    /// Pairs with a Jaccard index of 0.7 and more of which both are kept.
    pub both_kept: usize,
    /// Dropped texts that are in no such pair.
    pub unlike_dropped: usize,
    /// Why there are no figures.
    pub failed: Option<String>,
}

fn name<S: Serializer>(process: &Process, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(process.name())
}

/// The middle one; the upper of two. 0 of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl Ratio {
    /// How many times as long as `base` something took, round by round.
    fn of(seconds: &[f64], base: &[f64]) -> Self {
        let rounds = || seconds.iter().zip(base).map(|(own, base)| own / base);
        Self {
            median: median(seconds.iter().copied()) / median(base.iter().copied()),
            lowest: rounds().fold(f64::INFINITY, f64::min),
            highest: rounds().fold(0.0, f64::max),
        }
    }

    fn shown(self) -> String {
        let Self { median, lowest, highest } = self;
        let digits = usize::from(median < 9.95);
        format!("{median:.digits$} × ({lowest:.digits$} to {highest:.digits$})")
    }
}

impl Section {
    /// Texts on which no engine ran yet.
    pub fn new(name: &str, texts: usize, bytes: u64) -> Self {
        Self { name: name.to_owned(), texts, bytes, engines: Vec::new() }
    }
}

impl Engine {
    /// The figures of some runs, beside those of retold in the same rounds.
    pub fn new(name: &str, bytes: u64, [runs, base]: [&Vec<Took>; 2]) -> Self {
        let seconds = |runs: &[Took]| runs.iter().map(Took::seconds).collect::<Vec<_>>();
        let mb_s = |of: fn(&Took) -> f64| bytes as f64 / 1e6 / median(runs.iter().map(of));
        Self {
            name: name.to_owned(),
            mb_s: mb_s(Took::seconds),
            ratio: Ratio::of(&seconds(runs), &seconds(base)),
            sign_mb_s: mb_s(|run| run.sign),
            candidates_mb_s: mb_s(|run| run.candidates),
            peak_mb: median(runs.iter().map(|run| run.peak_bytes as f64 / 1e6)),
            ..Self::default()
        }
    }
}

impl Whole {
    /// A process that did not run yet.
    pub fn new(process: Process) -> Self {
        Self {
            process,
            seconds: Vec::new(),
            dropped: 0,
            both_kept: 0,
            unlike_dropped: 0,
            failed: None,
        }
    }

    /// Adds a round.
    pub fn add(&mut self, decided: &Decided, wanted: &[Scored]) {
        self.seconds.push(decided.seconds);
        self.dropped = decided.dropped.len();
        [self.both_kept, self.unlike_dropped] = files::mistakes(&decided.dropped, wanted);
    }

    /// Why there are no figures, for people.
    pub fn why_not(&self) -> String {
        let why = self.failed.as_deref().unwrap_or_default();
        // Errors of Python end with what was wrong.
        let last = why.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        format!("{}: not measured: {last}", self.process.name())
    }
}

impl Report {
    /// Nothing measured yet.
    pub fn new(shape: Shape, words: Words, truth: BTreeMap<String, usize>) -> Self {
        let versions = String::new();
        let (in_memory, differences, from_file) = Default::default();
        Self { shape, words, versions, truth, in_memory, differences, from_file }
    }

    /// All tables, in Markdown.
    pub fn tables(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let Shape { ngram, bands, rows } = self.shape;
        let words = match self.words {
            Words::Shared => "peers get the words of retold, found before the clock starts",
            Words::Own => "peers find words of their own, by another rule",
        };
        writeln!(out, "Word {ngram}-grams, {bands} bands of {rows} lanes; {words}.")?;
        for section in &self.in_memory {
            let Section { name, texts, bytes, .. } = section;
            let mb = *bytes as f64 / 1e6;
            writeln!(out, "\n## In memory, one thread: {name} ({texts} texts, {mb:.1} MB)\n")?;
            write_engines(out, section)?;
        }
        writeln!(out, "\n## Pairs that only one finds\n")?;
        self.write_causes(out)?;
        self.write_examples(out)?;
        if !self.from_file.is_empty() {
            writeln!(out, "\n## From a file to what is kept\n")?;
            self.write_files(out)?;
        }
        Ok(())
    }

    fn write_causes(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "| peer | found by | pairs | why not by the other | expected |")?;
        writeln!(out, "|---|---|---|---|---|")?;
        for Differences { peer, expected, causes } in &self.differences {
            for Difference { only, cause, pairs, .. } in causes {
                let finder = finder(*only, peer);
                let expected = expected.filter(|_| *cause == super::causes::Cause::Chance);
                let expected = expected.map(|of| format!("{of:.1}")).unwrap_or_default();
                let why = cause.meaning();
                writeln!(out, "| {peer} | {finder} | {pairs} | {why} | {expected} |")?;
            }
        }
        Ok(())
    }

    fn write_examples(&self, out: &mut String) -> std::fmt::Result {
        let examples = self.differences.iter().flat_map(|of| {
            of.causes.iter().flat_map(move |cause| {
                cause.examples.iter().map(move |example| (of.peer, cause, example))
            })
        });
        let mut examples = examples.peekable();
        if examples.peek().is_none() {
            return Ok(());
        }
        writeln!(
            out,
            "\n| peer | found by | a | b | Jaccard, words of retold | of the peer | chance to find it | why not by the other |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        for (peer, of, example) in examples {
            let finder = finder(of.only, peer);
            // That of the engine which did not find it.
            let chance = example.chance[usize::from(of.only == Finder::Retold)];
            let (a, b) = (&example.a, &example.b);
            let [own, theirs] = [example.jaccard, example.jaccard_peer];
            let why = of.cause.meaning();
            writeln!(
                out,
                "| {peer} | {finder} | {a} | {b} | {own:.3} | {theirs:.3} | {chance:.4} | {why} |"
            )?;
        }
        Ok(())
    }

    fn write_files(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "| process | seconds | MB/s | retold, one thread, is | dropped | alike, both kept | unlike, dropped | what it does |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        let base = self.from_file.first().map_or(&[][..], |run| &run.seconds);
        let bytes = self.in_memory.first().map_or(0, |section| section.bytes);
        for run in &self.from_file {
            let name = run.process.name();
            if run.failed.is_some() {
                writeln!(out, "| {name} | not measured: see the standard error | | | | | | |")?;
                continue;
            }
            let seconds = median(run.seconds.iter().copied());
            let mb_s = bytes as f64 / 1e6 / seconds;
            let ratio = Ratio::of(&run.seconds, base).shown();
            let Whole { dropped, both_kept, unlike_dropped, .. } = run;
            let does = run.process.does();
            writeln!(
                out,
                "| {name} | {seconds:.2} | {mb_s:.1} | {ratio} | {dropped} | {both_kept} | {unlike_dropped} | {does} |"
            )?;
        }
        Ok(())
    }
}

fn finder(only: Finder, peer: &str) -> &str {
    match only {
        Finder::Retold => "retold",
        Finder::Peer => peer,
    }
}

fn write_engines(out: &mut String, section: &Section) -> std::fmt::Result {
    let kinds: Vec<&String> =
        section.engines.first().map_or(vec![], |first| first.recall.keys().collect());
    write!(
        out,
        "| engine | MB/s | retold is (lowest to highest) | signatures MB/s | candidates MB/s | pairs | peak MB |"
    )?;
    kinds.iter().try_for_each(|kind| write!(out, " recall {kind} |"))?;
    write!(out, "\n|---|---|---|---|---|---|---|")?;
    kinds.iter().try_for_each(|_| write!(out, "---|"))?;
    writeln!(out)?;
    for of in &section.engines {
        let Engine { name, mb_s, ratio, sign_mb_s, candidates_mb_s, pairs, peak_mb, recall } = of;
        let ratio = if name == "retold" { String::new() } else { ratio.shown() };
        write!(
            out,
            "| {name} | {mb_s:.1} | {ratio} | {sign_mb_s:.1} | {candidates_mb_s:.1} | {pairs} | {peak_mb:.0} |"
        )?;
        kinds.iter().try_for_each(|kind| write!(out, " {:.4} |", recall[*kind]))?;
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(seconds: f64) -> Took {
        Took { sign: seconds / 2.0, candidates: seconds / 2.0, peak_bytes: 1_000_000 }
    }

    #[test]
    fn ratios_are_of_one_round_each() {
        let peer = vec![took(2.0), took(9.0), took(4.0)];
        let base = vec![took(1.0), took(1.5), took(0.5)];
        let engine = Engine::new("peer", 8_000_000, [&peer, &base]);
        assert_eq!(engine.mb_s, 2.0);
        assert_eq!(engine.ratio, Ratio { median: 4.0, lowest: 2.0, highest: 8.0 });
        assert_eq!(engine.ratio.shown(), "4.0 × (2.0 to 8.0)");
    }

    #[test]
    fn a_process_that_fails_says_why() {
        let mut run = Whole::new(Process::Datatrove);
        run.failed = Some("Traceback\n  line\nImportError: no spacy\n\n".to_owned());
        assert_eq!(run.why_not(), "datatrove: not measured: ImportError: no spacy");
    }
}
