//! The command, as a user would run it.

mod command;
mod compare;
mod dedup;
mod evaluate;
mod formats;
mod nothing_lost;
mod resume;
mod scan;
mod tables;
