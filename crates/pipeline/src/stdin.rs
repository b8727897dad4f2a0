//! The standard input, read only until the run is cancelled.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use retold::Cancel;

/// How long to wait before the token is looked at again.
const LOOK: Duration = Duration::from_millis(50);

/// Bytes that are read at a time.
const PIECE: usize = 1 << 18;

/// The standard input, which ends when the run is cancelled.
///
/// A blocking read cannot be interrupted. So it runs on a thread of its own, which starts with the
/// first read and may outlast the run.
pub struct Stdin<'c> {
    cancel: &'c Cancel,
    pieces: Option<Receiver<io::Result<Vec<u8>>>>,
    /// The last piece, and how much of it was handed out.
    piece: Vec<u8>,
    taken: usize,
}

impl<'c> Stdin<'c> {
    /// Nothing is read yet.
    pub fn new(cancel: &'c Cancel) -> Self {
        Self { cancel, pieces: None, piece: Vec::new(), taken: 0 }
    }

    /// The next piece; an empty one at the end.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let pieces = match &mut self.pieces {
            Some(pieces) => pieces,
            none => none.insert(started()?),
        };
        loop {
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => return piece,
                Err(RecvTimeoutError::Timeout) if !self.cancel.is_cancelled() => {}
                Err(_) => return Ok(Vec::new()),
            }
        }
    }
}

impl Read for Stdin<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            self.piece = self.next()?;
            self.taken = 0;
        }
        let rest = &self.piece[self.taken..];
        let count = rest.len().min(to.len());
        to[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}

fn started() -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (pieces, received) = sync_channel(2);
    thread::Builder::new().spawn(move || hand_over(&pieces))?;
    Ok(received)
}

/// Reads to the end, or until the receiver is gone.
fn hand_over(pieces: &SyncSender<io::Result<Vec<u8>>>) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut piece = vec![0; PIECE];
        let read = stdin.read(&mut piece).map(|count| {
            piece.truncate(count);
            piece
        });
        let is_last = match &read {
            Ok(piece) => piece.is_empty(),
            Err(error) => error.kind() != io::ErrorKind::Interrupted,
        };
        if pieces.send(read).is_err() || is_last {
            return;
        }
    }
}
