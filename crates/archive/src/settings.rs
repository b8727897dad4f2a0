//! What is fixed when an archive is made.

use retold::engine::batch::RareRules;
use retold::engine::{Channel, Scheme};
use retold::text::Language;
use retold::{Config, Engine};

use crate::Error;

/// Version of the layout of archives.
pub const FORMAT: u32 = 3;

const DAY: u64 = 24 * 60 * 60;

/// What decides which articles of an archive are candidates, so it never changes.
///
/// ```
/// use retold_archive::Settings;
///
/// let settings = Settings { span_days: None, ..Settings::default() };
/// assert_eq!(settings.max_df, 28);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The language of all texts; `None` detects each text's own.
    pub language: Option<Language>,
    /// Numbers in a MinHash signature, from 16 to 4096. Default 128.
    pub lanes: usize,
    /// Words in a shingle, from 1 to 32. Default 3.
    pub shingle_words: usize,
    /// Seed of the MinHash functions. Default 1.
    pub seed: u64,
    /// How candidates are found.
    pub channel: Channel,
    /// Articles of one span of time that may have a feature, at most, for it to count. Default 28,
    /// which is what a scan of more than 20,000 articles takes.
    pub max_df: u32,
    /// Rare features that a pair must share, at least 1. Default 3.
    pub min_shared: u32,
    /// Days of a span: articles that were first seen in one span stand in segments of their own,
    /// and document frequencies are counted within it. `None`: one span for all. Default 30.
    pub span_days: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        let config = Config::default();
        Self {
            language: config.language,
            lanes: config.lanes,
            shingle_words: config.shingle_words,
            seed: config.seed,
            channel: config.channel,
            max_df: 28,
            min_shared: config.min_shared,
            span_days: Some(30),
        }
    }
}

impl Settings {
    /// The settings of an engine, with the cap on document frequency that it takes for that many
    /// articles.
    pub fn of(config: &Config, articles_of_span: usize) -> Result<Self, Error> {
        let max_df = Engine::new(config.clone())?.rare_rules(articles_of_span).max_df;
        Ok(Self {
            language: config.language,
            lanes: config.lanes,
            shingle_words: config.shingle_words,
            seed: config.seed,
            channel: config.channel,
            max_df,
            min_shared: config.min_shared,
            span_days: Self::default().span_days,
        })
    }

    /// An engine that finds by these settings and judges by the others of `judging`.
    pub fn engine(&self, judging: Config) -> Result<Engine, Error> {
        let config = judging
            .language(self.language)
            .lanes(self.lanes)
            .shingle_words(self.shingle_words)
            .seed(self.seed)
            .channel(self.channel)
            .max_df(Some(self.max_df))
            .min_shared(self.min_shared);
        Ok(Engine::new(config)?)
    }

    /// The rules by which features count.
    pub fn rare_rules(&self) -> Result<RareRules, Error> {
        Ok(self.engine(Config::default())?.rare_rules(0))
    }

    /// The number of the span that a time is in.
    pub(crate) fn span(&self, first_seen: i64) -> i64 {
        self.span_seconds().map_or(0, |seconds| first_seen.div_euclid(seconds))
    }

    /// The first second behind a span, where spans end.
    pub(crate) fn end_of_span(&self, span: i64) -> Option<i64> {
        self.span_seconds().map(|seconds| span.saturating_add(1).saturating_mul(seconds))
    }

    fn span_seconds(&self) -> Option<i64> {
        self.span_days.map(|days| i64::try_from(u64::from(days) * DAY).unwrap_or(i64::MAX))
    }

    /// An error if a value is out of range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.span_days == Some(0) {
            return Err(Error::OutOfRange { name: "span_days", expected: "1 or more" });
        }
        self.engine(Config::default())?.scheme()?;
        Ok(())
    }

    /// Names and values, as the database keeps them.
    pub fn to_rows(&self) -> Result<Vec<(&'static str, String)>, Error> {
        let scheme = self.engine(Config::default())?.scheme()?;
        let span_days = self.span_days.map_or("all".to_owned(), |days| days.to_string());
        Ok(vec![
            ("format", FORMAT.to_string()),
            ("scheme", scheme.to_string()),
            ("language", self.language.map_or("auto", Language::code).to_owned()),
            ("lanes", self.lanes.to_string()),
            ("ngram", self.shingle_words.to_string()),
            ("seed", self.seed.to_string()),
            ("channel", channel_name(self.channel).to_owned()),
            ("max-df", self.max_df.to_string()),
            ("min-shared", self.min_shared.to_string()),
            ("span-days", span_days),
        ])
    }

    /// From what [`Settings::to_rows`] gave; `None` where a row is missing or says nothing that we
    /// would have written. What another version wrote is an error that says so.
    pub(crate) fn from_rows(rows: &[(String, String)]) -> Result<Option<Self>, Error> {
        let value = |name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1.as_str());
        value("format").map_or(Ok(()), check_format)?;
        let read = || {
            Some(Self {
                language: language(value("language")?)?,
                lanes: value("lanes")?.parse().ok()?,
                shingle_words: value("ngram")?.parse().ok()?,
                seed: value("seed")?.parse().ok()?,
                channel: channel(value("channel")?)?,
                max_df: value("max-df")?.parse().ok()?,
                min_shared: value("min-shared")?.parse().ok()?,
                span_days: match value("span-days")? {
                    "all" => None,
                    days => Some(days.parse().ok()?),
                },
            })
        };
        let Some(settings) = read() else { return Ok(None) };
        settings.check()?;
        let known = settings.scheme()?.to_string();
        match value("scheme") {
            Some(scheme) if scheme == known => Ok(Some(settings)),
            Some(scheme) => Err(Error::Unknown { what: "scheme", found: scheme.to_owned(), known }),
            None => Ok(None),
        }
    }

    /// The rules of all fingerprints.
    pub fn scheme(&self) -> Result<Scheme, Error> {
        Ok(self.engine(Config::default())?.scheme()?)
    }

    /// An error that names the first setting in which `asked` differs.
    pub fn check_same(&self, asked: &Self) -> Result<(), Error> {
        for ((name, is), (_, asked)) in self.to_rows()?.into_iter().zip(asked.to_rows()?) {
            // The scheme follows from the settings behind it, which are easier to understand.
            if is != asked && name != "scheme" {
                return Err(Error::Setting { name, is, asked });
            }
        }
        Ok(())
    }
}

const CHANNELS: [(Channel, &str); 3] =
    [(Channel::Both, "both"), (Channel::Banding, "banding"), (Channel::Rare, "rare")];

fn channel_name(channel: Channel) -> &'static str {
    CHANNELS.iter().find(|(of, _)| *of == channel).map_or("", |(_, name)| name)
}

fn channel(name: &str) -> Option<Channel> {
    CHANNELS.iter().find(|(_, of)| *of == name).map(|(channel, _)| *channel)
}

fn language(code: &str) -> Option<Option<Language>> {
    match code {
        "auto" => Some(None),
        code if code == Language::Unknown.code() => Some(Some(Language::Unknown)),
        code => Language::from_code(code).map(Some),
    }
}

/// An error if a format is none that this version reads.
pub(crate) fn check_format(found: &str) -> Result<(), Error> {
    let known = FORMAT.to_string();
    match found == known {
        true => Ok(()),
        false => Err(Error::Unknown { what: "format", found: found.to_owned(), known }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_from_their_rows() {
        let settings = Settings {
            language: Some(Language::Unknown),
            channel: Channel::Rare,
            span_days: None,
            seed: 7,
            ..Settings::default()
        };
        for settings in [settings, Settings::default()] {
            let rows = settings.to_rows().unwrap();
            let mut rows: Vec<_> =
                rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            assert_eq!(Settings::from_rows(&rows).unwrap(), Some(settings));
            rows[1].1 = "text-0".to_owned();
            let unknown = Settings::from_rows(&rows).unwrap_err();
            assert!(matches!(unknown, Error::Unknown { what: "scheme", .. }), "{unknown}");
            rows.pop();
            assert_eq!(Settings::from_rows(&rows).unwrap(), None);
        }
    }

    #[test]
    fn a_disagreement_says_which_setting_it_is() {
        let asked = Settings { lanes: 64, ..Settings::default() };
        let error = Settings::default().check_same(&asked).unwrap_err().to_string();
        assert_eq!(error, "the archive was made with lanes 128, and 64 is asked for");
        assert!(asked.check_same(&asked).is_ok());
    }

    #[test]
    fn spans_of_time_have_numbers() {
        let settings = Settings { span_days: Some(1), ..Settings::default() };
        assert_eq!([-1, 0, 86_399, 86_400].map(|at| settings.span(at)), [-1, 0, 0, 1]);
        assert_eq!(settings.end_of_span(0), Some(86_400));
        let all = Settings { span_days: None, ..settings };
        assert_eq!((all.span(i64::MAX), all.end_of_span(0)), (0, None));
    }
}
