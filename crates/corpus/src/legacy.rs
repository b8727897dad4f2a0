//! Encodings from before UTF-8, which nothing in the bytes names.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};

/// Bytes that are looked at to guess an encoding.
const LOOKED_AT: usize = 1 << 20;

/// What browsers would take the bytes for, which are not UTF-8.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|b| !b.is_ascii() || *b == ESCAPE).unwrap_or(0);
    let from = first.saturating_sub(64);
    let bytes = &bytes[from..bytes.len().min(from + LOOKED_AT)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // What it thinks of first may not fit; the letters of western Europe always do, somehow.
    let fits = !guess.decode_without_bom_handling(bytes).1 || is_cut(bytes);
    if fits { guess } else { WINDOWS_1252 }
}

/// Whether a character may be cut off at the end.
fn is_cut(bytes: &[u8]) -> bool {
    bytes.len() == LOOKED_AT || bytes.last().is_some_and(|b| !b.is_ascii())
}

const ESCAPE: u8 = 0x1b;

/// Whether characters are announced by escape sequences, as in ISO-2022-JP: bytes in ASCII that are
/// none.
pub(super) fn has_escapes(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\x1b$B").is_some()
        || memchr::memmem::find(bytes, b"\x1b$@").is_some()
}

/// Whether bytes are UTF-8 with some damage: of the characters beyond ASCII, sound ones are twice
/// as many as damaged ones.
pub(super) fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    sound >= 2 * bad
}

/// Control characters that no text has.
pub(super) fn controls(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b < b' ' && !matches!(b, 7..=13 | 26 | 27)).count()
}

/// Whether bytes that are not UTF-8 may be text in another encoding.
pub(super) fn may_be_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && controls(bytes) * 100 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_KR, GBK, ISO_2022_JP, SHIFT_JIS, WINDOWS_1251, WINDOWS_1253};

    use super::*;

    #[test]
    fn what_people_wrote_in_is_guessed() {
        for (text, encoding) in [
            ("Совет порта собрался во вторник, чтобы решить судьбу старого крана.", WINDOWS_1251),
            ("Το συμβούλιο του λιμανιού συνεδρίασε την Τρίτη για τον παλιό γερανό.", WINDOWS_1253),
            (
                "Der Hafenrat traf sich am Dienstag, um über den alten Kran zu entscheiden.",
                WINDOWS_1252,
            ),
            ("港口委员会星期二开会决定鱼市旁边那台旧起重机的未来。", GBK),
            ("港口委員會星期二開會決定魚市旁邊那台舊起重機的未來。", BIG5),
            (
                "港湾委員会は火曜日に会合を開き、魚市場のそばの古いクレーンの将来を決めた。",
                SHIFT_JIS,
            ),
            ("항만 위원회는 화요일에 어시장 옆 낡은 기중기의 앞날을 정하려고 모였다.", EUC_KR),
            ("港湾委員会は火曜日に会合を開き、古いクレーンの将来を決めた。", ISO_2022_JP),
        ] {
            let bytes = encoding.encode(text).0;
            assert_eq!(guess(&bytes), encoding, "{text}");
            assert_eq!(guess(&bytes).decode(&bytes).0, text);
            assert!(!is_mostly_utf8(&bytes) || encoding == ISO_2022_JP, "{text}");
            assert!(may_be_text(&bytes), "{text}");
        }
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = "Совет порта собрался".as_bytes().to_vec();
        bytes.truncate(bytes.len() - 1);
        assert!(is_mostly_utf8(&bytes) && is_mostly_utf8(b"plain") && is_mostly_utf8(b""));
        assert!(!is_mostly_utf8(b"caf\xe9"));
    }
}
