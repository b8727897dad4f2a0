//! See `retold_fuzz::readers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retold_fuzz::readers::check(bytes));
