//! What is derived from withdrawn articles, and through which others.

use std::collections::{BTreeMap, HashMap};

use retold::align::Comparison;
use retold::span::Span;

use crate::article::Stored;
use crate::flag::{DerivedRecord, Link, Withdrawal, WithdrawalRecord, Withdrawn, span};
use crate::ledger::{Table, Wanted};
use crate::{Error, Reader};

/// What a text has from a withdrawn article, by the number of the withdrawal.
pub type Derived = BTreeMap<u64, DerivedRecord>;

/// What is derived from withdrawn articles, with articles that are about to be added.
pub struct Lineage<'l> {
    reader: &'l Reader,
    /// Articles that come, ascending by number.
    coming: &'l [Stored],
    /// What of them is derived.
    pending: HashMap<u64, Derived>,
}

impl<'l> Lineage<'l> {
    pub fn new(reader: &'l Reader, coming: &'l [Stored]) -> Self {
        Self { reader, coming, pending: HashMap::new() }
    }

    /// What an article has from withdrawn ones.
    pub fn of(&self, doc: u64) -> Result<Derived, Error> {
        if let Some(derived) = self.pending.get(&doc) {
            return Ok(derived.clone());
        }
        if self.reader.ledger.rows(Table::Derived) == 0 || self.is_coming(doc) {
            return Ok(Derived::new());
        }
        let rows = self.reader.store.rows(Table::Derived, Wanted::Second(doc as i64))?;
        let record = |row: &crate::ledger::Row| {
            let record = self.reader.parsed(Table::Derived, row)?;
            Ok((row.keys[0] as u64, record))
        };
        rows.iter().map(record).collect()
    }

    fn is_coming(&self, doc: u64) -> bool {
        self.coming.first().is_some_and(|first| doc >= first.doc)
    }

    /// Notes what an article that comes has from withdrawn ones.
    pub fn note(&mut self, doc: u64, derived: Derived) {
        if !derived.is_empty() {
            self.pending.insert(doc, derived);
        }
    }

    /// The withdrawn articles that one is derived from, each with the chain to it.
    pub fn withdrawn(&self, doc: u64) -> Result<Vec<Withdrawn>, Error> {
        let mut all = Vec::new();
        for (number, record) in self.of(doc)? {
            if record.from == 0 {
                continue;
            }
            let withdrawal = self.reader.withdrawal(number)?;
            let chain = self.chain(number, doc)?;
            // Of what was removed, nothing is left to show.
            if !chain.is_empty() {
                all.push(Withdrawn { withdrawal, chain });
            }
        }
        Ok(all)
    }

    /// From the withdrawn article to one that is derived from it.
    fn chain(&self, number: u64, doc: u64) -> Result<Vec<Link>, Error> {
        let (mut chain, mut at) = (Vec::new(), doc);
        while let Some(record) = self.of(at)?.remove(&number) {
            let (Some(from), Some(to)) = (self.article(record.from)?, self.article(at)?) else {
                break;
            };
            let comparison = record.found.as_ref().and_then(|found| found.comparison());
            let Some(comparison) = comparison else { break };
            chain.push(Link { from, to, comparison });
            // Links go to articles that came before, so this ends; damage has a checksum to pass.
            if record.from == at {
                break;
            }
            at = record.from;
        }
        chain.reverse();
        Ok(chain)
    }

    fn article(&self, doc: u64) -> Result<Option<Stored>, Error> {
        Ok(self.version(doc)?.map(Stored::without_text))
    }

    /// An article with its text, also one that comes; `None` if it was removed.
    pub fn version(&self, doc: u64) -> Result<Option<Stored>, Error> {
        let coming = self.coming.first().and_then(|first| doc.checked_sub(first.doc));
        match coming {
            Some(at) => Ok(self.coming.get(at as usize).cloned()),
            None => self.reader.article(doc),
        }
    }
}

impl Reader {
    pub(crate) fn withdrawal(&self, number: u64) -> Result<Withdrawal, Error> {
        let rows = self.store.rows(Table::Withdrawals, Wanted::Number(number))?;
        let row = rows.first().ok_or_else(|| self.store.damaged_row(Table::Withdrawals, number))?;
        let WithdrawalRecord { id, notice } = self.parsed(Table::Withdrawals, row)?;
        Ok(Withdrawal { number, id, notice })
    }
}

/// Which parts of the second text come from a withdrawn article, if these parts of the first do
/// (all of it, if none is named).
pub fn inherited(comparison: &Comparison, of_first: &[[u32; 2]]) -> Vec<[u32; 2]> {
    let first: Vec<Span> = of_first.iter().copied().filter_map(span).collect();
    let comes = |a: Span| first.is_empty() || first.iter().any(|of| of.overlap(a) > 0);
    let passages = match comparison.passages.is_empty() {
        true => &comparison.sentences,
        false => &comparison.passages,
    };
    passages.iter().filter(|of| comes(of.a)).map(|of| [of.b.start, of.b.end]).collect()
}

/// Adds one way by which a text comes from a withdrawn article to those that are known: the parts
/// of all, and the link of the shortest.
pub fn join(known: &mut Derived, number: u64, way: DerivedRecord) {
    let Some(before) = known.get_mut(&number) else {
        known.insert(number, way);
        return;
    };
    let mut spans = [before.spans.as_slice(), &way.spans].concat();
    spans.sort_unstable();
    spans.dedup();
    let score = |of: &DerivedRecord| of.found.as_ref().map_or(0.0, |found| found.score());
    if (way.hops, -score(&way)) < (before.hops, -score(before)) {
        *before = way;
    }
    before.spans = spans;
}
