//! `retold archive flags`: flags as records, or as `scan` shows pairs.

use std::io::Write;

use retold::Config;
use retold_archive::{Decision, Flag, FlagFilter, Reader, Verdict};
use retold_pipeline::dates;
use retold_pipeline::output::Output;
use retold_report::printable::{one_line, safe_json};
use retold_report::quantity;
use retold_report::terminal::Style;
use retold_report::wrap::wrapped;

use super::flag_args::FlagsArgs;
use super::flag_record::FlagRecord;
use super::show::show_pair;
use super::values::MatchesValue;
use crate::console::Console;
use crate::exit::Exit;
use crate::values::ColorValue;

/// Lists flags.
pub fn run(args: &FlagsArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let reader = Reader::open(&args.archive.path, Config::default())?;
    let filter = FlagFilter {
        states: args.state.iter().map(|state| (*state).into()).collect(),
        since: args.since.map(|since| since.0),
        relations: args.relation.iter().map(|relation| relation.0).collect(),
        sources: args.source.clone(),
        withdrawn: args.withdrawn,
        after: args.after,
        most: args.most,
    };
    let cancel = console.cancel.clone();
    let flags = reader.flags(&filter, &cancel)?;
    let format = args.format.unwrap_or_default();
    let output = Output::create(args.output.as_deref(), format.content())?.until(&cancel);
    let style = console.facts.style(ColorValue::Auto, output.destination());
    let mut out = console.out_for(format.content());
    let scheme = reader.settings().scheme()?.to_string();
    output.write(&mut *out, |out| {
        for flag in &flags {
            match format {
                MatchesValue::Jsonl => write_record(flag, &scheme, out)?,
                MatchesValue::Terminal => show(flag, &reader, style, out)?,
            }
        }
        Ok(out.flush()?)
    })?;
    drop(out);
    writeln!(console.err, "retold: {}", quantity::counted(flags.len() as u64, "flag"))?;
    Ok(if flags.is_empty() { Exit::Nothing } else { Exit::Found })
}

/// Writes a flag as a line of JSON.
pub fn write_record(flag: &Flag, scheme: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let line = serde_json::to_string(&FlagRecord::new(flag, scheme))? + "\n";
    Ok(out.write_all(safe_json(&line).as_bytes())?)
}

/// What it is, the pair as `scan` shows it, and what was decided.
fn show(
    flag: &Flag,
    reader: &Reader,
    style: Style,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let line =
        |indent: &str, said: &str| wrapped(&format!("{indent}{}", one_line(said)), style.width);
    writeln!(out, "{}", line(&format!("Flag {}  ", flag.number), &in_words(flag)))?;
    show_pair((&flag.old, &flag.new), &flag.comparison, reader, (style, out))?;
    for of in &flag.withdrawn {
        writeln!(out, "{}", line("    ", &super::kill::in_words(of)))?;
    }
    for decision in &flag.decisions {
        writeln!(out, "{}", line("    ", &in_short(decision)))?;
    }
    Ok(writeln!(out)?)
}

/// What was decided, by whom, when and why.
pub fn in_short(decision: &Decision) -> String {
    let by = decision.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
    let note = decision.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{}{by}, {}{note}", decision.state.name(), dates::shown(decision.at))
}

/// What a flag says beside the pair.
fn in_words(flag: &Flag) -> String {
    let of = &flag.assessment;
    let mut said = vec![flag.state().name().to_owned()];
    said.extend(flag.rule.iter().map(|rule| format!("rule {rule}")));
    let licence = of.licence.as_deref().unwrap_or_default();
    said.push(match of.verdict {
        Verdict::Ok if licence.is_empty() => "one source".to_owned(),
        Verdict::Ok => format!("within licence {licence}"),
        Verdict::NoLicence => "no licence".to_owned(),
        Verdict::OutsideWindow => format!("outside the time of licence {licence}"),
        Verdict::OverShare => format!("a larger share than licence {licence} allows"),
    });
    if let Some(credit) = &of.credit {
        said.push(match credit.at {
            Some(span) => format!("credit at byte {}", span.start),
            None => format!("credit missing: {}", credit.required),
        });
    }
    if let Some(embargo) = of.embargo {
        let until = dates::shown(embargo.until);
        said.push(match embargo.is_broken {
            true => format!("before the embargo ended, {until}"),
            false => format!("after the embargo, {until}"),
        });
    }
    said.extend(flag.old.about.usage_terms.iter().map(|terms| format!("usage terms: {terms}")));
    if !flag.withdrawn.is_empty() {
        said.push("derived from a withdrawn article".to_owned());
    }
    said.join(" · ")
}
