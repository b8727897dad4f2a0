//! Finds copies, excerpts and rewrites in any collection of articles, and shows sentence by
//! sentence which came from which.
//!
//! # What to use when
//!
//! | you have | use |
//! |---|---|
//! | a list of texts, and want every related pair and cluster | [`Engine::scan`] |
//! | new texts, and want what they share with an archive | [`Engine::scan_across`] |
//! | two texts | [`Engine::compare`] |
//! | one text to compare with many | [`Engine::profile`] each, then [`Engine::compare_profiles`] |
//! | more text than memory | [`Engine::scan`] with [`engine::Texts`] of your own |
//! | a corpus to clean of near-duplicates | [`engine::dedup`] |
//! | work to distribute, or one stage to use by itself | [the stages](#the-stages-by-themselves) |
//! | pairs that people have labelled, to see how good all this is | [`evaluation`] |
//!
//! [`Config`] holds all settings of an engine; the defaults suit news in any language. A setting
//! out of range is an [`Error`] that names its field, so that hosts can say what they call it.
//! Nothing is printed, no file is opened, and no state is shared between engines.
//!
//! # From texts to related pairs
//!
//! [`Engine::scan`] takes texts and gives every related pair, what the relation is, and the
//! evidence as byte spans into the texts. It uses all threads of the rayon pool it is called in;
//! what it finds is the same for any number of them.
//!
//! ```
//! use retold::align::Relation;
//! use retold::{Config, Engine};
//!
//! let texts = vec![
//!     "Forty ferries waited outside the harbour bar while divers searched the sunken barge. \
//!      The port authority said that nobody was hurt, and that the channel would open at dawn.",
//!     "A cellist left her instrument on the night train to the coast, and got it back by noon.",
//!     "AGENCY – Forty ferries waited outside the harbour bar while divers searched the sunken \
//!      barge. The port authority said that nobody was hurt, and that the channel would open \
//!      at dawn.",
//! ];
//! let scan = Engine::new(Config::default())?.scan(&texts[..])?;
//!
//! let pair = &scan.pairs[0];
//! assert_eq!((pair.a, pair.b), (0, 2));
//! assert_eq!(pair.comparison.relation, Relation::NearDuplicate);
//! assert_eq!(scan.clusters, [0, 1, 0]);
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! Texts that do not fit into memory come through [`engine::Texts`], which fetches any of them by
//! its number. Settings are set by name, and can be read and assigned as fields:
//!
//! ```
//! use retold::engine::Channel;
//! use retold::{Config, Engine};
//!
//! let config = Config::default().threshold(0.8).channel(Channel::Banding);
//! let engine = Engine::new(config)?;
//! assert_eq!(engine.config().compare.threshold, 0.8);
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! # Two texts, sentence by sentence
//!
//! ```
//! use retold::{Config, Engine};
//!
//! let engine = Engine::new(Config::default())?;
//! let a = "Rain fell all day. The minister signed the ferry contract on Monday night. \
//!     Nobody asked.";
//! let b = "On Monday night the minister signed the ferry contract. Rain fell all day, again.";
//! let comparison = engine.compare(a, b);
//! for sentence in &comparison.sentences {
//!     println!("{:?}: {} | {}", sentence.kind, sentence.a.of(a), sentence.b.of(b));
//! }
//! assert_eq!(comparison.sentences.len(), 2);
//! assert!(comparison.sentences[1].a.of(a).starts_with("The minister signed"));
//! assert!(comparison.sentences[1].b.of(b).starts_with("On Monday night"));
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! # One article by itself
//!
//! A scan needs all texts at once. Where articles come and go, [`Engine::fingerprint`] gives
//! everything that finds one text again, and an [`engine::Index`] of such fingerprints finds the
//! candidates of an article among those that are there, by the rules of a scan. `examples/index.rs`
//! is a small server around it.
//!
//! ```
//! use retold::engine::Index;
//! use retold::{Config, Engine};
//!
//! let engine = Engine::new(Config::default())?;
//! let mut index: Index<u64> = engine.index(10_000)?;
//! let ferry = "The minister signed the ferry contract on Monday night, before the vote.";
//! let rain = "Rain fell all day, and nobody in the harbour asked when the boats would leave.";
//! index.add(17, engine.fingerprint(ferry)?)?;
//! index.add(18, engine.fingerprint(rain)?)?;
//!
//! let asked = "On Monday night, before the vote, the minister signed the contract for the ferry.";
//! let found = index.candidates(&engine.fingerprint(asked)?)?;
//! assert_eq!(found.len(), 1);
//! assert_eq!(found[0].id, 17);
//! assert!(engine.compare(asked, ferry).score > 0.5);
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! # In a distributed job
//!
//! [`engine::batch`] has the steps of a scan as functions that know nothing of one another: texts
//! to fingerprints, articles that share a key to candidate pairs, pairs of prepared articles to
//! comparisons. The job groups by key in between.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use retold::engine::Key;
//! use retold::engine::batch::{self, RareRules};
//! use retold::{Config, Engine};
//!
//! let engine = Engine::new(Config::default())?;
//! let texts = [
//!     "The minister signed the ferry contract on Monday night, before the vote.",
//!     "Rain fell all day, and nobody in the harbour asked when the boats would leave.",
//!     "On Monday night, before the vote, the minister signed the contract for the ferry.",
//! ];
//! let rules = RareRules::new(40, 6);
//!
//! // Texts to keys, and the articles of each …
//! let mut buckets: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
//! for (id, fingerprint) in batch::fingerprints(&engine, texts)?.iter().enumerate() {
//!     fingerprint.keys().for_each(|key| buckets.entry(key).or_default().push(id));
//! }
//! // … features to pairs with what they weigh (texts and bands have functions of their own) …
//! let features = buckets.iter().filter(|(key, _)| matches!(key, Key::Feature(_)));
//! let pairs = features.flat_map(|(_, ids)| batch::pairs_of_feature(ids, rules)).collect();
//! let pairs = batch::heavy_pairs(pairs, rules);
//! assert_eq!(pairs, [(0, 2)]);
//!
//! // … and pairs to comparisons.
//! let profiles = batch::profiles(&engine, texts);
//! let prepared = pairs.iter().map(|(a, b)| (&profiles[*a], &profiles[*b]));
//! assert!(batch::compare(&engine, prepared)[0].score > 0.5);
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! # The stages by themselves
//!
//! Every stage is a module of pure functions: texts in, features out; features in, pairs out; a
//! pair in, a comparison out. None opens a file, starts a thread or reads a clock, so they run
//! inside whatever distributes the work.
//!
//! | module | from | to |
//! |---|---|---|
//! | [`text`] | text | words, sentences and quotations, with spans |
//! | [`shingle`] | words | hashes of word n-grams and of pairs of stems |
//! | [`sketch`] | shingles | signatures that estimate Jaccard index and containment |
//! | [`lsh`] | signatures, rare features | candidate pairs |
//! | [`align`] | pairs of articles | relation, score, passages, sentences |
//! | [`cluster`] | related pairs | clusters |
//! | [`evaluation`] | scores and the truth about them | precision, recall, curve |
//!
//! ```
//! use retold::Kernel;
//! use retold::lsh::{Banding, band_keys::BUCKET_LIMIT, banding::Target};
//! use retold::shingle::{ShingleSet, Shingler};
//! use retold::sketch::{MinHashConfig, MinHasher, Signatures};
//!
//! let texts = [
//!     "The port authority said that nobody was hurt and that the channel would open at dawn.",
//!     "Nobody answered the door when the inspectors of the ministry came on Friday morning.",
//!     "The Port Authority said that nobody was hurt, and that the channel would open at dawn!",
//! ];
//!
//! // What the texts have in common, exactly …
//! let mut shingler = Shingler::new(3, Kernel::detect())?;
//! let sets = texts.map(|text| ShingleSet::of(text, &mut shingler));
//! assert_eq!(sets[0].jaccard(&sets[2]), 1.0);
//!
//! // … and by signatures, which find the pairs that are worth a look.
//! let mut hasher = MinHasher::new(MinHashConfig::default())?;
//! let mut signatures = Signatures::new(hasher.scheme());
//! for (number, text) in (0..).zip(texts) {
//!     signatures.push_with(number, |lanes| hasher.sign_into(text, lanes));
//! }
//! let banding = Banding::for_threshold(Target::new(0.5, hasher.lanes()))?;
//! assert_eq!(banding.candidates(&signatures, BUCKET_LIMIT)?.pairs, [(0, 2)]);
//! # Ok::<(), retold::Error>(())
//! ```
//!
//! # Beside the library
//!
//! Packages of the same workspace read articles from files (`retold-corpus`), write findings down
//! (`retold-report`), run from files to findings within a given memory (`retold-pipeline`), and are
//! the command `retold` (`retold-cli`). The library itself depends on little more than rayon and
//! Unicode tables.

// A new variant breaks no match of somebody else, unless it says why it has to. Benches and tools
// see the inside, and are changed with it.
#![cfg_attr(not(feature = "unstable"), warn(clippy::exhaustive_enums))]

pub mod align;
pub mod cancel;
pub mod cluster;
pub mod engine;
pub mod error;
pub mod evaluation;
mod kernel;
pub mod lsh;
mod prefetch;
mod radix;
mod setters;
pub mod shingle;
pub mod sketch;
pub mod span;
pub mod text;
#[cfg(feature = "unstable")]
pub mod unstable;

pub use cancel::{Cancel, Cancelled};
pub use engine::{Config, Engine};
pub use error::{BoxError, Error};
pub use kernel::Kernel;
pub use span::Span;
