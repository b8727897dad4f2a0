//! The direction of imports, as ARCHITECTURE.md draws it: what each module of `src/` may name, and
//! what of the outside the packages may touch that know files. Which package knows which, Cargo
//! holds.
//!
//! Every path in the source is read (`use` trees, `super` chains, paths in the code); comments,
//! strings and what comes after `#[cfg(test)]` are not, since tests may use what they like.

mod circles;
mod source;

use std::fs;
use std::path::Path;

use source::{Source, source, sources_in};

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

/// Packages whose files do not import in a circle either.
const WITHOUT_CIRCLES: [&str; 4] = ["corpus", "report", "pipeline", "cli"];

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

impl Source {
    pub fn layer(&self) -> &str {
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

/// The first option of the command in some text; properties of style sheets look alike, and options
/// of other commands are none of ours.
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
fn files_of_a_module_do_not_import_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = circles::circles(&sources_in(&root.join("src"), None));
    for package in WITHOUT_CIRCLES {
        let of_package = sources_in(&root.join("crates").join(package).join("src"), Some(package));
        found.extend(circles::circles(&of_package).iter().map(|of| format!("{package}: {of}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn circles_are_seen_through_reexports() {
    let found = |files: &[(&str, &str)]| {
        let root = Path::new("src");
        let sources: Vec<_> =
            files.iter().map(|(file, text)| source(None, &root.join(file), text, root)).collect();
        circles::circles(&sources).len()
    };
    let uses_b = ("m/a.rs", "use super::B; pub struct A(B);");
    // What only tests import is no import.
    let by_tests = "#[cfg(test)]\nuse super::a::A;\n#[cfg(test)]\nfn f() { super::a::g() }";
    let lists_both = "mod a; mod b;";
    assert_eq!(found(&[("m/mod.rs", lists_both), uses_b, ("m/b.rs", by_tests)]), 0);
    assert_eq!(
        found(&[
            ("m/mod.rs", lists_both),
            ("m/a.rs", "use super::b::B;"),
            ("m/b.rs", "use super::a::A;")
        ]),
        1
    );
    // The file that lists a module imports nothing by listing it.
    assert_eq!(found(&[("m/mod.rs", "mod a; mod b; pub use b::B;"), uses_b, ("m/b.rs", "")]), 0);
    let is_used = "mod a; pub use a::A; pub struct B; fn f(a: A) {}";
    assert_eq!(found(&[("m/mod.rs", is_used), uses_b]), 1);
    for back in ["use super::a::A;", "use crate::m::A;", "fn f() -> super::A {}", "use crate::A;"] {
        let files = [
            ("lib.rs", "mod m; pub use m::A;"),
            ("m/mod.rs", "mod a; mod b; pub use a::A; pub(crate) use b::{B, C as D};"),
            uses_b,
            ("m/b.rs", back),
        ];
        assert_eq!(found(&files), 1, "{back}");
    }
    let child = ("m/a/c.rs", "use crate::m::a::D; mod e;");
    assert_eq!(found(&[("m/a.rs", "mod c; struct D; fn f() { c::g() }"), child]), 1);
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
