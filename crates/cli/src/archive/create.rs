//! `retold archive create`

use retold_archive::{Archive, Settings as ArchiveSettings};
use retold_pipeline::dates;

use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::CreateArgs;
use super::rules::read_rules;

/// Makes an empty archive.
pub fn run(args: &CreateArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.options)?;
    // Before anything is made.
    let rules = args.rules.as_deref().map(read_rules).transpose()?;
    let made = ArchiveSettings {
        span_days: args.span.0,
        ..ArchiveSettings::of(&settings.run.engine, args.articles)?
    };
    let path = &args.archive.path;
    match rules {
        Some(rules) => Archive::create_with_rules(path, &made, (&rules, dates::now()))?,
        None => Archive::create(path, &made)?,
    }
    let shown = path.display().to_string();
    let shown = retold_report::printable::printable(&shown).into_owned();
    console.say(&settings, &format!("retold: made an archive in {shown}"))?;
    Ok(Exit::Found)
}
