//! Generates corpora with planted copies, and measures retold beside its peers on them.
//!
//! ```sh
//! cargo run --release --manifest-path tools/peers/Cargo.toml -- --docs 50000 --python --json figures.json
//! cargo run --release --manifest-path tools/peers/Cargo.toml -- generate --articles 100000 --output corpus.jsonl --truth pairs.jsonl
//! ```

mod generate;
mod measure;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    measure: measure::MeasureArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a corpus, and what is planted in it.
    Generate(generate::GenerateArgs),
    /// One run of one engine: what measuring starts.
    #[command(hide = true)]
    Run(measure::Job),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match &cli.command {
        Some(Command::Generate(args)) => generate::run(args),
        Some(Command::Run(job)) => measure::run_job(job),
        None => measure::run(&cli.measure),
    }
}
