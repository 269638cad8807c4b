//! Times, spans, amounts and keys, for people and for programs.

use assay_settlement::token::{Amount, Token};
use serde_json::{Value, json};
use solana_sdk::pubkey::Pubkey;

pub use super::times::Times;

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
/// The longest time that is read.
const MOST_DAYS: u64 = 36_525;

/// Seconds since 1970 as a date and a time of day.
pub fn utc(unix: i64) -> String {
    let (days, second) = (unix.div_euclid(DAY as i64), unix.rem_euclid(DAY as i64));
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", second / 3_600, second / 60 % 60, second % 60)
}

/// Year, month and day, from days since 1970, by Gregorian rules. Years are counted from March on, so that a leap day is the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// `3 d 4 h`, `4 h 5 min`, `2 min 7 s`: its two largest parts.
pub fn span(seconds: u64) -> String {
    largest(seconds, 2)
}

/// `1 d 1 s`: all of it.
pub fn whole_span(seconds: u64) -> String {
    largest(seconds, 4)
}

fn largest(seconds: u64, most: usize) -> String {
    let parts = [(seconds / DAY, "d"), (seconds / HOUR % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let first = parts.iter().position(|(number, _)| *number > 0).unwrap_or(3);
    let shown = parts[first..].iter().take(most).filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}"));
    let shown = shown.collect::<Vec<_>>().join(" ");
    if shown.is_empty() { "0 s".to_owned() } else { shown }
}

/// Reads `3d`, `2h`, `15m`, `90s`, `1d12h`.
pub fn parse_span(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a time: write it as 3d, 2h, 15m, 90s or 1d12h");
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        let factor = match unit {
            'd' => DAY,
            'h' => HOUR,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(factor).and_then(|part| seconds.checked_add(part)).ok_or_else(wrong)?;
        rest = &rest[end + unit.len_utf8()..];
    }
    match seconds {
        0 => Err(format!("{text:?} is no time at all: it is at least 1s")),
        // A century is more than any deadline of the ledger.
        seconds if seconds > MOST_DAYS * DAY => Err(format!("{text:?} is too long: it is at most {MOST_DAYS}d, a century")),
        seconds => Ok(seconds),
    }
}

/// An amount for programs: base units are text, as they can be more than a double holds.
pub fn amount_json(amount: Amount) -> Value {
    json!({ "base_units": amount.units.to_string(), "amount": amount.to_string(), "token": amount.token.name() })
}

/// Base units of IO, for people.
pub fn io(units: u64) -> String {
    Token::Io.units(units).to_string()
}

/// Base units of IO, for programs.
pub fn io_json(units: u64) -> Value {
    amount_json(Token::Io.units(units))
}

/// Base units of a job's currency. Of one that does not exist, the bare number.
pub fn paid(currency: u8, units: u64) -> String {
    Token::of_currency(currency).map_or_else(|| units.to_string(), |token| token.units(units).to_string())
}

/// The same for programs.
pub fn paid_json(currency: u8, units: u64) -> Value {
    Token::of_currency(currency).map_or_else(|| json!(units.to_string()), |token| amount_json(token.units(units)))
}

/// A score, in multiplier × quantity: the ledger counts thousandths.
pub fn score(thousandths: u64) -> String {
    decimal(thousandths, |whole| whole.to_string())
}

/// The same for people.
pub fn grouped_score(thousandths: u64) -> String {
    decimal(thousandths, crate::report::grouped)
}

fn decimal(thousandths: u64, shown: impl Fn(u64) -> String) -> String {
    let (whole, part) = (shown(thousandths / 1_000), format!("{:03}", thousandths % 1_000));
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole } else { format!("{whole}.{part}") }
}

/// An address; zeros are none.
pub fn key(key: &[u8; 32]) -> String {
    if *key == [0; 32] { "-".to_owned() } else { Pubkey::from(*key).to_string() }
}

/// The same for programs: null if it is none.
pub fn key_json(key: &[u8; 32]) -> Value {
    if *key == [0; 32] { Value::Null } else { json!(Pubkey::from(*key).to_string()) }
}

/// A hash; zeros are none.
pub fn hash(hash: &[u8; 32]) -> String {
    if *hash == [0; 32] { "-".to_owned() } else { hex::encode(hash) }
}

/// The same for programs.
pub fn hash_json(hash: &[u8; 32]) -> Value {
    if *hash == [0; 32] { Value::Null } else { json!(hex::encode(hash)) }
}

/// UTF-8, then zeros; what is none is shown as it can be.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (unix, shown) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_164_800, "2024-02-29 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(unix), shown);
        }
        // Whatever a ledger says, it is shown.
        let _ = (utc(i64::MAX), utc(i64::MIN));
    }

    #[test]
    fn scores_are_in_the_unit_of_the_estimate() {
        for (thousandths, shown) in [(0, "0"), (10_000, "10"), (4_500, "4.5"), (1, "0.001"), (12_345_060, "12345.06")] {
            assert_eq!(score(thousandths), shown);
        }
        assert_eq!(grouped_score(12_345_060), "12,345.06");
    }

    #[test]
    fn spans_are_read_and_shown() {
        for (text, seconds, shown) in [
            ("3d", 259_200, "3 d"),
            ("2h", 7_200, "2 h"),
            ("90s", 90, "1 min 30 s"),
            ("1d12h", 129_600, "1 d 12 h"),
            ("15m", 900, "15 min"),
        ] {
            assert_eq!(parse_span(text), Ok(seconds));
            assert_eq!(span(seconds), shown);
        }
        assert_eq!(span(0), "0 s");
        assert_eq!((span(86_400 + 59).as_str(), whole_span(86_400 + 59).as_str()), ("1 d", "1 d 59 s"));
        assert!(parse_span("36525d").is_ok());
        assert!(parse_span("36525d1s").is_err_and(|why| why.contains("at most 36525d")), "it names the limit");
        for text in ["", "3", "d", "3w", "-1d", "99999999999999999999d", "0s", "99999999d", "1é"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
