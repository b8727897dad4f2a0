//! Numbers as people read them.

use std::time::Duration;

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 article`, `2 articles`.
pub fn counted(n: u64, one: &str) -> String {
    format!("{} {one}{}", count(n), if n == 1 { "" } else { "s" })
}

/// `38.2 kB`, in powers of 1000.
pub fn bytes(n: u64) -> String {
    let mut value = n as f64;
    let mut unit = "bytes";
    for larger in ["kB", "MB", "GB", "TB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    match unit {
        "bytes" => counted(n, "byte"),
        _ if value < 9.95 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

/// `41 ms`, `1.3 s`, `12 min 5 s`, `2 h 3 min`.
pub fn duration(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0 if took.as_millis() == 0 => "under 1 ms".into(),
        0 => format!("{} ms", took.as_millis()),
        1..=9 => format!("{:.1} s", took.as_secs_f64()),
        10..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `55 %`. Rounds to whole percents, but neither down to 0 nor up to 100: `<1 %`, `>99 %`.
pub fn percent(share: f32) -> String {
    let percent = f64::from(share) * 100.0;
    match percent.round() {
        whole if whole >= 100.0 && percent < 100.0 => ">99 %".into(),
        whole if whole <= 0.0 && percent > 0.0 => "<1 %".into(),
        whole => format!("{whole:.0} %"),
    }
}

/// `0.15`. Rounds to two decimals, but neither down to 0 nor up to 1: `<0.01`, `>0.99`.
pub fn fraction(share: f32) -> String {
    match share {
        share if share > 0.0 && share < 0.005 => "<0.01".into(),
        share if (0.995..1.0).contains(&share) => ">0.99".into(),
        share => format!("{share:.2}"),
    }
}

/// `0.98`. Rounds to two decimals, but not up to 1: a score is an estimate.
pub fn score(score: f32) -> String {
    format!("{:.2}", score.min(0.99))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(7), count(1234), count(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!([counted(1, "pair"), counted(0, "pair")], ["1 pair", "0 pairs"]);
        assert_eq!(
            [bytes(1), bytes(999), bytes(9_940), bytes(999_700)],
            ["1 byte", "999 bytes", "9.9 kB", "1.0 MB"]
        );
        let ms = |ms| duration(Duration::from_millis(ms));
        assert_eq!(
            [ms(0), ms(41), ms(1_300), ms(725_000), ms(7_380_000)],
            ["under 1 ms", "41 ms", "1.3 s", "12 min 5 s", "2 h 3 min"]
        );
    }

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(
            [percent(0.999), percent(1.0), percent(0.001), percent(0.0)],
            [">99 %", "100 %", "<1 %", "0 %"]
        );
        assert_eq!(
            [fraction(0.999), fraction(1.0), fraction(0.001), fraction(0.0)],
            [">0.99", "1.00", "<0.01", "0.00"]
        );
        assert_eq!([score(0.9996), score(1.0), score(0.98)], ["0.99", "0.99", "0.98"]);
    }
}
