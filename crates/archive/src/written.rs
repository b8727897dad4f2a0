//! New segments on the way to the transaction that names them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::state::{SegmentRow, State};
use crate::{Error, disk};

/// Files that are removed again unless the transaction that names them has come, or may have.
#[derive(Default)]
pub struct Written {
    paths: Vec<PathBuf>,
}

impl Written {
    /// Writes a segment under an unused name, syncs it, and names it in the state.
    pub fn write(
        &mut self,
        folder: &Path,
        state: &mut State,
        row: SegmentRow,
        write: impl FnOnce(&mut fs::File) -> io::Result<()>,
    ) -> Result<PathBuf, Error> {
        let (mut file, path) = self.create(folder, state)?;
        write(&mut file)
            .and_then(|()| disk::sync_new(&file, &path))
            .map_err(Error::io("write", &path))?;
        Self::name(state, &path, row);
        Ok(path)
    }

    /// A new file for a segment.
    pub fn create(
        &mut self,
        folder: &Path,
        state: &mut State,
    ) -> Result<(fs::File, PathBuf), Error> {
        loop {
            let name = disk::segment_name(state.next_segment);
            let path = disk::segments(folder).join(name);
            state.next_segment += 1;
            match disk::create_new(&path) {
                Ok(file) => {
                    self.paths.push(path.clone());
                    return Ok((file, path));
                }
                // Something that is not ours; it stays.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::io("create", &path)(error)),
            }
        }
    }

    /// Names a segment in the state.
    pub fn name(state: &mut State, path: &Path, row: SegmentRow) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        state.segments.insert(name.to_owned(), row);
    }

    /// Leaves the files that a transaction names, and those that it may name, for all that is known.
    pub fn settle<T>(mut self, transaction: Result<T, Error>) -> Result<T, Error> {
        if matches!(transaction, Ok(_) | Err(Error::Undecided(_))) {
            self.paths.clear();
        }
        transaction
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        for path in &self.paths {
            // What stays is removed when the archive is next opened.
            let _ = fs::remove_file(path);
        }
    }
}
