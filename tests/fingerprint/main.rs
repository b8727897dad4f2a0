//! Fingerprints of single articles: what they are, and that what is built of them finds what a scan
//! does.

mod against_scan;
mod form;
mod index;
mod known;
#[path = "../samples/mod.rs"]
mod samples;
