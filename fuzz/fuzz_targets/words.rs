//! See `retold_fuzz::words`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retold_fuzz::words::check(bytes));
