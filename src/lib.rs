//! Finds copies, excerpts and rewrites in any pile of articles, and shows sentence by sentence which
//! came from which.
//!
//! # From texts to related pairs
//!
//! [`Engine::scan`] takes texts and gives every related pair, what the relation is, and the evidence
//! as byte spans into the texts. It uses all threads of the rayon pool it is called in; what it
//! finds is the same for any number of them.
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
//! Texts that do not fit into memory come through [`engine::Texts`], which fetches any of them by its
//! number.
//!
//! # Two texts, sentence by sentence
//!
//! ```
//! use retold::{Config, Engine};
//!
//! let engine = Engine::new(Config::default())?;
//! let a = "Rain fell all day. The minister signed the ferry contract on Monday night. Nobody asked.";
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
//! # The stages by themselves
//!
//! Every stage is a module of pure functions: texts in, features out; features in, pairs out; a pair
//! in, a comparison out. None opens a file, starts a thread or reads a clock, so they run inside
//! whatever distributes the work.
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

pub mod align;
pub mod cancel;
pub mod cluster;
pub mod engine;
pub mod error;
pub mod evaluation;
pub mod kernel;
pub mod lsh;
mod prefetch;
pub mod radix;
pub mod shingle;
pub mod sketch;
pub mod span;
pub mod text;

pub use cancel::{Cancel, Cancelled};
pub use engine::{Config, Engine};
pub use error::{BoxError, Error};
pub use kernel::Kernel;
pub use span::Span;
