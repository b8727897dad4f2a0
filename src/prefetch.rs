//! Memory that is asked for before it is used, so that nothing waits for it.
//!
//! The processor guesses what comes next where memory is walked through in a few streams. Where there
//! are a hundred, or no order at all, it waits 80 ns for each line of 64 bytes, unless it is told.
//! A hint only: no address can make it fail, and no result depends on it.

/// Asks for the memory at `place`, to read it.
#[inline(always)]
pub fn to_read<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction, and it never faults, wherever the pointer leads.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Asks for the memory at `place`, to write to it.
#[inline(always)]
pub fn to_write<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: as above; where a processor does not know of writing, this is a prefetch to read.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
