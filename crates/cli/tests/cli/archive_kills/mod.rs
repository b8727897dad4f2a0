//! Kills at random moments: what was reported is there, and nothing is half there.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use retold::engine::Index;
use retold::{Cancel, Config};
use retold_archive::{Archive, Settings};
use serde_json::Value;

use crate::command::{article, folder, json_lines, retold};

/// Articles of which each third is made of two others.
fn articles() -> Vec<(String, String)> {
    let text = |n: usize| match n % 3 {
        2 => format!("{} {}", article(n / 2), article(n / 3)),
        _ => article(n),
    };
    (0..240).map(|n| (format!("a{n}"), text(n))).collect()
}

/// Adds all articles, and kills that after so many lines of its report and so much time; gives the
/// ids that it reported, and whether it came to its end before.
fn add_and_kill(at: &Path, lines: usize, delay: Duration) -> (Vec<String>, bool) {
    let mut command = retold();
    command.current_dir(at).args(["archive", "add", "news", "in.jsonl", "-q"]);
    command.args(["--batch", "8", "--format", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let (mut reported, mut line) = (Vec::new(), String::new());
    let mut id = |line: &str| {
        // A line that the kill has cut is no report.
        let record: Option<Value> =
            line.ends_with('\n').then(|| serde_json::from_str(line).ok())?;
        reported.push(record?["id"].as_str()?.to_owned());
        Some(())
    };
    for _ in 0..lines {
        line.clear();
        if out.read_line(&mut line).expect("UTF-8") == 0 {
            break;
        }
        id(&line);
    }
    std::thread::sleep(delay);
    // It may have ended.
    let _ = child.kill();
    loop {
        line.clear();
        if out.read_line(&mut line).expect("UTF-8") == 0 {
            break;
        }
        id(&line);
    }
    let status = child.wait().expect("it ends");
    (reported, status.code().is_some())
}

/// What the archive has, after whoever opens it next has cleared up.
fn held(at: &Path, articles: &[(String, String)]) -> usize {
    let archive = Archive::open(&at.join("news"), Config::default()).expect("usable");
    let count = archive.len() as usize;
    for (at, (id, text)) in articles.iter().enumerate() {
        let stored = archive.find(id).expect("whole");
        assert_eq!(stored.map(|of| of.text).as_ref(), (at < count).then_some(text), "{id}");
    }
    let (engine, settings) = (archive.engine(), archive.settings());
    let rules = settings.rare_rules().expect("in range");
    let mut model = Index::new(engine.scheme().expect("in range"), rules);
    for (id, text) in &articles[..count] {
        model.add(id.clone(), engine.fingerprint(text).expect("in range")).expect("one scheme");
    }
    for (_, text) in articles.iter().step_by(17) {
        let own = archive.candidates(&[text], &Cancel::never()).expect("whole").remove(0);
        let id = |doc| archive.article(doc).expect("whole").expect("there").id;
        let own: BTreeMap<_, _> =
            own.iter().map(|of| (id(of.doc), (of.same_text, of.bands, of.weight))).collect();
        let fingerprint = engine.fingerprint(text).expect("in range");
        let expected = model.candidates(&fingerprint).expect("one scheme");
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|of| (of.id, (of.same_text, of.bands, of.weight))).collect();
        assert_eq!(own, expected);
    }
    drop(archive);
    let verified = retold_archive::verify(&at.join("news"), &Cancel::never()).expect("an archive");
    assert!(verified.damage.is_empty(), "{:?}", verified.damage);
    let files = std::fs::read_dir(at.join("news/segments")).expect("a folder").count() as u64;
    assert_eq!(files, verified.segments, "nothing is left of what was not finished");
    count
}

#[test]
fn what_was_reported_outlasts_any_kill() {
    let kills = if std::env::var_os("RETOLD_SOAK").is_some() { 500 } else { 6 };
    let articles = articles();
    let lines: Vec<_> = articles.iter().map(|(id, text)| (&**id, &**text)).collect();
    let (mut killed, mut round, mut state) = (0, 0, 7_u64);
    while killed < kills {
        let files = folder(&[("in.jsonl", &json_lines(&lines))]);
        let settings = Settings { span_days: None, ..Settings::default() };
        Archive::create(&files.path().join("news"), &settings).expect("made");
        let mut before = 0;
        loop {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            let (lines, micros) = ((state >> 40) as usize % 60, (state >> 20) % 30_000);
            let delay = Duration::from_micros(micros);
            let (reported, has_ended) = add_and_kill(files.path(), lines, delay);
            let count = held(files.path(), &articles);
            // Of a batch, all articles are there or none, and those that were reported are.
            assert_eq!(count % 8, 0);
            assert!(count >= before + reported.len(), "{count} of {before} + {reported:?}");
            let expected: Vec<_> =
                articles[before..].iter().map(|(id, _)| id).take(reported.len()).collect();
            assert_eq!(reported.iter().collect::<Vec<_>>(), expected);
            before = count;
            killed += usize::from(!has_ended);
            if has_ended || killed >= kills {
                break;
            }
        }
        round += 1;
    }
    println!("{killed} kills in {round} archives");
}
