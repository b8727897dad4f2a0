//! See `retold_fuzz::comparison`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retold_fuzz::comparison::check(bytes));
