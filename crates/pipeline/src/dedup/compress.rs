//! Compresses output files.

use std::io::{self, BufWriter, Write};

use retold_corpus::Compression;

use super::finished::{Hashed, Sum};

/// Size of the write buffer in bytes.
const BUFFER: usize = 1 << 18;

/// A writer that compresses into a file.
pub enum Compressor {
    /// Not compressed.
    Plain(BufWriter<Hashed>),
    /// `.gz`
    Gzip(flate2::write::GzEncoder<BufWriter<Hashed>>),
    /// `.zst`
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<Hashed>>),
    /// `.bz2`
    Bzip2(bzip2::write::BzEncoder<BufWriter<Hashed>>),
    /// `.xz`
    Xz(liblzma::write::XzEncoder<BufWriter<Hashed>>),
}

impl Compressor {
    /// Compresses at the default level of each format.
    pub fn new(file: Hashed, compression: Compression) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(match compression {
            Compression::Plain => Self::Plain(file),
            Compression::Gzip => {
                Self::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
            }
            Compression::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(
                file,
                zstd::DEFAULT_COMPRESSION_LEVEL,
            )?),
            Compression::Bzip2 => {
                Self::Bzip2(bzip2::write::BzEncoder::new(file, bzip2::Compression::default()))
            }
            Compression::Xz => Self::Xz(liblzma::write::XzEncoder::new(file, XZ_LEVEL)),
        })
    }

    /// Writes the rest and the trailer, and returns length and hash of the file.
    pub fn finish(self) -> io::Result<Sum> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Gzip(compressor) => compressor.finish()?,
            Self::Zstd(compressor) => compressor.finish()?,
            Self::Bzip2(compressor) => compressor.finish()?,
            Self::Xz(compressor) => compressor.finish()?,
        };
        Ok(file.into_inner()?.sum())
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(file) => file,
            Self::Gzip(compressor) => compressor,
            Self::Zstd(compressor) => compressor,
            Self::Bzip2(compressor) => compressor,
            Self::Xz(compressor) => compressor,
        }
    }
}

/// The level of the `xz` command.
const XZ_LEVEL: u32 = 6;

impl Write for Compressor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;

    use super::*;
    use crate::disk::OutputFile;

    #[test]
    fn what_is_packed_can_be_unpacked() {
        use Compression::{Bzip2, Gzip, Plain, Xz, Zstd};
        for compression in [Plain, Gzip, Zstd, Bzip2, Xz] {
            let file = tempfile::NamedTempFile::new().expect("a file");
            let packed = OutputFile::create(file.path()).expect("open");
            let mut compressor = Compressor::new(Hashed::new(packed), compression).expect("ready");
            compressor.write_all(b"one\ntwo\n").expect("written");
            compressor.finish().expect("finished");
            let packed = Box::new(File::open(file.path()).expect("open"));
            let mut plain = String::new();
            compression
                .unpack(packed)
                .and_then(|mut from| from.read_to_string(&mut plain))
                .expect("readable");
            assert_eq!(plain, "one\ntwo\n", "{compression:?}");
        }
    }
}
