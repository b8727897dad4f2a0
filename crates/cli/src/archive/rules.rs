//! `retold archive rules`

use std::fs;
use std::path::Path;

use anyhow::Context;
use retold::Config;
use retold_archive::{Reader, Rules, RulesVersion};
use retold_pipeline::dates;
use retold_report::printable::printable;

use super::flag_args::RulesArgs;
use super::opening::open_soon;
use crate::console::Console;
use crate::exit::Exit;

/// Sets rules, or explains those that are in force.
pub fn run(args: &RulesArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let path = &args.archive.path;
    if let Some(file) = &args.set {
        let rules = read_rules(file)?;
        let lines = rules.explain();
        let mut archive = open_soon(path, &Config::default(), &console.cancel)?;
        let version = archive.set_rules(rules, dates::now())?;
        explain(&lines, console)?;
        writeln!(console.err, "retold: version {version} of the rules is in force")?;
        return Ok(Exit::Found);
    }
    let reader = Reader::open(path, Config::default())?;
    let Some(RulesVersion { version, set_at, rules }) = reader.rules() else {
        writeln!(console.err, "retold: there are no rules; --set FILE sets some")?;
        return Ok(Exit::Nothing);
    };
    if args.source_text {
        write!(console.out, "{}", rules.text())?;
    } else {
        explain(&rules.explain(), console)?;
        let since = dates::shown(*set_at);
        writeln!(console.err, "retold: version {version} of the rules, in force since {since}")?;
    }
    console.out.flush()?;
    Ok(Exit::Found)
}

fn explain(lines: &[String], console: &mut Console<'_>) -> anyhow::Result<()> {
    for line in lines {
        writeln!(console.out, "{}", printable(line))?;
    }
    Ok(console.out.flush()?)
}

/// Reads rules; the error names the file, the line and the key.
pub fn read_rules(file: &Path) -> anyhow::Result<Rules> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the rules {}", file.display()))?;
    Rules::parse(&text).with_context(|| format!("in {}", file.display()))
}
