//! Kills: what was reported is there, what was not is there whole or not at all, and everything
//! that is asked afterwards has the answer of the index of the library.
#![cfg(unix)]

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod at_each_call;
mod held;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod system_calls;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use retold::align::Relation;
use retold::engine::Index;
use retold::{Config, Engine};
use retold_archive::{Archive, Rules, Settings};
use serde_json::Value;

use crate::command::{article, folder, json_lines, retold};
use held::Held;

/// Articles of a commit.
const BATCH: usize = 8;

/// Articles of which each third is made of two others.
fn articles() -> Vec<(String, String)> {
    let text = |n: usize| match n % 3 {
        2 => format!("{} {}", article(n / 2), article(n / 3)),
        _ => article(n),
    };
    (0..240).map(|n| (format!("a{n}"), text(n))).collect()
}

/// Id and relation of each earlier article that one matches.
type Matches = BTreeSet<(String, String)>;

/// What each article matches among the earlier ones, by the index of the library.
fn expected(articles: &[(String, String)], settings: &Settings) -> Vec<Matches> {
    let engine = settings.engine(Config::default()).expect("in range");
    let rules = settings.rare_rules().expect("in range");
    let mut index: Index<String> = Index::new(engine.scheme().expect("in range"), rules);
    let mut all = Vec::new();
    for (id, text) in articles {
        let fingerprint = engine.fingerprint(text).expect("in range");
        let found = index.candidates(&fingerprint).expect("one scheme");
        let related = found.iter().filter_map(|of| relation(&engine, articles, &of.id, text));
        all.push(related.collect());
        index.add(id.clone(), fingerprint).expect("one scheme");
    }
    all
}

fn relation(
    engine: &Engine,
    articles: &[(String, String)],
    id: &str,
    text: &str,
) -> Option<(String, String)> {
    let (_, other) = articles.iter().find(|of| of.0 == id).expect("one of them");
    let relation = engine.compare(other, text).relation;
    (relation != Relation::Unrelated).then(|| (id.to_owned(), relation.name().to_owned()))
}

/// An article that was reported, with what it matches.
type Reported = (String, Matches);

/// What a line says; nothing if the kill has cut it.
fn reported(line: &str) -> Option<Reported> {
    let line = line.strip_suffix('\n')?;
    let record: Value = serde_json::from_str(line).expect("a record");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let matches = record["matches"].as_array().expect("a list");
    let matches: Matches =
        matches.iter().map(|of| (text(&of["a"]), text(&of["relation"]))).collect();
    assert_eq!(record["flags"].as_array().expect("a list").len(), matches.len());
    Some((text(&record["id"]), matches))
}

/// Adds all articles, and kills that after so many lines of its report and so much time; gives what
/// it reported, and whether it came to its end before.
fn add_and_kill(at: &Path, lines: usize, delay: Duration) -> (Vec<Reported>, bool) {
    let mut command = retold();
    command.current_dir(at).args(["archive", "add", "news", "in.jsonl", "-q"]);
    command.args(["--batch", &BATCH.to_string(), "--format", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let (mut all, mut line) = (Vec::new(), String::new());
    let mut next = |all: &mut Vec<Reported>| {
        line.clear();
        let is_there = out.read_line(&mut line).expect("UTF-8") > 0;
        all.extend(reported(&line));
        is_there
    };
    (0..lines).all(|_| next(&mut all));
    std::thread::sleep(delay);
    // It may have ended.
    let _ = child.kill();
    while next(&mut all) {}
    let status = child.wait().expect("it ends");
    (all, status.code().is_some())
}

#[test]
fn what_was_reported_outlasts_any_kill() {
    let kills = if std::env::var_os("RETOLD_SOAK").is_some() { 500 } else { 40 };
    let articles = articles();
    let lines: Vec<_> = articles.iter().map(|(id, text)| (&**id, &**text)).collect();
    let settings = Settings { span_days: None, ..Settings::default() };
    let expected = expected(&articles, &settings);
    let pairs = |count: usize| expected[..count].iter().map(BTreeSet::len).sum::<usize>();
    assert!(pairs(articles.len()) > 100, "there is something to find");
    let (mut killed, mut round, mut state) = (0, 0, 7_u64);
    while killed < kills {
        let files = folder(&[("in.jsonl", &json_lines(&lines))]);
        let news = files.path().join("news");
        Archive::create(&news, &settings).expect("made");
        let rules = Rules::parse("[[rule]]\nname = 'all'\n").expect("rules");
        let mut own = Archive::open(&news, Config::default()).expect("opened");
        own.set_rules(rules, 0).expect("set");
        drop(own);
        let mut before = 0;
        loop {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            let (lines, micros) = ((state >> 40) as usize % 60, (state >> 20) % 30_000);
            let delay = Duration::from_micros(micros);
            let (reported, has_ended) = add_and_kill(files.path(), lines, delay);
            let held = Held::by(&news);
            let count = held.articles.len();
            // Of a batch, all articles are there or none, and those that were reported are.
            assert_eq!(count % BATCH, 0);
            assert!(count >= before + reported.len(), "{count} of {before} + {reported:?}");
            for (at, (id, matches)) in reported.iter().enumerate() {
                assert_eq!((id, matches), (&articles[before + at].0, &expected[before + at]));
            }
            for (id, text) in &articles[..count] {
                assert_eq!(held.articles[&(id.clone(), 1)], (true, text.clone()), "{id}");
            }
            assert_eq!(held.flags.len(), pairs(count));
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
