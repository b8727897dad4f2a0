//! Temporary files: places in them, and failures at them.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::Error;

/// The first failure at a temporary file, and what failed: it is told at the end.
#[derive(Debug, Default)]
pub struct Failure(Mutex<Option<(&'static str, io::Error)>>);

impl Failure {
    /// Keeps it, if there was none before.
    pub fn keep(&self, what: &'static str, error: io::Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((what, error));
    }

    /// An error if there was one.
    pub fn check(&self, folder: &Path) -> anyhow::Result<()> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some((what, error)) => Err(Error::temporary(what, folder, error).into()),
        }
    }
}

/// Reads exactly so many bytes from a place in a file.
#[cfg(unix)]
pub fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

/// Reads exactly so many bytes from a place in a file.
#[cfg(windows)]
pub fn read_at(file: &File, mut bytes: &mut [u8], mut start: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                start += read as u64;
            }
        }
    }
    Ok(())
}

/// Writes all bytes to a place in a file.
#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, start)
}

/// Writes all bytes to a place in a file.
#[cfg(windows)]
pub fn write_at(file: &File, mut bytes: &[u8], mut start: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, start)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => {
                bytes = &bytes[written..];
                start += written as u64;
            }
        }
    }
    Ok(())
}
