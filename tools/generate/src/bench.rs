//! News-like text for the benches: deterministic, from a seed, of no one's authorship.
//!
//! Words follow Zipf's law over a vocabulary of real function words and invented content words, with
//! the lengths, capitals, commas, quotations, figures and abbreviations that news has. Articles have
//! log-normal lengths around 400 words.

/// Words of the vocabulary, function words included.
const VOCABULARY: usize = 30_000;

const FUNCTION_WORDS: &str = "the of to and a in that is for on was said with he as it at by from his \
     have be has are an who not but had will they this were their which been more after its about \
     we or one would she out up when her all new two some than there if what so no can into last \
     time people over first could also other how year you just him now most before only them";

const ONSETS: [&str; 20] = [
    "", "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pr",
    "ch", "w",
];
const VOWELS: [&str; 9] = ["a", "e", "i", "o", "u", "ea", "io", "ou", "ai"];
const CODAS: [&str; 10] = ["", "", "n", "r", "s", "t", "l", "nd", "ck", "rs"];

/// So many where this run measures. Where tests only ask whether the bench works, unoptimised, a part of
/// them will do.
pub fn size(measured: usize) -> usize {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    if is_measured { measured } else { measured / 20 }
}

/// Which characters the text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// ASCII only.
    Ascii,
    /// About 10 % of the bytes are those of curly quotes, dashes and accented letters.
    Mixed,
    /// Content words in Cyrillic letters: most bytes are beyond ASCII.
    Cyrillic,
}

/// A small random number generator (SplitMix64, Steele et al. 2014).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Evenly from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly from 0 to `end` (excluded).
    pub fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Writes articles.
pub struct Generator {
    random: Random,
    script: Script,
    vocabulary: Vec<String>,
    /// Cumulative Zipf weights of the vocabulary.
    weights: Vec<f64>,
}

impl Generator {
    /// In a script; another seed gives other articles.
    pub fn new(script: Script, seed: u64) -> Self {
        let mut random = Random(seed);
        let mut vocabulary: Vec<_> = FUNCTION_WORDS.split_whitespace().map(str::to_owned).collect();
        while vocabulary.len() < VOCABULARY {
            // Rarer words are longer.
            let syllables = 1 + random.below(1 + vocabulary.len().ilog2() as usize / 4);
            let word = (0..syllables)
                .map(|_| [random.pick(&ONSETS), random.pick(&VOWELS), random.pick(&CODAS)].concat())
                .collect::<String>();
            vocabulary.push(respell(&word, script, &mut random));
        }
        let mut sum = 0.0;
        let weights = (0..VOCABULARY)
            .map(|rank| {
                sum += 1.0 / (rank as f64 + 1.5);
                sum
            })
            .collect();
        Self { random, script, vocabulary, weights }
    }

    fn word(&mut self) -> &str {
        let at = self.random.unit() * self.weights.last().copied().unwrap_or(0.0);
        &self.vocabulary[self.weights.partition_point(|weight| *weight <= at)]
    }

    /// An article of about so many words.
    pub fn article_of(&mut self, words: usize) -> String {
        let mut text = String::with_capacity(words * 7);
        let mut written = 0;
        while written < words {
            let length = 8 + self.random.below(28);
            self.sentence(length, &mut text);
            written += length;
            text.push_str(if self.random.below(4) == 0 { "\n\n" } else { " " });
        }
        text
    }

    /// An article of log-normal length around 400 words, at least 50.
    pub fn article(&mut self) -> String {
        let normal = (0..12).map(|_| self.random.unit()).sum::<f64>() - 6.0;
        self.article_of((400.0 * (0.5 * normal).exp()).max(50.0) as usize)
    }

    /// The article as a rewriter might leave it: two sentences of three, in their order, with one
    /// word in four another.
    pub fn rewrite(&mut self, article: &str) -> String {
        let mut text = String::with_capacity(article.len());
        for sentence in article.split_inclusive(". ") {
            if self.random.below(3) == 0 {
                continue;
            }
            for word in sentence.split_inclusive(' ') {
                match self.random.below(4) == 0 && !word.contains('.') {
                    true => {
                        text.push_str(self.word());
                        text.push(' ');
                    }
                    false => text.push_str(word),
                }
            }
        }
        text
    }

    fn sentence(&mut self, length: usize, text: &mut String) {
        let mixed = self.script != Script::Ascii;
        let quoted = self.random.below(5) == 0;
        if quoted {
            text.push_str(if mixed { "“" } else { "\"" });
        }
        for at in 0..length {
            let chance = self.random.below(400);
            let start = text.len();
            match chance {
                0..4 => {
                    let figure = 2 + self.random.below(900);
                    text.push_str(&figure.to_string());
                    if chance == 0 {
                        text.push_str(",500");
                    }
                }
                4 => text.push_str("U.S."),
                5 => text.push_str("3.5"),
                _ => text.push_str(self.word()),
            }
            // The first word, and names.
            if at == 0 || chance > 360 {
                let first = text[start..].chars().next().map_or(0, char::len_utf8);
                let upper = text[start..start + first].to_uppercase();
                text.replace_range(start..start + first, &upper);
            }
            match self.random.below(100) {
                _ if at + 1 == length => break,
                0..6 => text.push_str(", "),
                6 => text.push_str(if mixed { "’s " } else { "'s " }),
                7 => text.push('-'),
                8 => text.push_str(if mixed { " – " } else { " - " }),
                9..11 if mixed => text.push_str("’s “"),
                11..14 if mixed => text.push_str("” "),
                _ => text.push(' '),
            }
        }
        text.push('.');
        if quoted {
            text.push_str(if mixed { "”" } else { "\"" });
        }
    }
}

/// The word in the letters of its script.
fn respell(word: &str, script: Script, random: &mut Random) -> String {
    let accents =
        [('a', 'á'), ('e', 'é'), ('i', 'í'), ('o', 'ö'), ('u', 'ü'), ('c', 'ç'), ('s', 'š')];
    match script {
        Script::Ascii => word.to_owned(),
        Script::Mixed if random.below(2) > 0 => word.to_owned(),
        Script::Mixed => {
            let mut left = 1;
            let accented =
                word.chars().map(|letter| match accents.iter().find(|(l, _)| *l == letter) {
                    Some((_, accent)) if left > 0 => {
                        left -= 1;
                        *accent
                    }
                    _ => letter,
                });
            accented.collect()
        }
        Script::Cyrillic => {
            let letters = "абцдефгхийклмнопярстувжьызю";
            word.bytes()
                .map(|b| letters.chars().nth(usize::from(b - b'a')).unwrap_or('э'))
                .collect()
        }
    }
}

/// So many articles.
pub fn articles(script: Script, count: usize) -> Vec<String> {
    let mut generator = Generator::new(script, 7);
    (0..count).map(|_| generator.article()).collect()
}

/// Their bytes.
pub fn bytes(articles: &[String]) -> u64 {
    articles.iter().map(|article| article.len() as u64).sum()
}
