//! A pool of tools for threads, each used by one thread at a time.
//!
//! rayon starts many more tasks than threads. A tool with a cache, such as an analyzer, would start
//! empty in each.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Makes tools as they are needed, and keeps them.
pub(super) struct Pool<T, F> {
    make: F,
    free: Mutex<Vec<T>>,
}

/// A tool on loan.
pub(super) struct Pooled<'p, T> {
    /// Always there, until it is given back.
    tool: Option<T>,
    free: &'p Mutex<Vec<T>>,
}

impl<T, F: Fn() -> T> Pool<T, F> {
    /// No tools yet.
    pub(super) fn new(make: F) -> Self {
        Self::with_tools(make, Vec::new())
    }

    /// These tools to begin with.
    pub(super) fn with_tools(make: F, tools: Vec<T>) -> Self {
        Self { make, free: Mutex::new(tools) }
    }

    /// An unused tool.
    pub(super) fn take(&self) -> Pooled<'_, T> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Pooled { tool: Some(free.unwrap_or_else(&self.make)), free: &self.free }
    }

    /// All tools that were given back.
    pub(super) fn into_tools(self) -> Vec<T> {
        self.free.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Pooled<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.tool.as_ref().expect("it is given back last of all")
    }
}

impl<T> DerefMut for Pooled<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.tool.as_mut().expect("it is given back last of all")
    }
}

impl<T> Drop for Pooled<'_, T> {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.tool.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_back_is_taken_again() {
        let pool = Pool::new(Vec::<u32>::new);
        pool.take().push(7);
        let (first, second) = (pool.take(), pool.take());
        assert_eq!((first.as_slice(), second.as_slice()), (&[7][..], &[][..]));
    }
}
