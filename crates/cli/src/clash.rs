//! Outputs that are inputs, or one another, and inputs that are on two sides: refused before
//! anything is opened for writing.
//!
//! Files are known by what they are, not by what they are called: a file has many names, through
//! links, `..` and other spellings.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use retold_corpus::{Corpus, Side};
use retold_pipeline::dedup;

use crate::args::{Command, CompareArgs, DedupArgs, EvaluateArgs, ScanArgs};
use crate::input_args::InputArgs;
use crate::settings::Settings;

/// What makes a file the one that it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    /// Device and number on it.
    #[cfg(unix)]
    Node(u64, u64),
    /// The path, free of links; also of a file that is not there yet.
    Path(PathBuf),
}

impl Identity {
    /// Of a file that is there, and of a place where one could be made. Nothing of what cannot be
    /// overwritten: devices, pipes, sockets.
    fn of_output(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(what) if what.is_file() || what.is_dir() => Self::of(path, &what),
            Ok(_) => None,
            Err(_) => {
                let folder = path.parent().filter(|folder| *folder != Path::new(""));
                let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
                Some(Self::Path(folder.join(path.file_name()?)))
            }
        }
    }

    /// Of a file that is there.
    fn of_input(path: &Path) -> Option<Self> {
        let what = fs::metadata(path).ok()?;
        (what.is_file() || what.is_dir()).then(|| Self::of(path, &what))?
    }

    #[cfg(unix)]
    #[allow(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    fn of(_: &Path, what: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self::Node(what.dev(), what.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &fs::Metadata) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self::Path)
    }
}

/// The standard streams by name, where they have one.
const STDIN: &str = "/dev/stdin";
const STDOUT: &str = "/dev/stdout";

/// An error if a file is on both sides of a corpus, under whatever names: all of its articles would
/// be found to be their own copies.
pub fn check_sides(corpus: &Corpus) -> anyhow::Result<()> {
    let identity = |path: &Option<PathBuf>| match path {
        Some(path) => Identity::of_input(path),
        None => Some(Identity::Path(STDIN.into())),
    };
    let (ours, theirs): (Vec<_>, Vec<_>) =
        corpus.sources().iter().partition(|source| source.side == Side::Ours);
    let ours: HashSet<Identity> = ours.iter().filter_map(|of| identity(&of.path)).collect();
    for source in theirs {
        if identity(&source.path).is_some_and(|identity| ours.contains(&identity)) {
            let shown = match &source.path {
                Some(path) => path.display().to_string(),
                None => "the standard input".to_owned(),
            };
            bail!("{shown} is on both sides; name it before --against or after it, not both");
        }
    }
    Ok(())
}

/// What a run is going to write.
#[derive(Debug, Default)]
pub struct Written {
    /// By identity, as the user names them.
    files: HashMap<Identity, PathBuf>,
    /// Folders that are there, free of links: nothing in them is to be read.
    folders: Vec<PathBuf>,
}

impl Written {
    /// An error if two of the files, or one of them and the standard output, are the same.
    fn new<'p>(named: impl IntoIterator<Item = Option<&'p Path>>) -> anyhow::Result<Self> {
        let mut written = Self::default();
        // Also where nothing is said there: a line of summary in the midst of a file is a loss.
        written.add(Path::new(STDOUT))?;
        let is_stdout = |path: &&Path| *path == Path::new("-") || *path == Path::new(STDOUT);
        let (to_stdout, files): (Vec<&Path>, Vec<&Path>) =
            named.into_iter().flatten().partition(is_stdout);
        if to_stdout.len() > 1 {
            bail!("the standard output is named for two outputs; give each its own");
        }
        files.into_iter().try_for_each(|path| written.add(path))?;
        Ok(written)
    }

    fn add(&mut self, path: &Path) -> anyhow::Result<()> {
        let Some(identity) = Identity::of_output(path) else { return Ok(()) };
        if path == Path::new(STDOUT) && matches!(identity, Identity::Path(_)) {
            return Ok(());
        }
        if self.files.insert(identity, path.to_owned()).is_some() {
            bail!("{} is named for two outputs; give each its own", path.display());
        }
        Ok(())
    }

    /// What the user named for writing.
    pub fn of(command: &Command) -> anyhow::Result<Self> {
        match command {
            Command::Scan(args) => {
                let ScanArgs { output, clusters, stats, .. } = &**args;
                Self::new([output.as_deref(), clusters.as_deref(), stats.as_deref()])
            }
            Command::Compare(args) => Self::new([args.output.as_deref()]),
            Command::Evaluate(args) => Self::new([args.output.as_deref(), args.curve.as_deref()]),
            Command::Dedup(args) => Self::of_folder(args),
            Command::Archive(command) => Self::new([command.output()]),
            Command::Watch(_) | Command::Config(_) | Command::Completions(_) | Command::Man(_) => {
                Self::new([])
            }
        }
    }

    fn of_folder(args: &DedupArgs) -> anyhow::Result<Self> {
        let Some(folder) = args.output.as_deref().filter(|_| !args.dry_run) else {
            return Self::new([]);
        };
        let mut written = Self::new([Some(folder)])?;
        let places = [Some(folder.to_owned()), dedup::partial_of(folder)];
        let there = |at: PathBuf| fs::canonicalize(at).ok();
        written.folders = places.into_iter().flatten().filter_map(there).collect();
        Ok(written)
    }

    /// An error if an output is one of these files.
    pub fn check_files<'p>(&self, files: impl IntoIterator<Item = &'p Path>) -> anyhow::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        // The shell has just made it: `retold config show > retold.toml`.
        let mut files = files.into_iter().filter(|path| !self.is_new_stdout(path));
        files.try_for_each(|path| self.check(path, path))
    }

    /// An error if an output is something that the arguments name beside articles.
    pub fn check_lists(&self, command: &Command) -> anyhow::Result<()> {
        let of_inputs = |args: &InputArgs| [args.files_from.clone()];
        let lists: Vec<Option<PathBuf>> = match command {
            Command::Scan(args) => of_inputs(&args.input).into(),
            Command::Dedup(args) => of_inputs(&args.input).into(),
            Command::Evaluate(args) => {
                let EvaluateArgs { input, truth, .. } = &**args;
                of_inputs(input).into_iter().chain([Some(truth.clone())]).collect()
            }
            Command::Compare(args) => {
                let CompareArgs { pairs, .. } = &**args;
                vec![pairs.clone()]
            }
            Command::Archive(command) => {
                command.input().map(|input| input.files_from.clone()).into_iter().collect()
            }
            Command::Watch(_) | Command::Config(_) | Command::Completions(_) | Command::Man(_) => {
                Vec::new()
            }
        };
        for list in lists.iter().flatten() {
            match list == Path::new("-") {
                true => self.check(Path::new(STDIN), Path::new("-"))?,
                false => self.check(list, list)?,
            }
        }
        Ok(())
    }

    /// An error if an output is one of the files of these corpora, of the folders that they were
    /// named by, or of those that settings name.
    pub fn check_inputs(&self, corpora: &[&Corpus], settings: &Settings) -> anyhow::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        for path in settings.files() {
            self.check(&path, &path)?;
        }
        for corpus in corpora {
            for folder in corpus.folders() {
                self.check(folder, folder)?;
            }
            for source in corpus.sources() {
                match &source.path {
                    // The shell has just made it: `retold scan . > pairs.jsonl`.
                    Some(path) if !source.named && self.is_new_stdout(path) => {}
                    Some(path) => self.check(path, path)?,
                    None => self.check(Path::new(STDIN), Path::new("-"))?,
                }
            }
        }
        Ok(())
    }

    /// Whether a file is the standard output, and nothing is in it.
    fn is_new_stdout(&self, path: &Path) -> bool {
        let output = Identity::of_input(path).and_then(|identity| self.files.get(&identity));
        output.is_some_and(|output| output == Path::new(STDOUT))
            && fs::metadata(path).is_ok_and(|what| what.len() == 0)
    }

    fn check(&self, path: &Path, shown: &Path) -> anyhow::Result<()> {
        let identity = Identity::of_input(path);
        if let Some(output) = identity.and_then(|identity| self.files.get(&identity)) {
            let output = match output == Path::new(STDOUT) {
                true => "the standard output".to_owned(),
                false => output.display().to_string(),
            };
            bail!(
                "{output} is an input too, {}; write somewhere else (nothing was changed)",
                shown.display()
            );
        }
        if self.folders.is_empty() {
            return Ok(());
        }
        let Ok(path) = fs::canonicalize(path) else { return Ok(()) };
        if let Some(folder) = self.folders.iter().find(|folder| path.starts_with(folder)) {
            bail!(
                "the input {} is in the folder {}, which is to be written; name another (nothing was \
                 changed)",
                shown.display(),
                folder.display()
            );
        }
        Ok(())
    }
}
