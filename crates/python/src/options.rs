//! Keywords to settings. They are called as the options of the command are, with `_` for `-`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use retold::Config;
use retold::align::CompareOptions;
use retold::engine::Channel;
use retold::text::Language;
use retold_corpus::ReadOptions;
use retold_pipeline::{Memory, Resources, Settings};

use crate::errors;

/// Settings of a run, and the keywords that differ from the defaults, by name, for reports.
pub struct Options {
    pub run: Settings,
    pub by_name: Vec<(String, String)>,
}

/// Threads that may be asked for, as in the command.
const MOST_THREADS: usize = 1024;

impl Options {
    /// From keywords; an error names the first that is unknown or out of range.
    pub fn of(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut typed = Typed::default();
        let mut by_name = Vec::new();
        for (name, value) in keywords.into_iter().flatten() {
            let name: String = name.extract()?;
            if value.is_none() {
                continue;
            }
            typed.set(&name, &value)?;
            if !["threads", "memory", "temp"].contains(&name.as_str()) {
                by_name.push((name, value.str()?.to_string_lossy().into_owned()));
            }
        }
        let Typed { config, compare, jaccard, resources, .. } = typed;
        let run =
            Settings::new(ReadOptions::default(), config.compare(compare), jaccard, resources);
        Ok(Self { run, by_name })
    }
}

struct Typed {
    config: Config,
    compare: CompareOptions,
    jaccard: f64,
    resources: Resources,
}

impl Default for Typed {
    fn default() -> Self {
        let config = Config::default().keep_features(false);
        Self {
            compare: config.compare,
            config,
            jaccard: retold::engine::dedup::DedupConfig::default().jaccard,
            resources: Resources::default(),
        }
    }
}

impl Typed {
    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let wrong = |error: PyErr| {
            errors::setting(format!("{name}={}: {}", said(value), error.value(value.py())))
        };
        self.try_set(name, value).map_err(wrong)
    }

    fn try_set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let Self { config, compare, jaccard, resources } = self;
        let not_zero = |number: usize| match number {
            0 => Err(errors::setting("it must be at least 1")),
            number => Ok(number),
        };
        match name {
            // "Give everything" is not "everything is related": relations keep their threshold.
            "threshold" => match value.extract::<f32>()? {
                0.0 => config.keep_unrelated = true,
                threshold => compare.threshold = threshold,
            },
            "rewrite_score" => compare.rewrite_score = value.extract()?,
            "partial_score" => compare.partial_score = value.extract()?,
            "near_duplicate" => compare.near_duplicate = value.extract()?,
            "excerpt" => compare.excerpt = value.extract()?,
            "rewrite" => compare.rewrite = value.extract()?,
            "min_passage" => compare.passage_words = not_zero(value.extract()?)?,
            "templates" => compare.templates = value.extract()?,
            "keep_quotes" => config.keep_quotations = value.extract()?,
            "language" => config.language = language(value)?,
            "boilerplate" => config.boilerplate = strings(value)?,
            "synonyms" => {
                let groups = value.try_iter()?.map(|group| strings(&group?));
                config.synonyms = groups.collect::<PyResult<_>>()?;
            }
            "channel" => config.channel = channel(value)?,
            "max_df" => config.max_df = Some(not_zero(value.extract::<u32>()? as usize)? as u32),
            "min_shared" => config.min_shared = value.extract()?,
            "ngram" => config.shingle_words = value.extract()?,
            "lanes" => config.lanes = value.extract()?,
            "seed" => config.seed = value.extract()?,
            "jaccard" => *jaccard = value.extract()?,
            "features" => config.keep_features = value.extract()?,
            "threads" => match value.extract::<usize>()? {
                threads if threads > MOST_THREADS => {
                    return Err(errors::setting(format!("it must be at most {MOST_THREADS}")));
                }
                threads => resources.threads = threads,
            },
            "memory" => resources.memory = Memory::Bounded(size(value)?),
            "temp" => resources.temp = value.extract()?,
            _ => {
                return Err(errors::setting("there is no such setting; docs/python.md lists them"));
            }
        }
        Ok(())
    }
}

fn said(value: &Bound<'_, PyAny>) -> String {
    let said = value.repr().map_or_else(|_| "?".to_owned(), |said| said.to_string());
    said.chars().take(80).collect()
}

fn strings(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if value.is_instance_of::<PyString>() {
        return Err(errors::setting("it must be a list of strings, not one string"));
    }
    value.try_iter()?.map(|item| item?.extract()).collect()
}

fn language(value: &Bound<'_, PyAny>) -> PyResult<Option<Language>> {
    let code: String = value.extract()?;
    if code == "auto" {
        return Ok(None);
    }
    let known = || Language::ALL.iter().map(|language| language.code()).collect::<Vec<_>>();
    let language = Language::from_code(&code);
    language.map(Some).ok_or_else(|| {
        errors::setting(format!("it must be \"auto\" or one of {}", known().join(", ")))
    })
}

fn channel(value: &Bound<'_, PyAny>) -> PyResult<Channel> {
    match value.extract::<String>()?.as_str() {
        "both" => Ok(Channel::Both),
        "banding" => Ok(Channel::Banding),
        "rare" => Ok(Channel::Rare),
        _ => Err(errors::setting("it must be \"both\", \"banding\" or \"rare\"")),
    }
}

/// Bytes: a number, or a string such as `512M` or `8G`.
fn size(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    if let Ok(bytes) = value.extract() {
        return Ok(bytes);
    }
    let size: String = value.extract()?;
    let unit = size.chars().last().and_then(|last| match last.to_ascii_uppercase() {
        'K' => Some(10),
        'M' => Some(20),
        'G' => Some(30),
        'T' => Some(40),
        _ => None,
    });
    let digits = if unit.is_some() { &size[..size.len() - 1] } else { &size };
    let bytes = digits.parse::<usize>().ok();
    let bytes = bytes.and_then(|bytes| bytes.checked_mul(1 << unit.unwrap_or(0)));
    bytes.ok_or_else(|| errors::setting("it must be a number of bytes, such as \"512M\" or \"8G\""))
}
