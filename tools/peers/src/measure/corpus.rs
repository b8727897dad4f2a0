//! The articles that are measured on, read as the command reads them, and handed to all engines in
//! one form.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, ensure};
use retold::text::for_each_word;
use retold_corpus::{Corpus, IdType, Input, ReadOptions};
use serde::{Deserialize, Serialize};

/// An id, of the type that it has in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// A whole number.
    Integer(i64),
    /// Anything else.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(id) => id.fmt(f),
            Self::Text(id) => id.fmt(f),
        }
    }
}

/// Articles in memory, in the order of the input.
#[derive(Debug, Default)]
pub struct Articles {
    /// Their ids, no two alike.
    pub ids: Vec<Id>,
    /// Their texts.
    pub texts: Vec<String>,
}

/// What to read, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Files, folders and patterns.
    pub inputs: Vec<Input>,
    /// How fields are called.
    pub options: ReadOptions,
    /// The most articles.
    pub limit: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct ArticleRecord<'a> {
    id: u32,
    text: std::borrow::Cow<'a, str>,
}

impl Articles {
    /// Reads articles through the reader of the command. What is not read is named on the standard
    /// error; an input of which nothing is read is an error.
    pub fn read(reading: Reading) -> anyhow::Result<Self> {
        let limit = reading.limit.unwrap_or(usize::MAX);
        let corpus = Corpus::find(&reading.inputs, reading.options);
        let mut articles = Self::default();
        let report = corpus.read(|batch| {
            for record in batch.records {
                if articles.texts.len() == limit {
                    return ControlFlow::Break(());
                }
                articles.push(record);
            }
            ControlFlow::Continue(())
        });
        for problem in report.skipped.listed() {
            eprintln!("not read: {problem}");
        }
        ensure!(!articles.texts.is_empty(), "no articles were read; see above");
        Ok(articles)
    }

    fn push(&mut self, record: retold_corpus::Record) {
        let integer = || record.id.parse().ok().map(Id::Integer);
        let id = match record.id_type {
            IdType::Integer => integer(),
            IdType::Text => None,
        };
        self.ids.push(id.unwrap_or(Id::Text(record.id)));
        self.texts.push(record.text);
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|text| text.len() as u64).sum()
    }

    /// Those of some numbers, in that order.
    pub fn only(&self, numbers: &[u32]) -> Self {
        Self {
            ids: numbers.iter().map(|&number| self.ids[number as usize].clone()).collect(),
            texts: numbers.iter().map(|&number| self.texts[number as usize].clone()).collect(),
        }
    }

    /// Writes JSON Lines with `id`, which is the number of the article from 0, and `text`.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        write_texts(path, self.texts.iter().map(String::as_str))
    }

    /// The same with the words of retold in place of the texts, with a space between them: whoever
    /// takes what is between spaces for words has the words of retold.
    pub fn write_words(&self, path: &Path) -> anyhow::Result<()> {
        write_texts(path, self.texts.iter().map(|text| words(text).join(" ")))
    }
}

/// The words of a text as retold matches them: those of Unicode, folded.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |_, folded| words.push(folded.to_owned()));
    words
}

/// Words by another rule, which the peers follow where they are not given those of retold: runs of
/// letters, digits, `'` and `_` in lower case.
pub fn plain_words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '\'' || letter == '_';
    let runs = text.split(|letter| !is_inside(letter)).filter(|word| !word.is_empty());
    runs.map(str::to_owned).collect()
}

fn write_texts<T: AsRef<str>>(path: &Path, texts: impl Iterator<Item = T>) -> anyhow::Result<()> {
    let cannot_write = || format!("cannot write {}", path.display());
    let mut output = BufWriter::new(File::create(path).with_context(cannot_write)?);
    for (id, text) in (0..).zip(texts) {
        let record = ArticleRecord { id, text: text.as_ref().into() };
        serde_json::to_writer(&mut output, &record)?;
        output.write_all(b"\n").with_context(cannot_write)?;
    }
    output.flush().with_context(cannot_write)
}

/// The texts of a file that [`Articles::write`] wrote.
pub fn read_texts(path: &Path) -> anyhow::Result<Vec<String>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = BufReader::with_capacity(1 << 20, file).lines();
    let text = |line: std::io::Result<String>| {
        let record: ArticleRecord<'_> = serde_json::from_str(&line?)?;
        anyhow::Ok(record.text.into_owned())
    };
    lines.map(text).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;

    use super::*;

    fn reading(inputs: &[&Path]) -> Reading {
        let inputs = inputs.iter().map(|path| Input::parse(path.as_os_str())).collect();
        Reading { inputs, ..Reading::default() }
    }

    #[test]
    fn ids_keep_their_types() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let lines = folder.path().join("numbers.jsonl");
        fs::write(&lines, "{\"id\":7,\"text\":\"one\"}\n{\"id\":\"07\",\"text\":\"two\"}\n")?;
        let articles = Articles::read(reading(&[&lines]))?;
        assert_eq!(articles.ids, [Id::Integer(7), Id::Text("07".into())]);
        assert_eq!(serde_json::to_string(&articles.ids)?, r#"[7,"07"]"#);
        assert_eq!(articles.texts, ["one", "two"]);
        Ok(())
    }

    #[test]
    fn inputs_are_those_of_dedup() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let within = folder.path().join("within");
        fs::create_dir(&within)?;
        fs::write(within.join("a.txt"), "a file")?;
        fs::write(within.join("b.csv"), "key,title,body\n1,Head,Tail\n")?;
        let options = ReadOptions::default()
            .id_field("key")
            .text_fields(vec!["title".to_owned(), "body".to_owned()]);
        let articles = Articles::read(Reading { options, ..reading(&[&within]) })?;
        assert_eq!(articles.ids, [Id::Text("a.txt".into()), Id::Integer(1)]);
        assert_eq!(articles.texts, ["a file", "Head\n\nTail"]);
        let first = Articles::read(Reading { limit: Some(1), ..reading(&[&within]) })?;
        assert_eq!(first.texts.len(), 1);
        Ok(())
    }

    #[test]
    fn nothing_read_is_an_error() {
        let nowhere = Path::new(OsStr::new("there/is/no.jsonl"));
        assert!(Articles::read(reading(&[nowhere])).is_err());
    }

    #[test]
    fn written_texts_are_read_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("texts.jsonl");
        let text = "The “U.S.” didn’t say\nwhy.".to_owned();
        let articles = Articles { ids: vec![Id::Text("x".into())], texts: vec![text.clone()] };
        articles.write(&path)?;
        assert_eq!(read_texts(&path)?, [text]);
        articles.write_words(&path)?;
        let words = &read_texts(&path)?[0];
        assert_eq!(words.split(' ').collect::<Vec<_>>(), super::words(&articles.texts[0]));
        Ok(())
    }

    /// Peers take what is between spaces for words, so no word may have one inside.
    #[test]
    fn no_word_has_a_space_inside() {
        for text in ["1 000 000,5 a\u{a0}b 東京 ﷺ", "co-\noperate ½ ǆ i̇ o\u{2060}k a\u{3000}b"]
        {
            let words = words(text);
            assert!(!words.is_empty());
            assert!(words.iter().all(|word| !word.contains(' ')), "{words:?}");
        }
    }
}
