//! Spans of time that expire, and queries that leave spans out.

use std::fs;
use std::path::{Path, PathBuf};

use retold::{Cancel, Config};
use retold_archive::{
    AddOptions, Archive, Error, Expired, FlagFilter, Known, Notice, NoticeKind, Reader, Rules,
    Settings, Wanted, salvage, verify,
};

use crate::common::{add, archive, article, open, texts};

const DAY: i64 = 24 * 60 * 60;

fn by_days() -> Settings {
    Settings { span_days: Some(1), ..Settings::default() }
}

fn segments(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.join("segments")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn is_whole(path: &Path) {
    let found = verify(path, &Cancel::never()).unwrap();
    assert!(found.damage.is_empty(), "{:?}", found.damage);
}

/// Id, version and whether it can be found, of each record.
fn records(path: &Path) -> Vec<(String, u32, bool)> {
    let mut all = Vec::new();
    let keep = |of: &retold_archive::Stored| {
        all.push((of.id.clone(), of.version, of.is_found()));
        Ok::<_, Error>(())
    };
    assert!(salvage(path, &Cancel::never(), keep).unwrap().damage.is_empty());
    all
}

fn found(own: &Archive, text: &str) -> Vec<String> {
    let asked = [article("asked", text, 0)];
    let matches = own.query(&asked, &Wanted::default(), &Cancel::never()).unwrap();
    matches[0].iter().map(|of| of.article.id.clone()).collect()
}

#[test]
fn whole_spans_go_with_their_records_and_their_files() {
    let (_folder, path) = archive(&by_days());
    let mut own = open(&path);
    let texts: Vec<_> = (0..12).map(|at| texts(700 + at, 1)[0].clone()).collect();
    let ids = |day: usize| (0..4).map(move |at| 4 * day + at);
    for day in 0..3 {
        let of_day: Vec<_> =
            ids(day).map(|at| article(at, &texts[at], day as i64 * DAY + at as i64)).collect();
        of_day.chunks(2).for_each(|batch| drop(add(&mut own, batch.to_vec())));
    }
    assert_eq!(segments(&path).len(), 6);
    let before = Reader::open(&path, Config::default()).unwrap();
    // A span that has not ended by then stays whole.
    let never = Cancel::never();
    assert_eq!(own.expire(DAY - 1, &never).unwrap(), Expired::default());
    let expired = own.expire(2 * DAY + 10, &never).unwrap();
    assert_eq!(expired, Expired { articles: 8, kept: 0, segments: 4 });
    assert_eq!(segments(&path).len(), 2);
    let left: Vec<_> = ids(2).map(|at| (at.to_string(), 1, true)).collect();
    assert_eq!(records(&path), left);
    let stats = own.stats().unwrap();
    assert_eq!((stats.articles, stats.records, stats.tombstones), (4, 4, 0));
    assert_eq!((own.find("0").unwrap(), found(&own, &texts[0])), (None, Vec::new()));
    assert_eq!(found(&own, &texts[9]), ["9"]);
    // Who opened it before sees it as it was.
    assert_eq!(before.find("0").unwrap().unwrap().text, texts[0]);
    drop(before);
    is_whole(&path);
    // The same id is a new story now.
    let again = add(&mut own, vec![article(0, &texts[0], 5 * DAY)]);
    assert_eq!(again.articles[0].article.version, 1);
    assert_eq!(own.expire(2 * DAY, &never).unwrap(), Expired::default());
    drop(own);
    is_whole(&path);
}

#[test]
fn flags_withdrawals_and_what_they_name_stay_until_it_is_removed() {
    let (_folder, path) = archive(&by_days());
    let mut own = open(&path);
    own.set_rules(Rules::parse("[[rule]]\nname = 'all'\n").unwrap(), 0).unwrap();
    let texts: Vec<_> = (0..4).map(|at| texts(720 + at, 1)[0].clone()).collect();
    let copy = |at: usize| format!("{} And more of it.", texts[at]);
    add(
        &mut own,
        vec![
            article("flagged", &texts[0], 0),
            article("copy", &copy(0), 1),
            article("withdrawn", &texts[1], 2),
            article("alone", &texts[2], 3),
        ],
    );
    let never = Cancel::never();
    let notice = Notice { kind: NoticeKind::Kill, note: None, by: None, at: 9 };
    own.withdraw("withdrawn", &notice, &never).unwrap();
    let flags = own.flags(&FlagFilter::default(), &never).unwrap();
    assert_eq!(flags.len(), 1);
    let expired = own.expire(DAY, &never).unwrap();
    assert_eq!(expired, Expired { articles: 4, kept: 3, segments: 1 });
    is_whole(&path);
    assert_eq!(own.flags(&FlagFilter::default(), &never).unwrap(), {
        let mut flags = flags;
        for article in flags.iter_mut().flat_map(|flag| [&mut flag.old, &mut flag.new]) {
            article.is_expired = true;
        }
        flags
    });
    let evidence = own.article(1).unwrap().unwrap();
    assert_eq!((evidence.id.as_str(), &evidence.text), ("flagged", &texts[0]));
    assert_eq!(own.withdrawals().unwrap().len(), 1);
    // Evidence is not found by anybody who asks, and is no article of the archive.
    assert_eq!((found(&own, &texts[0]), own.find("flagged").unwrap()), (Vec::new(), None));
    assert_eq!((own.len(), own.stats().unwrap().records), (0, 3));
    // Another story of that id; both go when it is removed, and the flag goes with them.
    add(&mut own, vec![article("flagged", &texts[3], 4 * DAY)]);
    drop(own);
    let mut own = open(&path);
    assert_eq!(own.remove(&["flagged", "alone"], &never).unwrap(), [true, false]);
    assert!(own.flags(&FlagFilter::default(), &never).unwrap().is_empty());
    let left: Vec<_> = records(&path).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(left, ["copy", "withdrawn"]);
    drop(own);
    is_whole(&path);
}

#[test]
fn versions_stay_and_go_with_the_newest() {
    let (_folder, path) = archive(&by_days());
    let mut own = open(&path);
    let never = Cancel::never();
    let replace = AddOptions { known: Known::Replace, ..AddOptions::default() };
    let texts: Vec<_> = (0..4).map(|at| texts(740 + at, 1)[0].clone()).collect();
    let mut put = |id: &str, at: usize, day: i64| {
        own.add(vec![article(id, &texts[at], day * DAY)], &replace, &never).unwrap();
    };
    put("stays", 0, 0);
    put("goes", 1, 0);
    put("goes", 2, 1);
    put("stays", 3, 3);
    let expired = own.expire(2 * DAY, &never).unwrap();
    assert_eq!(expired, Expired { articles: 1, kept: 0, segments: 3 });
    let expected = [("stays", 1, false), ("stays", 2, true)];
    assert_eq!(records(&path), expected.map(|(id, version, is)| (id.to_owned(), version, is)));
    is_whole(&path);
    assert_eq!(own.remove(&["stays"], &never).unwrap(), [true]);
    assert_eq!(own.stats().unwrap().records, 0);
    is_whole(&path);
}

#[test]
fn what_is_told_to_stop_goes_on_with_the_next_call() {
    let (_folder, path) = archive(&by_days());
    let mut own = open(&path);
    let texts = texts(760, 30);
    let articles = texts.iter().enumerate().map(|(at, text)| article(at, text, at as i64));
    add(&mut own, articles.collect());
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(own.expire(DAY, &cancel), Err(Error::Cancelled(_))));
    is_whole(&path);
    assert_eq!(own.expire(DAY, &Cancel::never()).unwrap().articles, texts.len() as u64);
    assert!(own.is_empty() && segments(&path).is_empty());
    is_whole(&path);
}

#[test]
fn an_archive_with_one_span_says_that_nothing_can_expire() {
    let (_folder, path) = archive(&Settings { span_days: None, ..Settings::default() });
    let refused = open(&path).expire(i64::MAX, &Cancel::never());
    assert!(matches!(refused, Err(Error::OneSpan)), "{refused:?}");
}

#[test]
fn a_query_of_the_last_days_reads_no_earlier_segment() {
    let (_folder, path) = archive(&by_days());
    let mut own = open(&path);
    let texts = texts(780, 10);
    for (day, at) in [(0, 0), (5, 1)] {
        let copies = texts.iter().enumerate();
        let copies = copies.map(|(of, text)| article(format!("{at}-{of}"), text, day * DAY));
        add(&mut own, copies.collect());
    }
    drop(own);
    // Blocks of the first day; its header, table and index are read at opening.
    let old = &segments(&path)[0];
    let mut bytes = fs::read(old).unwrap();
    let blocks = 40 + 24 * texts.len();
    bytes[blocks..blocks + 2000].fill(0xff);
    fs::write(old, bytes).unwrap();
    let reader = Reader::open(&path, Config::default()).unwrap();
    let asked = [article("asked", &texts[0], 9 * DAY)];
    let query = |since| {
        let wanted = Wanted { since, ..Wanted::default() };
        reader.query(&asked, &wanted, &Cancel::never())
    };
    assert!(query(None).unwrap_err().is_damage());
    assert!(query(Some(DAY - 1)).unwrap_err().is_damage());
    let found = query(Some(DAY)).unwrap();
    assert!(!found[0].is_empty() && found[0].iter().all(|of| of.article.first_seen == 5 * DAY));
}
