//! Withdrawn articles, and all that is derived from them.

use std::collections::{BTreeMap, HashSet};

use retold::Cancel;
use retold::align::compare_until;

use crate::added::Canceled;
use crate::article::Stored;
use crate::flag::{
    DerivedRecord, FlagRecord, Found, Notice, NoticeKind, Withdrawal, WithdrawalRecord, Withdrawn,
};
use crate::flagging::written;
use crate::ledger::{Entries, Table, Wanted};
use crate::lineage::{Derived, Lineage, inherited, join};
use crate::{Archive, Error, Reader};

/// The order in which articles were seen: what comes from another stands behind it.
type Moment = (i64, u64);

impl Archive {
    /// Marks an article as withdrawn, with all its versions, and all later ones that are derived
    /// from it: those that share with it, or with one of these, what that has from it. Articles
    /// that are added from now on and share that are flagged. Gives each with its chain, in the
    /// order in which they were seen.
    ///
    /// If it was withdrawn before in the same way, what is known by now is given.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such article.
    pub fn withdraw(
        &mut self,
        id: &str,
        notice: &Notice,
        cancel: &Cancel,
    ) -> Result<Vec<Withdrawn>, Error> {
        let newest = self.find(id)?;
        let missing = || Error::Missing { what: "article", name: id.to_owned() };
        let newest = newest.ok_or_else(missing)?;
        let is_so = |of: &&Withdrawal| of.id == id && of.notice.kind == notice.kind;
        let newest_doc = newest.doc as i64;
        for before in self.withdrawals()?.iter().filter(is_so) {
            // A version that came later is not withdrawn yet.
            let rows = self.store.rows(Table::Derived, Wanted::Second(newest_doc))?;
            if rows.iter().any(|row| row.keys[0] as u64 == before.number) {
                return self.derived_from(before.number, cancel);
            }
        }
        let derived = self.trace(newest, cancel)?;
        let (mut ledger, mut entries) = (self.ledger, Entries::default());
        let record = WithdrawalRecord { id: id.to_owned(), notice: notice.clone() };
        let keys = [notice.at, 0];
        let number = entries.push(&mut ledger, Table::Withdrawals, keys, written(&record));
        for ((_, doc), record) in &derived {
            let keys = [number as i64, *doc as i64];
            entries.push(&mut ledger, Table::Derived, keys, written(record));
        }
        self.enter_all(ledger, entries)?;
        self.derived_from(number, cancel)
    }

    /// Withdraws the articles that their publishers take back, as [`Archive::add`] has named them.
    /// Gives for each what is derived from it.
    ///
    /// Whoever is interrupted before that adds the same articles again: a notice that was not acted on
    /// yet is named once more.
    pub fn withdraw_canceled(
        &mut self,
        canceled: &[Canceled],
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Withdrawn>>, Error> {
        let withdraw = |Canceled { id, by, at }: &Canceled| {
            let note = Some("canceled by its publisher (pubstatus)".to_owned());
            let notice = Notice { kind: NoticeKind::Kill, note, by: by.clone(), at: *at };
            self.withdraw(id, &notice, cancel)
        };
        canceled.iter().map(withdraw).collect()
    }
}

impl Reader {
    /// All withdrawals, by number.
    pub fn withdrawals(&self) -> Result<Vec<Withdrawal>, Error> {
        let rows = self.store.rows(Table::Withdrawals, Wanted::After(0, u64::MAX))?;
        let withdrawal = |row: &crate::ledger::Row| {
            let WithdrawalRecord { id, notice } = self.parsed(Table::Withdrawals, row)?;
            Ok(Withdrawal { number: row.number, id, notice })
        };
        rows.iter().map(withdrawal).collect()
    }

    /// All that is known to be derived from a withdrawn article, with the chain to each, in the
    /// order in which they were seen.
    pub fn derived_from(&self, number: u64, cancel: &Cancel) -> Result<Vec<Withdrawn>, Error> {
        let lineage = Lineage::new(self, &[]);
        let mut all = Vec::new();
        for row in self.store.rows(Table::Derived, Wanted::First(number as i64))? {
            cancel.check()?;
            let withdrawn = lineage.withdrawn(row.keys[1] as u64)?;
            all.extend(withdrawn.into_iter().filter(|of| of.withdrawal.number == number));
        }
        let moment = |of: &Withdrawn| of.chain.last().map(|link| moment(&link.to));
        all.sort_by_key(moment);
        Ok(all)
    }

    /// An article with all its versions, and what is derived from them.
    fn trace(
        &self,
        newest: Stored,
        cancel: &Cancel,
    ) -> Result<Vec<(Moment, DerivedRecord)>, Error> {
        let root = newest.id.clone();
        let mut waiting: BTreeMap<Moment, DerivedRecord> = BTreeMap::new();
        let mut version = Some(newest);
        while let Some(article) = version {
            let record = DerivedRecord { from: 0, hops: 0, spans: Vec::new(), found: None };
            waiting.insert(moment(&article), record);
            version = article.previous.map(|doc| self.store.expect(doc)).transpose()?;
        }
        let mut done = Vec::new();
        // By time: whatever an article has from withdrawn ones is known when its turn comes.
        while let Some((at, record)) = waiting.pop_first() {
            let article = self.store.expect(at.1)?;
            for (later, found) in self.later(&article, cancel)? {
                if later.id == root {
                    continue;
                }
                let Some(comparison) = found.comparison() else { continue };
                let spans = inherited(&comparison, &record.spans);
                if spans.is_empty() {
                    continue;
                }
                let way = DerivedRecord {
                    from: article.doc,
                    hops: record.hops + 1,
                    spans,
                    found: Some(found),
                };
                let mut known = Derived::new();
                known.extend(waiting.remove(&moment(&later)).map(|before| (0, before)));
                join(&mut known, 0, way);
                waiting.extend(known.remove(&0).map(|record| (moment(&later), record)));
            }
            done.push((at, record));
        }
        Ok(done)
    }

    /// Articles that were seen later and reuse something of this one: those that are found now,
    /// and those that were flagged when they came.
    fn later(&self, article: &Stored, cancel: &Cancel) -> Result<Vec<(Stored, Found)>, Error> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut analyzer = self.engine.analyzer();
        let own = self.engine.profile(&mut analyzer, &article.text);
        for candidate in self.candidates(&[&article.text], cancel)?.remove(0) {
            let later = self.store.expect(candidate.doc)?;
            let is_before = moment(&later) <= moment(article);
            if is_before || later.id == article.id || later.about.is_canceled() {
                continue;
            }
            let other = self.engine.profile(&mut analyzer, &later.text);
            let comparison = compare_until(&own, &other, &self.engine.config().compare, cancel)?;
            if comparison.relation.is_reuse() && seen.insert(later.doc) {
                all.push((later.without_text(), Found::from(&comparison)));
            }
        }
        for row in self.store.rows(Table::Flags, Wanted::First(article.doc as i64))? {
            let later = self.store.expect(row.keys[1] as u64)?.without_text();
            let FlagRecord { found, .. } = self.parsed(Table::Flags, &row)?;
            let is_reuse = found.comparison().is_some_and(|of| of.relation.is_reuse());
            if moment(&later) > moment(article) && is_reuse && seen.insert(later.doc) {
                all.push((later, found));
            }
        }
        Ok(all)
    }
}

fn moment(article: &Stored) -> Moment {
    (article.first_seen, article.doc)
}
