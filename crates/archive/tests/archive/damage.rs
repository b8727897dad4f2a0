//! Damaged files: never another answer without an error.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use retold::{Cancel, Config};
use retold_archive::{Error, Reader, Settings, Stored, Wanted, salvage, verify};

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
    Ok(format!("{matches:?} {found:?} {stats:?}"))
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut files = vec![path.join("archive.db")];
    let segments = fs::read_dir(path.join("segments")).unwrap();
    files.extend(segments.map(|entry| entry.unwrap().path()));
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
            let from = random.below(bytes.len() - (end - at));
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

#[test]
fn damage_is_never_another_answer() {
    let soak = std::env::var_os("RETOLD_SOAK").is_some();
    let (folder, path) = archive(&Settings { max_df: 6, ..Settings::default() });
    let texts = texts(21, 60);
    let mut own = open(&path);
    let articles: Vec<_> =
        texts.iter().enumerate().map(|(at, text)| article(at, text, 0)).collect();
    articles.chunks(40).for_each(|batch| drop(add(&mut own, batch.to_vec())));
    own.remove(&["1", "50"], &Cancel::never()).unwrap();
    drop(own);
    let asked = &texts[..20];
    let (whole, records) = (answers(&path, asked).unwrap(), all_records(&path));
    assert!(verify(&path, &Cancel::never()).unwrap().damage.is_empty());
    let (mut random, mut noticed, mut lost) = (Random(99), 0, 0);
    let rounds = if soak { 2400 } else { 120 };
    for round in 0..rounds {
        let damaged = folder.path().join(format!("damaged-{round}"));
        copy(&path, &damaged);
        let files = files(&damaged);
        let how = damage(&files[random.below(files.len())], &files, &mut random);
        let is_changed = files.iter().any(|file| {
            fs::read(file).ok() != fs::read(path.join(file.strip_prefix(&damaged).unwrap())).ok()
        });
        let answered = answers(&damaged, asked);
        if let Ok(answers) = &answered {
            assert_eq!(*answers, whole, "{how}");
        }
        let verified = verify(&damaged, &Cancel::never());
        let is_noticed = verified.as_ref().map_or(true, |of| !of.damage.is_empty());
        assert!(answered.is_ok() || is_noticed, "{how}: {answered:?}, and verify finds nothing");
        // SQLite has pages without content, and parts of pages.
        let of_segment = how.contains(".seg:");
        assert!(!of_segment || !is_changed || is_noticed, "{how}");
        noticed += usize::from(is_noticed);
        let saved = all_records(&damaged);
        assert!(saved.is_subset(&records), "{how}: what is saved is not what was there");
        assert!(!of_segment || saved == records, "{how}: texts do not depend on segments");
        lost += usize::from(saved.len() < records.len());
        fs::remove_dir_all(&damaged).unwrap();
    }
    println!("{rounds} rounds, {noticed} noticed, records lost in {lost}");
    assert!(noticed * 2 > rounds, "{noticed}");
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
