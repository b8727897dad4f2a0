//! `retold archive create`

use retold_archive::{Archive, Settings as ArchiveSettings};

use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::CreateArgs;

/// Makes an empty archive.
pub fn run(args: &CreateArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.options)?;
    let made = ArchiveSettings {
        span_days: args.span.0,
        ..ArchiveSettings::of(&settings.run.engine, args.articles)?
    };
    Archive::create(&args.archive.path, &made)?;
    let shown = args.archive.path.display().to_string();
    let shown = retold_report::printable::printable(&shown).into_owned();
    console.say(&settings, &format!("retold: made an archive in {shown}"))?;
    Ok(Exit::Found)
}
