//! Formats by file name, and decompression.

use std::io::{self, Read};
use std::path::Path;

/// How a file's content is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever writes records back has to know how a new format is written"
)]
pub enum Format {
    /// One article, as it stands: `.txt`, `.text`, `.md`.
    Text,
    /// One article, the readable text of a page: `.html`, `.htm`.
    Html,
    /// One JSON object per line: `.jsonl`, `.ndjson`, `.jsonlines`, `.ldjson`, `.jl`.
    JsonLines,
    /// JSON objects, alone, in an array or one after another: `.json`.
    Json,
    /// A table with a heading row, cells separated by commas: `.csv`.
    Csv,
    /// A table with a heading row, cells separated by tabs: `.tsv`.
    Tsv,
    /// Columns: `.parquet`.
    Parquet,
    /// A web archive, pages and texts that a crawler captured: `.warc`, `.wet`.
    Warc,
    /// A mailbox of messages: `.mbox`.
    Mbox,
    /// One message: `.eml`.
    Mail,
    /// Any other name, its content tells: JSON objects, one per line; a web archive; a mailbox; a
    /// feed or news in XML; a document; a message; or one article if it is text.
    Unknown,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever writes files back has to know how to compress them"
)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// `.gz`, also of several members.
    Gzip,
    /// `.zst`, also of several frames.
    Zstd,
    /// `.bz2`, also of several streams.
    Bzip2,
    /// `.xz`, also of several streams.
    Xz,
}

/// What `zstd --long=31` writes: as far back as the format knows, 2 GiB.
const LONGEST_WINDOW: u32 = 31;

impl Format {
    /// The format and compression that a file's name tells; letter case does not matter.
    pub fn of(path: &Path) -> (Self, Compression) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let (name, compression) = [
            (".gz", Compression::Gzip),
            (".zst", Compression::Zstd),
            (".bz2", Compression::Bzip2),
            (".xz", Compression::Xz),
        ]
        .into_iter()
        .find_map(|(end, compression)| Some((name.strip_suffix(end)?, compression)))
        .unwrap_or((&name, Compression::Plain));
        let format = match name.rsplit_once('.').map_or("", |(_, end)| end) {
            "txt" | "text" | "md" => Self::Text,
            "html" | "htm" => Self::Html,
            "jsonl" | "ndjson" | "jsonlines" | "ldjson" | "jl" => Self::JsonLines,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "parquet" => Self::Parquet,
            "warc" | "wet" => Self::Warc,
            "mbox" => Self::Mbox,
            "eml" => Self::Mail,
            _ => Self::Unknown,
        };
        (format, compression)
    }

    /// Whether a file of this format is one article, not a list of records; where only its content
    /// tells, it may be.
    pub fn is_single(self) -> bool {
        match self {
            Self::Text | Self::Html | Self::Mail | Self::Unknown => true,
            Self::JsonLines | Self::Json | Self::Csv | Self::Tsv | Self::Parquet => false,
            Self::Warc | Self::Mbox => false,
        }
    }
}

impl Compression {
    /// What the first bytes of a stream tell; for the standard input, which has no name.
    pub(super) fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::Plain,
        }
    }

    /// The plain bytes of a compressed stream.
    ///
    /// # Errors
    /// If there is no memory; damage shows when reading.
    pub fn unpack<'r>(self, packed: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Self::Plain => packed,
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
            Self::Zstd => {
                let mut plain = zstd::stream::read::Decoder::new(packed)?;
                plain.window_log_max(LONGEST_WINDOW)?;
                Box::new(plain)
            }
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(packed)),
            Self::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(packed)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_format_and_compression() {
        use Compression::{Gzip, Plain, Xz, Zstd};
        for (name, expected) in [
            ("a/b.txt", (Format::Text, Plain)),
            ("B.HTML.GZ", (Format::Html, Gzip)),
            ("c4-train.00000-of-01024.json.gz", (Format::Json, Gzip)),
            ("x.jl", (Format::JsonLines, Plain)),
            ("x.LDJSON.gz", (Format::JsonLines, Gzip)),
            ("x.jsonl.zst", (Format::JsonLines, Zstd)),
            ("x.xz", (Format::Unknown, Xz)),
            ("CC-MAIN-1.warc.gz", (Format::Warc, Gzip)),
            ("CC-MAIN-1.warc.wet.gz", (Format::Warc, Gzip)),
            ("list.mbox", (Format::Mbox, Plain)),
            ("1.EML", (Format::Mail, Plain)),
            ("feed.xml", (Format::Unknown, Plain)),
            ("README", (Format::Unknown, Plain)),
            (".txt", (Format::Text, Plain)),
            ("txt", (Format::Unknown, Plain)),
        ] {
            assert_eq!(Format::of(Path::new(name)), expected, "{name}");
        }
    }
}
