//! Work that can be told to stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells work to stop, from any thread. Clones are one token.
///
/// Whatever takes a token looks at it every few milliseconds, and returns [`Cancelled`] once it was
/// told. A token that was told stays so.
///
/// ```
/// use retold::Cancel;
///
/// let cancel = Cancel::new();
/// let of_another_thread = cancel.clone();
/// assert!(cancel.check().is_ok());
/// of_another_thread.cancel();
/// assert!(cancel.check().is_err());
/// ```
#[derive(Clone, Default)]
pub struct Cancel(Option<Arc<State>>);

#[derive(Default)]
struct State {
    is_told: AtomicBool,
    /// In tests: how often it may be looked at before it counts as told.
    #[cfg(test)]
    looks: Option<std::sync::atomic::AtomicU64>,
}

/// The work was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl Cancel {
    /// A token that was not told yet.
    pub fn new() -> Self {
        Self(Some(Arc::default()))
    }

    /// A token that cannot be cancelled: checking it costs nothing.
    pub const fn never() -> Self {
        Self(None)
    }

    /// A token that counts as told once it was looked at so many times.
    #[cfg(test)]
    pub(crate) fn after(looks: u64) -> Self {
        Self(Some(Arc::new(State { looks: Some(looks.into()), ..State::default() })))
    }

    /// How often such a token may still be looked at.
    #[cfg(test)]
    pub(crate) fn looks_left(&self) -> u64 {
        let looks = self.0.as_ref().and_then(|state| state.looks.as_ref());
        looks.map_or(u64::MAX, |looks| looks.load(Ordering::Relaxed))
    }

    /// Cancels all that checks this token or a clone of it.
    pub fn cancel(&self) {
        if let Some(state) = &self.0 {
            state.is_told.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it was told.
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        let Some(state) = &self.0 else { return false };
        #[cfg(test)]
        if let Some(looks) = &state.looks {
            let left = |left: u64| left.checked_sub(1);
            if looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
                self.cancel();
            }
        }
        state.is_told.load(Ordering::Relaxed)
    }

    /// An error if it was told.
    #[inline]
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_told = self.0.as_ref().map(|state| state.is_told.load(Ordering::Relaxed));
        f.debug_tuple("Cancel").field(&is_told).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_told_together_and_nobody_else() {
        let (one, other) = (Cancel::new(), Cancel::new());
        let clone = one.clone();
        one.cancel();
        assert_eq!((clone.check(), other.check()), (Err(Cancelled), Ok(())));
        Cancel::never().cancel();
        assert_eq!(Cancel::never().check(), Ok(()));
    }

    #[test]
    fn tests_can_tell_after_a_number_of_looks() {
        let cancel = Cancel::after(2);
        let looks: Vec<bool> = (0..4).map(|_| cancel.is_cancelled()).collect();
        assert_eq!(looks, [false, false, true, true]);
    }
}
