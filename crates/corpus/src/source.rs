//! Turns the inputs that the user names into the list of files to read.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::format::{Compression, Format};
use super::options::ReadOptions;
use super::problem::{Problem, Reason};

/// Something to read, as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// The standard input.
    Stdin,
    /// A file or a folder.
    Path(PathBuf),
    /// A pattern with `*`, `?`, `[…]` or `**` that names files (not folders).
    Glob(String),
}

impl Input {
    /// What an argument on the command line means: `-` is the standard input; what exists is a
    /// path, whatever characters are in it; what does not exist and has `*`, `?` or `[` is a
    /// pattern.
    pub fn parse(argument: &OsStr) -> Self {
        if argument == "-" {
            return Self::Stdin;
        }
        let path = Path::new(argument);
        match argument.to_str() {
            Some(pattern) if pattern.contains(['*', '?', '[']) && !path.exists() => {
                Self::Glob(pattern.to_owned())
            }
            _ => Self::Path(path.to_owned()),
        }
    }

    /// The paths of a list, one per line, or separated by NUL if there is any NUL in it. No
    /// patterns, and `-` is a file of that name. Empty lines are skipped.
    ///
    /// # Errors
    /// That of the reader.
    pub fn list(mut list: impl Read) -> io::Result<Vec<Self>> {
        let mut bytes = Vec::new();
        list.read_to_end(&mut bytes)?;
        let nul = bytes.contains(&0);
        let paths = bytes.split(|&b| b == if nul { 0 } else { b'\n' });
        let paths =
            paths.map(|path| if nul { path } else { path.strip_suffix(b"\r").unwrap_or(path) });
        Ok(paths.filter(|path| !path.is_empty()).map(|path| Self::Path(path_of(path))).collect())
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is; `None` is the standard input.
    pub path: Option<PathBuf>,
    /// The id of its article, and the beginning of the ids of its records that have none: the path
    /// relative to the folder that was named, or the path as it was named, without `./` before it;
    /// `-` for the standard input. With `/` on every system; bytes that are not UTF-8 as `\xff`.
    /// Where files of several folders would have the same one, the folder stands before it, as it
    /// was named.
    pub id: String,
    /// The path relative to the folder that was named, or the path as it was named.
    pub relative: PathBuf,
    /// By its name; the standard input is [`Format::Unknown`], its first bytes tell.
    pub format: Format,
    /// By its name; for the standard input its first bytes tell.
    pub compression: Compression,
    /// Whether the user named the file itself, so that it has to be readable.
    pub named: bool,
    /// Where a corpus has two sides, the one that it is of.
    pub side: Side,
}

/// A side of a corpus that has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there are two sides")]
pub enum Side {
    /// The first one; that of all files where there are no sides.
    #[default]
    Ours,
    /// The other one.
    Theirs,
}

impl Source {
    fn file(path: PathBuf, relative_to: Option<&Path>) -> Self {
        let (format, compression) = Format::of(&path);
        let shown = relative_to.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(&path);
        let (id, relative) = (slashed(shown), shown.to_owned());
        let named = relative_to.is_none();
        Self { path: Some(path), id, relative, format, compression, named, side: Side::Ours }
    }

    fn stdin() -> Self {
        let (format, compression) = (Format::Unknown, Compression::Plain);
        let id = "-".to_owned();
        let relative = id.clone().into();
        Self { path: None, relative, id, format, compression, named: true, side: Side::Ours }
    }

    /// The path as it was named: that of the folder, and what it is called in there.
    pub(super) fn whole_name(&self) -> String {
        self.path.as_deref().map_or_else(|| self.id.clone(), slashed)
    }

    /// What its article would be called if no other file had the same name; nothing if that is its
    /// id.
    pub(super) fn short_name(&self) -> Option<String> {
        Some(slashed(&self.relative)).filter(|name| *name != self.id)
    }

    /// A problem with the file as a whole.
    pub(super) fn problem(&self, reason: Reason) -> Problem {
        let problem = Problem::of(self.shown(), reason);
        if self.named { problem.of_named_file() } else { problem }
    }

    /// The path for people.
    pub fn shown(&self) -> String {
        self.path.as_deref().map_or_else(|| "-".to_owned(), lossless)
    }
}

/// A path as text in which no two are the same: bytes that are not UTF-8 as `\xff`.
fn lossless(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn slashed(path: &Path) -> String {
    let mut text = lossless(path);
    if std::path::MAIN_SEPARATOR != '/' {
        text = text.replace(std::path::MAIN_SEPARATOR, "/");
    }
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

/// Finds the files; input order, within a folder by the bytes of the relative path.
pub(super) struct Finder {
    pub(super) sources: Vec<Source>,
    pub(super) problems: Vec<Problem>,
    respect_ignore: bool,
    /// The side that is listed.
    side: Side,
    /// Where two inputs may overlap: what was listed of this side.
    listed: Option<HashSet<Option<PathBuf>>>,
}

impl Finder {
    /// The files of both sides; those of the second are none where there are no sides.
    pub(super) fn new([ours, theirs]: [&[Input]; 2], options: &ReadOptions) -> Self {
        let mut finder = Self {
            sources: Vec::new(),
            problems: Vec::new(),
            respect_ignore: options.respect_ignore,
            side: Side::Ours,
            listed: None,
        };
        for (side, inputs) in [(Side::Ours, ours), (Side::Theirs, theirs)] {
            finder.side = side;
            finder.listed = (inputs.len() > 1).then(HashSet::new);
            inputs.iter().for_each(|input| finder.input(input));
        }
        if ours.len() + theirs.len() > 1 {
            finder.tell_apart();
        }
        finder
    }

    fn input(&mut self, input: &Input) {
        match input {
            Input::Stdin => self.add(Source::stdin()),
            Input::Path(path) => self.path(path),
            Input::Glob(pattern) => self.glob(pattern),
        }
    }

    /// Puts the folder, as it was named, before ids that several files would have.
    fn tell_apart(&mut self) {
        let mut files: HashMap<&str, u32> = HashMap::new();
        for source in &self.sources {
            *files.entry(&source.id).or_default() += 1;
        }
        let shared: Vec<bool> = self.sources.iter().map(|source| files[&*source.id] > 1).collect();
        for (source, is_shared) in self.sources.iter_mut().zip(shared) {
            if is_shared {
                source.id = source.whole_name();
            }
        }
    }

    fn add(&mut self, source: Source) {
        if let Some(listed) = &mut self.listed {
            // By name only: the same file through two links is two files.
            let path = source.path.as_ref();
            let known = path.map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
            if !listed.insert(known) {
                self.problems.push(Problem::of(source.shown(), Reason::Repeated));
                return;
            }
        }
        self.sources.push(Source { side: self.side, ..source });
    }

    fn path(&mut self, path: &Path) {
        let shown = lossless(path);
        match fs::metadata(path) {
            Ok(what) if what.is_dir() => self.folder(path),
            Ok(what) if what.is_file() => self.add(Source::file(path.to_owned(), None)),
            Ok(_) => self.problems.push(Problem::of(shown, Reason::Special).of_named_file()),
            Err(error) => {
                self.problems.push(Problem::of(shown, Reason::Unreadable).saying(error));
            }
        }
    }

    fn folder(&mut self, folder: &Path) {
        let walk = ignore::WalkBuilder::new(folder)
            .standard_filters(self.respect_ignore)
            .require_git(false)
            .follow_links(true)
            .build();
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for entry in walk {
            match entry {
                Ok(entry) => match entry.file_type() {
                    Some(kind) if kind.is_file() => {
                        files.push(Source::file(entry.into_path(), Some(folder)));
                    }
                    Some(kind) if kind.is_dir() => {}
                    _ => problems.push(Problem::of(lossless(entry.path()), Reason::Special)),
                },
                Err(error) => problems.push(walk_problem(folder, &error)),
            }
        }
        files.sort_unstable_by(|a, b| {
            a.id.as_bytes().cmp(b.id.as_bytes()).then(a.path.cmp(&b.path))
        });
        problems.sort_by(|a, b| a.path.cmp(&b.path));
        files.into_iter().for_each(|file| self.add(file));
        self.problems.extend(problems);
    }

    fn glob(&mut self, pattern: &str) {
        let options =
            glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let matches = match glob::glob_with(pattern, options) {
            Ok(matches) => matches,
            Err(error) => {
                self.problems.push(Problem::of(pattern, Reason::NoMatch).saying(error));
                return;
            }
        };
        let (mut paths, mut any) = (Vec::new(), false);
        for path in matches {
            any = true;
            match path {
                Ok(path) if path.is_dir() => {}
                Ok(path) => paths.push(path),
                Err(error) => {
                    let shown = lossless(error.path());
                    self.problems
                        .push(Problem::of(shown, Reason::Unreadable).saying(error.error()));
                }
            }
        }
        if paths.is_empty() {
            let problem = Problem::of(pattern, Reason::NoMatch);
            self.problems.push(if any { problem.saying("only folders") } else { problem });
        }
        paths.sort_unstable_by(|a, b| {
            a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes())
        });
        paths.iter().for_each(|path| self.path(path));
    }
}

/// What the walk met: a loop of links is a note, anything else a failure.
fn walk_problem(folder: &Path, error: &ignore::Error) -> Problem {
    let mut path = folder;
    let mut cause = error;
    loop {
        match cause {
            ignore::Error::WithPath { path: at, err } => (path, cause) = (at, err),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                cause = err;
            }
            ignore::Error::Loop { child, .. } => {
                return Problem::of(lossless(child), Reason::LinkLoop);
            }
            cause => {
                let shown = lossless(path);
                return Problem::of(shown, Reason::Unreadable).saying(cause);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_paths_before_they_are_patterns() {
        assert_eq!(Input::parse(OsStr::new("-")), Input::Stdin);
        assert_eq!(Input::parse(OsStr::new("no/such.txt")), Input::Path("no/such.txt".into()));
        assert_eq!(Input::parse(OsStr::new("no/*.txt")), Input::Glob("no/*.txt".into()));
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("odd[1]*.txt");
        fs::write(&odd, "x").unwrap();
        assert_eq!(Input::parse(odd.as_os_str()), Input::Path(odd));
    }

    #[test]
    fn lists_are_separated_by_nul_or_line_end() {
        let paths = |list: &[u8]| Input::list(list).unwrap();
        let both = [Input::Path("a b".into()), Input::Path("-".into())];
        assert_eq!(paths(b"a b\n\n-\n"), both);
        assert_eq!(paths(b"a b\r\n-"), both);
        assert_eq!(paths(b"a b\0-\0"), both);
        assert_eq!(paths(b"a\nb\0"), [Input::Path("a\nb".into())]);
        assert_eq!(paths(b""), []);
    }
}
