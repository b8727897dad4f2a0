//! Marks panics of a library that are caught, so that they are not reported as crashes.

use std::cell::Cell;

thread_local! {
    static SHIELDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught, and reported as a problem with the file. A panic hook
/// should print nothing then.
pub fn catches_panics() -> bool {
    SHIELDED.get()
}

/// While it lives, panics on this thread are caught.
pub(super) struct Shield(bool);

impl Shield {
    pub(super) fn new() -> Self {
        Self(SHIELDED.replace(true))
    }
}

impl Drop for Shield {
    fn drop(&mut self) {
        SHIELDED.set(self.0);
    }
}
