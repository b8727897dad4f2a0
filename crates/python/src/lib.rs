//! The Python module `retold._retold`: what of the package `retold` is Rust.
//!
//! | file | what it does |
//! |---|---|
//! | `capsule.rs`, `interpreter.rs` | Arrow data in and out, and in which interpreter: what is `unsafe` |
//! | `call.rs`, `column.rs`, `frame.rs`, `corpus.rs`, `about.rs` | whatever a caller has, to articles |
//! | `options.rs` | keywords to settings |
//! | `job.rs` | a run beside the interpreter: its lock released, Ctrl-C, progress, panics |
//! | `scan.rs`, `dedup.rs`, `compare.rs`, `pairs.rs`, `batch.rs` | the runs |
//! | `archive.rs`, `intake.rs`, `matches.rs` | archives: what comes in, and what it matches |
//! | `records.rs`, `table.rs`, `values.rs` | what they found, as Arrow and as Python objects |
//! | `report.rs`, `plot.rs` | the same as pages, JSON Lines, statistics and pictures |
//! | `minhash.rs` | `retold.datasketch` |
//!
//! What knows pandas, polars and their like is Python: `python/retold/`.

mod about;
mod archive;
mod batch;
mod call;
mod capsule;
mod column;
mod compare;
mod corpus;
mod dedup;
mod errors;
mod frame;
mod intake;
mod interpreter;
mod job;
mod matches;
mod minhash;
mod options;
mod pairs;
mod plot;
mod records;
mod report;
mod scan;
mod table;
mod values;

use std::ffi::OsString;

use pyo3::prelude::*;

/// As in the command: texts are made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command `retold` with these arguments, the first of which is its name, and returns its
/// exit status.
#[pyfunction]
fn run_command(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| retold_cli::run(args))
}

#[pymodule]
mod _retold {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::archive::{OpenArchive, open_archive};
    #[pymodule_export]
    use super::batch::{batch_candidates, batch_fingerprint, batch_verify};
    #[pymodule_export]
    use super::compare::{Comparison, Match, Span, compare};
    #[pymodule_export]
    use super::dedup::{Decided, dedup};
    #[pymodule_export]
    use super::job::panic_for_tests;
    #[pymodule_export]
    use super::matches::Matches;
    #[pymodule_export]
    use super::minhash::{Permutations, sha1_hashes};
    #[pymodule_export]
    use super::pairs::compare_pairs;
    #[pymodule_export]
    use super::plot::Plot;
    #[pymodule_export]
    use super::run_command;
    #[pymodule_export]
    use super::scan::{Scan, scan};
    #[pymodule_export]
    use super::table::{Table, string_table};

    /// The version of retold.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("ABOUT_COLUMNS", super::about::names())?;
        super::interpreter::check(module.py())
    }
}
