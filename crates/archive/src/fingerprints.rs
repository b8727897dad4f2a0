//! Fingerprints of texts that ask, or come.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use retold::engine::{Fingerprint, Fingerprinter};
use retold::{Cancel, Engine};

use crate::Error;

/// Makes fingerprints, and keeps what it makes them with: setting up the tables of one takes as
/// long as a tenth of a query.
#[derive(Default)]
pub struct Fingerprints {
    idle: Mutex<Vec<Fingerprinter>>,
}

/// A fingerprinter, which goes back when it is dropped.
struct Lent<'f> {
    idle: &'f Mutex<Vec<Fingerprinter>>,
    fingerprinter: Option<Fingerprinter>,
}

impl Fingerprints {
    /// The fingerprint of each text, by the settings of an engine: always the same one.
    pub fn of(
        &self,
        texts: &[&str],
        engine: &Engine,
        cancel: &Cancel,
    ) -> Result<Vec<Fingerprint>, Error> {
        let fingerprints = texts.par_iter().map_init(
            || Lent { idle: &self.idle, fingerprinter: None },
            |lent, text| {
                cancel.check()?;
                Ok(lent.get(engine)?.fingerprint(text))
            },
        );
        fingerprints.collect()
    }
}

impl Lent<'_> {
    fn get(&mut self, engine: &Engine) -> Result<&mut Fingerprinter, Error> {
        if self.fingerprinter.is_none() {
            self.fingerprinter = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        }
        match &mut self.fingerprinter {
            Some(fingerprinter) => Ok(fingerprinter),
            none => Ok(none.insert(engine.fingerprinter()?)),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(fingerprinter) = self.fingerprinter.take() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            // A text has one at a time: more are never in use together.
            if idle.len() < rayon::current_num_threads() {
                idle.push(fingerprinter);
            }
        }
    }
}
