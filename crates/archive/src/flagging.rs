//! Flags for articles that are about to be added.

use retold::Cancel;
use retold::align::{Comparison, compare_until};

use crate::article::Stored;
use crate::flag::{DerivedRecord, Flag, FlagRecord, Found};
use crate::judge::Match;
use crate::ledger::{Entries, Ledger, Table};
use crate::lineage::{Derived, Lineage, inherited, join};
use crate::rules::{Pair, Rules};
use crate::{Error, Reader};

/// Looks at the matches of articles that come, in their order.
pub struct Flagging<'f> {
    reader: &'f Reader,
    coming: &'f [Stored],
    lineage: Lineage<'f>,
    done: Flagged,
}

/// What is to be written with the articles.
#[derive(Default)]
pub struct Flagged {
    /// The flags of each article.
    pub flags: Vec<Vec<Flag>>,
    pub entries: Entries,
    pub ledger: Ledger,
}

impl<'f> Flagging<'f> {
    pub fn new(reader: &'f Reader, coming: &'f [Stored]) -> Self {
        let done = Flagged { ledger: reader.ledger, ..Flagged::default() };
        Self { reader, coming, lineage: Lineage::new(reader, coming), done }
    }

    /// The flags of all articles, by their matches.
    pub fn flag(mut self, matches: &[Vec<Match>], cancel: &Cancel) -> Result<Flagged, Error> {
        let none = Rules::none();
        let (rules, version) = match &self.reader.rules {
            Some(of) => (&of.rules, of.version),
            None => (&none, 0),
        };
        for (new, matches) in self.coming.iter().zip(matches) {
            cancel.check()?;
            if let Some(until) = new.about.embargo {
                let keys = [new.doc as i64, until];
                let Flagged { entries, ledger, .. } = &mut self.done;
                entries.push(ledger, Table::Embargoes, keys, String::new());
            }
            let tainted = self.derive(new, matches, cancel)?;
            let withdrawn = self.lineage.withdrawn(new.doc)?;
            let mut flags = Vec::new();
            for (of, is_tainted) in matches.iter().zip(tainted) {
                let pair = Pair { old: &of.article, new, comparison: &of.comparison };
                let assessment = rules.assess(pair);
                let rule = rules.asking(pair, &assessment).map(str::to_owned);
                if rule.is_none() && !is_tainted {
                    continue;
                }
                let mut flag = Flag {
                    number: 0,
                    old: of.article.clone(),
                    new: new.clone().without_text(),
                    comparison: of.comparison.clone(),
                    copies: of.copies,
                    assessment,
                    rule,
                    rules_version: version,
                    withdrawn: withdrawn.clone(),
                    decisions: Vec::new(),
                };
                let record = written(&FlagRecord::new(&flag));
                let keys = [flag.old.doc as i64, new.doc as i64];
                let Flagged { entries, ledger, .. } = &mut self.done;
                flag.number = entries.push(ledger, Table::Flags, keys, record);
                flags.push(flag);
            }
            self.done.flags.push(flags);
        }
        Ok(self.done)
    }

    /// Notes what an article has from withdrawn ones; whether each match is a way to them.
    fn derive(
        &mut self,
        new: &Stored,
        matches: &[Match],
        cancel: &Cancel,
    ) -> Result<Vec<bool>, Error> {
        let mut all = Derived::new();
        let mut tainted = Vec::with_capacity(matches.len());
        for of in matches {
            let mut ways = vec![(of.article.doc, of.comparison.clone())];
            ways.extend(self.ways_by_versions(new, of, cancel)?);
            ways.retain(|(_, comparison)| comparison.relation.is_reuse());
            let mut is_tainted = false;
            for (doc, comparison) in ways {
                if new.first_seen < of.article.first_seen {
                    continue;
                }
                for (number, before) in self.lineage.of(doc)? {
                    // What others took of an article is its own.
                    if self.reader.withdrawal(number)?.id == new.id {
                        continue;
                    }
                    let spans = inherited(&comparison, &before.spans);
                    if spans.is_empty() {
                        continue;
                    }
                    is_tainted = true;
                    let found = Some(Found::from(&comparison));
                    let (from, hops) = (doc, before.hops + 1);
                    join(&mut all, number, DerivedRecord { from, hops, spans, found });
                }
            }
            tainted.push(is_tainted);
        }
        let Flagged { entries, ledger, .. } = &mut self.done;
        for (number, record) in &all {
            let keys = [*number as i64, new.doc as i64];
            entries.push(ledger, Table::Derived, keys, written(record));
        }
        self.lineage.note(new.doc, all);
        Ok(tainted)
    }

    /// Earlier versions of a matched story that come from a withdrawn article, or are one, and of
    /// which the new article has more than of the present version. They are not found themselves.
    fn ways_by_versions(
        &self,
        new: &Stored,
        of: &Match,
        cancel: &Cancel,
    ) -> Result<Vec<(u64, Comparison)>, Error> {
        let mut ways = Vec::new();
        let mut previous = of.article.previous;
        if self.done.ledger.rows(Table::Derived) == 0 {
            return Ok(ways);
        }
        let engine = self.reader.engine();
        while let Some(doc) = previous {
            cancel.check()?;
            let Some(version) = self.lineage.version(doc)? else { break };
            if !self.lineage.of(doc)?.is_empty() {
                let mut analyzer = engine.analyzer();
                let [a, b] = [&version, new].map(|of| engine.profile(&mut analyzer, &of.text));
                let comparison = compare_until(&a, &b, &engine.config().compare, cancel)?;
                if comparison.coverage_b > of.comparison.coverage_b {
                    ways.push((doc, comparison));
                }
            }
            previous = version.previous;
        }
        Ok(ways)
    }
}

/// A record in JSON.
pub fn written(record: &impl serde::Serialize) -> String {
    serde_json::to_string(record).expect("records are strings, numbers and lists")
}
