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

/// Spans of the quotations of `text`, marks included, in order and disjoint.
///
/// A quotation inside another is part of the outer one. One that is not closed ends with its
/// paragraph, or where the next one opens. Text without quotation marks has none.
pub fn quotations(text: &str) -> Vec<Span> {
    let mut marks = Vec::new();
    find_marks(text, &mut marks);
    quotations_at(text, &marks, Lines::of(text))
}

/// [`quotations`], given the places of the text's marks, and how its lines are set.
pub(super) fn quotations_at(text: &str, marks: &[u32], lines: Lines) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Option<Open> = None;
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
                    close_unclosed(&mut open, at, &mut found);
                }
            }
            Role::Opens(closer) => match &mut open {
                // The same mark again: the first was never closed. Another: a quotation within.
                Some(outer) if outer.mark != mark => {
                    outer.inner += usize::from(closer == outer.closer)
                }
                _ => {
                    close_unclosed(&mut open, at, &mut found);
                    open = Some(Open { start: at, mark, closer, inner: 0 });
                }
            },
            Role::Closes => {
                if let Some(outer) = &mut open
                    && outer.closer == mark
                {
                    if outer.inner > 0 {
                        outer.inner -= 1;
                    } else {
                        found.push(Span::new(outer.start, end));
                        open = None;
                    }
                }
            }
            Role::None => {}
        }
    }
    close_unclosed(&mut open, text.len(), &mut found);
    found
}

struct Open {
    start: usize,
    mark: char,
    closer: char,
    /// Quotations within this one that the same closer would end.
    inner: usize,
}

enum Role {
    Opens(char),
    Closes,
    None,
}

fn close_unclosed(open: &mut Option<Open>, end: usize, found: &mut Vec<Span>) {
    if let Some(quotation) = open.take()
        && end - quotation.start <= LONGEST_UNCLOSED
    {
        found.push(Span::new(quotation.start, end));
    }
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
