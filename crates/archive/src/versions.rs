//! What becomes of an article whose id may be in the archive: it is added, skipped, a new version,
//! or a notice by which its publisher withdraws it.

use crate::added::{Canceled, Known};
use crate::article::{NewArticle, Stored};
use crate::flag::{NoticeKind, Withdrawal};
use crate::ledger::{Table, Wanted};
use crate::{Error, Reader};

/// What becomes of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is added, as a new version where there is an earlier one.
    Add,
    /// It is left out.
    Skip,
    /// It is a notice that withdraws the article that is there; it is not added.
    Withdraw,
    /// It is added, and withdrawn.
    AddCanceled,
}

impl Canceled {
    /// Of a notice, or of an article that comes after its notice, and what was there.
    pub(crate) fn of(article: &NewArticle, before: Option<&Stored>) -> Self {
        let of_before = || before?.about.source.clone();
        let by = article.about.source.clone().or_else(of_before);
        Self { id: article.id.clone(), by, at: article.first_seen }
    }
}

impl Reader {
    /// What becomes of an article, if that is the newest version of its id.
    pub(crate) fn step(
        &self,
        article: &NewArticle,
        before: Option<&Stored>,
        known: Known,
    ) -> Result<Step, Error> {
        let is_notice = article.about.is_canceled();
        let Some(before) = before else {
            return Ok(if is_notice { Step::AddCanceled } else { Step::Add });
        };
        if is_notice {
            let is_done = is_older(article, before) || self.is_handled(article, before)?;
            return Ok(if is_done { Step::Skip } else { Step::Withdraw });
        }
        // Of an article whose notice came first, there is only that so far.
        if before.about.is_canceled() {
            let is_corrected = article.about.published > before.about.published
                && before.about.published.is_some();
            return Ok(if is_corrected { Step::Add } else { Step::AddCanceled });
        }
        let skips = known == Known::Skip || self.is_known(article, before)?;
        Ok(if skips { Step::Skip } else { Step::Add })
    }

    /// Whether the newest version is withdrawn, or was written after a notice that was acted on: where
    /// nothing says when the notice is from, it is taken for that one, read again.
    fn is_handled(&self, notice: &NewArticle, newest: &Stored) -> Result<bool, Error> {
        let has_dates = notice.about.published.and(newest.about.published).is_some();
        let is_handled = |of: &Withdrawal| of.id == newest.id && of.notice.kind == NoticeKind::Kill;
        let withdrawn = self.withdrawals()?.into_iter().filter(is_handled);
        let numbers: Vec<u64> = withdrawn.map(|of| of.number).collect();
        if numbers.is_empty() || !has_dates {
            return Ok(!numbers.is_empty());
        }
        let rows = self.store.rows(Table::Derived, Wanted::Second(newest.doc as i64))?;
        Ok(rows.iter().any(|row| numbers.contains(&(row.keys[0] as u64))))
    }

    /// Whether an article is the newest version of its story, or an earlier one, as its time tells:
    /// a folder that holds all versions may be read again and again.
    fn is_known(&self, article: &NewArticle, newest: &Stored) -> Result<bool, Error> {
        let is_same = |of: &Stored| of.text == article.text && of.about == article.about;
        if is_same(newest) || article.about.published.is_none() {
            return Ok(is_same(newest));
        }
        let mut previous = newest.previous;
        while let Some(doc) = previous {
            // One of the same batch is not stored yet.
            let Some(version) = self.store.article(doc)? else { break };
            if is_same(&version) {
                return Ok(true);
            }
            previous = version.previous;
        }
        Ok(false)
    }
}

/// Whether a notice is from before an article, as both say.
fn is_older(notice: &NewArticle, article: &Stored) -> bool {
    let times = notice.about.published.zip(article.about.published);
    times.is_some_and(|(notice, article)| notice < article)
}
