//! Files to findings: the runs of retold, from what is to be read to what a report can say of it,
//! within the memory that there is.
//!
//! | run | from | to |
//! |---|---|---|
//! | [`scan::Scan`] | a corpus | its related pairs and clusters |
//! | [`compare::Compared`] | two files | what they are to each other |
//! | [`pairs::PairList`] | a list of pairs | a comparison for each |
//! | [`evaluate::Judge`] | a corpus, and what is true of it | how good the findings are |
//! | [`dedup::Job`] | a corpus | a folder with what is worth keeping |
//! | [`watch::Watch`] | a folder | its articles as they arrive |
//!
//! [`Settings`] says how a run goes about it and what it may use; texts that do not fit into
//! memory, and what a scan makes of them, are in temporary files. [`Progress`] is told how far it
//! has come. Nothing here knows how its host is told what to do: failures for which a host has
//! words of its own are an [`Error`].
//!
//! ```
//! use retold::Config;
//! use retold_corpus::{Corpus, Input, ReadOptions};
//! use retold_pipeline::{Resources, Settings, Unwatched, run::Started, scan::Scan};
//! use retold_report::{Format, jsonl::Pairs};
//!
//! let folder = tempfile::tempdir()?;
//! let story = "Forty ferries waited outside the harbour bar while divers searched the barge. \
//!              The port authority said that nobody was hurt, and that it would open at dawn.";
//! std::fs::write(folder.path().join("ours.txt"), story)?;
//! std::fs::write(folder.path().join("theirs.txt"), format!("PORT – {story}"))?;
//!
//! let reading = ReadOptions::default();
//! let settings = Settings::new(reading, Config::default(), 0.7, Resources::default());
//! let started = Started::now("scan");
//! let corpus = Corpus::find(&[Input::parse(folder.path().as_os_str())], settings.reading.clone());
//! let mut scan = Scan::of(&corpus, &settings, &Unwatched)?;
//!
//! let (pairs, texts) = (scan.take_pairs(), scan.evidence());
//! let mut lines = Vec::new();
//! Pairs::default().write(&scan.findings(started.run(&[]), &pairs, &texts), &mut lines)?;
//! let line = String::from_utf8(lines)?;
//! assert!(line.starts_with(r#"{"a":"ours.txt","b":"theirs.txt","relation":"near-duplicate""#));
//! # Ok::<(), anyhow::Error>(())
//! ```

// A new variant breaks no match of somebody else, unless it says why it has to.
#![warn(clippy::exhaustive_enums)]

pub mod about;
pub mod compare;
pub mod dates;
pub mod dedup;
mod disk;
pub mod error;
pub mod evaluate;
pub mod intake;
mod lines;
pub mod loaded;
pub mod output;
pub mod pairs;
mod progress;
pub mod run;
pub mod scan;
pub mod settings;
mod spilled;
mod stdin;
pub mod stored;
pub mod tables;
mod temporary;
pub mod truth;
pub mod unfinished;
pub mod watch;

pub use about::AboutFields;
pub use error::{Difference, Error};
pub use progress::{Progress, Unwatched};
pub use settings::{DroppedMatches, Memory, Resources, Settings, Unread};
pub use stdin::Stdin;
