//! Writes kept articles into files like those that they came from.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use retold::Cancel;
use retold_corpus::{Compression, Corpus, Format, Record, Source};

use super::compress::Compressor;
use super::fail_point;
use super::finished::{Finished, Hashed};
use crate::disk::{self, OutputFile, Pace, cannot_write};

/// Writes kept records, source by source; only one file is open at a time.
pub struct Shards<'c> {
    corpus: &'c Corpus,
    folder: PathBuf,
    finished: Finished,
    used: HashSet<PathBuf>,
    /// All ancestor folders of `used`.
    folders: HashSet<PathBuf>,
    open: Option<Shard>,
    pace: Pace,
    cancel: Cancel,
}

/// The file of one source.
struct Shard {
    source: u32,
    path: PathBuf,
    content: Content,
}

enum Content {
    /// One record per line.
    Lines(Compressor),
    /// Records in a JSON array.
    Array { compressor: Compressor, is_empty: bool },
    /// Row numbers of a Parquet file, copied when all are known.
    #[cfg(feature = "parquet")]
    Rows(Vec<u64>),
    /// A whole file, which is copied already.
    Whole,
}

impl<'c> Shards<'c> {
    /// Creates files in `folder`, which need not exist, with the names of the sources; finished
    /// files are left alone. `cancel` stops writing.
    pub fn new(corpus: &'c Corpus, folder: PathBuf, finished: Finished, cancel: Cancel) -> Self {
        let used: HashSet<_> = finished.iter().map(|(_, path)| path.to_owned()).collect();
        let folders = used.iter().flat_map(|path| path.ancestors().skip(1));
        let folders = folders.map(Path::to_owned).collect();
        let pace = Pace::new();
        Self { corpus, folder, finished, used, folders, open: None, pace, cancel }
    }

    /// The first source that is not finished. Files with a single article are not recorded as
    /// finished, since checking them costs as much as copying them.
    pub fn first_open(&self) -> u32 {
        let behind = self.finished.iter().last().map_or(0, |(source, _)| source + 1);
        let behind = self.finished.damaged().first().map_or(behind, |first| behind.min(*first));
        let sources = &self.corpus.sources()[..behind as usize];
        let is_copied = |source: &Source| source.path.is_none() || source.format.is_single();
        sources.iter().position(is_copied).map_or(behind, |at| at as u32)
    }

    /// Writes a record. All records of a source must come in one run.
    pub fn write(&mut self, record: &Record, heading: Option<&[u8]>) -> anyhow::Result<()> {
        self.cancel.check()?;
        let source = record.place.source;
        if self.finished.has(source) {
            return Ok(());
        }
        let mut shard = match self.open.take() {
            Some(shard) if shard.source == source => shard,
            before => {
                self.close(before)?;
                let path = self.path(record);
                let cannot = cannot_write(&path);
                self.begin(source, path, record, heading).context(cannot)?
            }
        };
        shard.content.write(record).with_context(|| cannot_write(&shard.path))?;
        self.open = Some(shard);
        Ok(())
    }

    /// Finishes the last file.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let last = self.open.take();
        self.close(last)?;
        // The folder exists even if nothing is kept.
        disk::make_folders(&self.folder).with_context(|| cannot_write(&self.folder))
    }

    /// The path for a source: its relative path without components that lead out of the folder,
    /// numbered where two sources have the same.
    fn path(&mut self, record: &Record) -> PathBuf {
        let source = self.source(record.place.source);
        let named = match (&source.path, record.place.line) {
            // The record of finished files is JSON, and knows names in UTF-8 only.
            (Some(_), 1..) if source.relative.to_str().is_none() => PathBuf::from(&source.id),
            (Some(_), _) => source.relative.clone(),
            (None, 0) => PathBuf::from("stdin.txt"),
            (None, _) => PathBuf::from("stdin.jsonl"),
        };
        let is_made = record.is_converted && record.place.line > 0 && source.path.is_some();
        let named = if is_made { as_json_lines(&named, source.compression) } else { named };
        let parts = named.components().filter(|part| matches!(part, Component::Normal(_)));
        let path = self.free(&parts.collect::<PathBuf>());
        self.folder.join(path)
    }

    /// A path that is neither another file nor a folder, and whose ancestors are not files.
    fn free(&mut self, plain: &Path) -> PathBuf {
        let numbers = |plain: PathBuf| {
            let others = plain.clone();
            std::iter::once(plain).chain((2..).map(move |number| numbered(&others, number)))
        };
        let mut folder = PathBuf::new();
        for part in plain.parent().into_iter().flat_map(Path::components) {
            let is_free = |path: &PathBuf| !self.used.contains(path);
            folder = numbers(folder.join(part)).find(is_free).unwrap_or_default();
        }
        let path = folder.join(plain.file_name().unwrap_or_default());
        let is_free = |path: &PathBuf| !self.used.contains(path) && !self.folders.contains(path);
        let path = numbers(path).find(is_free).unwrap_or_default();
        self.folders.extend(path.ancestors().skip(1).map(Path::to_owned));
        self.used.insert(path.clone());
        path
    }

    fn source(&self, source: u32) -> &'c Source {
        &self.corpus.sources()[source as usize]
    }

    fn begin(
        &self,
        number: u32,
        path: PathBuf,
        record: &Record,
        heading: Option<&[u8]>,
    ) -> anyhow::Result<Shard> {
        let source = self.source(number);
        if let Some(folder) = path.parent() {
            disk::make_folders(folder)?;
        }
        let content = match source.format {
            #[cfg(feature = "parquet")]
            Format::Parquet => Content::Rows(Vec::new()),
            _ if record.place.line == 0 => {
                match &source.path {
                    Some(from) => disk::copy(from, &path)?,
                    None => OutputFile::create(&path)?.write_all(record.text.as_bytes())?,
                }
                Content::Whole
            }
            format => {
                let mut compressor =
                    Compressor::new(Hashed::new(OutputFile::create(&path)?), source.compression)?;
                match heading {
                    Some(heading) => {
                        compressor.write_all(heading)?;
                        compressor.write_all(b"\n")?;
                        Content::Lines(compressor)
                    }
                    None => match format {
                        Format::Json if is_array(source)? => {
                            Content::Array { compressor, is_empty: true }
                        }
                        Format::JsonLines
                        | Format::Json
                        | Format::Csv
                        | Format::Tsv
                        | Format::Text
                        | Format::Html
                        | Format::Mail
                        | Format::Warc
                        | Format::Mbox
                        | Format::Unknown
                        | Format::Parquet => Content::Lines(compressor),
                    },
                }
            }
        };
        Ok(Shard { source: number, path, content })
    }

    fn close(&mut self, shard: Option<Shard>) -> anyhow::Result<()> {
        let Some(Shard { source, path, content }) = shard else { return Ok(()) };
        let done = match content {
            Content::Lines(compressor) => compressor.finish().map_err(anyhow::Error::from),
            Content::Array { mut compressor, .. } => compressor
                .write_all(b"\n]\n")
                .and_then(|()| compressor.finish())
                .map_err(Into::into),
            #[cfg(feature = "parquet")]
            Content::Rows(rows) => {
                let from = self.source(source).path.as_deref().context("it is gone")?;
                super::parquet::copy_rows(from, &path, &rows, &self.cancel)
            }
            Content::Whole => return Ok(()),
        };
        let finish = |sum| {
            let name = path.strip_prefix(&self.folder).unwrap_or(&path);
            self.finished.add(source, name, sum)?;
            if self.pace.is_due() {
                disk::sync_all(&self.folder)?;
                self.finished.sync()?;
            }
            Ok(fail_point::reach("shard", Some(source), &self.cancel)?)
        };
        done.and_then(finish).with_context(|| cannot_write(&path))
    }
}

impl Content {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let raw = record.raw.as_deref();
        match self {
            Self::Whole => Ok(()),
            #[cfg(feature = "parquet")]
            Self::Rows(rows) => {
                rows.push(record.place.line);
                Ok(())
            }
            Self::Lines(compressor) => {
                compressor.write_all(raw.ok_or(io::ErrorKind::InvalidData)?)?;
                compressor.write_all(b"\n")
            }
            Self::Array { compressor, is_empty } => {
                compressor.write_all(if *is_empty { b"[\n" } else { b",\n" })?;
                *is_empty = false;
                compressor.write_all(raw.ok_or(io::ErrorKind::InvalidData)?)
            }
        }
    }
}

/// Whether a JSON file is an array, judged by its first character.
fn is_array(source: &Source) -> io::Result<bool> {
    let Some(path) = &source.path else { return Ok(false) };
    let plain = source.compression.unpack(Box::new(File::open(path)?))?;
    // More blanks than this are not expected at the start.
    let mut head = Vec::new();
    plain.take(1 << 16).read_to_end(&mut head)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    Ok(head.trim_ascii_start().starts_with(b"["))
}

/// `a/crawl.warc.jsonl.gz` of `a/crawl.warc.gz`: what is neither JSON nor a table is written as
/// JSON Lines.
fn as_json_lines(path: &Path, compression: Compression) -> PathBuf {
    let packed = path.extension().filter(|_| compression != Compression::Plain);
    let plain = if packed.is_some() { path.with_extension("") } else { path.to_owned() };
    let mut name = plain.file_name().unwrap_or_default().to_owned();
    name.push(".jsonl");
    if let Some(packed) = packed {
        name.push(".");
        name.push(packed);
    }
    plain.with_file_name(name)
}

/// `a/b~2.jsonl.gz` of `a/b.jsonl.gz`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    let Some(text) = name.to_str() else {
        let mut name = name.to_owned();
        name.push(format!("~{number}"));
        return path.with_file_name(name);
    };
    // A leading dot does not start an extension.
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '.').map_or(text.len(), |(at, _)| at);
    path.with_file_name(format!("{}~{number}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_converted_ends_in_jsonl() {
        let named = |path: &str, how| as_json_lines(Path::new(path), how).display().to_string();
        assert_eq!(named("a.b/c.warc.gz", Compression::Gzip), "a.b/c.warc.jsonl.gz");
        assert_eq!(named("feed.xml", Compression::Plain), "feed.xml.jsonl");
        assert_eq!(named("list", Compression::Plain), "list.jsonl");
    }

    #[test]
    fn names_that_are_taken_get_a_number_before_their_end() {
        let named = |path: &str| numbered(Path::new(path), 2).to_string_lossy().into_owned();
        assert_eq!(named("a.b/c.jsonl.gz"), "a.b/c~2.jsonl.gz");
        assert_eq!(named("README"), "README~2");
        assert_eq!(named(".hidden"), ".hidden~2");
    }
}
