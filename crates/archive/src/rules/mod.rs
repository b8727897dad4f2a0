//! `rules.toml`: who is who, who may use what, and which matches are flagged.
//!
//! | step | module |
//! |---|---|
//! | from text, with line and key of what is wrong | `read` |
//! | what a match comes to by these rules | `assess` |
//! | where a credit stands in a text | `credit` |
//! | in plain words | `explain` |

mod assess;
mod credit;
mod explain;
mod read;

pub(crate) use assess::Pair;
pub use assess::{Assessment, Condition, Credit, Embargo, SourceName, Verdict};

use globset::GlobMatcher;
use retold::align::Relation;

use crate::Error;

/// Who is who, who may use what, and which matches are flagged.
#[derive(Debug, Clone)]
pub struct Rules {
    text: String,
    sources: Vec<Source>,
    licences: Vec<Licence>,
    rules: Vec<Rule>,
    ignore: Ignore,
}

/// What a source is to whoever keeps the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
// Exhaustive on purpose: rules and reports have to say what a new kind means.
pub enum SourceKind {
    /// One of its own titles.
    Own,
    /// A news agency that it takes from.
    Agency,
    /// Somebody with whom there is an agreement.
    Partner,
    /// Anybody else.
    Unknown,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Own, Self::Agency, Self::Partner, Self::Unknown];

    /// The name that rules and records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Agency => "agency",
            Self::Partner => "partner",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A source, and by what its articles are known.
#[derive(Debug, Clone)]
struct Source {
    name: String,
    kind: SourceKind,
    /// What articles state as their source, in lower case.
    values: Vec<String>,
    ids: Vec<GlobMatcher>,
    urls: Vec<GlobMatcher>,
}

/// Some sources, by name and by kind. Empty: all of them.
#[derive(Debug, Clone, Default)]
struct Sources {
    names: Vec<String>,
    kinds: Vec<SourceKind>,
}

/// What somebody may use of somebody's.
#[derive(Debug, Clone)]
struct Licence {
    name: String,
    from: Sources,
    to: Sources,
    /// The first second, and the first one behind the last.
    since: Option<i64>,
    until: Option<i64>,
    /// Largest share of the earlier article.
    share: Option<f32>,
    credit: Option<String>,
    embargo_hours: Option<u32>,
}

/// Which matches are flagged.
#[derive(Debug, Clone)]
struct Rule {
    name: String,
    old: Sources,
    new: Sources,
    relations: Vec<Relation>,
    coverage: f32,
    score: f32,
    conditions: Vec<Condition>,
    same_source: bool,
}

/// What is never flagged.
#[derive(Debug, Clone, Default)]
struct Ignore {
    ids: Vec<GlobMatcher>,
    titles: Vec<GlobMatcher>,
    sources: Sources,
}

impl Ignore {
    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.titles.is_empty() && self.sources.is_all()
    }
}

impl Sources {
    /// Whether it is not about some sources only.
    fn is_all(&self) -> bool {
        self.names.is_empty() && self.kinds.is_empty()
    }
}

impl Rules {
    /// Reads the content of `rules.toml`.
    ///
    /// ```
    /// let text = "[[source]]\nname = 'us'\nkind = 'own'\n[[rule]]\nname = 'ours'\nold = ['us']";
    /// assert!(retold_archive::Rules::parse(text).is_ok());
    /// let wrong = retold_archive::Rules::parse("[[rule]]\nname = 'ours'\nold = ['uss']");
    /// assert!(wrong.unwrap_err().to_string().starts_with("line 3, rule.old: "));
    /// ```
    ///
    /// # Errors
    /// [`Error::Rules`], with the line and the key of the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read::rules(text)
    }

    /// Those of an archive that has none.
    pub(crate) fn none() -> Self {
        Self {
            text: String::new(),
            sources: Vec::new(),
            licences: Vec::new(),
            rules: Vec::new(),
            ignore: Ignore::default(),
        }
    }

    /// The text that they were read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What they say, in plain words: a line for each source, licence and rule.
    pub fn explain(&self) -> Vec<String> {
        explain::lines(self)
    }
}
