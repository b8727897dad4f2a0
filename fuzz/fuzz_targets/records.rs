//! See `retold_fuzz::records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retold_fuzz::records::check(bytes));
