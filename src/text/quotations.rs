//! Quotations in a text.
//!
//! Independent reports of one event share its quotations, so text in quotations says little about
//! reuse; `align` counts it separately.

use crate::span::Span;

use super::characters::stop;
use super::lines::{Lines, is_blank_line};
use super::marks::{find_marks, is_line_end};

/// An unclosed quotation is accepted up to this many bytes; beyond, its mark counts as a typo.
const LONGEST_UNCLOSED: usize = 600;
/// The same where a later paragraph shows that it goes on.
const LONGEST_CONTINUED: usize = 6000;

/// Spans of the quotations of `text`, marks included, in order and disjoint.
///
/// A quotation inside another is part of the outer one. One that is not closed ends with its
/// paragraph, or where the next one opens; unless a later paragraph closes it and none opens one in
/// between. Text without quotation marks has none.
pub fn quotations(text: &str) -> Vec<Span> {
    let mut marks = Vec::new();
    find_marks(text, &mut marks);
    quotations_at(text, &marks, Lines::of(text))
}

/// [`quotations`], given the places of the text's marks, and how its lines are set.
pub(super) fn quotations_at(text: &str, marks: &[u32], lines: Lines) -> Vec<Span> {
    let mut search = Search { text, open: None, waiting: None, found: Vec::new() };
    let mut before = ' ';
    for (at, mark) in quotation_marks(text, marks) {
        if at > 0 {
            before = text[..at].chars().next_back().unwrap_or(' ');
        }
        let end = at + mark.len_utf8();
        let after = text[end..].chars().next().unwrap_or(' ');
        match role(mark, before, after) {
            _ if is_line_end(mark) => {
                if mark != '\n' || is_blank_line(&text[end..]) || !lines.is_wrap(text, at) {
                    search.end_paragraph(at);
                }
            }
            Role::Opens(closer) => search.open(Open { start: at, mark, closer, inner: 0 }),
            Role::Closes => search.close(mark, end),
            Role::None => {}
        }
    }
    search.close_unclosed(text.len());
    search.found
}

/// A search for quotations, so far.
struct Search<'t> {
    text: &'t str,
    open: Option<Open>,
    /// One that an earlier paragraph opened, and that may go on.
    waiting: Option<Open>,
    found: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Open {
    start: usize,
    mark: char,
    closer: char,
    /// Quotations within this one that the same closer would end.
    inner: usize,
}

impl Search<'_> {
    fn open(&mut self, new: Open) {
        match &mut self.open {
            // The same mark again: the first was never closed. Another: a quotation within.
            Some(outer) if outer.mark != new.mark => {
                outer.inner += usize::from(new.closer == outer.closer);
                return;
            }
            _ => self.close_unclosed(new.start),
        }
        if let Some(outer) = self.waiting.take()
            && outer.mark == new.mark
            && self.begins_paragraph(new.start)
            && self.announces(outer.start)
        {
            // Each paragraph of a long quotation opens it again, and only the last closes it.
            let end = outer.start + self.text[outer.start..new.start].trim_end().len();
            self.extend(outer.start, end);
        }
        self.open = Some(new);
    }

    fn close(&mut self, mark: char, end: usize) {
        if let Some(outer) = &mut self.open {
            if outer.closer == mark {
                if outer.inner > 0 {
                    outer.inner -= 1;
                } else {
                    self.found.push(Span::new(outer.start, end));
                    self.open = None;
                }
            }
        } else if mark != '’'
            && let Some(outer) = self.waiting.filter(|outer| outer.closer == mark)
        {
            self.waiting = None;
            if self.announces(outer.start) {
                self.extend(outer.start, end);
            }
        }
    }

    fn end_paragraph(&mut self, at: usize) {
        if let Some(open) = self.open {
            self.close_unclosed(at);
            self.waiting = Some(Open { inner: 0, ..open });
        }
    }

    fn close_unclosed(&mut self, end: usize) {
        if let Some(quotation) = self.open.take()
            && end - quotation.start <= LONGEST_UNCLOSED
        {
            self.found.push(Span::new(quotation.start, end));
        }
    }

    /// Adds a quotation of several paragraphs in place of what was found of it.
    fn extend(&mut self, start: usize, end: usize) {
        if end - start > LONGEST_CONTINUED {
            return;
        }
        self.found.truncate(self.found.partition_point(|span| (span.start as usize) < start));
        self.found.push(Span::new(start, end));
    }

    fn begins_paragraph(&self, at: usize) -> bool {
        let before =
            self.text[..at].trim_end_matches(|c: char| c.is_whitespace() && !is_line_end(c));
        before.is_empty() || before.ends_with(is_line_end)
    }

    /// Whether what stands before a mark announces a quotation. Else it may be a typo, or an inch.
    fn announces(&self, at: usize) -> bool {
        self.begins_paragraph(at) || self.text[..at].trim_end().ends_with([':', ',', '：', '，'])
    }
}

enum Role {
    Opens(char),
    Closes,
    None,
}

/// Quotation marks and line ends, out of all marks.
fn quotation_marks(text: &str, marks: &[u32]) -> impl Iterator<Item = (usize, char)> {
    marks.iter().filter_map(move |at| {
        let at = *at as usize;
        let character = text[at..].chars().next()?;
        stop(character).is_none().then_some((at, character))
    })
}

/// What a mark does between these two characters. Languages disagree on which mark opens, so the
/// neighbours decide where a mark does both.
fn role(mark: char, before: char, after: char) -> Role {
    let starts = !before.is_alphanumeric() && !matches!(before, '.' | ',' | '!' | '?' | '…');
    let leads = !after.is_whitespace();
    match mark {
        '„' => Role::Opens(if leads { '“' } else { '”' }),
        '「' => Role::Opens('」'),
        '『' => Role::Opens('』'),
        '“' if starts && leads => Role::Opens('”'),
        // French sets a space inside its marks.
        '«' if starts => Role::Opens('»'),
        '»' if leads && starts && after.is_alphanumeric() => Role::Opens('«'),
        '"' if leads && starts => Role::Opens('"'),
        '‘' if leads && starts => Role::Opens('’'),
        '’' if after.is_alphanumeric() => Role::None,
        '“' | '”' | '»' | '«' | '"' | '’' | '」' | '』' => Role::Closes,
        _ => Role::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        quotations(text).iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn marks_of_several_languages() {
        assert_eq!(quoted("He said “no, it’s not” and left."), ["“no, it’s not”"]);
        assert_eq!(quoted("He said \"no\" and \"yes\"."), ["\"no\"", "\"yes\""]);
        assert_eq!(quoted("Er sagte „nein“ und ging."), ["„nein“"]);
        assert_eq!(quoted("Il dit « non » et »ja« hier."), ["« non »", "»ja«"]);
        assert_eq!(quoted("他说「不行」。"), ["「不行」"]);
        assert_eq!(quoted("the ‘so-called’ plan"), ["‘so-called’"]);
    }

    #[test]
    fn nested_quotations_are_one() {
        assert_eq!(quoted("“She said ‘go’ to me,” he said."), ["“She said ‘go’ to me,”"]);
        assert_eq!(quoted("“He told “them” so”, he said"), ["“He told ", "“them”"]);
    }

    #[test]
    fn unclosed_quotations_end_with_the_paragraph() {
        assert_eq!(quoted("“One.\n“Two,” he said.\nThree"), ["“One.", "“Two,”"]);
        let long = format!("\"{}", "word ".repeat(200));
        assert!(quoted(&long).is_empty());
        assert!(quoted("5\" and 6’ tall, the dogs’ home").is_empty());
    }

    #[test]
    fn a_quotation_of_several_paragraphs_is_one_or_many() {
        let long = "The board heard every resident who wished to speak. ".repeat(14);
        let again =
            format!("She said: “{long}\n\n“We will build it.\n\n“Nobody will pay,” she said.");
        let found = quoted(&again);
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("“The board") && found[0].ends_with("speak."));
        assert_eq!(found[2], "“Nobody will pay,”");
        let once =
            format!("She said: \"{long}\n\nWe will build it.\n\nNobody will pay.\"\n\nRain.");
        let found = quoted(&once);
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("Nobody will pay.\""));
        // A stray mark opens nothing.
        let stray = format!("The \"pool {long}\n\nIt is 5\" deep.");
        assert!(quoted(&stray).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn spans_are_ordered_and_slice(text in "[a .,\n\"“”„«»‘’「」]{0,40}") {
            let spans = quotations(&text);
            for pair in spans.windows(2) {
                proptest::prop_assert!(pair[0].end <= pair[1].start);
            }
            for span in spans {
                proptest::prop_assert!(text.get(span.range()).is_some());
            }
        }
    }
}
