//! `retold archive kill`: an article is withdrawn, and all that is derived from it is listed.

use retold::Config;
use retold_archive::{Notice, NoticeKind, Stored, Withdrawn};
use retold_pipeline::dates;
use retold_pipeline::output::Output;
use retold_report::printable::{one_line, safe_json};
use retold_report::quantity;

use super::flag_args::KillArgs;
use super::flag_record::WithdrawnRecord;
use super::opening::open_soon;
use super::values::MatchesValue;
use crate::console::Console;
use crate::exit::Exit;

/// Withdraws an article.
pub fn run(args: &KillArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let cancel = console.cancel.clone();
    let format = args.format.unwrap_or_default();
    // Before anything is marked.
    let output = Output::create(args.output.as_deref(), format.content())?.until(&cancel);
    let mut archive = open_soon(&args.archive.path, &Config::default(), &cancel)?;
    let notice = Notice {
        kind: if args.correction { NoticeKind::Correction } else { NoticeKind::Kill },
        note: args.note.clone(),
        by: args.by.clone(),
        at: dates::now(),
    };
    let derived = archive.withdraw(&args.id, &notice, &cancel)?;
    let mut out = console.out_for(format.content());
    output.write(&mut *out, |out| {
        for of in &derived {
            match format {
                MatchesValue::Jsonl => {
                    let line = serde_json::to_string(&WithdrawnRecord::new(of))? + "\n";
                    out.write_all(safe_json(&line).as_bytes())?;
                }
                MatchesValue::Terminal => writeln!(out, "{}", one_line(&in_words(of)))?,
            }
        }
        Ok(out.flush()?)
    })?;
    drop(out);
    writeln!(
        console.err,
        "retold: {} is marked, {} derived from it",
        one_line(&args.id),
        quantity::counted(derived.len() as u64, "article")
    )?;
    Ok(if derived.is_empty() { Exit::Nothing } else { Exit::Found })
}

/// The chain from the withdrawn article on one line.
pub fn in_words(of: &Withdrawn) -> String {
    let mut said = match of.chain.first() {
        Some(first) => named(&first.from),
        None => of.withdrawal.id.clone(),
    };
    for link in &of.chain {
        let relation = link.comparison.relation.name();
        let share = quantity::percent(link.comparison.coverage_b);
        said.push_str(&format!(" > {relation}, {share}: {}", named(&link.to)));
    }
    let what = match of.withdrawal.notice.kind {
        NoticeKind::Kill => "withdrawn",
        NoticeKind::Correction => "corrected",
    };
    format!("{} ({what} {}): {said}", of.withdrawal.id, dates::shown(of.withdrawal.notice.at))
}

fn named(article: &Stored) -> String {
    let seen = dates::shown(article.first_seen);
    match &article.about.source {
        Some(source) => format!("{} ({source}, {seen})", article.id),
        None => format!("{} ({seen})", article.id),
    }
}
