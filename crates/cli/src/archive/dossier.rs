//! `retold archive dossier`: all that is known of a flag, as a page and as a record.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use retold::Config;
use retold_archive::{FORMAT, Flag, Reader, Stored};
use retold_pipeline::dates;
use retold_pipeline::output::{Content, Output};
use retold_pipeline::run::Started;
use retold_report::Format;
use retold_report::html::Html;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::flag_args::DossierArgs;
use super::flag_record::FlagRecord;
use super::flags::in_short;
use super::kill::in_words;
use super::show::with_pair;
use crate::console::Console;
use crate::exit::Exit;

/// What stands beside the page (docs/schema/dossier.schema.json).
#[derive(Serialize)]
struct DossierRecord<'a> {
    dossier: u32,
    retold_version: &'a str,
    archive_format: u32,
    written: String,
    flag: FlagRecord<'a>,
    rules: Option<&'a str>,
    old_text: &'a str,
    old_sha256: String,
    new_text: &'a str,
    new_sha256: String,
}

/// Writes a dossier.
pub fn run(args: &DossierArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let reader = Reader::open(&args.archive.path, Config::default())?;
    let flag = reader.flag(args.flag)?;
    let flag = flag.with_context(|| format!("there is no flag {} in the archive", args.flag))?;
    let text = |article: &Stored| -> anyhow::Result<String> {
        let stored = reader.article(article.doc)?.context("its article is not there")?;
        Ok(stored.text)
    };
    let (old, new) = (text(&flag.old)?, text(&flag.new)?);
    let (page, beside) = (args.output.as_path(), args.output.with_extension("json"));
    if page.extension().is_none_or(|end| !end.eq_ignore_ascii_case("html")) {
        bail!("{}: the name of a dossier ends in .html", page.display());
    }
    for path in [page, &beside] {
        refuse_if_there(path)?;
    }
    let outputs = [page, &beside].map(|path| Output::create(Some(path), Content::Records));
    let [html, json] = outputs;
    let (html, json) = (html?.until(&console.cancel), json?.until(&console.cancel));
    let scheme = reader.settings().scheme()?.to_string();
    let rules = match flag.rules_version {
        0 => None,
        version => Some(reader.rules_of(version)?.rules.text().to_owned()),
    };
    let started = Started::now("compare");
    let mut run = started.run(&[]);
    let (old_sha256, new_sha256) = (sha256(&old), sha256(&new));
    let record = DossierRecord {
        dossier: 1,
        retold_version: &run.version.clone(),
        archive_format: FORMAT,
        written: dates::shown(dates::now()),
        flag: FlagRecord::new(&flag, &scheme),
        rules: rules.as_deref(),
        old_text: &old,
        old_sha256: old_sha256.clone(),
        new_text: &new,
        new_sha256: new_sha256.clone(),
    };
    json.write(&mut std::io::sink(), |out| {
        serde_json::to_writer_pretty(&mut *out, &record)?;
        Ok(out.write_all(b"\n")?)
    })?;
    run.options = facts(&flag, &scheme, [&old_sha256, &new_sha256]);
    let written = with_pair((&flag.old, &flag.new), &flag.comparison, (&reader, run), |findings| {
        html.write(&mut std::io::sink(), |out| Ok(Html::default().write(findings, out)?))
    });
    if written.is_err() {
        // It was made by this run.
        fs::remove_file(&beside)?;
    }
    written?;
    writeln!(console.err, "retold: wrote {} and {}", page.display(), beside.display())?;
    Ok(Exit::Found)
}

/// A dossier is kept as it was handed on.
fn refuse_if_there(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) => bail!("{} is there already; name another file", path.display()),
        Err(_) => Ok(()),
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the page says beside the pair.
fn facts(flag: &Flag, scheme: &str, [old, new]: [&str; 2]) -> Vec<(String, String)> {
    let of = &flag.assessment;
    let none = || "none".to_owned();
    let credit = of.credit.as_ref().map(|credit| match credit.at {
        Some(span) => format!("{}, at byte {}", credit.required, span.start),
        None => format!("{}, missing", credit.required),
    });
    let embargo = of.embargo.map(|embargo| {
        let came = if embargo.is_broken { "before" } else { "after" };
        format!("until {}; the later article came {came} that", dates::shown(embargo.until))
    });
    let joined = |lines: &mut dyn Iterator<Item = String>| {
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { none() } else { lines.join("; ") }
    };
    let published = |article: &Stored| article.about.published.map_or_else(none, dates::shown);
    let said = |what: &Option<String>| what.clone().unwrap_or_else(none);
    let facts = [
        ("flag", flag.number.to_string()),
        ("state", flag.state().name().to_owned()),
        ("rule", flag.rule.clone().unwrap_or_else(none)),
        ("rules-version", flag.rules_version.to_string()),
        ("licence", of.licence.clone().unwrap_or_else(none)),
        ("verdict", of.verdict.name().to_owned()),
        ("credit", credit.unwrap_or_else(none)),
        ("embargo", embargo.unwrap_or_else(none)),
        ("withdrawn", joined(&mut flag.withdrawn.iter().map(in_words))),
        ("decisions", joined(&mut flag.decisions.iter().map(in_short))),
        ("earlier-seen", dates::shown(flag.old.first_seen)),
        ("earlier-published", published(&flag.old)),
        ("earlier-status", said(&flag.old.about.status)),
        ("earlier-copyright", said(&flag.old.about.copyright_holder)),
        ("earlier-usage-terms", said(&flag.old.about.usage_terms)),
        ("earlier-sha256", old.to_owned()),
        ("later-seen", dates::shown(flag.new.first_seen)),
        ("later-published", published(&flag.new)),
        ("later-status", said(&flag.new.about.status)),
        ("later-copyright", said(&flag.new.about.copyright_holder)),
        ("later-usage-terms", said(&flag.new.about.usage_terms)),
        ("later-sha256", new.to_owned()),
        ("scheme", scheme.to_owned()),
    ];
    facts.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
