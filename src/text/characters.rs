//! Properties of characters that matter for words and sentences.
//!
//! Ranges are those of Unicode 16 (`DerivedCoreProperties.txt`, `PropList.txt`); the tests hold
//! them to another copy of those tables.

/// Whether a character belongs to a script that is written without spaces between words.
///
/// East Asian scripts, and the scripts of South East Asia that have Line_Break = Complex_Context.
pub fn is_unspaced(character: char) -> bool {
    is_east_asian(character)
        || matches!(u32::from(character),
            0x0e00..=0x0eff       // Thai, Lao
            | 0x1000..=0x109f     // Myanmar
            | 0x1780..=0x17ff     // Khmer
            | 0x1950..=0x19df     // Tai Le, New Tai Lue
            | 0x1a20..=0x1aaf     // Tai Tham
            | 0xa9e0..=0xa9ff     // Myanmar Extended-B
            | 0xaa60..=0xaadf     // Myanmar Extended-A, Tai Viet
            | 0x11700..=0x1174f) // Ahom
}

/// Whether a character is Han, Kana, Bopomofo, or a mark that is used like one.
pub(super) fn is_east_asian(character: char) -> bool {
    matches!(u32::from(character),
        0x2e80..=0x2fdf       // CJK radicals
        | 0x3005..=0x3007 | 0x3021..=0x3029 // ideographic iteration mark, zero, Hangzhou numerals
        | 0x3041..=0x30ff     // Hiragana, Katakana
        | 0x3105..=0x312f     // Bopomofo
        | 0x31f0..=0x31ff     // Katakana extensions
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff // Han
        | 0xff66..=0xff9d     // half-width Katakana
        | 0x20000..=0x3ffff) // Han, supplementary planes
}

/// Default_Ignorable_Code_Point: joiners, variation selectors, tags, marks of direction, fillers
/// and the soft hyphen. No reader sees them.
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff
        | 0xffa0 | 0xfff0..=0xfff8 | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

pub(super) const SOFT_HYPHEN: char = '\u{ad}';

/// Hyphens that a line can end with inside a word. `¬` replaces a soft one in many old files.
pub(super) fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | SOFT_HYPHEN | '¬' | '\u{2010}' | '\u{2011}' | '\u{fe63}' | '\u{ff0d}')
}

/// White space within a line.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}

/// How a character ends sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Of an alphabet with upper and lower case: what follows decides.
    Spaced,
    /// In any position.
    Always,
}

/// How a character ends sentences, if it does: by Sentence_Terminal, with the ellipses, and the
/// shads of Tibetan, which the property leaves out.
pub(super) fn stop(character: char) -> Option<Stop> {
    match u32::from(character) {
        0x21
        | 0x2e
        | 0x3f
        | 0x2024..=0x2026
        | 0x203c..=0x203d
        | 0x2047..=0x2049
        | 0x2e2e
        | 0x2e3c
        | 0x2e53..=0x2e54
        | 0xfe52
        | 0xff0e => Some(Stop::Spaced),
        // Nearly all Han.
        0x3003..=0xa4fe => None,
        0x589
        | 0x61d..=0x61f
        | 0x6d4
        | 0x700..=0x702
        | 0x7f9
        | 0x837
        | 0x839
        | 0x83d..=0x83e
        | 0x964..=0x965
        | 0xf0d..=0xf12
        | 0x104a..=0x104b
        | 0x1362
        | 0x1367..=0x1368
        | 0x166e
        | 0x1735..=0x1736
        | 0x17d4..=0x17d5
        | 0x1803
        | 0x1809
        | 0x1944..=0x1945
        | 0x1aa8..=0x1aab
        | 0x1b4e..=0x1b4f
        | 0x1b5a..=0x1b5b
        | 0x1b5e..=0x1b5f
        | 0x1b7d..=0x1b7f
        | 0x1c3b..=0x1c3c
        | 0x1c7e..=0x1c7f
        | 0x2cf9..=0x2cfb
        | 0x3002
        | 0xa4ff
        | 0xa60e..=0xa60f
        | 0xa6f3
        | 0xa6f7
        | 0xa876..=0xa877
        | 0xa8ce..=0xa8cf
        | 0xa92f
        | 0xa9c8..=0xa9c9
        | 0xaa5d..=0xaa5f
        | 0xaaf0..=0xaaf1
        | 0xabeb
        | 0xfe12
        | 0xfe15..=0xfe16
        | 0xfe56..=0xfe57
        | 0xff01
        | 0xff1f
        | 0xff61
        | 0x10a56..=0x10a57
        | 0x10f55..=0x10f59
        | 0x10f86..=0x10f89
        | 0x11047..=0x11048
        | 0x110be..=0x110c1
        | 0x11141..=0x11143
        | 0x111c5..=0x111c6
        | 0x111cd
        | 0x111de..=0x111df
        | 0x11238..=0x11239
        | 0x1123b..=0x1123c
        | 0x112a9
        | 0x113d4..=0x113d5
        | 0x1144b..=0x1144c
        | 0x115c2..=0x115c3
        | 0x115c9..=0x115d7
        | 0x11641..=0x11642
        | 0x1173c..=0x1173e
        | 0x11944
        | 0x11946
        | 0x11a42..=0x11a43
        | 0x11a9b..=0x11a9c
        | 0x11c41..=0x11c42
        | 0x11ef7..=0x11ef8
        | 0x11f43..=0x11f44
        | 0x16a6e..=0x16a6f
        | 0x16af5
        | 0x16b37..=0x16b38
        | 0x16b44
        | 0x16d6e..=0x16d6f
        | 0x16e98
        | 0x1bc9f
        | 0x1da88 => Some(Stop::Always),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// All characters that have a Unicode property.
    fn with_property(name: &str) -> Vec<char> {
        let class = regex_syntax::parse(&format!(r"\p{{{name}}}")).expect("a property");
        let HirKind::Class(Class::Unicode(class)) = class.into_kind() else {
            panic!("{name} is no class")
        };
        class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
    }

    #[test]
    fn ignorable_characters_are_those_of_unicode() {
        let ours: Vec<char> = ('\0'..=char::MAX).filter(|c| is_ignorable(*c)).collect();
        assert_eq!(ours, with_property("Default_Ignorable_Code_Point"));
    }

    #[test]
    fn stops_are_those_of_unicode_and_a_few_more() {
        let ours: Vec<char> = ('\0'..=char::MAX).filter(|c| stop(*c).is_some()).collect();
        let unicode = with_property("Sentence_Terminal");
        assert!(unicode.iter().all(|c| ours.contains(c)), "one is missing");
        let more: String = ours.into_iter().filter(|c| !unicode.contains(c)).collect();
        assert_eq!(more, "\u{f0d}\u{f0e}\u{f0f}\u{f10}\u{f11}\u{f12}‥…");
    }
}
