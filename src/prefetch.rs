//! Software prefetching.
//!
//! The processor prefetches by itself where memory is accessed in a few sequential streams. With
//! hundreds of streams, or at random, every cache line takes 80 ns unless it is prefetched
//! explicitly. These are hints: no address makes them fail, and no result depends on them.

/// Prefetches the cache line at `address` for reading.
#[inline(always)]
pub fn to_read<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has the instruction, and it never faults, whatever the
        // address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Prefetches the cache line at `address` for writing.
#[inline(always)]
pub fn to_write<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        // SAFETY: as above; processors without prefetching for writing prefetch for reading.
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(address.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
