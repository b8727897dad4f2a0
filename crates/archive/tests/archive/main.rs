//! An archive from outside: what it finds, what it keeps, what it notices.

mod against_index;
mod against_scan;
mod common;
mod damage;
mod dictionary;
mod expire;
mod flags;
mod versions;
mod withdrawals;
