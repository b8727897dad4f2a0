//! Styled lines: measuring, wrapping, setting side by side.

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::terminal::style::Style;
use retold::align::Kind;

/// The role of a segment of text; [`Look::style`] says how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// Matters less.
    Dim,
    Heading,
    /// The id of an article.
    Name,
    /// Relations and retained articles: what readers look for first.
    Strong,
    /// Words that the other side lacks; bracketed by [`Line::changed`] where there is no colour.
    Changed,
    Kind(Kind),
}

impl Look {
    fn style(self) -> anstyle::Style {
        let plain = anstyle::Style::new();
        match self {
            Self::Plain => plain,
            Self::Dim => plain.effects(Effects::DIMMED),
            Self::Heading | Self::Strong => plain.effects(Effects::BOLD),
            Self::Name => plain.fg_color(Some(AnsiColor::Cyan.into())),
            Self::Changed => {
                plain.fg_color(Some(AnsiColor::Yellow.into())).effects(Effects::UNDERLINE)
            }
            Self::Kind(Kind::Identical) => plain.fg_color(Some(AnsiColor::Blue.into())),
            Self::Kind(Kind::Edited) => plain.fg_color(Some(AnsiColor::Green.into())),
            Self::Kind(Kind::Paraphrased) => plain.fg_color(Some(AnsiColor::Magenta.into())),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Piece {
    text: String,
    look: Look,
    link: Option<String>,
}

/// A line of text in pieces. The text must be printable: no line ends, no control characters.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    pieces: Vec<Piece>,
}

impl Line {
    pub(super) fn of(look: Look, text: impl Into<String>) -> Self {
        Self::default().and(look, text)
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::of(Look::Plain, text)
    }

    pub(super) fn blank(width: usize) -> Self {
        Self::plain(" ".repeat(width))
    }

    pub(super) fn and(self, look: Look, text: impl Into<String>) -> Self {
        self.linked(look, text.into(), None)
    }

    pub(super) fn linked(mut self, look: Look, text: String, link: Option<String>) -> Self {
        self.pieces.push(Piece { text, look, link });
        self
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Filled with blanks up to `width`.
    pub(super) fn padded(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        match missing {
            0 => self,
            _ => self.and(Look::Plain, " ".repeat(missing)),
        }
    }

    /// Whether nothing of it is visible.
    pub(super) fn is_blank(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text.trim().is_empty())
    }

    /// Blanks at its beginning.
    pub(super) fn indent(&self) -> usize {
        let characters = self.pieces.iter().flat_map(|piece| piece.text.chars());
        characters.take_while(|character| *character == ' ').count()
    }

    /// The same words with one blank between them, and none before the first.
    pub(super) fn without_columns(&self) -> Self {
        let (mut line, mut is_behind_blank) = (Self::default(), true);
        for Piece { text, look, link } in &self.pieces {
            let mut words = String::with_capacity(text.len());
            for character in text.chars() {
                if character != ' ' || !is_behind_blank {
                    words.push(character);
                }
                is_behind_blank = character == ' ';
            }
            line = line.linked(*look, words, link.clone());
        }
        line
    }

    /// Columns that the line takes.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.width()).sum()
    }

    /// Lines of at most `width` columns, broken at spaces, between wide characters, and else where
    /// it must be. More than `most` lines are cut, with an ellipsis. An empty line is one line.
    pub(super) fn wrapped(&self, width: usize, most: usize) -> Vec<Self> {
        let width = width.max(2);
        let cells = self.cells();
        let mut lines = Vec::new();
        let mut start = 0;
        while start < cells.len() || lines.is_empty() {
            if lines.len() + 1 == most && total(&cells[start..]) > width {
                let (end, _) = break_after(&cells[start..], (width - 1).max(2) - 1);
                lines.push(self.slice(&cells[start..start + end]).and(Look::Dim, " …"));
                break;
            }
            let (end, next) = break_after(&cells[start..], width);
            lines.push(self.slice(&cells[start..start + end]));
            start += next;
        }
        lines
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (piece, of) in self.pieces.iter().enumerate() {
            for (at, grapheme) in of.text.grapheme_indices(true) {
                let (width, end) = (grapheme.width(), at + grapheme.len());
                cells.push(Cell { piece, start: at, end, width, blank: grapheme == " " });
            }
        }
        cells
    }

    /// The part of the line under neighbouring cells.
    fn slice(&self, cells: &[Cell]) -> Self {
        let mut line = Self::default();
        for part in cells.chunk_by(|x, y| x.piece == y.piece) {
            let piece = &self.pieces[part[0].piece];
            let text = piece.text[part[0].start..part[part.len() - 1].end].to_owned();
            line = line.linked(piece.look, text, piece.link.clone());
        }
        line
    }

    pub(super) fn write(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        // Blanks at the end of a line are noise to `diff`.
        let last = self.pieces.iter().rposition(|piece| !piece.text.trim_end().is_empty());
        for (at, piece) in self.pieces.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let text = if Some(at) == last { piece.text.trim_end() } else { &piece.text };
            let link = piece.link.as_deref().filter(|_| style.hyperlinks);
            if let Some(url) = link {
                write!(out, "\x1b]8;;{url}\x1b\\")?;
            }
            match piece.look.style() {
                look if style.color && !look.is_plain() => write!(out, "{look}{text}{look:#}")?,
                _ => out.write_all(text.as_bytes())?,
            }
            if link.is_some() {
                out.write_all(b"\x1b]8;;\x1b\\")?;
            }
        }
        Ok(())
    }
}

/// One grapheme: what cannot be broken.
#[derive(Clone, Copy)]
struct Cell {
    piece: usize,
    start: usize,
    end: usize,
    width: usize,
    blank: bool,
}

fn total(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// How many cells fit into `width`.
fn fitting(cells: &[Cell], width: usize) -> usize {
    let mut taken = 0;
    cells
        .iter()
        .take_while(|cell| {
            taken += cell.width;
            taken <= width
        })
        .count()
}

/// How many cells stand on the first line, and where the next one begins (the blank between them
/// stands on neither).
fn break_after(cells: &[Cell], width: usize) -> (usize, usize) {
    let fits = fitting(cells, width);
    if fits == cells.len() {
        return (fits, fits);
    }
    if cells[fits].blank {
        return (fits, fits + 1);
    }
    for at in (1..=fits).rev() {
        if cells[at - 1].blank {
            return (at - 1, at);
        }
        if cells[at - 1].width == 2 && cells[at].width == 2 {
            return (at, at);
        }
    }
    (fits.max(1), fits.max(1))
}

/// `text` in at most `width` columns; what is cut is cut from the middle, for in paths the end
/// tells most.
pub(super) fn cut_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let graphemes: Vec<_> = text.graphemes(true).collect();
    let take = |columns: usize, graphemes: &mut dyn Iterator<Item = &&str>| {
        let mut taken = 0;
        graphemes
            .take_while(|grapheme| {
                taken += grapheme.width();
                taken <= columns
            })
            .count()
    };
    let head = take(kept / 3, &mut graphemes.iter());
    let tail = take(kept - kept / 3, &mut graphemes[head..].iter().rev());
    graphemes[..head].concat() + "…" + &graphemes[graphemes.len() - tail..].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line) -> String {
        line.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn wrap(line: &str, width: usize, most: usize) -> Vec<String> {
        Line::plain(line).wrapped(width, most).iter().map(text).collect()
    }

    #[test]
    fn wraps_at_spaces_and_between_wide_characters() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4, 9), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("中国外长访美", 5, 9), ["中国", "外长", "访美"]);
        assert_eq!(wrap("", 5, 9), [""]);
        assert_eq!(wrap("👍🏽👍🏽", 2, 9), ["👍🏽", "👍🏽"]);
    }

    #[test]
    fn cuts_with_an_ellipsis() {
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three …"]);
        assert_eq!(wrap("one two three", 7, 2), ["one two", "three"]);
        assert_eq!(cut_middle("pool/council-closes.txt", 12), "poo…oses.txt");
        assert_eq!(cut_middle("short", 12), "short");
    }

    #[test]
    fn looks_survive_wrapping() {
        let line = Line::plain("a ").and(Look::Changed, "bc de").and(Look::Plain, " f");
        let wrapped = line.wrapped(5, 9);
        assert_eq!(wrapped[0], Line::plain("a ").and(Look::Changed, "bc"));
        assert_eq!(wrapped[1], Line::of(Look::Changed, "de").and(Look::Plain, " f"));
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in "[ab中é ]{0,40}", width in 2_usize..12) {
            let lines = wrap(&text, width, usize::MAX);
            proptest::prop_assert!(lines.iter().all(|line| line.width() <= width));
            let letters = |text: &str| text.replace(' ', "");
            proptest::prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
