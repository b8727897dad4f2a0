//! `retold archive create`

use retold_archive::{Archive, Settings as ArchiveSettings};
use retold_pipeline::dates;

use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::CreateArgs;
use super::judging;
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
    Archive::create(&args.archive.path, &made)?;
    if let Some(rules) = rules {
        let mut archive = Archive::open(&args.archive.path, judging(&settings.run.engine))?;
        archive.set_rules(rules, dates::now())?;
    }
    let shown = args.archive.path.display().to_string();
    let shown = retold_report::printable::printable(&shown).into_owned();
    console.say(&settings, &format!("retold: made an archive in {shown}"))?;
    Ok(Exit::Found)
}
