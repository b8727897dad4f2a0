//! Texts as the database keeps them: one zstd frame each, made with a dictionary of common phrases.
//!
//! One article is too short for zstd to learn its language from. A dictionary that zstd trains
//! itself is made of pieces of articles, and would still hold them after an article is removed. So
//! this one is made of phrases of a few words that several articles have.

use std::collections::HashMap;
use std::io;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Level of zstd: higher ones gain little on single articles.
const LEVEL: i32 = 9;
/// Words of a phrase, at most.
const WORDS: usize = 5;
/// Articles that must have a phrase.
const SHARED_BY: u32 = 8;
/// Bytes of a dictionary, at most.
const BYTES: usize = 64 << 10;

/// Compresses texts, with a dictionary or without.
#[derive(Default)]
pub struct Compression {
    is_settled: bool,
    dictionary: Option<Dictionary>,
}

struct Dictionary {
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

impl Compression {
    /// With what [`phrases`] gave; without a dictionary if that was nothing.
    pub fn with(phrases: &[u8]) -> Self {
        let dictionary = (!phrases.is_empty()).then(|| Dictionary {
            encoder: EncoderDictionary::copy(phrases, LEVEL),
            decoder: DecoderDictionary::copy(phrases),
        });
        Self { is_settled: true, dictionary }
    }

    /// Whether phrases have been looked for, so that no others are.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Each text as one zstd frame with its own checksum.
    pub fn compress<T: AsRef<str> + Sync>(&self, texts: &[T]) -> io::Result<Vec<Vec<u8>>> {
        use rayon::prelude::*;
        let frames = texts.par_iter().map_init(
            || self.compressor(),
            |tool, text| match tool {
                Ok(tool) => tool.compress(text.as_ref().as_bytes()),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            },
        );
        frames.collect()
    }

    fn compressor(&self) -> io::Result<Compressor<'_>> {
        let mut compressor = match &self.dictionary {
            Some(dictionary) => Compressor::with_prepared_dictionary(&dictionary.encoder)?,
            None => Compressor::new(LEVEL)?,
        };
        compressor.include_checksum(true)?;
        Ok(compressor)
    }

    /// The text of so many bytes, made with this dictionary or without; `None` if the frame is not
    /// whole.
    pub fn decompress(&self, frame: &[u8], bytes: u64) -> Option<String> {
        let mut decompressor = match &self.dictionary {
            Some(dictionary) => Decompressor::with_prepared_dictionary(&dictionary.decoder).ok()?,
            None => Decompressor::new().ok()?,
        };
        let text = decompressor.decompress(frame, usize::try_from(bytes).ok()?).ok()?;
        String::from_utf8(text).ok().filter(|text| text.len() as u64 == bytes)
    }
}

/// The phrases that several of the texts have, those that save most last; empty if there are none.
pub fn phrases(texts: &[&str]) -> Vec<u8> {
    // Of each phrase: how many texts have it, and the last of them.
    let mut counts: HashMap<&str, (u32, usize)> = HashMap::new();
    for (number, text) in texts.iter().enumerate() {
        for_each_phrase(text, |phrase| {
            let (count, last) = counts.entry(phrase).or_insert((0, usize::MAX));
            *count += u32::from(*last != number);
            *last = number;
        });
    }
    let saves = |phrase: &str, count: u32| phrase.len().saturating_sub(3) as u32 * count;
    let mut found: Vec<(u32, &str)> = counts
        .into_iter()
        .filter(|(_, (count, _))| *count >= SHARED_BY)
        .map(|(phrase, (count, _))| (saves(phrase, count), phrase))
        .filter(|(saved, _)| *saved > 0)
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    let (mut all, mut chosen) = (String::new(), Vec::new());
    for (_, phrase) in found {
        if all.len() + phrase.len() > BYTES {
            break;
        }
        if !all.contains(phrase) {
            all.push_str(phrase);
            chosen.push(phrase);
        }
    }
    // Near the text, where a reference to it takes fewer bytes.
    chosen.iter().rev().flat_map(|phrase| phrase.bytes()).collect()
}

/// Hands over each run of one to five words, with the space before it.
fn for_each_phrase<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    let mut starts = [0; WORDS];
    let (mut words, mut at) = (0, 0);
    for word in text.split_whitespace() {
        let start = at + text[at..].find(word).unwrap_or(0);
        at = start + word.len();
        let spaced = start - usize::from(text[..start].ends_with(' '));
        starts[words % WORDS] = spaced;
        words += 1;
        for back in 0..words.min(WORDS) {
            each(&text[starts[(words - 1 - back) % WORDS]..at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stories() -> Vec<String> {
        let story = |n: usize| {
            format!("Ship {n} waited outside the harbour bar while divers searched hull {}.", n * 7)
        };
        (0..20).map(story).collect()
    }

    #[test]
    fn texts_come_back_and_broken_ones_do_not() {
        let stories = stories();
        let dictionary = phrases(&stories.iter().map(String::as_str).collect::<Vec<_>>());
        let (plain, with) = (Compression::default(), Compression::with(&dictionary));
        for text in ["", &stories[3], &"Ähnlich. ".repeat(500)] {
            let bytes = text.len() as u64;
            for (compression, reader) in [(&plain, &plain), (&plain, &with), (&with, &with)] {
                let mut frame = compression.compress(&[text]).unwrap().remove(0);
                assert_eq!(reader.decompress(&frame, bytes).as_deref(), Some(text));
                assert_eq!(reader.decompress(&frame, bytes + 1), None);
                *frame.last_mut().unwrap() ^= 1;
                assert_eq!(reader.decompress(&frame, bytes), None);
            }
        }
        let [short, long] = [&with, &plain].map(|by| by.compress(&[&stories[3]]).unwrap()[0].len());
        assert!(2 * short < long, "{short} of {long} bytes");
        // What was made with the dictionary is not read without it.
        let frame = with.compress(&[&stories[3]]).unwrap().remove(0);
        assert_eq!(plain.decompress(&frame, stories[3].len() as u64), None);
    }

    #[test]
    fn a_dictionary_has_what_several_articles_say_and_nothing_else() {
        let stories = stories();
        let texts: Vec<&str> = stories.iter().map(String::as_str).collect();
        let dictionary = String::from_utf8(phrases(&texts)).unwrap();
        assert!(dictionary.contains(" waited outside the harbour bar"));
        assert!(!dictionary.contains("Ship 3") && !dictionary.contains("21"));
        assert_eq!(phrases(&texts[..7]), b"");
        assert_eq!(phrases(&[]), b"");
    }

    #[test]
    fn phrases_are_all_runs_of_words() {
        let mut found = Vec::new();
        for_each_phrase("a  bb c\nd e f", |phrase| found.push(phrase));
        found.sort_unstable();
        let mut expected = vec!["a", " bb", " c", "d", " e", " f", "a  bb", " bb c", " c\nd"];
        expected.extend(["d e", " e f", "a  bb c", " bb c\nd", " c\nd e", "d e f"]);
        expected.extend(["a  bb c\nd", " bb c\nd e", " c\nd e f", "a  bb c\nd e", " bb c\nd e f"]);
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
