//! The program of the `retold` command.

use std::process::ExitCode;

/// Texts are made on one thread and dropped on another, millions of them, which the system's
/// allocator does slowly (`docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    retold_cli::run(std::env::args_os()).into()
}
