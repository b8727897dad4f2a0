//! `retold archive remove`, `expire`, `stats`, `verify`, `export` and `compact`

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::Path;

use anyhow::Context;
use retold::Config;
use retold_archive::{Archive, Expired, Reader, SpanStats, Stored, salvage};
use retold_pipeline::dates;
use retold_pipeline::output::{Content, Output};
use retold_report::printable::printable;
use retold_report::quantity;
use serde_json::{Value, json};

use crate::console::Console;
use crate::exit::Exit;
use crate::values::MeasuresValue;

use super::args::{CompactArgs, ExpireArgs, ExportArgs, RemoveArgs, StatsArgs, VerifyArgs};
use super::opening::open_soon;
use super::record::ExportRecord;

/// Ids that are removed with one commit.
const BATCH: usize = 4096;

/// Removes articles.
pub fn remove(args: &RemoveArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut ids = args.ids.clone();
    if let Some(list) = &args.ids_from {
        let text = read(list)
            .with_context(|| format!("cannot read the list of ids {}", list.display()))?;
        let lines = text.lines().map(str::trim).filter(|id| !id.is_empty());
        ids.extend(lines.map(str::to_owned));
    }
    let mut archive = Archive::open(&args.archive.path, Config::default())?;
    let (mut removed, mut missing) = (0, 0);
    for ids in ids.chunks(BATCH) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for (id, was_there) in ids.iter().zip(archive.remove(&ids, &console.cancel)?) {
            if was_there {
                removed += 1;
            } else {
                missing += 1;
                writeln!(console.err, "retold: {}: there is no such article", printable(id))?;
            }
        }
    }
    archive.tidy(&console.cancel)?;
    writeln!(
        console.err,
        "retold: removed {}, {} not there",
        quantity::counted(removed, "article"),
        quantity::count(missing)
    )?;
    Ok(if removed > 0 { Exit::Found } else { Exit::Nothing })
}

fn read(list: &Path) -> io::Result<String> {
    if list == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    fs::read_to_string(list)
}

/// Shows what an archive holds.
pub fn stats(args: &StatsArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let archive = Reader::open(&args.archive.path, Config::default())?;
    let stats = archive.stats()?;
    let settings = archive.settings().to_rows()?;
    let out = &mut console.out;
    match args.format.unwrap_or_default() {
        MeasuresValue::Json => {
            serde_json::to_writer_pretty(&mut *out, &stats_record(&archive)?)?;
            writeln!(out)?;
        }
        MeasuresValue::Terminal => {
            writeln!(
                out,
                "{}, {} with earlier versions, {} of text",
                quantity::counted(stats.articles, "article"),
                quantity::counted(stats.records, "record"),
                quantity::bytes(stats.text_bytes)
            )?;
            writeln!(
                out,
                "On disk     {}: {} of records, {} of postings",
                quantity::bytes(stats.database_bytes + stats.segment_bytes),
                quantity::bytes(stats.database_bytes),
                quantity::bytes(stats.segment_bytes)
            )?;
            for span in &stats.spans {
                let [from, to] = shown(span).unwrap_or_else(|| ["all".into(), "all".into()]);
                writeln!(
                    out,
                    "Span        {from} to {to}: {} in {}",
                    quantity::counted(span.articles, "article"),
                    quantity::counted(span.segments, "segment")
                )?;
            }
            for (name, value) in settings {
                writeln!(out, "{name:<11} {value}")?;
            }
        }
    }
    out.flush()?;
    Ok(if stats.articles > 0 { Exit::Found } else { Exit::Nothing })
}

/// The times at which a span begins and ends; `None` if there is one span for all.
fn shown(span: &SpanStats) -> Option<[String; 2]> {
    span.time.map(|(from, to)| [from, to].map(dates::shown))
}

/// What an archive holds, as `stats --format json` writes it.
pub fn stats_record(archive: &Reader) -> anyhow::Result<Value> {
    let stats = archive.stats()?;
    let spans = stats.spans.iter().map(|span| {
        let SpanStats { articles, segments, bytes, .. } = span;
        json!({"time": shown(span), "articles": articles, "segments": segments, "bytes": bytes})
    });
    let settings: serde_json::Map<String, Value> = archive
        .settings()
        .to_rows()?
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    Ok(json!({
        "articles": stats.articles,
        "records": stats.records,
        "text_bytes": stats.text_bytes,
        "database_bytes": stats.database_bytes,
        "segment_bytes": stats.segment_bytes,
        "tombstones": stats.tombstones,
        "settings": settings,
        "spans": spans.collect::<Vec<_>>(),
    }))
}

/// Reads everything, and names what is damaged.
pub fn verify(args: &VerifyArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let found = retold_archive::verify(&args.archive.path, &console.cancel)?;
    for damage in &found.damage {
        writeln!(console.out, "{}", printable(&damage.to_string()))?;
    }
    writeln!(
        console.out,
        "{} and {} read; {}",
        quantity::counted(found.segments, "segment"),
        quantity::counted(found.records, "record"),
        match found.damage.len() {
            0 => "all is whole".to_owned(),
            n => format!("damage in {}", quantity::counted(n as u64, "place")),
        }
    )?;
    console.out.flush()?;
    Ok(if found.damage.is_empty() { Exit::Found } else { Exit::Failed })
}

/// Writes all articles that are whole.
pub fn export(args: &ExportArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let output = Output::create(args.output.as_deref(), Content::Records)?;
    let cancel = console.cancel.clone();
    let mut saved = None;
    let mut written = 0_u64;
    let mut out = console.out_for(Content::Records);
    output.until(&cancel).write(&mut *out, |out| {
        let each = |article: &Stored| {
            if !article.is_found() && !args.versions {
                return Ok(());
            }
            serde_json::to_writer(&mut *out, &ExportRecord::new(article))?;
            out.write_all(b"\n")?;
            written += 1;
            anyhow::Ok(())
        };
        saved = Some(salvage(&args.archive.path, &cancel, each)?);
        Ok(out.flush()?)
    })?;
    drop(out);
    let damage = saved.unwrap_or_default().damage;
    for error in &damage {
        writeln!(console.err, "retold: {}", printable(&error.to_string()))?;
    }
    writeln!(console.err, "retold: exported {}", quantity::counted(written, "article"))?;
    let exit = if written > 0 { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(damage.len() as u64))
}

/// Lets spans of time expire.
pub fn expire(args: &ExpireArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut archive = open_soon(&args.archive.path, &Config::default(), &console.cancel)?;
    let Expired { articles, kept, segments } = archive.expire(args.before.0, &console.cancel)?;
    let kept = match kept {
        0 => String::new(),
        kept => format!("; of {} the text stays, for flags or withdrawals", quantity::count(kept)),
    };
    writeln!(
        console.err,
        "retold: expired {} in {}{kept}",
        quantity::counted(articles, "article"),
        quantity::counted(segments, "segment")
    )?;
    Ok(if segments > 0 { Exit::Found } else { Exit::Nothing })
}

/// Merges segments.
pub fn compact(args: &CompactArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut archive = Archive::open(&args.archive.path, Config::default())?;
    let gone = archive.compact(&console.cancel)?;
    writeln!(console.err, "retold: merged {}", quantity::counted(gone, "segment"))?;
    Ok(if gone > 0 { Exit::Found } else { Exit::Nothing })
}
