//! Words with letters of one alphabet that pass for those of another: `hаrbоur` with Cyrillic `а`,
//! `о`.
//!
//! Which letters look alike is taken from Unicode's list of confusables (UTS #39, section 4). A
//! word that mixes alphabets is taken for what it seems to be, if every letter of it can be. A word
//! all of whose letters are of another alphabet than its neighbours is, too: `а` in an English
//! sentence; but the same letter is a word of its own in Russian, and `α` is one in a paper on
//! α-helices. So words of one or two letters are judged only where the text mixes alphabets within
//! other words, and longer ones only there or where hardly any other word is foreign.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::alphabets::{
    Alphabet, Cases, TARGETS, alphabet, is_basic, is_mark, latin_like, like, plain, undisguise,
};
use super::characters::is_ignorable;
use super::context::{Context, Disguise};
use super::words::for_each_in;

/// Letters in a row that make a word be judged in a text that mixes alphabets nowhere.
const ENOUGH: usize = 3;

/// Foreign letters are few if there are so many times as many bytes of text.
pub(super) const RARE: usize = 16;

/// The disguised words of `text`, in order.
pub(super) fn find(text: &str, context: &Context) -> Vec<Disguise> {
    let signs = Signs::of(text);
    let is_suspect = signs.mixes || signs.passes && signs.foreign_letters * RARE < text.len();
    if !is_suspect {
        return Vec::new();
    }
    let mut alphabets = Alphabets::default();
    for_each_in(text, 0..text.len(), context, &mut |found, _| {
        alphabets.add(&text[found.range.clone()], found.range);
    });
    alphabets.disguises(text)
}

/// Whether [`find`] may find something in a text with this segment.
pub(super) fn is_suspect(segment: &str) -> bool {
    let signs = Signs::of(segment);
    signs.mixes || signs.passes
}

/// Signs of disguised words.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    /// Letters of two alphabets are adjacent.
    mixes: bool,
    /// [`ENOUGH`] foreign letters in a row, and no other beside them, pass for Latin ones.
    passes: bool,
    /// Letters that are not Latin.
    foreign_letters: usize,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        if text.is_ascii() {
            return signs;
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(wide) = bytes[at..].iter().position(|byte| !byte.is_ascii()) {
            // No word goes on across ASCII white space.
            let start = bytes[at..at + wide].iter().rposition(u8::is_ascii_whitespace);
            let start = start.map_or(at, |space| at + space + 1);
            let end = bytes[at + wide..].iter().position(u8::is_ascii_whitespace);
            let end = end.map_or(text.len(), |space| at + wide + space);
            signs.add(&text[start..end]);
            at = end;
        }
        signs
    }

    fn add(&mut self, segment: &str) {
        let mut last = None;
        // Letters in a row, and whether all of them pass for Latin ones.
        let (mut letters, mut pass) = (0, true);
        for character in segment.chars() {
            let character = plain(character);
            match alphabet(character) {
                Some(alphabet) => {
                    self.mixes |= last.is_some_and(|last| last != alphabet);
                    last = Some(alphabet);
                    let is_foreign = alphabet != Alphabet::Latin;
                    self.foreign_letters += usize::from(is_foreign);
                    pass = pass && is_foreign && latin_like(character, Cases::Small).is_some();
                    letters += 1;
                }
                None if !is_basic(character) && (is_ignorable(character) || is_mark(character)) => {
                }
                None => {
                    self.passes |= pass && letters >= ENOUGH;
                    (last, letters, pass) = (None, 0, true);
                }
            }
        }
        self.passes |= pass && letters >= ENOUGH;
    }
}

/// The words of a text, by alphabet.
#[derive(Default)]
struct Alphabets {
    entries: Vec<Entry>,
    /// Letters of each of [`TARGETS`] that do not look like one of another.
    distinct: [usize; 3],
    foreign_letters: usize,
}

struct Entry {
    range: Range<usize>,
    kind: Kind,
    /// Letters in a row, at most.
    letters: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All its letters are of one alphabet.
    Of(Alphabet),
    /// Side by side.
    Mixed,
    /// With an apostrophe between, or a digit: `Google’ом`.
    Joined,
}

impl Alphabets {
    /// Takes the word at `range` of the text; words without letters say nothing.
    fn add(&mut self, word: &str, range: Range<usize>) {
        let mut kind = None;
        let mut last = None;
        let (mut letters, mut most) = (0, 0);
        for character in word.nfkd() {
            let Some(own) = alphabet(character) else {
                if !is_ignorable(character) && !is_mark(character) {
                    (last, letters) = (None, 0);
                }
                continue;
            };
            letters += 1;
            most = most.max(letters);
            kind = match kind {
                _ if last.is_some_and(|last| last != own) => Some(Kind::Mixed),
                Some(Kind::Mixed) => Some(Kind::Mixed),
                Some(kind) if kind != Kind::Of(own) => Some(Kind::Joined),
                _ => Some(Kind::Of(own)),
            };
            last = Some(own);
            self.foreign_letters += usize::from(own != Alphabet::Latin);
            let mut others = TARGETS.iter().filter(|to| **to != own);
            if let Some(at) = TARGETS.iter().position(|target| *target == own)
                && others.all(|to| like(character, *to, Cases::Own).is_none())
            {
                self.distinct[at] += 1;
            }
        }
        if let Some(kind) = kind {
            self.entries.push(Entry { range, kind, letters: most });
        }
    }

    /// The alphabet that most of the text is written in.
    fn home(&self) -> Alphabet {
        let most = (0..TARGETS.len()).max_by_key(|&at| (self.distinct[at], TARGETS.len() - at));
        most.map_or(Alphabet::Latin, |at| TARGETS[at])
    }

    /// The words that are not of the alphabet that they seem to be of.
    fn disguises(&self, text: &str) -> Vec<Disguise> {
        let home = self.home();
        let seeming = |entry: &Entry, cases| undisguise(&text[entry.range.clone()], home, cases);
        let mixed = |entry: &Entry| match entry.kind {
            Kind::Mixed => entry.unmixed(text, home),
            _ => None,
        };
        let mut found: Vec<Option<String>> = self.entries.iter().map(mixed).collect();
        let mixes = found.iter().any(Option::is_some);
        for (entry, found) in self.entries.iter().zip(&mut found) {
            if mixes && entry.kind == Kind::Joined {
                *found = entry.unmixed(text, home);
            }
        }
        let is_latin = home == Alphabet::Latin && self.foreign_letters * RARE < text.len();
        let sides: Vec<Side> = (self.entries.iter().zip(&found))
            .map(|(entry, found)| match entry.kind {
                Kind::Of(own) if own == home => Side::Home,
                Kind::Mixed | Kind::Joined if found.is_some() => Side::Home,
                Kind::Of(_) if seeming(entry, Cases::Own).is_some() => Side::Either,
                _ => Side::Abroad,
            })
            .collect();
        let at_home = among_home(&sides);
        for (at, entry) in self.entries.iter().enumerate() {
            if sides[at] == Side::Either && at_home[at] {
                found[at] = match (mixes, is_latin && entry.letters >= ENOUGH) {
                    (true, _) => seeming(entry, Cases::Own),
                    (false, true) => seeming(entry, Cases::Small),
                    (false, false) => None,
                };
            }
        }
        let disguise = |(entry, undisguised): (&Entry, Option<String>)| {
            Some(Disguise { range: entry.range.clone(), undisguised: undisguised? })
        };
        self.entries.iter().zip(found).filter_map(disguise).collect()
    }
}

impl Entry {
    /// What a word that mixes alphabets seems to be: a word of the text's, or else of its own.
    fn unmixed(&self, text: &str, home: Alphabet) -> Option<String> {
        let word = &text[self.range.clone()];
        undisguise(word, home, Cases::Own).or_else(|| {
            let own: Vec<Alphabet> = word.nfkd().filter_map(alphabet).collect();
            let count = |to: Alphabet| own.iter().filter(|own| **own == to).count();
            let mut others =
                TARGETS.iter().filter(|to| **to != home && count(**to) * 2 > own.len());
            others.find_map(|to| undisguise(word, *to, Cases::Small))
        })
    }
}

/// On which side of a text's own alphabet a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Home,
    /// It could be of either.
    Either,
    Abroad,
}

/// For each word, whether the nearest ones before and after it that are on one side are at home.
fn among_home(sides: &[Side]) -> Vec<bool> {
    let mut among = vec![true; sides.len()];
    let mut some = vec![false; sides.len()];
    let mut look = |places: &mut dyn Iterator<Item = usize>| {
        let mut nearest = None;
        for at in places {
            among[at] &= nearest != Some(Side::Abroad);
            some[at] |= nearest.is_some();
            if sides[at] != Side::Either {
                nearest = Some(sides[at]);
            }
        }
    };
    look(&mut (0..sides.len()));
    look(&mut (0..sides.len()).rev());
    among.into_iter().zip(some).map(|(among, some)| among && some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disguised(text: &str) -> Vec<(&str, String)> {
        let found = find(text, &Context::default());
        found.into_iter().map(|word| (&text[word.range], word.undisguised)).collect()
    }

    #[test]
    fn words_that_mix_alphabets_are_what_they_seem() {
        let seen =
            |text: &str| disguised(text).into_iter().map(|(_, word)| word).collect::<Vec<_>>();
        assert_eq!(seen("the hаrbоur of а city"), ["harbour", "a"]);
        assert_eq!(seen("Straβe"), ["Straße"]);
        assert_eq!(seen("ІВМ and Ιt is"), ["ibm", "it"]);
        assert_eq!(
            seen("вcё это былo давно"),
            ["всё", "было"].map(|word| word.nfkd().collect::<String>())
        );
    }

    #[test]
    fn nothing_is_found_where_nothing_is_suspected() {
        for text in [
            "",
            "plain",
            "é ß “quoted”",
            "Все слова здесь русские, а не другие",
            "3 μ and α",
            "中国",
        ] {
            assert!(!is_suspect(text) && disguised(text).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_was_suspected(text in "[abchopсоерахΑΒο 1.,'’-]{0,40}") {
            let mut alphabets = Alphabets::default();
            for_each_in(&text, 0..text.len(), &Context::default(), &mut |found, _| {
                alphabets.add(&text[found.range.clone()], found.range);
            });
            let found = alphabets.disguises(&text);
            proptest::prop_assert!(is_suspect(&text) || found.is_empty());
            proptest::prop_assert_eq!(find(&text, &Context::default()), found);
        }
    }
}
