//! Labelled pairs of texts, of every kind that there is.
//!
//! Negatives are what a scan would stumble over: candidate pairs of a whole corpus that belong to
//! different clusters, independent reports of one event, and one frame with other facts. And each
//! kind comes in all lengths: a model that never saw short texts that are unrelated takes shortness
//! for likeness.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use retold::{Config, Engine};
use serde::Deserialize;

use crate::data::{Case, Doc, LabelledPair, PanPair, group_of, read};
use crate::draw::Draw;
use crate::variants::{cut, facts, flat, piece, refill};

/// A labelled pair of texts.
#[derive(Debug, Clone)]
pub struct Example {
    /// Number of the first text.
    pub a: usize,
    /// Number of the second text.
    pub b: usize,
    /// Whether one reuses the other.
    pub reused: bool,
    /// Pairs of one group never stand on both sides of a split.
    pub group: u64,
    /// Where it comes from, a place in [`Library::corpora`].
    pub corpus: usize,
    /// Words to which both texts were cut.
    pub cut: Option<usize>,
    /// The passages that one reuses, where they are labelled.
    pub cases: Option<Vec<Case>>,
}

/// All texts and pairs.
#[derive(Debug, Default)]
pub struct Library {
    /// The texts.
    pub texts: Vec<String>,
    /// The pairs.
    pub examples: Vec<Example>,
    /// Names of the corpora.
    pub corpora: Vec<&'static str>,
    numbers: HashMap<String, usize>,
}

/// What is added beside two texts.
#[derive(Debug, Clone, Copy, Default)]
struct How {
    reused: bool,
    group: u64,
    cut: Option<usize>,
}

/// Lengths to which negatives are cut, in words.
const CUTS: [usize; 11] = [6, 12, 20, 30, 45, 60, 90, 130, 180, 250, 400];
/// The same for rewrites: of shorter beginnings one is hardly the other retold.
const LONG_CUTS: [usize; 6] = [60, 90, 130, 180, 250, 400];
/// The same for texts polished sentence by sentence.
const POLISHED_CUTS: [usize; 6] = [20, 30, 45, 60, 90, 130];
/// The same for independent reports: single sentences of two may well say the same.
const EVENT_CUTS: [usize; 7] = [45, 60, 90, 130, 180, 250, 400];

/// The corpora of other kinds, as labelled pairs, and whether their articles are also cut.
const WIDE: [(&str, bool); 10] = [
    ("asset", false),
    ("coaid", false),
    ("detectrl", true),
    ("earnings", false),
    ("hart", true),
    ("hppt", false),
    ("multinews", true),
    ("ocr", true),
    ("onestop", true),
    ("turku_fi", false),
];

/// Public corpora in which hardly any text reuses another: parliaments, presidents.
const UNRELATED: [&str; 5] = ["parl_de", "parl_en", "parl_es", "parl_nl", "sotu"];

impl Library {
    /// Reads every corpus in `data`, and the further ones in `extra`.
    pub fn read(data: &Path, extra: &Path) -> Result<Self> {
        let mut library = Self::default();
        library.add_news(data)?;
        library.add_polished(data)?;
        library.add_answers(data)?;
        library.add_sentences(data)?;
        library.add_pan(data)?;
        for (name, is_cut) in WIDE {
            library.add_wide(&data.join("wide"), name, is_cut)?;
        }
        library.add_dated(extra)?;
        for name in UNRELATED {
            library.add_unrelated(extra, name)?;
        }
        library.add_templates();
        Ok(library)
    }

    /// Name of the corpus of an example.
    pub fn corpus(&self, example: &Example) -> &'static str {
        self.corpora[example.corpus]
    }

    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    fn begin(&mut self, corpus: &'static str) -> Draw {
        self.corpora.push(corpus);
        Draw::new(group_of(corpus))
    }

    fn add(&mut self, a: &str, b: &str, how: How) {
        let (a, b) = (self.number(a), self.number(b));
        let corpus = self.corpora.len() - 1;
        let How { reused, group, cut } = how;
        self.examples.push(Example { a, b, reused, group, corpus, cut, cases: None });
    }

    fn add_cut(&mut self, a: &str, b: &str, how: How, words: usize) {
        self.add(&cut(a, words), &cut(b, words), How { cut: Some(words), ..how });
    }

    /// LLM rewrites of news, candidates of other clusters, and independent reports of one event.
    fn add_news(&mut self, data: &Path) -> Result<()> {
        let mut docs: Vec<Doc> = read(data, "rewrites.jsonl")?;
        docs.extend(read::<Doc>(data, "siblings.jsonl")?);
        let mut events: Vec<Doc> = read(data, "same_event.jsonl")?;
        for doc in &mut events {
            doc.cluster = format!("single {}", doc.id);
        }
        let rewrites = docs.len();
        docs.extend(events);
        let mut draw = self.begin("sheepdog");
        let ambiguous = read(data, "ambiguous.jsonl")?;
        let pairs = candidates(&docs, &ambiguous)?;
        let (reused, apart): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(x, y)| x.cluster == y.cluster);
        for (x, y) in &reused {
            let how = How { reused: true, group: group_of(&x.cluster), cut: None };
            self.add(&x.text, &y.text, how);
            if draw.happens(0.4) {
                self.add_cut(&x.text, &y.text, how, draw.one(&LONG_CUTS));
            }
            if draw.happens(0.1) {
                self.add(&flat(&x.text), &flat(&y.text), how);
            }
        }
        for (x, y) in draw.some(12_000, apart) {
            let how = How { group: group_of(&x.cluster), ..How::default() };
            self.add(&x.text, &y.text, how);
            if draw.happens(0.3) {
                self.add_cut(&x.text, &y.text, how, draw.one(&CUTS));
            }
        }
        self.begin("basil");
        self.add_events(&docs[rewrites..]);
        Ok(())
    }

    /// Every two reports of one event, whole and cut.
    fn add_events(&mut self, docs: &[Doc]) {
        let mut events: HashMap<&str, Vec<&Doc>> = HashMap::new();
        for doc in docs.iter().filter(|doc| !doc.event.is_empty()) {
            events.entry(&doc.event).or_default().push(doc);
        }
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_by_key(|(name, _)| *name);
        for (name, reports) in events {
            let how = How { group: group_of(name), ..How::default() };
            for (at, a) in reports.iter().enumerate() {
                for b in &reports[at + 1..] {
                    self.add(&a.text, &b.text, how);
                    self.add(&flat(&a.text), &flat(&b.text), how);
                    self.add(&cut(&a.text, 100), &b.text, how);
                    for words in EVENT_CUTS {
                        self.add_cut(&a.text, &b.text, how, words);
                    }
                }
            }
        }
    }

    /// Texts polished by LLMs.
    fn add_polished(&mut self, data: &Path) -> Result<()> {
        let docs: Vec<Doc> = read(data, "polish.jsonl")?;
        let mut draw = self.begin("polish");
        let pairs = candidates(&docs, &[])?;
        let (reused, apart): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(x, y)| x.cluster == y.cluster);
        for (x, y) in draw.some(5_000, reused) {
            let how = How { reused: true, group: group_of(&x.cluster), cut: None };
            self.add(&x.text, &y.text, how);
            if draw.happens(0.2) {
                self.add_cut(&x.text, &y.text, how, draw.one(&POLISHED_CUTS));
            }
        }
        for (x, y) in draw.some(4_000, apart) {
            self.add(&x.text, &y.text, How { group: group_of(&x.cluster), ..How::default() });
        }
        Ok(())
    }

    /// Short answers against the source of their task.
    fn add_answers(&mut self, data: &Path) -> Result<()> {
        let docs: Vec<Doc> = read(data, "clough.jsonl")?;
        self.begin("clough");
        let is_source = |doc: &&Doc| doc.category == "orig";
        let sources: HashMap<&str, &Doc> =
            docs.iter().filter(is_source).map(|doc| (doc.task.as_str(), doc)).collect();
        for doc in docs.iter().filter(|doc| !is_source(doc)) {
            let source =
                sources.get(doc.task.as_str()).context("clough.jsonl: a task without source")?;
            let how = How { reused: doc.category != "non", group: group_of(&doc.id), cut: None };
            self.add(&doc.text, &source.text, how);
        }
        Ok(())
    }

    /// Pairs of sentences, paraphrase or not.
    fn add_sentences(&mut self, data: &Path) -> Result<()> {
        for (corpus, name) in
            [("mrpc", "sentences_mrpc.jsonl"), ("pan sentences", "sentences_pan.jsonl")]
        {
            self.begin(corpus);
            for row in read::<Sentences>(data, name)? {
                let how = How { reused: row.label == 1, group: group_of(&row.a), cut: None };
                self.add(&row.a, &row.b, how);
            }
        }
        Ok(())
    }

    /// Documents with labelled passages.
    fn add_pan(&mut self, data: &Path) -> Result<()> {
        let pan = data.join("pan13");
        let mut docs: Vec<Doc> = read(&pan, "suspicious.jsonl")?;
        docs.extend(read::<Doc>(&pan, "source.jsonl")?);
        let by_id: HashMap<&str, &Doc> = docs.iter().map(|doc| (doc.id.as_str(), doc)).collect();
        self.begin(PAN);
        for pair in read::<PanPair>(&pan, "pairs.jsonl")? {
            let (Some(a), Some(b)) = (by_id.get(pair.a.as_str()), by_id.get(pair.b.as_str()))
            else {
                continue;
            };
            let reused = !pair.cases.is_empty();
            self.add(&a.text, &b.text, How { reused, group: group_of(&pair.a), cut: None });
            if let Some(example) = self.examples.last_mut() {
                example.cases = Some(pair.cases);
            }
        }
        Ok(())
    }

    /// A corpus of labelled pairs.
    fn add_wide(&mut self, folder: &Path, name: &'static str, is_cut: bool) -> Result<()> {
        let pairs: Vec<LabelledPair> = read(folder, &format!("{name}.pairs.jsonl"))?;
        let docs: Vec<Doc> = match pairs.iter().any(|pair| pair.a_text.is_none()) {
            true => read(folder, &format!("{name}.jsonl"))?,
            false => Vec::new(),
        };
        let by_id: HashMap<&str, &str> =
            docs.iter().map(|doc| (doc.id.as_str(), doc.text.as_str())).collect();
        let mut draw = self.begin(name);
        for pair in &pairs {
            let text = |id: &str, own: &Option<String>| -> Result<String> {
                let known = own.clone().or_else(|| by_id.get(id).map(|text| (*text).to_owned()));
                known.with_context(|| format!("{name}: no article {id}"))
            };
            let (a, b) = (text(&pair.a, &pair.a_text)?, text(&pair.b, &pair.b_text)?);
            let group = if pair.a.is_empty() { &a } else { &pair.a };
            let how = How { reused: pair.label == 1, group: group_of(group), cut: None };
            self.add(&a, &b, how);
            let times = match () {
                () if !is_cut => 0,
                () if name == EVENTS => {
                    if how.reused {
                        0
                    } else {
                        6
                    }
                }
                () => usize::from(draw.happens(0.3)),
            };
            for _ in 0..times {
                let cuts = match () {
                    () if how.reused => &LONG_CUTS[..],
                    () if name == EVENTS => &EVENT_CUTS[..],
                    () => &CUTS[..],
                };
                self.add_cut(&a, &b, how, draw.one(cuts));
            }
        }
        Ok(())
    }

    /// Dated news: candidates far apart in time, and reports of one event that share no run of
    /// words.
    fn add_dated(&mut self, extra: &Path) -> Result<()> {
        let docs: Vec<Doc> = read(extra, "news.jsonl")?;
        let pairs = candidates(&docs, &[])?;
        let days = |(x, y): &(&Doc, &Doc)| Some((x.day? - y.day?).abs());
        let mut draw = self.begin("news");
        let far = pairs.iter().copied().filter(|pair| days(pair).is_some_and(|days| days > 14));
        for (x, y) in
            draw.some(6_000, far.filter(|(x, y)| !share_run(&x.text, &y.text, 10)).collect())
        {
            let how = How { group: group_of(&x.id), ..How::default() };
            self.add(&x.text, &y.text, how);
            if draw.happens(0.5) {
                self.add_cut(&x.text, &y.text, how, draw.one(&CUTS));
            }
        }
        let mut draw = self.begin("news events");
        let near = pairs.iter().copied().filter(|pair| days(pair).is_some_and(|days| days <= 3));
        let near: Vec<_> = near
            .filter(|(x, y)| !share_run(&x.text, &y.text, 8) && share_names(&x.text, &y.text))
            .collect();
        for (x, y) in draw.some(6_000, near) {
            let how = How { group: group_of(&x.id), ..How::default() };
            if draw.happens(0.5) {
                self.add(&x.text, &y.text, how);
            }
            self.add_cut(&x.text, &y.text, how, draw.one(&EVENT_CUTS));
        }
        Ok(())
    }

    /// Candidates of a corpus without copies; those that share a run of words may be some.
    fn add_unrelated(&mut self, extra: &Path, name: &'static str) -> Result<()> {
        let docs: Vec<Doc> = read(extra, &format!("{name}.jsonl"))?;
        let mut draw = self.begin(name);
        let apart = candidates(&docs, &[])?;
        let apart = apart.into_iter().filter(|(x, y)| !share_run(&x.text, &y.text, 10)).collect();
        for (x, y) in draw.some(2_000, apart) {
            let how = How { group: group_of(&x.id), ..How::default() };
            self.add(&x.text, &y.text, how);
            if draw.happens(0.5) {
                self.add_cut(&x.text, &y.text, how, draw.one(&CUTS));
            }
        }
        Ok(())
    }

    /// Frames with other facts, made from the texts that there are.
    fn add_templates(&mut self) {
        let whole = |example: &&Example| {
            example.cut.is_none()
                && matches!(self.corpora[example.corpus], "sheepdog" | "polish" | "news")
        };
        let numbers: BTreeSet<usize> = self.examples.iter().filter(whole).map(|e| e.a).collect();
        let texts: Vec<String> = numbers.into_iter().map(|at| self.texts[at].clone()).collect();
        let mut draw = self.begin("templates");
        let mut names: Vec<&str> = Vec::new();
        for text in texts.iter().step_by(3) {
            names.extend(
                facts(text).into_iter().filter(|fact| fact.starts_with(char::is_uppercase)),
            );
        }
        let mut made = 0;
        while made < TEMPLATES {
            let text = &texts[draw.below(texts.len())];
            let words = draw.one(&[12, 15, 20, 30, 45, 60, 90, 130, 180, 250, 400]);
            let frame = match draw.happens(0.5) {
                true => cut(text, words),
                false => piece(text, &mut draw, words),
            };
            let (words, found) = (frame.split_whitespace().count(), facts(&frame).len());
            if words < 8 || found < 2 || (found as f64) < 0.08 * words as f64 {
                continue;
            }
            let share = draw.one(&[0.5, 0.7, 0.85, 1.0]);
            let other = refill(&frame, &names, share, &mut draw);
            self.add(&frame, &other, How { group: group_of(text), ..How::default() });
            made += 1;
        }
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        self.add_retold_templates(&names);
    }

    /// Retold texts with other facts: whoever retells changes the words and keeps the facts.
    fn add_retold_templates(&mut self, names: &[String]) {
        const RETOLD: [&str; 5] = ["sheepdog", "polish", "detectrl", "hart", "asset"];
        let is_retold =
            |example: &&Example| example.reused && RETOLD.contains(&self.corpora[example.corpus]);
        let retold: Vec<Example> = self.examples.iter().filter(is_retold).cloned().collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut draw = self.begin(RETOLD_TEMPLATES);
        let mut made = 0;
        while made < TEMPLATES {
            let example = &retold[draw.below(retold.len())];
            let (mut a, mut b) = (self.texts[example.a].clone(), self.texts[example.b].clone());
            if example.cut.is_none() && draw.happens(0.5) {
                let words = draw.one(&LONG_CUTS);
                (a, b) = (cut(&a, words), cut(&b, words));
            }
            let (words, found) = (b.split_whitespace().count(), facts(&b).len());
            if words < 8 || found < 2 || (found as f64) < 0.06 * words as f64 {
                continue;
            }
            let share = draw.one(&[0.5, 0.7, 0.85, 1.0]);
            let other = refill(&b, &names, share, &mut draw);
            self.add(&a, &other, How { group: example.group, ..How::default() });
            made += 1;
        }
    }
}

/// The corpus with labelled passages.
pub const PAN: &str = "pan13";
/// Retold texts with other facts.
pub const RETOLD_TEMPLATES: &str = "retold templates";
/// The one of independent reports among the wide ones.
const EVENTS: &str = "multinews";
const TEMPLATES: usize = 5_000;

#[derive(Debug, Deserialize)]
struct Sentences {
    label: u8,
    a: String,
    b: String,
}

/// Clusters whose texts share something real: their pairs count neither way.
#[derive(Debug, Deserialize)]
struct Ambiguous {
    clusters: [String; 2],
}

/// The candidate pairs of a corpus, and every pair of a cluster.
fn candidates<'d>(docs: &'d [Doc], ambiguous: &[Ambiguous]) -> Result<Vec<(&'d Doc, &'d Doc)>> {
    let texts: Vec<&str> = docs.iter().map(|doc| doc.text.as_str()).collect();
    let engine = Engine::new(Config::default())?;
    let mut pairs: BTreeSet<(u32, u32)> =
        engine.candidates(&texts[..], &())?.pairs.into_iter().collect();
    let mut clusters: HashMap<&str, Vec<u32>> = HashMap::new();
    for (at, doc) in docs.iter().enumerate().filter(|(_, doc)| !doc.cluster.is_empty()) {
        clusters.entry(&doc.cluster).or_default().push(at as u32);
    }
    for members in clusters.values() {
        for (at, a) in members.iter().enumerate() {
            pairs.extend(members[at + 1..].iter().map(|b| (*a, *b)));
        }
    }
    let unclear: HashSet<[&str; 2]> = ambiguous
        .iter()
        .flat_map(|pair| {
            let [x, y] = pair.clusters.each_ref().map(String::as_str);
            [[x, y], [y, x]]
        })
        .collect();
    let docs = pairs.into_iter().map(|(a, b)| (&docs[a as usize], &docs[b as usize]));
    let is_clear = |(x, y): &(&Doc, &Doc)| {
        !unclear.contains(&[x.cluster.as_str(), y.cluster.as_str()])
            && (x.event.is_empty() || x.event != y.event)
    };
    Ok(docs.filter(is_clear).collect())
}

/// Whether two texts share a run of so many words.
fn share_run(a: &str, b: &str, words: usize) -> bool {
    let runs = |text: &str| -> HashSet<u64> {
        let words_of = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let hashes: Vec<u64> = words_of.map(|word| group_of(&word.to_lowercase())).collect();
        hashes
            .windows(words)
            .map(|run| run.iter().fold(0, |h, w| retold::unstable::text::hash::mix(h ^ w)))
            .collect()
    };
    !runs(a).is_disjoint(&runs(b))
}

/// Whether two texts have many of the same names, as reports of one event do.
fn share_names(a: &str, b: &str) -> bool {
    let (a, b): (HashSet<&str>, HashSet<&str>) =
        (facts(a).into_iter().collect(), facts(b).into_iter().collect());
    3 * a.intersection(&b).count() >= a.len().min(b.len())
}
