//! Text for a terminal of any width.

use unicode_width::UnicodeWidthChar;

/// The text with no line longer than `width` columns, as far as its words let it: lines break at
/// blanks, and go on below their first word. Control sequences of colours take no room. Lines that
/// fit stay as they are.
pub fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| wrapped_line(line, width)).collect();
    let end = if text.ends_with('\n') { "\n" } else { "" };
    lines.join("\n") + end
}

fn wrapped_line(line: &str, width: usize) -> String {
    if columns(line) <= width {
        return line.to_owned();
    }
    let blanks = line.chars().take_while(|c| *c == ' ').count();
    // An indent that leaves no room for words is none.
    let indent = if blanks * 2 > width { 0 } else { blanks };
    let mut wrapped = " ".repeat(indent);
    let mut at = indent;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let wide = columns(word);
        if at > indent && at + 1 + wide > width {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            at = indent;
        } else if at > indent {
            wrapped.push(' ');
            at += 1;
        }
        wrapped.push_str(word);
        at += wide;
    }
    wrapped
}

/// Columns that a text takes.
fn columns(text: &str) -> usize {
    let (mut columns, mut in_sequence) = (0, false);
    for c in text.chars() {
        match c {
            '\u{1b}' => in_sequence = true,
            'm' if in_sequence => in_sequence = false,
            _ if in_sequence => {}
            c => columns += c.width().unwrap_or(0),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_keep_their_indent() {
        let text = "error: unexpected argument found\n\n  tip: try --help\nshort\n";
        let expected = "error: unexpected\nargument found\n\n  tip: try --help\nshort\n";
        assert_eq!(wrapped(text, 18), expected);
        assert_eq!(wrapped("    a b c d e", 10), "    a b c\n    d e");
        assert_eq!(wrapped("      a b", 8), "a b", "no room for the indent");
        assert_eq!(wrapped("unbreakable words", 5), "unbreakable\nwords");
        assert_eq!(wrapped("", 5), "");
    }

    #[test]
    fn colours_take_no_room_and_wide_letters_two_columns() {
        let text = "\u{1b}[31mred\u{1b}[0m and more";
        assert_eq!(wrapped(text, 12), text);
        assert_eq!(wrapped("中文 中文", 8), "中文\n中文");
    }
}
