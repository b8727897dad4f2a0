//! Which archive, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The archive.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// The folder of the archive
    #[arg(value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub path: PathBuf,
}
