//! Tests of runs that are stopped, or whose texts, postings and pages fail them, at any moment.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use super::dedup::{Decisions, DedupConfig, Pages, Rank, Signing, Verification};
use super::{Scan, Stage, Texts, Watch};
use crate::lsh::rare::Spill;
use crate::text::hash::mix;
use crate::{BoxError, Cancel, Config, Engine, Error};

/// Fails at one call out of many.
#[derive(Default)]
struct Fuse {
    calls: AtomicUsize,
    /// The call that fails; none if there are fewer.
    fails: usize,
}

impl Fuse {
    fn at(fails: usize) -> Self {
        Self { fails, ..Self::default() }
    }

    fn call(&self) -> Result<(), BoxError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) == self.fails {
            true => Err("the fuse has blown".into()),
            false => Ok(()),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Texts, and a place for postings, that fail.
struct Failing {
    texts: Vec<String>,
    words: Mutex<Vec<u32>>,
    reading: Fuse,
    spilling: Fuse,
    /// Runs of postings that were asked for.
    reads: AtomicUsize,
    /// The text that was not given.
    failed: AtomicUsize,
}

impl Failing {
    fn new(reading: Fuse, spilling: Fuse) -> Self {
        let (words, failed) = (Mutex::default(), AtomicUsize::new(usize::MAX));
        Self { texts: texts(), words, reading, spilling, reads: AtomicUsize::new(0), failed }
    }
}

impl Texts for Failing {
    fn len(&self) -> usize {
        self.texts.len()
    }

    fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
        self.reading.call().inspect_err(|_| self.failed.store(at, Ordering::Relaxed))?;
        Ok(Cow::Borrowed(&self.texts[at]))
    }

    fn spill(&self) -> Option<&dyn Spill> {
        Some(self)
    }
}

impl Spill for Failing {
    fn write(&self, words: &[u32]) -> Result<u64, BoxError> {
        self.spilling.call()?;
        let mut all = self.words.lock().unwrap();
        all.extend_from_slice(words);
        Ok((all.len() - words.len()) as u64)
    }

    fn read(&self, place: u64, words: &mut [u32]) -> Result<(), BoxError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.spilling.call()?;
        words.copy_from_slice(&self.words.lock().unwrap()[place as usize..][..words.len()]);
        Ok(())
    }
}

/// Pages that fail.
struct FailingPages<'p>(&'p [Vec<u8>], Fuse);

impl Pages for FailingPages<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn bytes(&self, page: usize, range: Range<usize>) -> Result<Cow<'_, [u8]>, BoxError> {
        self.1.call()?;
        Pages::bytes(self.0, page, range)
    }
}

/// Knows which stage a run has come to.
struct Stages(Cancel, Mutex<Option<Stage>>);

impl Watch for Stages {
    fn begin(&self, stage: Stage, _: u64) {
        *self.1.lock().unwrap() = Some(stage);
    }

    fn advance(&self, _: u64) {}

    fn cancel(&self) -> Cancel {
        self.0.clone()
    }
}

/// Copies, articles with passages in common, a group of identical ones, a notice that many share,
/// and texts without words.
fn texts() -> Vec<String> {
    let sentence = |seed: u64| -> String {
        let word = |at| mix(seed << 8 | at) % 2000;
        let words = (0..14).map(|at| format!(" w{}x", word(at)));
        format!("The{}", words.collect::<String>())
    };
    let article =
        |at: u64| -> String { (0..8).map(|of| sentence(at / 2 * 5 + of) + ".\n").collect() };
    let text = |at: u64| match at % 12 {
        3 => sentence(0),
        5 => "…!".to_owned(),
        7 => article(at) + &sentence(9_999) + ".\n" + &sentence(9_998) + ".",
        9 => article(2).to_uppercase(),
        _ => article(at),
    };
    (0..72).map(text).collect()
}

fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn engine(held_bytes: usize) -> Engine {
    Engine::new(Config { held_bytes, ..Config::default() }).unwrap()
}

/// Some numbers below `all`, the first and the last among them.
fn some(all: usize) -> impl Iterator<Item = usize> {
    assert!(all >= 25, "only {all}");
    (0..all).step_by(all / 12).chain([all - 1])
}

/// What a run comes to whose token counts as told once it was looked at so many times.
fn stopped_after(looks: usize, held_bytes: usize) -> (Result<Scan, Error>, Option<Stage>, usize) {
    let cancel = Cancel::after(looks as u64);
    let stages = Stages(cancel.clone(), Mutex::default());
    let texts = Failing::new(Fuse::at(usize::MAX), Fuse::at(usize::MAX));
    let scan = pool(2).install(|| engine(held_bytes).scan_watched(&texts, &stages));
    (scan, *stages.1.lock().unwrap(), looks - cancel.looks_left() as usize)
}

#[test]
fn a_scan_can_be_stopped_in_every_stage() {
    for held_bytes in [1 << 30, 12_000] {
        let (whole, _, looks) = stopped_after(1 << 40, held_bytes);
        assert!(whole.unwrap().pairs.len() > 20);
        let mut stages = HashSet::new();
        for looks in some(looks) {
            let (scan, stage, _) = stopped_after(looks, held_bytes);
            assert!(scan.is_err_and(|error| error.is_cancelled()), "after {looks} looks");
            stages.insert(stage);
        }
        // The last look is the one before the last edge.
        assert_eq!(stages.len(), 3, "{stages:?}");
    }
}

#[test]
fn a_comparison_can_be_stopped_at_any_sentence() {
    let engine = engine(1 << 30);
    let texts = texts();
    let (a, b) = (texts[..9].concat(), texts[1..8].concat());
    let whole = engine.compare(&a, &b);
    let cancel = Cancel::after(1 << 40);
    assert_eq!(engine.compare_until(&a, &b, &cancel), Ok(whole));
    let looks = (1 << 40) - cancel.looks_left() as usize;
    for looks in some(looks) {
        assert!(engine.compare_until(&a, &b, &Cancel::after(looks as u64)).is_err());
    }
}

#[test]
fn a_text_that_is_not_given_ends_the_scan_and_is_named() {
    let scan = |fails, threads| {
        let texts = Failing::new(Fuse::at(fails), Fuse::at(usize::MAX));
        let scan = pool(threads).install(|| engine(1 << 30).scan(&texts));
        (scan, texts.reading.calls(), texts.failed.into_inner())
    };
    let (whole, calls, _) = scan(usize::MAX, 2);
    assert!(whole.is_ok());
    for fails in some(calls) {
        let (failed, _, number) = scan(fails, 2);
        match failed {
            Err(Error::Text { text, source }) => {
                assert_eq!((text, source.to_string().as_str()), (number, "the fuse has blown"));
            }
            other => panic!("{:?} at call {fails}", other.err()),
        }
    }
}

#[test]
fn of_several_texts_the_first_is_named_whatever_the_number_of_threads() {
    /// From one on, none is given.
    struct CutShort(Vec<String>, usize);
    impl Texts for CutShort {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
            if at < self.1 { Ok(Cow::Borrowed(&self.0[at])) } else { Err("cut short".into()) }
        }
    }
    // Enough for more than one block, beyond those by which the number of features is estimated.
    let texts: Vec<String> = (0..9).flat_map(|_| texts()).collect();
    for first in [0, 131, 633] {
        let texts = CutShort(texts.clone(), first);
        let failed = |threads| match pool(threads).install(|| engine(1 << 30).scan(&texts)) {
            Err(Error::Text { text, .. }) => text,
            other => panic!("{:?}", other.err()),
        };
        let of_one = failed(1);
        assert!(of_one >= first);
        assert_eq!((failed(2), failed(5)), (of_one, of_one));
    }
}

#[test]
fn a_spill_that_fails_ends_the_scan_then() {
    let scan = |fails| {
        let texts = Failing::new(Fuse::at(usize::MAX), Fuse::at(fails));
        let scan = pool(2).install(|| engine(12_000).scan(&texts));
        (scan, texts.spilling.calls(), texts.reads.into_inner())
    };
    let (whole, calls, reads) = scan(usize::MAX);
    assert!(whole.is_ok() && reads > 50);
    for fails in some(calls - 2 * reads / 3) {
        match scan(fails) {
            (Err(Error::Spill { action: "write", .. }), _, reads) => {
                assert_eq!(reads, 0, "nothing comes of postings that are not there");
            }
            (Err(Error::Spill { action: "read", .. }), ..) => assert!(fails > calls - 2 * reads),
            (other, ..) => panic!("{:?} at {fails}", other.err()),
        }
    }
}

fn decisions(pages: &FailingPages<'_>, cancel: Cancel) -> Result<Decisions, Error> {
    let (config, rank) = (DedupConfig::default(), |_| Ok(Rank::default()));
    let texts = texts();
    let texts: Vec<(u32, &String)> = (0..).zip(&texts).collect();
    pool(2).install(|| {
        let mut verification = Verification::new(config, pages, &rank, cancel)?;
        while verification.needs_reading() {
            texts.chunks(16).try_for_each(|some| verification.add(some))?;
            verification.end_reading()?;
        }
        verification.choose()
    })
}

#[test]
fn a_verification_can_be_stopped_and_failed_at_any_moment() {
    let mut signing = Signing::new(DedupConfig::default()).unwrap();
    let signed: Vec<Vec<u8>> = texts().chunks(16).map(|some| signing.sign(some)).collect();
    let cancel = Cancel::after(1 << 40);
    let pages = FailingPages(&signed, Fuse::at(usize::MAX));
    let whole = decisions(&pages, cancel.clone()).unwrap();
    assert!(whole.drops().len() > 20);
    for looks in some((1 << 40) - cancel.looks_left() as usize) {
        let pages = FailingPages(&signed, Fuse::at(usize::MAX));
        let stopped = decisions(&pages, Cancel::after(looks as u64));
        assert!(stopped.is_err_and(|error| error.is_cancelled()), "after {looks} looks");
    }
    for fails in some(pages.1.calls()) {
        let failed = decisions(&FailingPages(&signed, Fuse::at(fails)), Cancel::never());
        assert!(matches!(failed, Err(Error::Page { .. })), "{:?} at {fails}", failed.err());
    }
    let rank = |article| if article < 7 { Ok(Rank::default()) } else { Err("no date".into()) };
    let unranked =
        Verification::new(DedupConfig::default(), &signed[..], &rank, Cancel::never()).err();
    assert!(matches!(unranked, Some(Error::Rank { .. })), "{unranked:?}");
}

#[test]
fn pages_that_are_cut_short_are_errors() {
    let mut signing = Signing::new(DedupConfig::default()).unwrap();
    let page = signing.sign(&texts());
    // The very end is only read if there are candidates.
    for length in (0..page.len() / 2).step_by(page.len() / 40) {
        let cut = [page[..length].to_vec()];
        let pages = FailingPages(&cut, Fuse::at(usize::MAX));
        assert!(
            matches!(decisions(&pages, Cancel::never()), Err(Error::Page { .. })),
            "{length} bytes"
        );
    }
}
