//! A stream in another encoding, read as UTF-8.
//!
//! What comes out does not depend on how much is asked for at once. (What
//! encoding_rs_io 0.1.8 gives does where fewer than three bytes are asked for.)

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

/// Bytes that are read, and converted, at once.
const PIECE: usize = 16 << 10;

/// A stream of which the byte order mark is left out; what is damaged is U+FFFD.
pub(super) struct Decoding<R> {
    reader: R,
    decoder: Decoder,
    raw: Piece,
    text: Piece,
    /// Whether the reader has ended.
    is_last: bool,
    ended: bool,
}

/// Bytes of a buffer that are yet to be taken.
struct Piece {
    bytes: Box<[u8]>,
    from: usize,
    to: usize,
}

impl Piece {
    fn new() -> Self {
        Self { bytes: vec![0; PIECE].into(), from: 0, to: 0 }
    }

    fn is_empty(&self) -> bool {
        self.from == self.to
    }
}

impl<R: Read> Decoding<R> {
    pub(super) fn new(reader: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        let (raw, text) = (Piece::new(), Piece::new());
        Self { reader, decoder, raw, text, is_last: false, ended: false }
    }

    /// Converts a piece more.
    fn advance(&mut self) -> io::Result<()> {
        let Self { reader, decoder, raw, text, .. } = self;
        if raw.is_empty() && !self.is_last {
            (raw.from, raw.to) = (0, reader.read(&mut raw.bytes)?);
            self.is_last = raw.is_empty();
        }
        let left = &raw.bytes[raw.from..raw.to];
        let (result, read, written, _) =
            decoder.decode_to_utf8(left, &mut text.bytes, self.is_last);
        raw.from += read;
        (text.from, text.to) = (0, written);
        self.ended = self.is_last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.text.is_empty() && !self.ended && !buffer.is_empty() {
            match self.advance() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => done?,
            }
        }
        let Piece { bytes, from, to } = &mut self.text;
        let taken = buffer.len().min(*to - *from);
        buffer[..taken].copy_from_slice(&bytes[*from..*from + taken]);
        *from += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, UTF_16BE, UTF_16LE};
    use proptest::prelude::*;

    use super::*;

    /// Gives at most so many bytes at a time.
    struct Slow<'b>(&'b [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let taken = buffer.len().min(self.1).min(self.0.len());
            let (now, later) = self.0.split_at(taken);
            buffer[..taken].copy_from_slice(now);
            self.0 = later;
            Ok(taken)
        }
    }

    fn decoded(bytes: &[u8], encoding: &'static Encoding, at_once: usize) -> Vec<u8> {
        let mut reader = Decoding::new(Slow(bytes, at_once), encoding);
        let (mut all, mut buffer) = (Vec::new(), vec![0; at_once]);
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => return all,
                taken => all.extend(&buffer[..taken]),
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_the_text_of_the_whole_however_it_is_read(
            units in prop::collection::vec(prop_oneof![any::<u16>(), 0xd7ff..0xe001_u16], 0..60),
            is_odd in any::<bool>(),
            at_once in 1..9_usize,
        ) {
            let mut bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            bytes.extend(is_odd.then_some(0x3e));
            for encoding in [UTF_16LE, UTF_16BE, SHIFT_JIS] {
                let whole = encoding.decode_with_bom_removal(&bytes).0;
                prop_assert_eq!(decoded(&bytes, encoding, at_once), whole.as_bytes());
            }
        }
    }

    #[test]
    fn long_streams_are_whole() {
        let text = "Ähnlich, 読む 😀.\n".repeat(5000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for at_once in [1000, 1 << 20] {
            assert_eq!(decoded(&bytes, UTF_16LE, at_once), text.as_bytes());
        }
        assert_eq!(decoded(b"", UTF_16LE, 10), b"");
    }
}
