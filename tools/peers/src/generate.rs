//! Corpora of invented articles, of which some were made from others.
//!
//! Every article is a function of the seed and its number, so that any number of threads writes the
//! same bytes, and nothing is held but what is being written.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rayon::prelude::*;
use retold::Kernel;
use retold::shingle::{ShingleSet, Shingler};
use retold_generate::{Articles, Origin, Shape, hostile};
use serde::{Deserialize, Serialize};

/// What to write.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// How many articles.
    #[arg(long)]
    pub articles: u64,
    /// The articles: JSON Lines with `id` and `text`.
    #[arg(long, short)]
    pub output: PathBuf,
    /// The planted pairs: JSON Lines with `a`, `b`, `kind`, `strength` and `jaccard`.
    #[arg(long)]
    pub truth: Option<PathBuf>,
    /// Another seed gives another corpus.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// What the corpus is made of; only news has planted pairs.
    #[arg(long, default_value = "news", value_parser = shapes())]
    pub shape: Shape,
}

fn shapes() -> impl TypedValueParser<Value = Shape> {
    let names = PossibleValuesParser::new(Shape::ALL.map(Shape::name));
    names.try_map(|name| Shape::from_name(&name).ok_or("not the name of a shape"))
}

/// A planted pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planted {
    /// The id of the source.
    pub a: String,
    /// The id of what was made from it.
    pub b: String,
    /// `copy` or `rewrite`.
    pub kind: Kind,
    /// The Jaccard index that a copy was aimed at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// The Jaccard index of the word 3-grams, exactly.
    pub jaccard: f64,
}

/// What was done to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Single words were changed.
    Copy,
    /// Sentences were dropped and moved, words replaced by synonyms.
    Rewrite,
}

#[derive(Serialize)]
struct ArticleRecord<'a> {
    id: &'a str,
    text: &'a str,
}

/// Articles that one task writes.
const BLOCK: u64 = 256;

/// Blocks that are held until they are written.
const WAVE: u64 = 32;

/// What a block comes to.
#[derive(Default)]
struct Written {
    articles: Vec<u8>,
    truth: Vec<u8>,
}

/// Writes the corpus.
pub fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let articles = Articles::new(args.seed);
    let mut output = create(&args.output)?;
    let mut truth = args.truth.as_deref().map(create).transpose()?;
    for wave in (0..args.articles).step_by((BLOCK * WAVE) as usize) {
        let end = args.articles.min(wave + BLOCK * WAVE);
        let starts: Vec<u64> = (wave..end).step_by(BLOCK as usize).collect();
        let blocks: Vec<anyhow::Result<Written>> = starts
            .into_par_iter()
            .map(|start| block(&articles, args.shape, start..end.min(start + BLOCK)))
            .collect();
        for block in blocks {
            let block = block?;
            output.write_all(&block.articles).with_context(|| cannot_write(&args.output))?;
            if let Some(truth) = &mut truth {
                truth.write_all(&block.truth).context("cannot write the planted pairs")?;
            }
        }
    }
    output.flush().with_context(|| cannot_write(&args.output))?;
    truth.map_or(Ok(()), |mut truth| truth.flush()).context("cannot write the planted pairs")
}

fn block(
    articles: &Articles,
    shape: Shape,
    range: std::ops::Range<u64>,
) -> anyhow::Result<Written> {
    let mut shingler = Shingler::new(3, Kernel::detect())?;
    let mut written = Written::default();
    let [mut text, mut source_text] = [String::new(), String::new()];
    for article in range {
        text.clear();
        hostile::write(shape, articles, article, &mut text);
        serde_json::to_writer(
            &mut written.articles,
            &ArticleRecord { id: &id(article), text: &text },
        )?;
        written.articles.push(b'\n');
        let (source, kind, strength) = match articles.origin(article) {
            _ if shape != Shape::News => continue,
            Origin::Original => continue,
            Origin::Copy { source, strength } => (source, Kind::Copy, Some(strength)),
            Origin::Rewrite { source } => (source, Kind::Rewrite, None),
        };
        source_text.clear();
        articles.write(source, &mut source_text);
        let [x, y] = [&source_text, &text].map(|text| ShingleSet::of(text, &mut shingler));
        let jaccard = x.jaccard(&y);
        let planted = Planted { a: id(source), b: id(article), kind, strength, jaccard };
        serde_json::to_writer(&mut written.truth, &planted)?;
        written.truth.push(b'\n');
    }
    Ok(written)
}

fn id(article: u64) -> String {
    format!("a{article}")
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path).with_context(|| cannot_write(path))?))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
