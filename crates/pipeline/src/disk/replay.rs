//! For tests: what a crash would leave of the operations so far, and operations that fail.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Operation;

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// What is recorded of the operations of a thread, and which of them fails.
#[derive(Debug, Default)]
struct Watch {
    operations: Vec<Recorded>,
    fails_at: Option<usize>,
}

/// An [`Operation`] that has been carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    MakeFolder(PathBuf),
    Open { file: u64, path: PathBuf, emptied: bool },
    OpenUnnamed { file: u64 },
    Write { file: u64, bytes: Vec<u8> },
    Truncate { file: u64, length: usize },
    Sync { file: u64 },
    Link { file: u64, path: PathBuf },
    Copy { content: Vec<u8>, to: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
    Remove(PathBuf),
    SyncFolder(PathBuf),
    SyncAll(PathBuf),
}

impl Recorded {
    fn of(operation: Operation<'_>) -> io::Result<Self> {
        Ok(match operation {
            Operation::MakeFolder(path) => Self::MakeFolder(path.into()),
            Operation::Open { file, path, emptied } => {
                Self::Open { file, path: path.into(), emptied }
            }
            Operation::OpenUnnamed { file } => Self::OpenUnnamed { file },
            Operation::Write { file, bytes } => Self::Write { file, bytes: bytes.into() },
            Operation::Truncate { file, length } => {
                Self::Truncate { file, length: length as usize }
            }
            Operation::Sync { file } => Self::Sync { file },
            Operation::Link { file, path } => Self::Link { file, path: path.into() },
            Operation::Copy { from, to } => Self::Copy { content: fs::read(from)?, to: to.into() },
            Operation::Rename { from, to } => Self::Rename { from: from.into(), to: to.into() },
            Operation::Remove(path) => Self::Remove(path.into()),
            Operation::SyncFolder(path) => Self::SyncFolder(path.into()),
            Operation::SyncAll(path) => Self::SyncAll(path.into()),
        })
    }

    /// The folders in which names change.
    fn folders(&self) -> Vec<&Path> {
        let paths: Vec<&PathBuf> = match self {
            Self::MakeFolder(path)
            | Self::Open { path, .. }
            | Self::Link { path, .. }
            | Self::Copy { to: path, .. }
            | Self::Remove(path) => vec![path],
            Self::Rename { from, to } => vec![from, to],
            _ => Vec::new(),
        };
        paths.into_iter().filter_map(|path| path.parent()).collect()
    }
}

/// Records an operation of a thread that is watched; fails if it is to fail.
pub fn note(operation: Operation<'_>) -> io::Result<()> {
    WATCH.with_borrow_mut(|watch| {
        let Some(watch) = watch else { return Ok(()) };
        let at = watch.operations.len();
        watch.operations.push(Recorded::of(operation)?);
        if watch.fails_at.is_some_and(|from| at >= from) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    })
}

/// Does something, and says what operations that took.
pub fn recorded<T>(work: impl FnOnce() -> T) -> (T, Vec<Recorded>) {
    watched(Watch::default(), work)
}

/// Does something, of which that operation and all further ones fail.
pub fn failing<T>(from: usize, work: impl FnOnce() -> T) -> T {
    watched(Watch { fails_at: Some(from), ..Watch::default() }, work).0
}

fn watched<T>(watch: Watch, work: impl FnOnce() -> T) -> (T, Vec<Recorded>) {
    WATCH.set(Some(watch));
    let done = work();
    (done, WATCH.take().unwrap_or_default().operations)
}

/// What is lost beside the operations that were not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Nothing: the process was killed.
    Nothing,
    /// The second half of the bytes that were not synced.
    SomeBytes,
    /// All bytes that were not synced.
    Bytes,
    /// These, and names in folders that were not synced.
    Names,
}

impl Crash {
    pub const ALL: [Self; 4] = [Self::Nothing, Self::SomeBytes, Self::Bytes, Self::Names];
}

/// What is in a folder: files with their content, folders with nothing; by relative path.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// Everything below a folder.
pub fn tree(root: &Path) -> Tree {
    let (mut all, mut folders) = (Tree::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let content = (!path.is_dir()).then(|| fs::read(&path).expect("readable"));
            if content.is_none() {
                folders.push(path.clone());
            }
            all.insert(path.strip_prefix(root).expect("below").to_owned(), content);
        }
    }
    all
}

/// Makes a folder hold that.
pub fn make(root: &Path, tree: &Tree) {
    for (path, content) in tree {
        let path = root.join(path);
        match content {
            None => fs::create_dir_all(path).expect("made"),
            Some(content) => fs::write(path, content).expect("written"),
        }
    }
}

/// What is in `root`, which held `before`, when a crash ends these operations.
pub fn left(root: &Path, before: &Tree, operations: &[Recorded], crash: Crash) -> Tree {
    let lasting = lasting(operations);
    let mut disk = Disk::default();
    for (path, content) in before {
        let node = content.clone().map_or(Node::Folder, |content| {
            Node::File(disk.file(Bytes { synced: content.clone(), all: content }))
        });
        disk.names.insert(path.clone(), node);
    }
    disk.lasting = disk.names.clone();
    for (at, operation) in operations.iter().enumerate() {
        disk.apply(root, operation, lasting.contains(&at));
    }
    let names = if crash == Crash::Names { disk.lasting } else { disk.names };
    let content = |node| match node {
        Node::Folder => None,
        Node::File(file) => Some(disk.files[file].after(crash)),
    };
    names.into_iter().map(|(path, node)| (path, content(node))).collect()
}

/// The operations whose changes of names are made to last by later ones.
fn lasting(operations: &[Recorded]) -> BTreeSet<usize> {
    let (mut pending, mut lasting) = (BTreeSet::new(), BTreeSet::new());
    for (at, operation) in operations.iter().enumerate() {
        let is_synced: Box<dyn Fn(&Path) -> bool> = match operation {
            Recorded::SyncFolder(synced) => Box::new(move |folder| folder == synced),
            Recorded::SyncAll(synced) => Box::new(move |folder| folder.starts_with(synced)),
            _ => {
                pending.insert(at);
                continue;
            }
        };
        let of = |at: &usize| operations[*at].folders().into_iter().any(&is_synced);
        lasting.extend(pending.iter().copied().filter(of));
        pending.retain(|at| !lasting.contains(at));
    }
    lasting
}

#[derive(Debug, Default)]
struct Bytes {
    all: Vec<u8>,
    synced: Vec<u8>,
}

impl Bytes {
    fn after(&self, crash: Crash) -> Vec<u8> {
        match crash {
            Crash::Nothing => self.all.clone(),
            Crash::SomeBytes if self.all.starts_with(&self.synced) => {
                self.all[..(self.synced.len() + self.all.len()) / 2].to_vec()
            }
            Crash::SomeBytes | Crash::Bytes | Crash::Names => self.synced.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Node {
    Folder,
    File(usize),
}

type Names = BTreeMap<PathBuf, Node>;

#[derive(Debug, Default)]
struct Disk {
    files: Vec<Bytes>,
    /// Files by the numbers that operations call them by.
    open: HashMap<u64, usize>,
    names: Names,
    /// As far as they outlast a power cut.
    lasting: Names,
}

impl Disk {
    fn file(&mut self, bytes: Bytes) -> usize {
        self.files.push(bytes);
        self.files.len() - 1
    }

    fn apply(&mut self, root: &Path, operation: &Recorded, is_lasting: bool) {
        let within = |path: &Path| path.strip_prefix(root).expect("below").to_owned();
        let node = self.node(operation, within);
        let mut all = vec![&mut self.names];
        if is_lasting {
            all.push(&mut self.lasting);
        }
        for names in all {
            match operation {
                Recorded::MakeFolder(path)
                | Recorded::Open { path, .. }
                | Recorded::Link { path, .. }
                | Recorded::Copy { to: path, .. } => add(names, within(path), node),
                Recorded::Rename { from, to } => rename(names, &within(from), &within(to)),
                Recorded::Remove(path) => {
                    let path = within(path);
                    names.retain(|name, _| !name.starts_with(&path));
                }
                _ => {}
            }
        }
    }

    /// What an operation does to files, and what it gives a name.
    fn node(&mut self, operation: &Recorded, within: impl Fn(&Path) -> PathBuf) -> Node {
        match operation {
            Recorded::OpenUnnamed { file } => {
                let made = self.file(Bytes::default());
                self.open.insert(*file, made);
            }
            Recorded::Open { file, path, emptied } => {
                let known = match self.names.get(&within(path)) {
                    Some(Node::File(known)) => *known,
                    _ => self.file(Bytes::default()),
                };
                if *emptied {
                    self.files[known].all.clear();
                }
                self.open.insert(*file, known);
                return Node::File(known);
            }
            Recorded::Copy { content, .. } => {
                let bytes = Bytes { all: content.clone(), synced: Vec::new() };
                return Node::File(self.file(bytes));
            }
            Recorded::Link { file, .. } => return Node::File(self.open[file]),
            Recorded::Write { file, bytes } => {
                self.with(*file, |of| of.all.extend(bytes));
            }
            Recorded::Truncate { file, length } => self.with(*file, |of| of.all.truncate(*length)),
            Recorded::Sync { file } => self.with(*file, |of| of.synced.clone_from(&of.all)),
            Recorded::SyncAll(path) => {
                let path = within(path);
                let below = self.names.iter().filter(|(name, _)| name.starts_with(&path));
                for (_, node) in below {
                    if let Node::File(file) = node {
                        let of = &mut self.files[*file];
                        of.synced.clone_from(&of.all);
                    }
                }
            }
            _ => {}
        }
        Node::Folder
    }

    /// Not of files that are not recorded, which do not outlast the process.
    fn with(&mut self, file: u64, change: impl FnOnce(&mut Bytes)) {
        if let Some(file) = self.open.get(&file) {
            change(&mut self.files[*file]);
        }
    }
}

/// Where the folder itself was lost, so is what was in it.
fn add(names: &mut Names, path: PathBuf, node: Node) {
    let folder = path.parent().unwrap_or(Path::new(""));
    if folder == Path::new("") || names.contains_key(folder) {
        names.insert(path, node);
    }
}

fn rename(names: &mut Names, from: &Path, to: &Path) {
    if !names.contains_key(from) {
        return;
    }
    names.retain(|name, _| !name.starts_with(to));
    let moved: Vec<_> = names.keys().filter(|name| name.starts_with(from)).cloned().collect();
    for name in moved {
        let rest = name.strip_prefix(from).expect("below");
        let new = if rest == Path::new("") { to.to_owned() } else { to.join(rest) };
        if let Some(node) = names.remove(&name) {
            names.insert(new, node);
        }
    }
}
