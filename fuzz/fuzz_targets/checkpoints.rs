//! See `retold_fuzz::checkpoints`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retold_fuzz::checkpoints::check(bytes));
