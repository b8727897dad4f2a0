//! The direction of imports, as ARCHITECTURE.md draws it: what each module of `src/` may name, and what
//! of the outside the packages may touch that know files. Which package knows which, Cargo holds.
//!
//! Every path in the source is read (`use` trees, `super` chains, paths in the code); comments,
//! strings and what comes after `#[cfg(test)]` are not, since tests may use what they like.

use std::fs;
use std::path::{Path, PathBuf};

/// The core, lowest first: each may know those before it, and no other module.
const CORE: [&str; 14] = [
    "setters",
    "cancel",
    "error",
    "span",
    "kernel",
    "prefetch",
    "radix",
    "text",
    "shingle",
    "sketch",
    "lsh",
    "align",
    "cluster",
    "evaluation",
];

/// What knows the core, and strings its stages together.
const ENGINE: &str = "engine";

/// Packages below the command, each with what it has no business with: only the command ends the
/// process, and only runs look at their surroundings.
const PACKAGES: [(&str, &[&str]); 4] = [
    // Its lock says which process has it.
    ("archive", &["std::env", "std::time::SystemTime"]),
    ("corpus", &["std::env", "std::process"]),
    ("report", &["std::env", "std::process"]),
    ("pipeline", &["std::process"]),
];

/// What the crate's root hands out under another name than that of its module.
const REEXPORTS: [(&str, &str); 8] = [
    ("BoxError", "error"),
    ("Cancel", "cancel"),
    ("Cancelled", "cancel"),
    ("Config", "engine"),
    ("Engine", "engine"),
    ("Error", "error"),
    ("Kernel", "kernel"),
    ("Span", "span"),
];

/// What the core has no business with: files, streams, clocks, threads, the process, records.
const FORBIDDEN_IN_CORE: [&str; 9] = [
    "rayon",
    "serde",
    "serde_json",
    "std::env",
    "std::fs",
    "std::io",
    "std::process",
    "std::thread",
    "std::time",
];

/// The engine has threads and a clock, for its statistics; nothing else of the outside.
const FORBIDDEN_IN_ENGINE: [&str; 6] =
    ["serde", "serde_json", "std::env", "std::fs", "std::io", "std::process"];

/// Macros that print. Only the command has an output, and it writes to what it is given.
const PRINTING: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

/// A source file: where it is, the module it is in, and what it names.
struct Source {
    file: PathBuf,
    /// The package, if it is not the library.
    package: Option<&'static str>,
    /// From the crate's root, such as `["lsh", "rare", "index"]`.
    module: Vec<String>,
    /// Every path in it, whole; `!` ends the name of a macro.
    paths: Vec<Vec<String>>,
}

impl Source {
    fn layer(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    /// The module of the crate that a path leads to; `None` for paths that leave the crate, and for
    /// those that name nothing beyond their own module.
    fn target(&self, path: &[String]) -> Option<String> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let top = match path.first().map(String::as_str) {
            Some("crate") => path.get(1),
            Some("super") if supers == self.module.len() => path.get(supers),
            _ => None,
        }?;
        let module = REEXPORTS.iter().find(|(name, _)| name == top).map(|(_, module)| *module);
        Some(module.unwrap_or(top).to_owned()).filter(|target| target != self.layer())
    }

    /// Everything it names that it may not.
    fn violations(&self) -> Vec<String> {
        if let Some(package) = self.package {
            let of_package = PACKAGES.iter().find(|(name, _)| *name == package);
            return self.named(package, None, of_package.map_or(&[], |(_, forbidden)| forbidden));
        }
        let layer = self.layer();
        let (known, forbidden): (Vec<&str>, &[&str]) = match layer {
            // Lists of modules.
            "lib" | "unstable" => return Vec::new(),
            ENGINE => (CORE.to_vec(), &FORBIDDEN_IN_ENGINE),
            _ => {
                let place = CORE.iter().position(|module| *module == layer);
                let place = place.unwrap_or_else(|| panic!("{layer}: in which layer is it?"));
                (CORE[..place].to_vec(), &FORBIDDEN_IN_CORE)
            }
        };
        self.named(layer, Some(&known), forbidden)
    }

    /// What it names of modules that are not known, of what is forbidden, and of what prints.
    fn named(&self, place: &str, known: Option<&[&str]>, forbidden: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for path in &self.paths {
            let whole = path.join("::");
            let within = |outer: &str| whole == outer || whole.starts_with(&format!("{outer}::"));
            let prints = PRINTING.iter().any(|name| whole == format!("{name}!"));
            let is_unknown = |target: String| known.is_some_and(|of| !of.contains(&&*target));
            let unknown = self.target(path).is_some_and(is_unknown);
            if unknown || prints || forbidden.iter().any(|outer| within(outer)) {
                found.push(format!("{}: {place} may not name {whole}", self.file.display()));
            }
        }
        found
    }
}

/// The words and signs of Rust source before its tests, without comments, strings and characters.
fn tokens(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or(source);
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |at| at + 5)
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && (rest[1..].starts_with('\\') || is_character(rest)) {
            quoted(rest, '\'')
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            end
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                tokens.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// Whether a quote begins a character, and not a lifetime.
fn is_character(rest: &str) -> bool {
    rest.chars().nth(2) == Some('\'')
}

/// Length of a literal that begins and ends with `quote`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = true;
    let end = rest.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

/// Every path among the tokens; a `use` tree gives each of its leaves.
fn paths(tokens: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_name(&tokens[at]) {
            at = read_path(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, which begins at `at` behind `prefix`, and returns where it ends.
fn read_path(
    tokens: &[String],
    mut at: usize,
    prefix: &[String],
    found: &mut Vec<Vec<String>>,
) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    let mut path = prefix.to_vec();
    path.push(token(at).to_owned());
    at += 1;
    while token(at) == "::" {
        at += 1;
        if token(at) == "{" {
            at += 1;
            while !matches!(token(at), "}" | "") {
                at = if token(at) == "," { at + 1 } else { read_path(tokens, at, &path, found) };
            }
            return at + 1;
        }
        if !is_name(token(at)) {
            break;
        }
        path.push(token(at).to_owned());
        at += 1;
    }
    if token(at) == "!" {
        path.last_mut().expect("it has a first part").push('!');
    }
    // The `as` of an import and the name after it read as two more paths, of one part each.
    found.push(path);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// All of `src/`, and of the packages below the command.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = sources_in(&root.join("src"), None);
    for (package, _) in PACKAGES {
        let of_package = sources_in(&root.join("crates").join(package).join("src"), Some(package));
        assert!(!of_package.is_empty(), "crates/{package} has no source: was it renamed?");
        sources.extend(of_package);
    }
    sources
}

fn sources_in(root: &Path, package: Option<&'static str>) -> Vec<Source> {
    let mut folders = vec![root.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let file = entry.expect("it can be listed").path();
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&file).expect("it can be read");
                sources.push(source(package, &file, &text, root));
            }
        }
    }
    sources
}

fn source(package: Option<&'static str>, file: &Path, text: &str, root: &Path) -> Source {
    let file = file.strip_prefix(root).expect("it is in src/").to_owned();
    let mut module: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    Source { package, module, file, paths: paths(&tokens(text)) }
}

#[test]
fn imports_point_one_way() {
    let sources = sources();
    let of_library = sources.iter().filter(|source| source.package.is_none());
    let layers: Vec<&str> = of_library.map(Source::layer).collect();
    for layer in CORE.iter().chain(&[ENGINE]) {
        assert!(layers.contains(layer), "src/ has no {layer}: was it renamed?");
    }
    let violations: Vec<String> = sources.iter().flat_map(Source::violations).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// Options are the command's: what is below it must not tell anybody to use one.
#[test]
fn library_and_packages_have_no_word_of_options() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for package in [None].into_iter().chain(PACKAGES.map(|(name, _)| Some(name))) {
        let folder = package.map_or(root.to_owned(), |name| root.join("crates").join(name));
        for source in sources_in(&folder.join("src"), package) {
            let text = fs::read_to_string(folder.join("src").join(&source.file));
            let text = text.expect("it can be read");
            // Tests may say what they like.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(&text);
            assert_eq!(option(code), None, "{}", source.file.display());
        }
    }
}

/// The first option of the command in some text; properties of style sheets look alike, and options of
/// other commands are none of ours.
fn option(text: &str) -> Option<&str> {
    let mut found = text.match_indices("--").map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rest.len());
        (&text[..at], &rest[..end], &rest[end..])
    });
    let option = found.find(|(before, name, behind)| {
        let is_property = before.ends_with("var(") || behind.starts_with(':');
        let is_inside = before.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let is_foreign = before.ends_with("zstd ");
        name.starts_with(char::is_alphabetic) && !is_property && !is_inside && !is_foreign
    });
    option.map(|(_, name, _)| name)
}

#[test]
fn violations_are_seen_in_every_spelling() {
    let found = |package, file: &str, text: &str| {
        let root = Path::new("src");
        source(package, &root.join(file), text, root).violations().len()
    };
    let violations = |file: &str, text: &str| found(None, file, text);
    for text in [
        "use crate::engine::Engine;",
        "use crate::{Error, lsh::{rare, Banding as B}};",
        "fn f() { crate::Engine::new() }",
        "use super::super::engine;",
        "use std::{fmt, io::{self, Read}};",
        "fn f() -> std::time::Instant {}",
        "use rayon::prelude::*;",
        "fn f() { println!(\"{}\", 1) }",
        "#[derive(serde::Serialize)] struct S;",
    ] {
        assert!(violations("text/words.rs", text) > 0, "{text}");
    }
    for text in [
        "use crate::{Error, Kernel, span::Span};",
        "// use crate::engine::Engine;",
        "const S: &str = \"std::fs \\\" std::io\"; const C: char = '\\''; // std::io",
        "use super::hash::mix; pub(in crate::text) struct S<'a>(&'a u8);",
        "#[cfg(test)]\nmod tests { use std::io; }",
    ] {
        assert_eq!(violations("text/words.rs", text), 0, "{text}");
    }
    assert_eq!(option("name it with --text-field, or `-`"), Some("text-field"));
    assert_eq!(option("a -- b; --rule:#fff; var(--rule); zstd --long=31; ---"), None);
    assert_eq!(found(Some("report"), "csv.rs", "use std::io; use crate::Error;"), 0);
    assert_eq!(found(Some("report"), "html/mod.rs", "fn f() { std::env::var(\"X\"); }"), 1);
    assert_eq!(found(Some("pipeline"), "scan.rs", "fn f() { eprintln!(\"read\") }"), 1);
    assert_eq!(found(Some("pipeline"), "stored.rs", "use std::{env, process};"), 1);
    assert_eq!(violations("engine/scan.rs", "use std::time::Instant; use rayon::join;"), 0);
    assert_eq!(violations("engine/scan.rs", "use std::fs;"), 1);
}
