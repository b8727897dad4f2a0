//! Source files, and the paths in them.

use std::fs;
use std::path::{self, PathBuf};

/// A path in the source, by its parts.
pub type Path = Vec<String>;

/// A source file: where it is, the module it is in, and what it names.
pub struct Source {
    pub file: PathBuf,
    /// The package, if it is not the library.
    pub package: Option<&'static str>,
    /// From the crate's root, such as `["lsh", "rare", "index"]`.
    pub module: Vec<String>,
    /// Every path in it, whole; `!` ends the name of a macro.
    pub paths: Vec<Path>,
    /// Those that it only hands on, by `pub use`.
    pub reexports: Vec<Path>,
}

pub fn sources_in(root: &path::Path, package: Option<&'static str>) -> Vec<Source> {
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

pub fn source(
    package: Option<&'static str>,
    file: &path::Path,
    text: &str,
    root: &path::Path,
) -> Source {
    let file = file.strip_prefix(root).expect("it is in src/").to_owned();
    let mut module: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    let tokens = without_visibility(without_tests(tokens(text)));
    Source { package, module, file, paths: paths(&tokens), reexports: reexports(&tokens) }
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

/// The tokens of what is compiled without tests too: an item behind `#[cfg(test)]` ends with its
/// semicolon, or with its braces.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].iter().take(TEST.len()).eq(TEST) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        for token in &tokens[at..] {
            at += 1;
            depth += i32::from(token == "{") - i32::from(token == "}");
            if depth == 0 && (token == ";" || token == "}") {
                break;
            }
        }
    }
    kept
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
fn paths(tokens: &[String]) -> Vec<Path> {
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
fn read_path(tokens: &[String], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
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

/// The paths of every `use` that hands on what it imports.
fn reexports(tokens: &[String]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while let Some(at) = rest.iter().position(|token| token == "pub") {
        rest = &rest[at + 1..];
        if rest.first().is_some_and(|token| token == "use") {
            let end = rest.iter().position(|token| token == ";").unwrap_or(rest.len());
            found.extend(paths(&rest[1..end]));
        }
    }
    found
}

/// `pub` in place of `pub(in …)`, `pub(super)` and `pub(crate)`, which import nothing.
fn without_visibility(tokens: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut all = tokens.into_iter().peekable();
    while let Some(token) = all.next() {
        let is_limit = matches!(all.peek().map_or("", |next| &**next), "in" | "super" | "crate");
        if token == "(" && is_limit && kept.last().is_some_and(|last| last == "pub") {
            let _limit = all.by_ref().take_while(|token| token != ")").count();
        } else {
            kept.push(token);
        }
    }
    kept
}
