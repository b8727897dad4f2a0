//! How articles are added, and what comes of it.

use crate::article::{NewArticle, Stored};
use crate::flag::Flag;
use crate::judge::{Match, Wanted};

/// How articles are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddOptions {
    /// What becomes of articles whose id is there.
    pub known: Known,
    /// Which matches are wanted.
    pub wanted: Wanted,
}

/// What becomes of an article whose id is in the archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Known {
    /// It is skipped.
    #[default]
    Skip,
    /// It is a new version of the same story, which is found instead of the one before; skipped if
    /// nothing but the time when it was seen has changed, or if it is an earlier version that says
    /// when it was published.
    Replace,
}

/// What came of adding articles.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Added {
    /// Those that were added, in order.
    pub articles: Vec<AddedArticle>,
    /// Those that were skipped because their id was there.
    pub skipped: u64,
    /// Articles that their publishers take back ([`About::is_canceled`](crate::About::is_canceled))
    /// and that are not withdrawn yet, in order; for
    /// [`Archive::withdraw_canceled`](crate::Archive::withdraw_canceled). A notice whose article
    /// was there is neither added nor skipped; one that was acted on before, or is older than the
    /// newest version by what both say of their time, is skipped.
    pub canceled: Vec<Canceled>,
}

/// A notice of a publisher that takes an article back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canceled {
    /// The name of the article.
    pub id: String,
    /// The source of the notice, or of the article where that states none.
    pub by: Option<String>,
    /// When the notice was first seen, in seconds since 1970.
    pub at: i64,
}

/// Splits articles behind each notice of a publisher, for calls of
/// [`Archive::add`](crate::Archive::add) one after the other: what comes behind a notice finds its
/// article withdrawn, however the articles were divided into batches.
pub fn split_at_notices(articles: Vec<NewArticle>) -> Vec<Vec<NewArticle>> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    for article in articles {
        let is_notice = article.about.is_canceled();
        part.push(article);
        if is_notice {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.extend(Some(part).filter(|part| !part.is_empty()));
    parts
}

/// An article that was added.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedArticle {
    /// It, without its text.
    pub article: Stored,
    /// The earlier articles that it matches, the most alike first. They depend on the articles that
    /// came before it and on nothing else, however these were divided into batches.
    pub matches: Vec<Match>,
    /// The flags that were written, one for each match that a rule asks for, or that is with
    /// something derived from a withdrawn article; whatever matches are wanted.
    pub flags: Vec<Flag>,
}
