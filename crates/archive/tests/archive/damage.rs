//! Damaged files: never another answer without an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use retold::{Cancel, Config};
use retold_archive::{
    Archive, Error, FlagFilter, FlagState, Notice, NoticeKind, Reader, Rules, Settings, Stored,
    Wanted, salvage, verify,
};

use crate::common::{Random, add, archive, article, open, texts};

/// All that an archive can be asked, as text.
fn answers(path: &Path, texts: &[String]) -> Result<String, Error> {
    let reader = Reader::open(path, Config::default())?;
    let never = Cancel::never();
    let articles: Vec<_> =
        texts.iter().enumerate().map(|(at, text)| article(format!("q{at}"), text, 0)).collect();
    let matches = reader.query(&articles, &Wanted::default(), &never)?;
    let mut found = Vec::new();
    for id in ["0", "3", "9", "none"] {
        found.push(reader.find(id)?.map(|article| article.text));
    }
    let mut stats = reader.stats()?;
    stats.database_bytes = 0;
    let flags = reader.flags(&FlagFilter::default(), &never)?;
    let mut derived = Vec::new();
    for withdrawal in reader.withdrawals()? {
        derived.push(reader.derived_from(withdrawal.number, &never)?);
    }
    let rules = reader.rules().map(|of| (of.version, of.rules.text().to_owned()));
    Ok(format!("{matches:?} {found:?} {stats:?} {flags:?} {derived:?} {rules:?}"))
}

/// All files of an archive.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in [path.to_owned(), path.join("segments")] {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.extend(entries.filter(|path| path.is_file()));
    }
    files.sort();
    files
}

/// Changes a file as disks and people do; says how.
fn damage(file: &Path, others: &[PathBuf], random: &mut Random) -> String {
    let mut bytes = fs::read(file).unwrap();
    let at = random.below(bytes.len());
    let piece = 1 + random.below(4096);
    let end = bytes.len().min(at + piece);
    let how = match random.below(12) {
        0..6 => {
            bytes[at] ^= 1 << random.below(8);
            "a flipped bit"
        }
        6 => {
            bytes.truncate(at);
            "cut"
        }
        7 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(end..end, part);
            "a doubled piece"
        }
        8 => {
            bytes.drain(at..end);
            "a missing piece"
        }
        9 => {
            bytes[at..end].fill(0);
            "zeros"
        }
        10 => {
            let from = random.below(bytes.len() - (end - at) + 1);
            bytes.copy_within(from..from + (end - at), at);
            "a piece from elsewhere"
        }
        _ => {
            bytes = fs::read(&others[random.below(others.len())]).unwrap();
            "another file of the archive"
        }
    };
    fs::write(file, bytes).unwrap();
    format!("{}: {how} at {at} of {piece}", file.file_name().unwrap().display())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("segments")).unwrap();
    for file in files(from) {
        fs::copy(&file, to.join(file.strip_prefix(from).unwrap())).unwrap();
    }
}

/// When damage comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Nobody has it open, and all is in the database.
    AtRest,
    /// A crash has ended who wrote to it: the last commits are in SQLite's log.
    AfterACrash,
    /// The same, after another crash while the log was copied to the database.
    InCopying,
}

/// An archive with flags, a withdrawal and removed articles, in several segments.
struct Newsroom {
    _folder: tempfile::TempDir,
    path: PathBuf,
    texts: Vec<String>,
    /// All that it ever held.
    ever: BTreeSet<String>,
}

impl Newsroom {
    fn new(moment: Moment) -> Self {
        let (folder, path) = archive(&Settings { max_df: 6, ..Settings::default() });
        let texts = texts(21, 60);
        let mut own = open(&path);
        own.set_rules(Rules::parse("[[rule]]\nname = 'all'\n").unwrap(), 0).unwrap();
        let articles: Vec<_> =
            texts.iter().enumerate().map(|(at, text)| article(at, text, at as i64)).collect();
        let mut ever = BTreeSet::new();
        for batch in articles.chunks(40) {
            add(&mut own, batch.to_vec());
            ever.append(&mut all_records(&path));
        }
        let never = Cancel::never();
        let notice = Notice { kind: NoticeKind::Kill, note: None, by: None, at: 5 };
        own.withdraw("0", &notice, &never).unwrap();
        let decision = retold_archive::Decision {
            state: FlagState::Dismissed,
            note: Some("an agency's text".to_owned()),
            by: None,
            at: 6,
        };
        let flags = own.flags(&FlagFilter::default(), &never).unwrap();
        let stays = flags.iter().rfind(|flag| flag.old.doc > 60 && flag.new.doc > 60).unwrap();
        own.decide(stays.number, &decision).unwrap();
        own.remove(&["2", "50"], &never).unwrap();
        let copied = folder.path().join("copied");
        copy(&path, &copied);
        drop(own);
        if moment == Moment::InCopying {
            begin_to_copy(&copied);
        }
        let path = if moment == Moment::AtRest { path } else { copied };
        let has_log = path.join("archive.db-wal").exists();
        assert_eq!(has_log, moment != Moment::AtRest);
        Self { _folder: folder, path, texts, ever }
    }
}

/// Copies the first pages of the log to the database, as a crash leaves it: with the note that it
/// was under way.
fn begin_to_copy(path: &Path) {
    let log = fs::read(path.join("archive.db-wal")).unwrap();
    let mut database = fs::read(path.join("archive.db")).unwrap();
    let page_bytes = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    let mut newest = BTreeMap::new();
    for frame in log[32..].chunks_exact(24 + page_bytes) {
        let page = u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize;
        newest.insert(page, &frame[24..]);
    }
    let half = newest.len() / 2;
    for (page, bytes) in newest.into_iter().take(half) {
        database.resize(database.len().max(page * page_bytes), 0);
        database[(page - 1) * page_bytes..page * page_bytes].copy_from_slice(bytes);
    }
    fs::write(path.join("archive.db"), database).unwrap();
    let notes = path.join("last-commit");
    let mut bytes = fs::read(&notes).unwrap();
    for note in bytes.chunks_mut(4096) {
        assert_eq!(note[24], 1, "the log is needed");
        note[24] = 2;
        let crc = crc32c::crc32c(&note[..48]);
        note[48..52].copy_from_slice(&crc.to_le_bytes());
    }
    fs::write(&notes, bytes).unwrap();
}

/// What is found for a copy of an article that is derived from a withdrawn one, when it is added.
fn added(path: &Path, texts: &[String]) -> Result<String, Error> {
    let mut own = Archive::open(path, Config::default())?;
    let new = ["3", "9", "30"].map(|at: &str| {
        let text = &texts[at.parse::<usize>().unwrap()];
        article(format!("new {at}"), &format!("{text} And a line."), 1000)
    });
    let options = retold_archive::AddOptions::default();
    let added = own.add(new.to_vec(), &options, &Cancel::never())?;
    let removed = own.remove(&["3", "9", "none"], &Cancel::never())?;
    Ok(format!("{added:?} {removed:?}"))
}

/// What became of damage to files of one kind.
#[derive(Debug, Default)]
struct Outcomes {
    rounds: usize,
    noticed: usize,
    records_lost: usize,
}

/// Damages an archive in so many ways, each on a copy of its own.
fn damage_everything(
    moment: Moment,
    rounds: usize,
    mut damage: impl FnMut(usize, &[PathBuf]) -> String,
) {
    let newsroom = Newsroom::new(moment);
    let Newsroom { path, texts, ever, .. } = &newsroom;
    let asked = &texts[..20];
    let outside = tempfile::tempdir().unwrap();
    let again = outside.path().join("whole");
    copy(path, &again);
    let (whole, records) = (answers(&again, asked).unwrap(), all_records(&again));
    let is_there = |what: &str| assert!(whole.contains(what), "there is no {what}");
    ["Match", "Flag", "Dismissed", "Withdrawn"].into_iter().for_each(is_there);
    assert!(verify(&again, &Cancel::never()).unwrap().damage.is_empty());
    let whole_added = added(&again, texts).unwrap();
    let mut outcomes: BTreeMap<String, Outcomes> = BTreeMap::new();
    for round in 0..rounds {
        let damaged = outside.path().join(format!("damaged-{round}"));
        copy(path, &damaged);
        let how = damage(round, &files(&damaged));
        let is_changed = files(path).iter().any(|file| {
            fs::read(file).ok() != fs::read(damaged.join(file.strip_prefix(path).unwrap())).ok()
        });
        let answered = answers(&damaged, asked);
        if let Ok(answers) = &answered {
            assert_eq!(*answers, whole, "{moment:?}, {how}");
        }
        let verified = verify(&damaged, &Cancel::never());
        let is_noticed = verified.as_ref().map_or(true, |of| !of.damage.is_empty());
        assert!(answered.is_ok() || is_noticed, "{how}: {answered:?}, and verify finds nothing");
        // SQLite has pages without content, and parts of pages.
        let of_segment = how.contains(".seg:");
        assert!(!of_segment || !is_changed || is_noticed, "{how}");
        let saved = all_records(&damaged);
        // Of a log that is cut, what was before.
        assert!(saved.is_subset(ever), "{how}: what is saved is not what was there");
        assert!(!of_segment || saved == records, "{how}: texts do not depend on segments");
        if let Ok(added) = added(&damaged, texts) {
            assert_eq!(added, whole_added, "{moment:?}, {how}");
        }
        let kind = how.split(':').next().unwrap_or_default();
        let kind = if of_segment { "segments" } else { kind };
        let outcome = outcomes.entry(kind.to_owned()).or_default();
        outcome.rounds += 1;
        outcome.noticed += usize::from(is_noticed);
        outcome.records_lost += usize::from(!saved.is_superset(&records));
        fs::remove_dir_all(&damaged).unwrap();
    }
    println!("{moment:?}: {outcomes:#?}");
    let noticed: usize = outcomes.values().map(|of| of.noticed).sum();
    assert!(noticed * 4 > rounds, "{noticed} of {rounds}");
}

fn is_soak() -> bool {
    std::env::var_os("RETOLD_SOAK").is_some()
}

/// Any file, in any way.
fn damage_anything(moment: Moment) {
    let mut random = Random(99 + moment as u64);
    damage_everything(moment, if is_soak() { 1000 } else { 120 }, |_, files| {
        damage(&files[random.below(files.len())], files, &mut random)
    });
}

#[test]
fn damage_is_never_another_answer() {
    damage_anything(Moment::AtRest);
}

#[test]
fn damage_after_a_crash_is_never_another_answer() {
    damage_anything(Moment::AfterACrash);
}

#[test]
fn damage_after_a_crash_in_copying_is_never_another_answer() {
    damage_anything(Moment::InCopying);
}

/// Bits of SQLite's log and of the notes on it, evenly over all of these files.
fn flip_bits_of_log(moment: Moment) {
    let flips = if is_soak() { 1500 } else { 80 };
    damage_everything(moment, flips, |round, files| {
        let names = ["archive.db-wal", "last-commit", "archive.db-shm"];
        // Most of them in the log, which is the longest.
        let name = if round % 8 < 6 { names[0] } else { names[round % 8 - 5] };
        let file = files.iter().find(|file| file.ends_with(name)).unwrap();
        let mut bytes = fs::read(file).unwrap();
        let bit = match name {
            // Two notes of 52 bytes, and nothing between them.
            "last-commit" => (round * 7 % 104 / 52 * 4096 + round * 7 % 52) * 8 + round % 8,
            _ => (bytes.len() * 8 - 1) * round / flips,
        };
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(file, bytes).unwrap();
        format!("{name}: bit {bit}")
    });
}

#[test]
fn no_bit_of_the_log_is_another_answer() {
    flip_bits_of_log(Moment::AfterACrash);
}

#[test]
fn no_bit_of_a_log_that_is_copied_is_another_answer() {
    flip_bits_of_log(Moment::InCopying);
}

#[test]
fn files_that_are_lost_after_a_crash_are_noticed() {
    for (moment, name, is_needed) in [
        (Moment::AfterACrash, "archive.db-wal", true),
        (Moment::InCopying, "archive.db-wal", true),
        (Moment::AfterACrash, "last-commit", true),
        (Moment::AtRest, "last-commit", true),
        (Moment::AfterACrash, "archive.db-shm", false),
        (Moment::AfterACrash, "lock", false),
    ] {
        let newsroom = Newsroom::new(moment);
        let whole = answers(&newsroom.path, &newsroom.texts[..5]).unwrap();
        let database = fs::read(newsroom.path.join("archive.db")).unwrap();
        fs::remove_file(newsroom.path.join(name)).unwrap();
        let answered = answers(&newsroom.path, &newsroom.texts[..5]);
        match is_needed {
            true => assert!(answered.unwrap_err().is_damage(), "{moment:?}, {name}"),
            false => assert_eq!(answered.unwrap(), whole, "{moment:?}, {name}"),
        }
        // Who opens what is damaged changes nothing of it.
        let _ = Archive::open(&newsroom.path, Config::default()).err();
        if is_needed {
            assert_eq!(fs::read(newsroom.path.join("archive.db")).unwrap(), database);
        }
    }
}

#[test]
fn an_archive_is_one_database_again_when_nobody_has_it_open() {
    let newsroom = Newsroom::new(Moment::AfterACrash);
    let names = || -> Vec<String> {
        let files = files(&newsroom.path);
        let name = |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().to_owned();
        files.iter().map(name).filter(|name| !name.ends_with(".seg")).collect()
    };
    // Whoever only reads leaves the log.
    drop(Reader::open(&newsroom.path, Config::default()).unwrap());
    assert!(names().contains(&"archive.db-wal".to_owned()));
    let reader = Reader::open(&newsroom.path, Config::default()).unwrap();
    drop(open(&newsroom.path));
    assert!(names().contains(&"archive.db-wal".to_owned()), "somebody reads");
    drop(reader);
    drop(open(&newsroom.path));
    assert_eq!(names(), ["archive.db", "last-commit", "lock"]);
    assert!(verify(&newsroom.path, &Cancel::never()).unwrap().damage.is_empty());
}

fn all_records(path: &Path) -> BTreeSet<String> {
    let mut records = BTreeSet::new();
    let keep = |article: &Stored| {
        records.insert(format!("{article:?}"));
        Ok::<_, Error>(())
    };
    // Nothing is saved of a database that cannot be opened.
    let _ = salvage(path, &Cancel::never(), keep);
    records
}

#[test]
fn no_byte_of_a_segment_changes_unnoticed() {
    let (_folder, path) = archive(&Settings::default());
    let mut own = open(&path);
    let texts = texts(22, 1);
    let articles = texts.iter().take(2).enumerate().map(|(at, text)| article(at, text, 0));
    add(&mut own, articles.collect());
    drop(own);
    let segment =
        files(&path).into_iter().find(|file| file.extension().is_some_and(|of| of == "seg"));
    let segment = segment.unwrap();
    let whole = fs::read(&segment).unwrap();
    // Header and trailer as a whole; what is between them has checksums by the block.
    let between = 40..whole.len() - 32;
    for byte in (0..whole.len()).filter(|byte| !between.contains(byte) || byte % 7 == 0) {
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (byte % 8);
        fs::write(&segment, &bytes).unwrap();
        let found = verify(&path, &Cancel::never());
        let is_noticed = found.as_ref().map_or(true, |of| !of.damage.is_empty());
        assert!(is_noticed, "byte {byte} of {}", whole.len());
    }
}
