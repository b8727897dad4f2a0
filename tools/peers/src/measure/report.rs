//! What was measured, as tables in Markdown and as JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::{Serialize, Serializer};

use super::causes::{Cause, Difference, Finder};
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

    fn write(&self, out: &mut String) -> fmt::Result {
        let Shape { ngram, bands, rows } = self.shape;
        let words = match self.words {
            Words::Shared => "peers get the words of retold, found before the clock starts",
            Words::Own => "peers find words of their own, by another rule",
        };
        writeln!(out, "Word {ngram}-grams, {bands} bands of {rows} lanes; {words}.")?;
        let truth = self.truth.iter().map(|(kind, pairs)| format!("{kind}: {pairs}"));
        let truth: Vec<String> = truth.collect();
        writeln!(out, "Pairs to find, by what recall is of: {}.", truth.join(", "))?;
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

    fn write_causes(&self, out: &mut String) -> fmt::Result {
        write_heading(out, &["peer", "found by", "pairs", "why not by the other", "expected"])?;
        for Differences { peer, expected, causes } in &self.differences {
            for Difference { only, cause, pairs, .. } in causes {
                let expected = expected.filter(|_| *cause == Cause::Chance);
                write_row(
                    out,
                    [
                        (*peer).to_owned(),
                        finder(*only, peer).to_owned(),
                        pairs.to_string(),
                        cause.meaning().to_owned(),
                        expected.map(|pairs| format!("{pairs:.1}")).unwrap_or_default(),
                    ],
                )?;
            }
        }
        Ok(())
    }

    fn write_examples(&self, out: &mut String) -> fmt::Result {
        let causes =
            self.differences.iter().flat_map(|of| of.causes.iter().map(|by| (of.peer, by)));
        let mut causes = causes.filter(|(_, by)| !by.examples.is_empty()).peekable();
        if causes.peek().is_none() {
            return Ok(());
        }
        writeln!(out, "\nExamples, with their Jaccard indices by the words of each:\n")?;
        let sides = ["peer", "found by", "a", "b", "retold's words", "peer's words"];
        write_heading(out, &[&sides[..], &["chance to find it", "why not by the other"]].concat())?;
        for (peer, by) in causes {
            for example in &by.examples {
                // That of the engine which did not find it.
                let chance = example.chance[usize::from(by.only == Finder::Retold)];
                write_row(
                    out,
                    [
                        peer.to_owned(),
                        finder(by.only, peer).to_owned(),
                        example.a.to_string(),
                        example.b.to_string(),
                        format!("{:.3}", example.jaccard),
                        format!("{:.3}", example.jaccard_peer),
                        format!("{chance:.4}"),
                        by.cause.meaning().to_owned(),
                    ],
                )?;
            }
        }
        Ok(())
    }

    fn write_files(&self, out: &mut String) -> fmt::Result {
        let speed = ["process", "seconds", "MB/s", "retold, one thread, is (lowest to highest)"];
        let quality = ["dropped", "alike, both kept", "unlike, dropped", "what it does"];
        write_heading(out, &[speed, quality].concat())?;
        let base = self.from_file.first().map_or(&[][..], |run| &run.seconds);
        let bytes = self.in_memory.first().map_or(0, |section| section.bytes);
        for run in self.from_file.iter().filter(|run| run.failed.is_none()) {
            let seconds = median(run.seconds.iter().copied());
            let is_base = run.process == Process::Retold;
            write_row(
                out,
                [
                    run.process.name().to_owned(),
                    format!("{seconds:.2}"),
                    format!("{:.1}", bytes as f64 / 1e6 / seconds),
                    if is_base { String::new() } else { Ratio::of(&run.seconds, base).shown() },
                    run.dropped.to_string(),
                    run.both_kept.to_string(),
                    run.unlike_dropped.to_string(),
                    run.process.does().to_owned(),
                ],
            )?;
        }
        let mut failed = self.from_file.iter().filter(|run| run.failed.is_some());
        failed.try_for_each(|run| writeln!(out, "\n{}", run.why_not()))
    }
}

fn finder(only: Finder, peer: &str) -> &str {
    match only {
        Finder::Retold => "retold",
        Finder::Peer => peer,
    }
}

fn write_engines(out: &mut String, section: &Section) -> fmt::Result {
    let kinds: Vec<&String> =
        section.engines.first().map_or(vec![], |first| first.recall.keys().collect());
    let speed = ["engine", "MB/s", "retold is (lowest to highest)", "signatures MB/s"];
    let recall: Vec<String> = kinds.iter().map(|kind| format!("recall {kind}")).collect();
    let recall: Vec<&str> = recall.iter().map(String::as_str).collect();
    write_heading(out, &[&speed[..], &["candidates MB/s", "pairs", "peak MB"], &recall].concat())?;
    for of in &section.engines {
        let is_base = of.name == "retold";
        let figures = [
            of.name.clone(),
            format!("{:.1}", of.mb_s),
            if is_base { String::new() } else { of.ratio.shown() },
            format!("{:.1}", of.sign_mb_s),
            format!("{:.1}", of.candidates_mb_s),
            of.pairs.to_string(),
            format!("{:.0}", of.peak_mb),
        ];
        let recall = kinds.iter().map(|kind| format!("{:.4}", of.recall[*kind]));
        write_row(out, figures.into_iter().chain(recall))?;
    }
    Ok(())
}

fn write_heading(out: &mut String, names: &[&str]) -> fmt::Result {
    write_row(out, names)?;
    writeln!(out, "|{}", "---|".repeat(names.len()))
}

fn write_row<C: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = C>) -> fmt::Result {
    out.write_char('|')?;
    for cell in cells {
        // Ids are whatever the data has.
        let cell = cell.as_ref().replace(['\n', '\r'], " ").replace('|', "\\|");
        write!(out, " {cell} |")?;
    }
    out.write_char('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::causes::Example;
    use crate::measure::corpus::Id;

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
    fn tables_have_a_row_for_each_pair_shown() {
        let mut report =
            Report::new(Shape { ngram: 3, bands: 32, rows: 4 }, Words::Shared, BTreeMap::new());
        let [a, b] = ["x|y", "two\nlines"].map(|id| Id::Text(id.to_owned()));
        let example = Example { a, b, jaccard: 0.75, jaccard_peer: 0.5, chance: [0.99, 0.875] };
        let (only, cause) = (Finder::Retold, Cause::Words);
        let causes = vec![Difference { only, cause, pairs: 7, examples: vec![example] }];
        report.differences.push(Differences { peer: "gaoya", expected: Some(1.0), causes });
        let tables = report.tables();
        let row = "| gaoya | retold | 7 | alike by the words of one only |  |\n";
        assert!(tables.contains(row), "{tables}");
        let row = "| gaoya | retold | x\\|y | two lines | 0.750 | 0.500 | 0.8750 | ";
        assert!(tables.contains(row), "{tables}");
    }

    #[test]
    fn a_process_that_fails_says_why() {
        let mut run = Whole::new(Process::Datatrove);
        run.failed = Some("Traceback\n  line\nImportError: no spacy\n\n".to_owned());
        assert_eq!(run.why_not(), "datatrove: not measured: ImportError: no spacy");
    }
}
