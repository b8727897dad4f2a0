//! Texts in an archive with articles enough for a dictionary.

use std::path::Path;

use retold::Cancel;
use retold::engine::Channel;
use retold_archive::{Settings, salvage, verify};
use rusqlite::Connection;

use super::common::{add, archive, article, open};

const ARTICLES: usize = 1200;

/// What all articles share makes no candidates.
fn settings() -> Settings {
    Settings { max_df: 2, channel: Channel::Rare, ..Settings::default() }
}

fn text(number: usize) -> String {
    format!(
        "Ship {number} waited outside the harbour bar while divers searched hull {number}{number}."
    )
}

fn filled(path: &Path) {
    let mut own = open(path);
    let articles: Vec<_> = (0..ARTICLES).map(|at| article(at, &text(at), 0)).collect();
    // The first batches are too small for a dictionary.
    for batch in articles.chunks(500) {
        add(&mut own, batch.to_vec());
    }
}

fn change(path: &Path, sql: &str) -> usize {
    Connection::open(path.join("archive.db")).unwrap().execute(sql, []).unwrap()
}

/// Texts that are saved, and the damage that is named.
fn saved(path: &Path) -> (usize, Vec<String>) {
    let (never, mut texts) = (Cancel::never(), 0);
    let each = |stored: &retold_archive::Stored| {
        assert_eq!(stored.text, text(stored.id.parse().unwrap()));
        texts += 1;
        Ok::<(), retold_archive::Error>(())
    };
    let damage = salvage(path, &never, each).unwrap().damage;
    (texts, damage.iter().map(ToString::to_string).collect())
}

#[test]
fn texts_of_before_and_after_the_dictionary_come_back() {
    let (_folder, path) = archive(&settings());
    filled(&path);
    let database = Connection::open(path.join("archive.db")).unwrap();
    let bytes = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let early = bytes("SELECT sum(length(text)) FROM articles WHERE doc <= 1000");
    let late = bytes("SELECT sum(length(text)) FROM articles WHERE doc > 1000");
    let (early, late) = (early / 1000, late / (ARTICLES as i64 - 1000));
    assert!(3 * late < 2 * early, "{late} of {early} bytes");
    drop(database);
    assert_eq!(saved(&path), (ARTICLES, Vec::new()));
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
    // It is made once.
    add(&mut open(&path), (0..1100).map(|at| article(at + ARTICLES, &text(at), 0)).collect());
    assert_eq!(change(&path, "UPDATE dictionary SET copy = copy"), 2);
}

#[test]
fn one_copy_of_the_dictionary_is_enough() {
    let (_folder, path) = archive(&settings());
    filled(&path);
    assert_eq!(change(&path, "UPDATE dictionary SET phrases = x'00' WHERE copy = 1"), 1);
    assert_eq!(saved(&path), (ARTICLES, Vec::new()));
    let damage = verify(&path, &Cancel::never()).unwrap().damage;
    assert_eq!(damage.len(), 1);
    assert!(damage[0].to_string().contains("copy 1 of the dictionary"), "{}", damage[0]);
    // Without any, what was compressed with it is lost, and what was not is saved.
    assert_eq!(change(&path, "UPDATE dictionary SET phrases = x'00'"), 2);
    let (texts, damage) = saved(&path);
    assert_eq!(texts, 1000);
    assert_eq!(damage.len(), 1 + ARTICLES - 1000);
    assert!(damage[0].contains("the dictionary"), "{}", damage[0]);
}

#[test]
fn what_is_removed_is_not_in_the_dictionary() {
    let (_folder, path) = archive(&settings());
    filled(&path);
    open(&path).remove(&["1100"], &Cancel::never()).unwrap();
    let database = Connection::open(path.join("archive.db")).unwrap();
    let phrases: Vec<u8> = database
        .query_row("SELECT phrases FROM dictionary WHERE copy = 1", [], |row| row.get(0))
        .unwrap();
    let phrases = String::from_utf8(phrases).unwrap();
    assert!(phrases.contains("outside the harbour bar") && !phrases.contains("1100"));
}
