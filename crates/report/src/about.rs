//! What records say of an article beside its text, for reports that people read.

/// What is known of an article. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its headline.
    pub title: Option<String>,
    /// Who published it.
    pub source: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it was published, in seconds since 1970. A whole day is its midnight in UTC.
    pub published: Option<i64>,
}

/// Which of the two sides an article is on, in a run that compares across sides only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Owner {
    /// Those that the run is about.
    Ours,
    /// Those that they are held against.
    Theirs,
}

impl Owner {
    /// The name that the HTML report carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }
}
