//! Import circles between the files of `src/`.
//!
//! A file imports another if it names something of it, wherever that is handed on. What a file
//! hands on itself and does not use otherwise (`pub use`) is a list of contents, and no import.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Path, Source};

/// How often a name may be handed on.
const MAX_REEXPORTS: usize = 8;

/// All circles, each as the imports that make it.
pub fn circles(sources: &[Source]) -> Vec<String> {
    let files = Files::new(sources);
    let imports: BTreeMap<&Path, BTreeSet<&Path>> = sources
        .iter()
        .filter(|source| !matches!(source.layer(), "lib" | "unstable"))
        .map(|source| (&source.module, files.imports(source)))
        .collect();
    let reached: BTreeMap<&Path, BTreeSet<&Path>> =
        imports.keys().map(|start| (*start, reached(&imports, start))).collect();
    let mut found: Vec<BTreeSet<&Path>> = Vec::new();
    for (start, all) in &reached {
        let is_on_it = |other: &&&Path| reached.get(*other).is_some_and(|all| all.contains(start));
        found.push(all.iter().filter(is_on_it).copied().collect());
    }
    found.retain(|circle| !circle.is_empty());
    found.sort();
    found.dedup();
    let shown = |circle: &BTreeSet<&Path>| {
        let of_file = |file: &&Path| {
            let others = imports[*file].intersection(circle).map(|other| other.join("::"));
            format!("{} imports {}", file.join("::"), others.collect::<Vec<_>>().join(", "))
        };
        let imports: Vec<String> = circle.iter().map(of_file).collect();
        format!("a circle: {}", imports.join("; "))
    };
    found.iter().map(shown).collect()
}

/// Everything that a file imports, directly or not.
fn reached<'s>(
    imports: &BTreeMap<&'s Path, BTreeSet<&'s Path>>,
    start: &Path,
) -> BTreeSet<&'s Path> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for other in imports.get(file).into_iter().flatten() {
            if reached.insert(*other) {
                open.push(other);
            }
        }
    }
    reached
}

/// The modules that are files, and what they hand on.
struct Files<'s> {
    modules: BTreeSet<&'s Path>,
    /// By module and name, the path that it is handed on from.
    names: BTreeMap<(&'s Path, &'s str), Path>,
}

impl<'s> Files<'s> {
    fn new(sources: &'s [Source]) -> Self {
        let modules = sources.iter().map(|source| &source.module).collect();
        let mut files = Self { modules, names: BTreeMap::new() };
        for source in sources {
            // Children see what their parents import, handed on or not.
            for path in &source.paths {
                let from = files.rooted(&source.module, path);
                if let (Some(from), Some(name)) = (from, path.last()) {
                    files.names.insert((&source.module, name), from);
                }
            }
        }
        files
    }

    /// A path from the crate's root; `None` for one that leaves the crate, and for one part alone,
    /// which declares a module or names something in sight.
    fn rooted(&self, module: &[String], path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first().filter(|(_, rest)| !rest.is_empty())?;
        let supers = path.iter().take_while(|part| *part == "super").count();
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                Some([module.get(..module.len().checked_sub(supers)?)?, &path[supers..]].concat())
            }
            _ => {
                let child = [module, &path[..1]].concat();
                self.modules.contains(&child).then(|| [module, path].concat())
            }
        }
    }

    /// The file in which the thing at a path from the root is defined.
    fn file_of(&self, mut path: Path) -> Option<&'s Path> {
        for _ in 0..MAX_REEXPORTS {
            let is_file = |length: &usize| self.modules.contains(&path[..*length].to_vec());
            let length = (0..=path.len()).rev().find(is_file)?;
            let module = *self.modules.get(&path[..length].to_vec())?;
            let handed_on = path.get(length).and_then(|name| self.names.get(&(module, &**name)));
            match handed_on {
                Some(from) if *from != path => path = [from, &path[length + 1..]].concat(),
                _ => return Some(module),
            }
        }
        None
    }

    /// The files that a file imports.
    fn imports(&self, source: &'s Source) -> BTreeSet<&'s Path> {
        let uses = |name: &String| {
            let mut paths = source.paths.iter().filter(|path| !source.reexports.contains(path));
            paths.any(|path| path.first() == Some(name))
        };
        let is_import =
            |path: &&Path| !source.reexports.contains(path) || path.last().is_some_and(&uses);
        let paths = source.paths.iter().filter(is_import);
        let files = paths.filter_map(|path| self.file_of(self.rooted(&source.module, path)?));
        files.filter(|file| **file != source.module && !file.is_empty()).collect()
    }
}
