//! Whether the line ends of a text have a meaning, or are only where a column ends.
//!
//! A hard-wrapped text has a line end wherever the next word did not fit any more. So nearly every
//! line that ends inside a sentence is as long as it could be, whether the column has 25 characters
//! or 110. In verse, lists and tables it is not, or each line begins with a capital.

use std::ops::{Range, RangeInclusive};

use super::characters::{is_blank, is_east_asian, is_unspaced, stop};

/// Columns of the narrowest and the widest lines that are taken for wrapped ones.
const COLUMNS: RangeInclusive<usize> = 20..=120;

/// How the lines of a text are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    /// `None` where line ends have a meaning.
    reach: Option<Reach>,
    measure: Measure,
    /// Blanks that most lines begin with, at least.
    indent: usize,
    /// Whether lines begin with `-` or `*` and a space more than once.
    has_bullets: bool,
}

/// How far a line of a hard-wrapped text and the next word would have to reach, at least, for its
/// end to be one of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    columns: usize,
    /// Whether no line has a character to spare: a program wrapped them.
    is_exact: bool,
}

/// What the length of a line is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// East Asian characters take two.
    Columns,
    Characters,
}

/// What is known of one line.
#[derive(Debug, Clone, Copy)]
struct Line {
    columns: usize,
    /// Blanks that it begins with.
    indent: usize,
    /// Columns of the first word.
    first: usize,
    /// Words, or characters in scripts without spaces.
    words: usize,
    /// Whether it stops inside a sentence.
    is_open: bool,
    /// Whether a line that is not blank follows.
    is_followed: bool,
    is_bullet: bool,
    /// Whether the first and the second word begin with capitals; `None` where they have no case.
    capitals: [Option<bool>; 2],
}

impl Lines {
    /// Reads the whole text. Texts of fewer than three lines are never wrapped.
    pub(super) fn of(text: &str) -> Self {
        let measure = Measure::Characters;
        let mut best = Self { reach: None, measure, indent: 0, has_bullets: false };
        if text.bytes().filter(|byte| *byte == b'\n').take(2).count() < 2 {
            return best;
        }
        let measures: &[Measure] =
            if has_wide(text) { &[Measure::Columns, Measure::Characters] } else { &[measure] };
        for &measure in measures {
            if !may_be_columns(text, measure) {
                continue;
            }
            let mut lines = lines_of(text, measure);
            let indent = outdent(&mut lines);
            let reach = Reach::of(&lines);
            if best.reach.is_none() || reach.is_some_and(|reach| reach.is_exact) {
                let has_bullets = lines.iter().filter(|line| line.is_bullet).count() > 1;
                best = Self { reach, measure, indent, has_bullets };
            }
            if reach.is_some_and(|reach| reach.is_exact) {
                break;
            }
        }
        best
    }

    /// Whether the line end at `at` is only where the column ends. No blank line may follow it.
    pub(super) fn is_wrap(self, text: &str, at: usize) -> bool {
        let Some(reach) = self.reach else { return false };
        let line = &text[text[..at].rfind('\n').map_or(0, |before| before + 1)..at];
        let next = text[at + 1..].trim_start();
        let next = &next[..next.find('\n').unwrap_or(next.len())];
        if next.starts_with(['•', '▪', '◦', '‣', '●', '■']) || self.has_bullets && is_bullet(next)
        {
            return false;
        }
        let columns = self.measure.length(line.trim_end()) - indent_of(line).min(self.indent);
        columns + 1 + self.measure.length(first_word(next)) > reach.columns
    }
}

/// Whether the lines of `text` are short enough for a column. Most texts need no other check.
fn may_be_columns(text: &str, measure: Measure) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut all: Vec<usize> = lines.map(|line| measure.length(line)).collect();
    all.sort_unstable();
    width(&all).is_some_and(|width| width <= *COLUMNS.end())
}

/// Columns of the longest line, given those of all lines, ascending. One line in twenty may be
/// longer, such as an address or a rule.
fn width(all: &[usize]) -> Option<usize> {
    Some(all[all.len().checked_sub(1 + all.len() / 20)?])
}

fn lines_of(text: &str, measure: Measure) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in text.lines() {
        if !line.trim().is_empty() {
            lines.push(Line::of(line, measure));
        } else if let Some(last) = lines.last_mut() {
            last.is_followed = false;
        }
    }
    if let Some(last) = lines.last_mut() {
        last.is_followed = false;
    }
    lines
}

/// Takes from each line the blanks that most of them begin with, and gives their number. The first
/// lines of paragraphs may have more.
fn outdent(lines: &mut [Line]) -> usize {
    let mut indents: Vec<usize> = lines.iter().map(|line| line.indent).collect();
    indents.sort_unstable();
    let common = indents.get(indents.len() / 2).copied().unwrap_or(0);
    lines.iter_mut().for_each(|line| line.columns -= line.indent.min(common));
    common
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

impl Line {
    /// A line that is not blank.
    fn of(line: &str, measure: Measure) -> Self {
        let trimmed = line.trim();
        let capital = |word: &str| {
            let letter = word.chars().find(|c| c.is_alphanumeric())?;
            (letter.is_lowercase() || letter.is_uppercase()).then_some(letter.is_uppercase())
        };
        let first = first_word(trimmed);
        let second = first_word(trimmed[first.len()..].trim_start());
        let last = trimmed.trim_end_matches(|c: char| !c.is_alphanumeric() && stop(c).is_none());
        let ends = last.ends_with(|c| stop(c).is_some()) || trimmed.ends_with(':');
        Self {
            columns: measure.length(line.trim_end()),
            indent: indent_of(line),
            first: measure.length(first),
            words: trimmed.split_whitespace().count()
                + trimmed.chars().filter(|c| is_unspaced(*c)).count(),
            is_open: !ends,
            is_followed: true,
            is_bullet: is_bullet(trimmed),
            capitals: [capital(first), capital(second)],
        }
    }
}

fn is_bullet(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

/// The first word with its punctuation; of a script without spaces, the first character.
fn first_word(line: &str) -> &str {
    let end = line.find(|c: char| c.is_whitespace() || is_unspaced(c)).unwrap_or(line.len());
    let first = line[end..].chars().next().filter(|_| end == 0);
    &line[..end + first.map_or(0, char::len_utf8)]
}

impl Measure {
    fn length(self, text: &str) -> usize {
        match self {
            Self::Columns => text.chars().map(|c| 1 + usize::from(is_wide(c))).sum(),
            Self::Characters => text.chars().count(),
        }
    }
}

/// Whether `text` has bytes with which wide characters begin, but no punctuation of Latin texts.
fn has_wide(text: &str) -> bool {
    // Without an early exit, the compiler can check many bytes at a time.
    text.bytes().fold(false, |any, byte| any | matches!(byte, 0xe1 | 0xe3..))
}

/// East Asian characters and punctuation, Hangul, and full-width forms.
fn is_wide(character: char) -> bool {
    is_east_asian(character)
        || matches!(u32::from(character),
            0x1100..=0x115f | 0x3000..=0x303e | 0xac00..=0xd7a3 | 0xff01..=0xff60)
}

impl Reach {
    /// `None` where the lines are not those of a column. Blank lines are not among them.
    fn of(lines: &[Line]) -> Option<Self> {
        let mut all: Vec<usize> = lines.iter().map(|line| line.columns).collect();
        all.sort_unstable();
        let width = width(&all)?;
        // In a list of names, lines have nearly the same length, too.
        let words: usize = lines.iter().map(|line| line.words).sum();
        if !COLUMNS.contains(&width) || words * 2 < lines.len() * 5 {
            return None;
        }
        let inner = || lines.windows(2).filter(|two| two[0].is_followed);
        let open = || inner().filter(|two| two[0].is_open);
        let (inner_count, open_count) = (inner().count(), open().count());
        if inner_count < 2 || open_count == 0 {
            return None;
        }
        // Lines of verse and of tables begin with a capital, whatever their first word is.
        let share =
            |word: usize, is: bool| open().filter(|two| two[1].capitals[word] == Some(is)).count();
        let is_mostly_capital = |word: usize| {
            let (capital, small) = (share(word, true), share(word, false));
            capital > 0 && capital * 10 >= (capital + small) * 7
        };
        if is_mostly_capital(0) && !is_mostly_capital(1) {
            return None;
        }
        let count =
            |reach: usize| open().filter(|two| two[0].columns + 1 + two[1].first > reach).count();
        // A text with one sentence per line is no column, even if its longest line ends inside one.
        let is_running = open_count * 5 >= inner_count * 2;
        // Set by hand, or in letters of different width.
        let slack = width - width * 15 / 100;
        let misses = open_count - count(width);
        let is_exact = misses * 20 <= open_count || misses == 1 && open_count > 3;
        if is_exact && (is_running || open_count > 2) {
            Some(Self { columns: width, is_exact: true })
        } else if count(slack) * 5 >= open_count * 4 && is_running {
            Some(Self { columns: slack, is_exact: false })
        } else {
            None
        }
    }
}

/// Whether the line that `rest` begins with has nothing on it; the last one of a text has no end.
pub(super) fn is_blank_line(rest: &str) -> bool {
    rest.trim_start_matches(is_blank).starts_with('\n')
}

/// The line ends of a wrapped text between two East Asian characters, or two full-width digits,
/// where they are no more than a break in a word or number: the white space of each, in order.
///
/// Other scripts without spaces between words have some between phrases: there a line end is
/// ambiguous.
pub(super) fn unspaced_gaps(text: &str) -> Vec<Range<usize>> {
    if text.is_ascii() {
        return Vec::new();
    }
    let gap = |(at, _): (usize, &str)| unspaced_gap(text, at).map(|gap| (at, gap));
    let mut gaps = text.match_indices('\n').filter_map(gap).peekable();
    if gaps.peek().is_none() {
        return Vec::new();
    }
    let lines = Lines::of(text);
    gaps.filter(|(at, _)| lines.is_wrap(text, *at)).map(|(_, gap)| gap).collect()
}

/// The white space around the line end at `at`, if East Asian characters, or full-width digits, are
/// before and after it.
fn unspaced_gap(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text[..at].trim_end_matches(is_blank);
    let rest = text[at + 1..].trim_start_matches(is_blank);
    let is_between = |is: fn(char) -> bool| before.ends_with(is) && rest.starts_with(is);
    (is_between(is_east_asian) || is_between(is_full_digit))
        .then(|| before.len()..text.len() - rest.len())
}

/// Full-width digits in East Asian lines behave like the characters around them: a number may go on
/// in the next line.
fn is_full_digit(character: char) -> bool {
    matches!(character, '\u{ff10}'..='\u{ff19}')
}

/// Whether [`unspaced_gaps`] may have a gap at `end`, where words end, given only the text so far.
pub(super) fn may_have_gap(text: &str, end: usize) -> bool {
    let rest = text[end..].trim_start_matches(is_blank);
    let next = rest.strip_prefix('\n').map(|next| next.trim_start_matches(is_blank));
    let may_be_between = |is: fn(char) -> bool| {
        text[..end].ends_with(is)
            && next.is_some_and(|next| next.is_empty() || next.starts_with(is))
    };
    may_be_between(is_east_asian) || may_be_between(is_full_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wraps(text: &str) -> Vec<bool> {
        let lines = Lines::of(text);
        text.match_indices('\n').map(|(at, _)| lines.is_wrap(text, at)).collect()
    }

    #[test]
    fn columns_are_told_from_lines() {
        let column = "The harbour board met on Tuesday\nto decide the future of the old\n\
                      crane by the Fish Market. Most\nresidents want it kept.";
        assert_eq!(wraps(column), [true; 3]);
        // The same, set in from the left, under a heading, and before an item.
        let set_in = format!("   {}", column.replace('\n', "\n   "));
        assert_eq!(wraps(&set_in), [true; 3]);
        let headed = format!("Crane to Stay\n{column}\n• Lights");
        assert_eq!(wraps(&headed), [false, true, true, true, false]);
        let sentences = "The board met.\nIt decided on the future of the old crane.\nIt stays.\n";
        assert_eq!(wraps(sentences), [false; 3]);
        assert_eq!(wraps("One line that is long\nand another\n"), [false; 2]);
        assert!(wraps("").is_empty());
    }

    #[test]
    fn east_asian_line_ends_are_breaks_in_words_where_the_text_is_wrapped() {
        let line = "港口管理局周三表示潜水员在驳船残";
        let column = format!("{line}\n{line}\r\n{line}\n骸附近\n");
        let gaps = unspaced_gaps(&column);
        let places: Vec<&str> = gaps.iter().map(|gap| &column[gap.clone()]).collect();
        assert_eq!(places, ["\n", "\r\n", "\n"]);
        // A number goes on, and a single digit does not.
        let column = format!("{line}\n{line}\n港口管理局周三表示潜水员在驳３０\n０万元\n");
        let gaps = unspaced_gaps(&column);
        assert_eq!(gaps.len(), 3);
        assert!(column[..gaps[2].start].ends_with("３０"));
        assert!(
            unspaced_gaps(&column.replace("\n０万", "\n港万").replace("３０", "３a")).len() == 2
        );
        assert!(unspaced_gaps("标题\n港口管理局周三表示\n港口\n").is_empty());
    }
}
