//! `retold.toml`: options that need not be typed, in sections as in `--help`.
//!
//! Arguments take precedence over the file, and the file over the defaults.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ArgMatches;
use clap::parser::ValueSource;
use retold_pipeline::output::Content;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::args::{Cli, ConfigShowArgs};
use crate::console::Console;
use crate::exit::Exit;
use crate::options::Options;
use crate::settings::Settings;

/// The file that is looked for where none is named.
const NAME: &str = "retold.toml";

/// Options from a file; none if there is no file.
#[derive(Debug, Default)]
pub struct ConfigFile {
    path: PathBuf,
    options: Options,
}

impl ConfigFile {
    /// The file that was named, or the one in this folder, or none.
    pub fn find(cli: &Cli) -> anyhow::Result<Self> {
        if cli.no_config {
            return Ok(Self::default());
        }
        let path = cli.config.as_deref().unwrap_or(Path::new(NAME));
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && cli.config.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Where it is, if there is one.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(self.path.as_path())
    }

    fn parse(path: &Path, text: &str) -> anyhow::Result<Self> {
        let options = toml::from_str(text).with_context(|| format!("in {}", path.display()))?;
        Ok(Self { path: path.to_owned(), options })
    }

    /// What was typed, and from the file what was not.
    pub fn under(&self, typed: &Options) -> Options {
        let mut typed = typed.clone();
        if typed.detection.ignore_quotes {
            typed.detection.keep_quotes = Some(false);
        }
        from_table(overlay(table(&self.options), table(&typed)))
    }
}

/// As a table of sections. Options that are not set are not in it.
fn table(options: &impl Serialize) -> Table {
    Table::try_from(options).expect("options are strings, numbers and booleans")
}

/// The name of the first option that is set.
pub fn first_key(options: &impl Serialize) -> Option<String> {
    table(options).keys().next().cloned()
}

fn from_table<T: DeserializeOwned>(table: Table) -> T {
    table.try_into().expect("a table made of options")
}

/// `below`, with all that `above` sets.
fn overlay(mut below: Table, above: Table) -> Table {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(section)), Value::Table(over)) => {
                *section = overlay(std::mem::take(section), over);
            }
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
    below
}

/// `retold config show`
pub fn show(
    args: &ConfigShowArgs,
    file: &ConfigFile,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let options = file.under(&args.options);
    let in_force = overlay(table(&Settings::new(&options)?.in_force()), table(&options));
    let from_file = table(&file.options);
    let leaf = innermost(matches);
    let origin = |section: &str, key: &str| {
        // Arguments go by the names of their fields. Those of `dedup` can only be in the file.
        let argument = key.replace('-', "_");
        let is_argument = leaf.try_contains_id(&argument).is_ok();
        match is_argument.then(|| leaf.value_source(&argument)).flatten() {
            Some(ValueSource::CommandLine) => "command line".to_owned(),
            Some(ValueSource::EnvVariable) => "environment".to_owned(),
            _ if from_file.get(section).is_some_and(|of| of.get(key).is_some()) => {
                file.path.display().to_string()
            }
            _ => "default".to_owned(),
        }
    };
    let mut out = console.out_for(Content::Records);
    for (section, values) in &in_force {
        writeln!(out, "[{section}]")?;
        for (key, value) in values.as_table().into_iter().flatten() {
            let setting = format!("{key} = {value}");
            writeln!(out, "{setting:<28} # {}", origin(section, key))?;
        }
        writeln!(out)?;
    }
    out.flush()?;
    Ok(Exit::Found)
}

fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> anyhow::Result<ConfigFile> {
        ConfigFile::parse(Path::new("a/retold.toml"), text)
    }

    #[test]
    fn what_is_typed_wins() {
        let file = file(
            "[detection]\nthreshold = 0.4\nlanguage = \"de\"\n[reading]\ntext-field = \"body\"",
        )
        .expect("known options");
        let mut typed = Options::default();
        typed.detection.threshold = Some(0.9);
        let options = file.under(&typed);
        assert_eq!(options.detection.threshold, Some(0.9));
        assert_eq!(options.detection.language.map(String::from).as_deref(), Some("de"));
        assert_eq!(options.reading.text_field, Some("body".parse().expect("a name")));
        assert_eq!(options.reading.id_field, None);
    }

    #[test]
    fn a_flag_that_denies_wins_over_the_file() {
        let file = file("[detection]\nkeep-quotes = true").expect("known options");
        let mut typed = Options::default();
        assert_eq!(file.under(&typed).detection.keep_quotes, Some(true));
        typed.detection.ignore_quotes = true;
        assert_eq!(file.under(&typed).detection.keep_quotes, Some(false));
    }

    #[test]
    fn what_is_unknown_is_named_with_its_line() {
        for (text, expected) in [
            ("[detection]\ntreshold = 0.4", "treshold"),
            ("[detections]\nthreshold = 0.4", "detections"),
            ("[detection]\nlanguage = \"xx\"", "xx"),
            ("[detection]\nthreshold = \"high\"", "high"),
        ] {
            let error = format!("{:#}", file(text).expect_err(text));
            assert!(error.starts_with("in a/retold.toml: "), "{error}");
            assert!(error.contains("line ") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn all_that_is_shown_can_be_read_again() {
        let shown = table(&Settings::new(&Options::default()).expect("defaults").in_force());
        let text = toml::to_string(&shown).expect("a table");
        assert_eq!(table(&file(&text).expect("known options").options), shown);
    }
}
