//! An archive of articles that remembers: new articles are added all day long, and each is told
//! which earlier ones it shares text with.
//!
//! ```text
//! PATH/archive.db      SQLite: settings, records, texts, which segments there are
//! PATH/last-commit     which commit was the last one, and what of SQLite's log it needs
//! PATH/segments/       immutable files: which articles have which band key, feature, text or id
//! PATH/lock            held by the one process that writes
//! ```
//!
//! | step | module |
//! |---|---|
//! | what an archive is made with | `settings` |
//! | bytes of a segment, and finding keys in it | `segment` |
//! | candidates of many articles at once | `find` |
//! | candidates to matches | `judge` |
//! | records, and the transaction that is the commit | `store` |
//! | that no commit is lost without a word | `last_commit`, `log` |
//! | texts in few bytes | `compression`, `dictionary` |
//! | adding, removing, merging, letting spans expire | `archive`, `compact`, `expire` |
//! | who is who, who may use what, what is flagged | `rules` |
//! | flags as matches are found; flags and decisions to read | `flagging`, `flags`, `flag` |
//! | withdrawn articles and what is derived from them | `withdraw`, `lineage` |
//! | rows of all these | `ledger` |
//! | what is damaged, and what is whole | `verify` |
//!
//! A commit writes and syncs new segments first, then the transaction that names them. After a
//! crash, segments that no transaction names are removed when the next writer opens the archive.
//!
//! Nothing here prints, reads the clock or ends the process; whatever takes longer than a moment
//! takes a [`retold::Cancel`].
//!
//! ```
//! use retold::{Cancel, Config};
//! use retold::align::Relation;
//! use retold_archive::{AddOptions, Archive, NewArticle, Settings};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("news");
//! Archive::create(&path, &Settings::default())?;
//! let mut archive = Archive::open(&path, Config::default())?;
//!
//! let text = "Forty ferries waited outside the harbour bar while divers searched the barge.";
//! let article = |id: &str, text: &str| NewArticle {
//!     id: id.to_owned(),
//!     text: text.to_owned(),
//!     first_seen: 1_700_000_000,
//!     ..NewArticle::default()
//! };
//! let never = Cancel::never();
//! let options = AddOptions::default();
//! archive.add(vec![article("ours", text)], &options, &never)?;
//! let added = archive.add(vec![article("theirs", &text.to_uppercase())], &options, &never)?;
//! let found = &added.articles[0].matches[0];
//! assert_eq!((found.article.id.as_str(), found.comparison.relation), ("ours", Relation::Identical));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod added;
mod archive;
mod article;
mod compact;
mod compression;
mod dictionary;
mod disk;
mod error;
mod expire;
mod find;
mod fingerprints;
mod flag;
mod flagging;
mod flags;
mod judge;
mod keys;
mod last_commit;
mod ledger;
mod lineage;
mod log;
mod open_segment;
mod reader;
mod rules;
mod segment;
mod settings;
mod state;
mod store;
mod verify;
mod versions;
mod withdraw;
mod written;

pub use added::{AddOptions, Added, AddedArticle, Canceled, Known, split_at_notices};
pub use archive::Archive;
pub use article::{About, NewArticle, Stored};
pub use error::Error;
pub use expire::Expired;
pub use find::Candidate;
pub use flag::{
    Decision, Flag, FlagFilter, FlagState, Link, Notice, NoticeKind, Withdrawal, Withdrawn,
};
pub use flags::RulesVersion;
pub use judge::{Match, Wanted};
pub use reader::{Reader, SpanStats, Stats};
pub use rules::{Assessment, Condition, Credit, Embargo, Rules, SourceKind, SourceName, Verdict};
pub use settings::{FORMAT, Settings};
pub use verify::{Salvage, Verification, salvage, verify};
