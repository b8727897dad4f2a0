//! For people at a terminal: what a scan found, and two articles sentence beside sentence.
//!
//! Colour never says anything that a sign or word does not say too, so that the output reads the
//! same in a pipe, on paper and to those who see colours differently.

mod compare;
mod dedup;
mod evaluation;
mod line;
mod style;
mod summary;

pub use compare::Compare;
pub use dedup::Dedup;
pub use evaluation::Measures;
pub use style::Style;
pub use summary::{Pairs, Summary};

use std::io::Write;
use std::path::Path;

use crate::{Article, Error};
use line::{Line, Look};
use retold::align::Kind;

/// Longer lines are hard to read, however wide the window.
const WIDEST: usize = 140;

/// No word fits into less.
const NARROWEST: usize = 20;

/// Columns that a text has for itself beside what stands before it; else it begins on the next
/// line.
const LEAST_BESIDE: usize = 12;

/// What stands before the rest of a line that had to be broken.
const HANGING: usize = 2;

/// Writes lines in one style.
struct Page<'o> {
    out: &'o mut (dyn Write + Send),
    style: Style,
    width: usize,
}

impl<'o> Page<'o> {
    fn new(style: Style, out: &'o mut (dyn Write + Send)) -> Self {
        Self { out, style, width: style.width.clamp(NARROWEST, WIDEST) }
    }

    /// A line; without its columns, and broken, where the terminal is too narrow for it.
    fn line(&mut self, line: &Line) -> Result<(), Error> {
        if line.width() <= self.width {
            return self.unbroken(line);
        }
        let mut indent = line.indent().min(HANGING);
        for part in line.without_columns().wrapped(self.width - HANGING, usize::MAX) {
            self.unbroken(&Line::blank(indent).then(part))?;
            indent = HANGING;
        }
        Ok(())
    }

    fn unbroken(&mut self, line: &Line) -> Result<(), Error> {
        line.write(self.style, self.out)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Columns beside an indent; on a narrow terminal, those of a line of its own.
    fn beside(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent).max(LEAST_BESIDE)
    }

    fn blank(&mut self) -> Result<(), Error> {
        Ok(self.out.write_all(b"\n")?)
    }

    /// `line`, wrapped; `first` stands before its first line, blanks before the others.
    fn wrapped(&mut self, first: Line, line: &Line) -> Result<(), Error> {
        self.shortened(first, line, usize::MAX)
    }

    /// As [`Page::wrapped`], but no more than `most` lines: an ellipsis says so.
    fn shortened(&mut self, first: Line, line: &Line, most: usize) -> Result<(), Error> {
        let (mut indent, mut start) = (first.width(), first);
        if self.width < indent + LEAST_BESIDE {
            if !start.is_blank() {
                self.line(&start)?;
            }
            indent = HANGING;
            start = Line::blank(indent);
        }
        for part in line.wrapped(self.width - indent, most) {
            self.line(&start.then(part))?;
            start = Line::blank(indent);
        }
        Ok(())
    }
}

/// The symbol of a kind where its name does not fit.
fn sign(kind: Kind) -> &'static str {
    match kind {
        Kind::Identical => "=",
        Kind::Edited => "~",
        Kind::Paraphrased => "≈",
    }
}

/// An article's headline, where it is known, and id; cut in the middle to fit, linked to its file.
fn name(article: &Article, width: usize) -> Line {
    let known = match &article.about.title {
        Some(title) => format!("{title} · {}", article.id),
        None => article.id.clone(),
    };
    let id = line::cut_middle(&super::printable::one_line(&known), width);
    let link = article.path.as_deref().and_then(file_url);
    Line::default().linked(Look::Name, id, link)
}

/// `file://…` of an absolute path; every byte outside the plainest is percent-encoded.
fn file_url(path: &Path) -> Option<String> {
    let path = path.is_absolute().then(|| path.to_str())??;
    let mut url = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printable;
    use crate::record::Explain;
    use crate::sample::{Sample, written};

    fn style(width: usize) -> Style {
        Style { width, ..Style::default() }
    }

    #[test]
    fn a_scan_summary() {
        let sample = Sample::two_reports();
        insta::assert_snapshot!(written(&Summary::new(style(80)), &sample.findings()));
    }

    #[test]
    fn a_comparison_in_two_columns_and_in_one() {
        let mut sample = Sample::two_reports();
        sample.pairs.truncate(1);
        let compare =
            |width, explain| written(&Compare { style: style(width), explain }, &sample.findings());
        insta::assert_snapshot!("compare_120", compare(120, Explain::Features));
        insta::assert_snapshot!("compare_60", compare(60, Explain::No));
    }

    #[test]
    fn an_empty_run_says_so() {
        let sample = Sample::empty();
        insta::assert_snapshot!(written(&Summary::new(style(80)), &sample.findings()));
        assert_eq!(
            written(&Compare { style: style(80), explain: Explain::No }, &sample.findings()),
            ""
        );
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let sample = Sample::two_reports();
        let colored = Style { color: true, hyperlinks: true, ..style(100) };
        let text = written(&Summary::new(colored), &sample.findings());
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\x1b[") {
            plain.push_str(&rest[..at]);
            rest = &rest[at..][rest[at..].find('m').expect("an SGR sequence") + 1..];
        }
        plain.push_str(rest);
        assert_eq!(plain, written(&Summary::new(style(100)), &sample.findings()));
    }

    #[test]
    fn foreign_text_moves_no_cursor() {
        let escape = "\x1b[2J\u{9b}31m\x07\u{202e}\r\u{1b}]8;;http://x\x1b\\";
        let mut sample = Sample::hostile(&[escape, "\x1bc", "a\nb\u{2066}"]);
        for article in &mut sample.articles {
            article.path = Some(format!("/{}", article.id).into());
        }
        for format in [
            &Summary::new(style(80)) as &dyn crate::Format,
            &Compare { style: style(80), explain: Explain::Features },
        ] {
            let text = written(format, &sample.findings());
            let unsafe_left = text.chars().find(|&of| of != '\n' && printable::is_unsafe(of));
            assert_eq!(unsafe_left, None, "{text}");
            assert!(text.contains("\\u{1b}"), "{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_a_narrow_terminal() {
        let sample = Sample::two_reports();
        for width in [20, 21, 30, 39, 40, 79] {
            for format in [
                &Summary::new(style(width)) as &dyn crate::Format,
                &Compare { style: style(width), explain: Explain::Features },
            ] {
                for line in written(format, &sample.findings()).lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= width, "{columns} of {width}: {line}");
                }
            }
        }
        insta::assert_snapshot!(written(&Summary::new(style(20)), &sample.findings()));
    }

    #[test]
    fn urls_hold_nothing_that_ends_a_link() {
        let url = file_url(Path::new("/a b/\x1b\\ü.txt"));
        assert_eq!(url.as_deref(), Some("file:///a%20b/%1B%5C%C3%BC.txt"));
        assert_eq!(file_url(Path::new("relative.txt")), None);
    }
}
