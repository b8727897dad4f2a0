//! Objects of JSON and rows of tables to records.

use std::borrow::Cow;

use super::{Block, Draft, Parser};
use crate::encoding::{Change, Hint, decode_record, likely};
use crate::fields::{joined, none_among};
use crate::job::Outcome;
use crate::json::{self, Id, Text};
use crate::lines::Start;
use crate::problem::Reason;
use crate::table::{Cell, Row};
use crate::{IdType, Place, Record, ninjs};

impl Parser<'_> {
    /// The objects that start there.
    pub(super) fn json(
        &self,
        index: usize,
        Block { bytes, hint, objects }: Block<'_>,
        outcome: &mut Outcome,
    ) {
        // Once for all of them, if all are wanted: it is much faster than many short ones.
        let all = (self.selection.is_none() && hint.named.is_none()).then_some(bytes);
        let whole = all.and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok());
        for Start { line, item, range } in objects {
            let raw = bytes[range.clone()].trim_ascii();
            let place = Place { source: index as u32, line, item };
            if raw.is_empty() || !self.wants(place) {
                continue;
            }
            if self.wants_only_raw() {
                outcome.batch.records.push(Record::bare(place, Some(raw.into())));
                continue;
            }
            if raw.len() > self.corpus.sizes().limit {
                outcome.problems.push(self.problem(place, Reason::TooLong));
                continue;
            }
            let (object, change) = match whole {
                Some(text) => (Cow::Borrowed(text[range].trim_ascii()), None),
                None => decode_record(raw, hint),
            };
            if let Some(Change { reason, encoding }) = change {
                outcome.problems.push(self.problem(place, reason).saying(encoding));
            }
            self.object(place, &object, raw, outcome);
        }
    }

    fn object(&self, place: Place, object: &str, raw: &[u8], outcome: &mut Outcome) {
        let options = &self.corpus.options;
        let mended;
        let fields = match json::fields(object, &self.fields) {
            Ok(fields) => fields,
            Err(error) => {
                mended = json::mend(object);
                let fields = mended.as_deref().map(|mended| json::fields(mended, &self.fields));
                let Some(Ok(fields)) = fields else {
                    return outcome
                        .problems
                        .push(self.problem(place, Reason::BadJson).saying(at_column(&error)));
                };
                outcome.problems.push(self.problem(place, Reason::MendedJson));
                fields
            }
        };
        let raw = options.keep_raw.then(|| raw.into());
        if fields.text == Text::Missing
            && let Some(object) = ninjs::object(object)
            && let Ok(fields) = json::fields(&object, &self.named)
        {
            let json::Fields { id, text, extra, kept } = fields;
            return self.finish(Draft { place, id, text, extra, fields: kept, raw }, outcome);
        }
        let json::Fields { id, text, extra, kept } = fields;
        let before = outcome.problems.len();
        self.finish(Draft { place, id, text, extra, fields: kept, raw }, outcome);
        for problem in &mut outcome.problems[before..] {
            if problem.reason == Reason::NoText {
                problem.detail =
                    none_among("field", &options.text_fields, json::names(object).iter());
            }
        }
    }

    /// A row of a table.
    pub(super) fn row(&self, index: usize, (row, mut hint): (Row, Hint), outcome: &mut Outcome) {
        let place = Place::on_line(index as u32, row.line);
        if !self.wants(place) {
            return;
        }
        if self.wants_only_raw() {
            outcome.batch.records.push(Record::bare(place, row.raw));
            return;
        }
        if let (Some(odd), Ok(_)) = (&row.odd, &row.texts) {
            outcome.problems.push(self.problem(place, Reason::OddRow).saying(odd));
        }
        let is_new = hint.likely.is_none();
        if let (Ok(texts), None) = (&row.texts, hint.likely.or(hint.named)) {
            // One for all cells, by the one that says most.
            hint.likely = texts.iter().max_by_key(|text| text.len()).and_then(|text| likely(text));
        }
        let mut changed = hint.likely.filter(|_| is_new).map(Change::converted);
        let mut string = |bytes: Vec<u8>| {
            let (text, change) = decode_record(&bytes, hint);
            changed = change.or(changed);
            text.into_owned()
        };
        let id = row.id.map_or(Id::Missing, |id| id_of(id, &mut string));
        let extra = row.extra.map(|extra| extra.into_text(&mut string).into_boxed_str());
        let mut json = |cell: Cell| match cell {
            Cell::Json(json) => Some(json.into_boxed_str()),
            other => json::quoted(&other.into_text(&mut string)),
        };
        let fields = row.kept.into_iter().map(|cell| cell.and_then(&mut json)).collect();
        let texts = row.texts.map(|texts| texts.into_iter().map(&mut string).collect::<Vec<_>>());
        if let Some(Change { reason, encoding }) = changed {
            outcome.problems.push(self.problem(place, reason).saying(encoding));
        }
        let text = texts.map(|mut texts| match texts.len() {
            1 => texts.pop().unwrap_or_default(),
            _ => joined(&texts),
        });
        match text {
            Err(reason) => {
                let problem = self.problem(place, reason);
                outcome.problems.push(match &row.odd {
                    Some(odd) => problem.saying(odd),
                    None => problem,
                });
            }
            Ok(text) if text.len() > self.corpus.sizes().limit => {
                outcome.problems.push(self.problem(place, Reason::TooLong));
            }
            Ok(text) => {
                let text = Text::String(text.into());
                self.finish(Draft { place, id, text, extra, fields, raw: row.raw }, outcome);
            }
        }
    }
}

/// The id in a cell.
fn id_of(cell: Cell, string: &mut impl FnMut(Vec<u8>) -> String) -> Id {
    let is_typed = matches!(cell, Cell::Text(_));
    let id = cell.into_text(string);
    let id_type = if is_typed { IdType::Text } else { IdType::of_number(&id) };
    if id.is_empty() { Id::Missing } else { Id::Known(id, id_type) }
}

/// What the parser said, without the line, which is always the first.
fn at_column(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    format!("{what} at column {}", error.column())
}
