//! The command, as a user would run it.

mod against;
mod archive;
mod archive_flags;
mod archive_kills;
mod command;
mod compare;
mod dedup;
mod durable;
mod encodings;
mod evaluate;
mod examples;
mod fields;
mod formats;
mod interrupted;
mod messages;
mod newsroom;
mod nothing_lost;
mod nothing_misread;
mod pages;
mod resume;
mod scan;
mod tables;
mod templates;
mod terminal;
mod watch;
