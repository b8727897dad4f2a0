//! Words that are broken at the end of a line.
//!
//! `tur-` and `bines` on the next line are the word `turbines`; `spring-` and `tide` may be the two
//! words of a compound that always had its hyphen. Nothing tells one from the other for certain
//! without a dictionary, but a text says a lot about itself: whether it has `turbines` elsewhere,
//! or `spring-tide` within a line, whether the parts are words of their own, and above all how many
//! of its lines end in a hyphen. Typesetters who break words do so in one line in five; where a
//! text is only wrapped, a compound happens to be cut at its hyphen in one in fifty.
//!
//! The weight of each of these signs was counted in 255 English, German, French, Spanish and
//! Russian texts, wrapped at 25 to 80 columns: weights are tenths of the natural logarithm of how
//! much likelier they are in a word broken by a typesetter.

use std::collections::HashSet;
use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;

use super::characters::{SOFT_HYPHEN, is_blank, is_hyphen, is_ignorable, is_unspaced};
use super::context::Context;
use super::hash::word_hash;
use super::language::{self, Compound, Language, SAMPLE, compound, is_stop_word};
use super::words::for_each_in;

/// For each word of `text` that is broken at a line end, in order: the bytes from its hyphen to its
/// continuation. A text without a hyphen at a line end costs no more than a search for line ends.
pub(super) fn gaps(text: &str) -> Vec<Range<usize>> {
    let mut sites: Vec<Site> = Vec::new();
    let mut lines = 0;
    for (at, _) in text.match_indices('\n') {
        lines += i64::from(!text[at + 1..].trim_start_matches(is_blank).starts_with('\n'));
        sites.extend(Site::at(text, at));
    }
    if sites.is_empty() {
        return Vec::new();
    }
    let evidence = Evidence::of(text, &mut sites);
    let weights: Vec<i64> = sites.iter().map(|site| evidence.weight(site)).collect();
    // Whether the text breaks words at all: Poisson rates of 0.2 and of 0.02 per line.
    let hyphens = sites.iter().zip(&weights).filter(|(site, _)| !site.is_soft);
    let all =
        hyphens.fold(-18 * lines / 10, |all, (_, weight)| all + 23 + (*weight).clamp(-39, 40));
    let bar = if all > 0 { -39 } else { 15 };
    let is_broken = |(site, weight): (Site, i64)| {
        let bar = if site.is_soft { -70 } else { bar };
        (weight > bar).then_some(site.gap)
    };
    sites.into_iter().zip(weights).filter_map(is_broken).collect()
}

/// Whether `segment`, which ends before white space, has a hyphen there that may be a break for
/// [`gaps`].
pub(super) fn may_end_line(segment: &str) -> bool {
    segment.trim_end_matches(|c| is_ignorable(c) && c != SOFT_HYPHEN).ends_with(is_hyphen)
}

/// A line end that may be inside a word.
struct Site {
    gap: Range<usize>,
    /// Where the part before ends.
    end_of_first: usize,
    /// Whether it is a soft hyphen, which only a line end makes visible.
    is_soft: bool,
    /// A penalty that does not depend on the rest of the text.
    objection: i64,
    /// The two parts, folded, once they were found.
    parts: [String; 2],
    /// Whether another hyphen precedes or follows the two parts.
    is_chained: bool,
}

impl Site {
    /// The line end at `at`, if a hyphen precedes it, and letters of the same kind around both.
    fn at(text: &str, at: usize) -> Option<Self> {
        let is_unseen = |c: char| is_blank(c) || is_ignorable(c) && c != SOFT_HYPHEN;
        let before = text[..at].trim_end_matches(is_unseen);
        let hyphen = before.chars().next_back().filter(|c| is_hyphen(*c))?;
        let start = before.len() - hyphen.len_utf8();
        let rest = text[at + 1..].trim_start_matches(is_unseen);
        let first = text[..start].trim_end_matches(is_ignorable);
        let last_letter = first
            .chars()
            .rev()
            .find(|c| canonical_combining_class(*c) == 0 && !is_ignorable(*c))?;
        let next_letter = rest.chars().next()?;
        let is_letter = |c: char| c.is_alphabetic() && !is_unspaced(c);
        if !is_letter(last_letter) || !is_letter(next_letter) {
            return None;
        }
        let is_soft = matches!(hyphen, SOFT_HYPHEN | '¬');
        let objection = match (is_capital(last_letter), is_capital(next_letter)) {
            (false, false) if next_letter.is_lowercase() => 0,
            // In a script without case, a hyphen is hardly ever due to the line end.
            (false, false) => 45,
            (true, true) if is_all_capitals(first, rest) => 0,
            (true, false) => 55,
            _ if is_soft => 40,
            _ => return None,
        };
        Some(Self {
            gap: start..text.len() - rest.len(),
            end_of_first: first.len(),
            is_soft,
            objection,
            parts: Default::default(),
            is_chained: false,
        })
    }
}

fn is_capital(letter: char) -> bool {
    letter.is_uppercase()
}

/// The first three letters of a word, or all of a shorter one.
fn head(word: &str) -> [char; 3] {
    let mut letters = word.chars();
    std::array::from_fn(|_| letters.next().unwrap_or(' '))
}

/// The last three letters of a word, backwards.
fn tail(word: &str) -> [char; 3] {
    let mut letters = word.chars().rev();
    std::array::from_fn(|_| letters.next().unwrap_or(' '))
}

/// Whether there are two capitals before, and two or a single one after.
fn is_all_capitals(first: &str, rest: &str) -> bool {
    let second = rest.chars().nth(1);
    first.chars().rev().take(2).filter(|c| c.is_uppercase()).count() == 2
        && second.is_none_or(|c| c.is_uppercase() || !c.is_alphabetic())
}

/// What a text says about the words that may be broken in it.
struct Evidence {
    language: Language,
    /// Its words, apart from the parts of broken ones.
    words: HashSet<Box<str>>,
    /// Beginnings and ends of its words that are also parts of broken ones.
    beginnings: HashSet<Box<str>>,
    endings: HashSet<Box<str>>,
    /// Three letters that words begin with, and that they end with.
    heads: HashSet<[char; 3]>,
    tails: HashSet<[char; 3]>,
    /// Words that have a hyphen between them within a line; those before one, and those after.
    pairs: HashSet<[u64; 2]>,
    firsts: HashSet<u64>,
    seconds: HashSet<u64>,
}

impl Evidence {
    /// Reads the words of the text, and fills in the parts of the sites.
    fn of(text: &str, sites: &mut [Site]) -> Self {
        let mut evidence = Self {
            language: Language::Unknown,
            words: HashSet::new(),
            beginnings: HashSet::new(),
            endings: HashSet::new(),
            heads: HashSet::new(),
            tails: HashSet::new(),
            pairs: HashSet::new(),
            firsts: HashSet::new(),
            seconds: HashSet::new(),
        };
        let mut sample = Vec::new();
        let mut last = (0, 0);
        let (mut firsts, mut seconds) = (0, 0);
        for_each_in(text, 0..text.len(), &Context::default(), &mut |found, folded| {
            let (range, hash) = (found.range, word_hash(folded.as_bytes()));
            if sample.len() < SAMPLE {
                sample.push(hash);
            }
            let has_hyphen = {
                let mut between = text.get(last.0..range.start).unwrap_or("").chars();
                between.next().is_some_and(is_hyphen) && between.next().is_none()
            };
            if has_hyphen {
                evidence.pairs.insert([last.1, hash]);
                evidence.firsts.insert(last.1);
                evidence.seconds.insert(hash);
            }
            last = (range.end, hash);
            let mut is_part = false;
            while firsts < sites.len() && sites[firsts].end_of_first < range.end {
                firsts += 1;
            }
            if let Some(site) = sites.get_mut(firsts).filter(|site| site.end_of_first == range.end)
            {
                site.parts[0] = folded.to_owned();
                site.is_chained |= has_hyphen;
                is_part = true;
            }
            while seconds < sites.len() && sites[seconds].gap.end < range.start {
                seconds += 1;
            }
            if let Some(site) = sites.get_mut(seconds).filter(|site| site.gap.end == range.start) {
                site.parts[1] = folded.to_owned();
                let mut after = text[range.end..].chars();
                site.is_chained |= after.next().is_some_and(is_hyphen)
                    && after.next().is_some_and(char::is_alphanumeric);
                is_part = true;
            }
            if !is_part && !evidence.words.contains(folded) {
                evidence.words.insert(folded.into());
            }
        });
        let stops: Vec<u32> = sample.into_iter().map(language::stops).collect();
        evidence.language = language::detect_by(&stops);
        evidence.find_beginnings_and_endings(sites);
        evidence
    }

    fn find_beginnings_and_endings(&mut self, sites: &[Site]) {
        let [firsts, seconds] =
            [0, 1].map(|n| sites.iter().map(|site| &*site.parts[n]).collect::<HashSet<&str>>());
        for word in &self.words {
            self.heads.insert(head(word));
            self.tails.insert(tail(word));
            for (at, _) in word.char_indices().skip(1) {
                let (beginning, ending) = word.split_at(at);
                if firsts.contains(beginning) {
                    self.beginnings.insert(beginning.into());
                }
                if seconds.contains(ending) {
                    self.endings.insert(ending.into());
                }
            }
        }
    }

    /// How much likelier it is that a typesetter broke the word.
    fn weight(&self, site: &Site) -> i64 {
        let [first, second] = &site.parts;
        let hash = |word: &str| word_hash(word.as_bytes());
        let (first_hash, second_hash) = (hash(first), hash(second));
        let is_stop = |hash| is_stop_word(hash, self.language);
        let whole = [first.as_str(), second].concat();
        let is_known = self.words.contains(whole.as_str()) || is_stop(hash(&whole));
        // Prepositions begin many words and hardly any compound.
        let knows_first = self.words.contains(first.as_str()) && !is_stop(first_hash);
        let knows_second = self.words.contains(second.as_str()) || is_stop(second_hash);
        let is_letter_alone = |word: &str| word.chars().nth(1).is_none();
        let mut weight = 11 - site.objection;
        let mut add = |holds: bool, points: i64| weight += if holds { points } else { 0 };
        add(is_known, 25);
        add(self.pairs.contains(&[first_hash, second_hash]), -60);
        add(is_letter_alone(first) || is_letter_alone(second), -60);
        add(self.firsts.contains(&first_hash), -20);
        add(self.seconds.contains(&second_hash), -25);
        let is_compound = compound(first_hash, self.language, Compound::First)
            || compound(second_hash, self.language, Compound::Second);
        add(is_compound && !is_known, -45);
        add(knows_first && knows_second, -18);
        add(knows_first != knows_second, -14);
        add(self.endings.contains(second.as_str()), 20);
        add(self.beginnings.contains(first.as_str()), 6);
        add(self.tails.contains(&tail(first)), -15);
        add(self.heads.contains(&head(second)), -11);
        add(site.is_chained, -21);
        weight
    }
}

#[cfg(test)]
mod tests {
    use crate::text::for_each_word;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for_each_word(text, |range, folded| {
            assert!(text.get(range).is_some_and(|word| !word.is_empty()));
            words.push(folded.to_owned());
        });
        words
    }

    /// A line that breaks a word, and lines around it that do too.
    fn column(line: &str) -> String {
        format!("the con-\ntract of the minis-\nters and {line} was con-\ncluded in the coun-\ntry")
    }

    #[test]
    fn hyphens_of_all_kinds_vanish() {
        for hyphen in ["-", "¬", "\u{ad}", "\u{2010}", "\u{2011}", "\u{200b}-\u{200b}", "－"] {
            for line_end in ["\n", "\r\n", " \n  ", "\n\t"] {
                let text = column("har-\nbour").replace("-\n", &format!("{hyphen}{line_end}"));
                let expected =
                    "the contract of the ministers and harbour was concluded in the country";
                assert_eq!(words(&text).join(" "), expected, "{text:?}");
            }
        }
        assert_eq!(words(&column("UNI-\nTED"))[6], "united");
        assert_eq!(words(&column("inter-\nnatio-\nnal"))[6], "international");
        assert_eq!(words(&column("(har-\nbour).”"))[6], "harbour");
    }

    #[test]
    fn other_hyphens_stay() {
        for line in [
            "well-\nknown",
            "Anglo-\nSaxon",
            "Covid-\n19",
            "har -\nbour",
            "har--\nbour",
            "har-\n\nbour",
            "e-\nmail",
            "TV-\nset",
            "har- bour",
            "中-\n国",
        ] {
            let parts = line.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
            let parts: Vec<String> = parts.map(str::to_lowercase).collect();
            assert_eq!(words(&column(line))[6..8], parts[..], "{line:?}");
        }
    }

    #[test]
    fn the_text_says_what_its_words_are() {
        // The only hyphen at the end of forty lines: more likely a compound than not.
        let story = "The water rose with the spring-\ntide on Monday\n".to_owned()
            + &"and fell on Tuesday again\n".repeat(40);
        assert!(words(&story).contains(&"spring".to_owned()));
        let whole = format!("{story}Every springtide is such.\n");
        assert!(words(&whole).iter().filter(|word| *word == "springtide").count() == 2);
        let compound = column("spring-\ntide") + " after a spring-tide";
        assert!(words(&compound).iter().all(|word| word != "springtide"));
    }
}
