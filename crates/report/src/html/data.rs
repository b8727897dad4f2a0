//! Articles and pairs as JSON inside the page.
//!
//! Pairs come strongest first, in chunks of some 256 kB, each in a `<script type=application/json>`
//! that is parsed when first looked into. Every text is in the file once. The index, which says
//! what is where, comes last.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::html::rows::{ArticleRow, PairRow, Place, meanings};
use crate::html::timeline::{self, Timeline};
use crate::in_common::{Changed, changed, words_in_common};
use crate::record::{ComparisonRecord, Explain, FeatureRecord, SCHEMA_VERSION, round};
use crate::{Error, Evidence, Findings, Pair};
use retold::align::Match;
use retold::span::Span;
use retold::text::for_each_word;

/// Bytes after which a chunk is closed.
const CHUNK: usize = 256 << 10;

/// Rows of the pair table; more would make the table itself slow.
const MOST_ROWS: usize = 100_000;

/// What the page shows of a pair. Offsets are bytes of the UTF-8 text, as in all records.
#[derive(Serialize)]
pub(crate) struct PairView<'a> {
    #[serde(flatten)]
    found: ComparisonRecord<'a>,
    /// Words of each passage in a and in b.
    passage_words: Vec<[usize; 2]>,
    /// For each aligned sentence, the changed words in a and in b: bytes to skip, bytes changed,
    /// bytes to skip, and so on from the start of the sentence.
    changed: Vec<[Vec<u32>; 2]>,
    /// The features that weigh most.
    features: Vec<FeatureRecord>,
    /// How many others there are, and what they weigh together.
    more_features: (usize, f64),
}

/// Features that a pair lists one by one: all of them would be half of a large report.
const MOST_FEATURES: usize = 10;

impl<'a> PairView<'a> {
    pub(crate) fn new(
        pair: &'a Pair,
        a: &Evidence<'_>,
        b: &Evidence<'_>,
        changed: &Changed,
    ) -> Self {
        let found = &pair.comparison;
        let words = |of: &Match| [count_words(of.a.of(&a.text)), count_words(of.b.of(&b.text))];
        let both = |(of, (in_a, in_b)): (&Match, &(Vec<Span>, Vec<Span>))| {
            [steps(of.a.start, in_a), steps(of.b.start, in_b)]
        };
        let mut features: Vec<_> = found.features.iter().collect();
        features.sort_by(|x, y| y.weight.abs().total_cmp(&x.weight.abs()));
        let (first, others) = features.split_at(features.len().min(MOST_FEATURES));
        let weight: f32 = others.iter().map(|feature| feature.weight).sum();
        Self {
            found: ComparisonRecord::new(found, Explain::No),
            passage_words: found.passages.iter().map(words).collect(),
            changed: found.sentences.iter().zip(changed).map(both).collect(),
            features: first.iter().map(|&feature| feature.into()).collect(),
            more_features: (others.len(), round(weight)),
        }
    }
}

fn count_words(text: &str) -> usize {
    let mut n = 0;
    for_each_word(text, |_, _| n += 1);
    n
}

fn steps(start: u32, spans: &[Span]) -> Vec<u32> {
    let mut at = start;
    let mut steps = Vec::with_capacity(spans.len() * 2);
    for span in spans {
        steps.extend([span.start - at, span.end - span.start]);
        at = span.end;
    }
    steps
}

#[derive(Serialize)]
struct TextView<'a> {
    text: &'a str,
    quotations: Vec<[u32; 2]>,
}

/// What is where in the file, and what the tables say.
#[derive(Serialize)]
struct Index<'a> {
    schema: u32,
    /// What each relation means.
    meanings: BTreeMap<&'static str, &'static str>,
    articles: Vec<ArticleRow<'a>>,
    pairs: Vec<PairRow>,
    clusters: Vec<Timeline>,
    /// Clusters that are not listed.
    more_clusters: usize,
    cut: Cut,
}

/// What the file does not show.
#[derive(Default, Serialize)]
struct Cut {
    budget: u64,
    /// Pairs in the table without their texts, for the budget.
    views: usize,
    /// Pairs in the table without their texts, because these could not be read again.
    unreadable: usize,
    /// Pairs not even in the table.
    rows: usize,
}

/// Writes the data of one report.
pub(super) struct Data<'f, 'a> {
    findings: &'f Findings<'a>,
    index: Index<'a>,
    /// Row of each article that has one.
    rows: HashMap<usize, usize>,
    pairs: Chunk,
    texts: Chunk,
    written: u64,
}

impl<'f, 'a> Data<'f, 'a> {
    pub(super) fn new(findings: &'f Findings<'a>, budget: u64) -> Self {
        let index = Index {
            schema: SCHEMA_VERSION,
            meanings: meanings(),
            articles: Vec::new(),
            pairs: Vec::new(),
            clusters: Vec::new(),
            more_clusters: 0,
            cut: Cut { budget, ..Cut::default() },
        };
        Self {
            findings,
            index,
            rows: HashMap::new(),
            pairs: Chunk::named("pairs"),
            texts: Chunk::named("texts"),
            written: 0,
        }
    }

    pub(super) fn write(mut self, out: &mut dyn Write) -> Result<(), Error> {
        let pairs = self.findings.strongest();
        self.index.cut.rows = pairs.len().saturating_sub(MOST_ROWS);
        for pair in pairs.iter().take(MOST_ROWS) {
            let sides = [pair.a, pair.b].map(|article| self.row(article));
            let (words, view) = self.view(pair, out)?;
            self.index.pairs.push(PairRow::new(pair, sides, words, view));
        }
        self.pairs.close(out)?;
        self.texts.close(out)?;
        self.clusters();
        write_script("index", &inert(&self.index)?, out)?;
        Ok(())
    }

    /// The clusters, by rows of articles and pairs.
    fn clusters(&mut self) {
        let (timelines, more) = timeline::timelines(self.findings, &self.rows, &self.index.pairs);
        self.index.more_clusters = more;
        for mut timeline in timelines {
            for member in &mut timeline.members {
                member.article = self.row(member.article);
            }
            timeline.keep = timeline.keep.map(|article| self.row(article));
            self.index.clusters.push(timeline);
        }
    }

    fn row(&mut self, article: usize) -> usize {
        let rows = &mut self.index.articles;
        *self.rows.entry(article).or_insert_with(|| {
            rows.push(ArticleRow::new(self.findings, article));
            rows.len() - 1
        })
    }

    /// Writes what is to see of a pair, as far as the budget goes. The words that the two have in
    /// common, if the texts are there, and where it is.
    fn view(
        &mut self,
        pair: &Pair,
        out: &mut dyn Write,
    ) -> Result<(Option<u32>, Option<Place>), Error> {
        let texts = (self.findings.evidence(pair.a), self.findings.evidence(pair.b));
        let (Ok(a), Ok(b)) = texts else {
            self.index.cut.unreadable += 1;
            return Ok((None, None));
        };
        let changed = changed(pair, &a, &b);
        let words = Some(words_in_common(pair, &a, &b, &changed));
        if self.written >= self.index.cut.budget {
            self.index.cut.views += 1;
            return Ok((words, None));
        }
        let view = inert(&PairView::new(pair, &a, &b, &changed))?;
        let mut new = Vec::new();
        for (article, evidence) in [(pair.a, &a), (pair.b, &b)] {
            let row = self.rows[&article];
            if self.index.articles[row].text.is_none() {
                let quotations = evidence.quotations.iter().map(|of| [of.start, of.end]).collect();
                new.push((row, inert(&TextView { text: &evidence.text, quotations })?));
            }
        }
        let size = view.len() + new.iter().map(|(_, text)| text.len()).sum::<usize>();
        // The strongest pair is always shown: a report without any would be no report.
        if self.written > 0 && self.written + size as u64 > self.index.cut.budget {
            self.written = self.index.cut.budget;
            self.index.cut.views += 1;
            return Ok((words, None));
        }
        self.written += size as u64;
        for (row, text) in new {
            self.index.articles[row].text = Some(self.texts.push(&text, out)?);
        }
        Ok((words, Some(self.pairs.push(&view, out)?)))
    }
}

/// A JSON array on its way into the page.
struct Chunk {
    name: &'static str,
    number: usize,
    items: usize,
    json: Vec<u8>,
}

impl Chunk {
    fn named(name: &'static str) -> Self {
        Self { name, number: 0, items: 0, json: Vec::new() }
    }

    fn push(&mut self, item: &[u8], out: &mut dyn Write) -> io::Result<Place> {
        if self.json.len() + item.len() > CHUNK && self.items > 0 {
            self.close(out)?;
        }
        self.json.push(if self.items == 0 { b'[' } else { b',' });
        self.json.extend_from_slice(item);
        self.items += 1;
        Ok((self.number, self.items - 1))
    }

    fn close(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.items > 0 {
            self.json.push(b']');
            write_script(&format!("{}-{}", self.name, self.number), &self.json, out)?;
            self.number += 1;
            self.items = 0;
            self.json.clear();
        }
        Ok(())
    }
}

fn write_script(id: &str, json: &[u8], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<script type=\"application/json\" id=\"{id}\">")?;
    out.write_all(json)?;
    out.write_all(b"</script>\n")
}

/// JSON that no HTML parser can take for markup, and no editor for line ends.
fn inert(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, Inert(CompactFormatter)))?;
    Ok(json)
}

/// Escapes, inside JSON strings, what could end a script element, and what browsers, editors and
/// mail programs change on the way. Only strings can hold such characters.
struct Inert(CompactFormatter);

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let risky = |c: char| {
            matches!(
                c,
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            ) || c.is_control()
        };
        let mut rest = fragment;
        while let Some(at) = rest.find(risky) {
            let found = rest[at..].chars().next().expect("found at this place");
            self.0.write_string_fragment(writer, &rest[..at])?;
            write!(writer, "\\u{:04x}", u32::from(found))?;
            rest = &rest[at + found.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use retold::align::Feature;

    #[test]
    fn json_in_the_page_cannot_end_its_element() {
        let hostile = "</script><!--<script>&amp;\u{2028}\u{2029}\u{7f}\u{9b}\0\r\n\"\\";
        let json = inert(&hostile).expect("writing to memory does not fail");
        assert!(!json.iter().any(|byte| b"<>&\r\n\0\x7f".contains(byte)));
        let back: String = serde_json::from_slice(&json).expect("still JSON");
        assert_eq!(back, hostile);
    }

    /// What `xxhsum -H2` says of a file that holds `abc`: docs/report.md tells readers to use it.
    #[test]
    fn hashes_are_those_of_xxhsum() {
        let hash = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(b"abc"));
        assert_eq!(hash, "06b05ab6733a618578af5f94892f3950");
    }

    #[test]
    fn what_weighs_most_is_listed_and_the_rest_adds_up() {
        let mut sample = Sample::two_reports();
        let of = |n: usize| {
            Feature::new("f", 1.0, if n.is_multiple_of(2) { n as f32 } else { -(n as f32) })
        };
        sample.pairs[0].comparison.features = (0..13).map(of).collect();
        let (a, b) = (&sample.texts[0], &sample.texts[1]);
        let changed = changed(&sample.pairs[0], a, b);
        let view = serde_json::to_value(PairView::new(&sample.pairs[0], a, b, &changed));
        let view = view.expect("JSON");
        let weights: Vec<_> = view["features"]
            .as_array()
            .expect("features")
            .iter()
            .map(|feature| feature["weight"].as_f64().expect("a weight"))
            .collect();
        assert_eq!(weights, [12.0, -11.0, 10.0, -9.0, 8.0, -7.0, 6.0, -5.0, 4.0, -3.0]);
        assert_eq!(view["more_features"], serde_json::json!([3, 1.0]), "2 - 1 + 0");
    }

    #[test]
    fn steps_add_up_to_the_spans() {
        assert_eq!(steps(10, &[Span::new(12, 15), Span::new(15, 20)]), [2, 3, 0, 5]);
        assert!(steps(10, &[]).is_empty());
    }
}
