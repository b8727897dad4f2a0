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
//!
//! [`Settings`] says how a run goes about it and what it may use; texts that do not fit into memory,
//! and what a scan makes of them, are in temporary files. [`Progress`] is told how far it has come.
//! Nothing here knows how its host is told what to do: failures for which a host has words of its
//! own are an [`Error`].

pub mod compare;
pub mod dedup;
pub mod error;
pub mod evaluate;
mod lines;
pub mod output;
pub mod pairs;
mod progress;
pub mod run;
pub mod scan;
pub mod settings;
pub mod shelf;
mod spilled;
pub mod stored;
pub mod tables;
mod temporary;
pub mod truth;
pub mod unfinished;

pub use error::{Difference, Error};
pub use progress::{Progress, Unwatched};
pub use settings::{Memory, Resources, Settings};
