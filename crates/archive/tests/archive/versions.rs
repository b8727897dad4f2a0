//! Versions of a story, filters, locks, settings.

use retold::{Cancel, Config};
use retold_archive::{
    About, AddOptions, Archive, Error, Known, NewArticle, Reader, Settings, Wanted, salvage,
};

use crate::common::{add, archive, article, open, texts};

#[test]
fn a_new_version_replaces_the_old_and_is_never_matched_against_it() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let story = &texts(5, 1)[0];
    let later = format!("{story} Later more was known about all of this.");
    let replace = AddOptions { known: Known::Replace, ..AddOptions::default() };
    let never = Cancel::never();
    add(&mut own, vec![article("a", story, 1)]);
    let added = own.add(vec![article("a", &later, 2)], &replace, &never).unwrap();
    assert_eq!((added.articles[0].article.version, added.articles[0].matches.len()), (2, 0));
    let again = own.add(vec![article("a", &later, 3)], &replace, &never).unwrap();
    assert_eq!((again.articles.len(), again.skipped), (0, 1), "nothing has changed");
    let copy = add(&mut own, vec![article("b", story, 4)]);
    let found = &copy.articles[0].matches;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].article.id.as_str(), found[0].article.version), ("a", 2));
    let mut kept = Vec::new();
    let keep = |of: &retold_archive::Stored| {
        kept.push((of.id.clone(), of.version, of.is_superseded));
        Ok::<_, Error>(())
    };
    assert!(salvage(&path, &never, keep).unwrap().damage.is_empty());
    let expected = [("a", 1, true), ("a", 2, false), ("b", 1, false)];
    assert_eq!(kept, expected.map(|(id, version, old)| (id.to_owned(), version, old)));
    assert_eq!(own.remove(&["a", "a"], &never).unwrap(), [true, false]);
    let stats = own.stats().unwrap();
    assert_eq!((stats.articles, stats.records), (1, 1));
}

#[test]
fn only_what_is_wanted_is_matched() {
    let (_folder, path) = archive(&Settings { span_days: Some(1), ..Settings::default() });
    let mut own = open(&path);
    let story = &texts(6, 1)[0];
    let of_source = |id: &str, source: &str, day: i64| NewArticle {
        about: About { source: Some(source.to_owned()), ..About::default() },
        ..article(id, story, day * 86_400)
    };
    add(&mut own, vec![of_source("a", "ours", 0), of_source("b", "theirs", 5)]);
    let ids = |wanted: Wanted| -> Vec<String> {
        let found = own.query(&[article("x", story, 0)], &wanted, &Cancel::never()).unwrap();
        found[0].iter().map(|of| of.article.id.clone()).collect()
    };
    assert_eq!(ids(Wanted::default()), ["a", "b"]);
    assert_eq!(ids(Wanted { since: Some(86_400), ..Wanted::default() }), ["b"]);
    assert_eq!(ids(Wanted { since: Some(5 * 86_400), ..Wanted::default() }), ["b"]);
    assert_eq!(ids(Wanted { sources: vec!["ours".to_owned()], ..Wanted::default() }), ["a"]);
    let rewrites = vec![retold::align::Relation::Rewrite];
    assert!(ids(Wanted { relations: rewrites, ..Wanted::default() }).is_empty());
}

#[test]
fn a_reader_sees_one_moment_and_a_second_writer_is_refused() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let texts = texts(7, 10);
    add(&mut own, vec![article("a", &texts[1], 0)]);
    let reader = Reader::open(&path, Config::default()).unwrap();
    add(&mut own, vec![article("b", &texts[1], 0)]);
    own.remove(&["a"], &Cancel::never()).unwrap();
    own.compact(&Cancel::never()).unwrap();
    let found = reader.query(&[article("x", &texts[1], 0)], &Wanted::default(), &Cancel::never());
    assert_eq!(found.unwrap()[0][0].article.id, "a");
    let refused = Archive::open(&path, Config::default()).err().unwrap();
    let pid = std::process::id();
    assert!(matches!(refused, Error::InUse { pid: Some(of), .. } if of == pid), "{refused}");
    drop(own);
    let own = open(&path);
    assert_eq!(own.find("b").unwrap().unwrap().text, texts[1]);
    assert_eq!(own.find("a").unwrap(), None);
}

#[test]
fn what_is_there_is_not_overwritten_and_what_is_not_there_is_said() {
    let (_folder, path) = archive(&Settings::default());
    let exists = Archive::create(&path, &Settings::default()).unwrap_err();
    assert!(matches!(exists, Error::Exists { .. }), "{exists}");
    let none = Archive::open(path.parent().unwrap(), Config::default()).err().unwrap();
    assert!(matches!(none, Error::NoArchive { .. }), "{none}");
}

#[test]
fn a_run_that_is_told_to_stop_adds_nothing() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let cancel = Cancel::new();
    cancel.cancel();
    let text = &texts(8, 1)[0];
    let stopped = own.add(vec![article("a", text, 0)], &AddOptions::default(), &cancel);
    assert!(matches!(stopped, Err(Error::Cancelled(_))));
    assert_eq!(own.len(), 0);
    add(&mut own, vec![article("a", text, 0)]);
    assert_eq!(own.len(), 1);
}

#[test]
fn an_archive_of_an_earlier_format_is_called_that_and_not_damaged() {
    let (_folder, path) = archive(&Settings::default());
    let database = rusqlite::Connection::open(path.join("archive.db")).unwrap();
    database.execute("UPDATE settings SET value = '1' WHERE name = 'format'", []).unwrap();
    drop(database);
    std::fs::remove_file(path.join("last-commit")).unwrap();
    let readers = Reader::open(&path, Config::default()).err();
    let writers = Archive::open(&path, Config::default()).err();
    let checked = retold_archive::verify(&path, &Cancel::never()).err();
    for error in [readers, writers, checked] {
        let error = error.expect("an error");
        assert!(matches!(&error, Error::Unknown { found, .. } if found == "1"), "{error}");
    }
}
