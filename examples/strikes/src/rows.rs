//! Rows of the table, read one at a time: memory stays the same however long the table is.

use std::io::Read;

use assay_guest::{Error, Result};
use csv::{Reader, ReaderBuilder, StringRecord};

use crate::INPUT;

/// What the statistics need of one strike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it happened.
    pub airport: String,
    /// What was struck.
    pub species: String,
    /// In which phase of flight.
    pub phase: String,
    /// At what time of day.
    pub time: String,
    /// Date as `YYYY-MM-DD`.
    pub date: String,
    /// Whether the aircraft was damaged.
    pub damaged: bool,
    /// Cost in US dollars, 0 if none was reported.
    pub cost_usd: u64,
    /// Indicated airspeed in knots, where reported.
    pub speed_knots: Option<u64>,
}

/// The columns used, in the order of [`Rows::columns`].
const COLUMNS: [&str; 8] = [
    "Airport Name",
    "Wildlife Species",
    "Phase of flight",
    "Time of day",
    "Flight Date",
    "Effect Amount of damage",
    "Cost Total $",
    "Speed IAS in knots",
];

/// A reader of rows.
pub struct Rows<R> {
    reader: Reader<R>,
    record: StringRecord,
    /// Where in a record each of [`COLUMNS`] stands.
    columns: [usize; COLUMNS.len()],
}

impl<R: Read> Rows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// Names the column that is missing.
    pub fn new(source: R) -> Result<Rows<R>> {
        let mut reader = ReaderBuilder::new().buffer_capacity(64 * 1024).from_reader(source);
        let header = reader.headers().map_err(failed)?;
        let mut columns = [0; COLUMNS.len()];
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            let found = header.iter().position(|field| field == name);
            *column = found.ok_or_else(|| Error::job(format!("{INPUT} has no column `{name}` in its first line")))?;
        }
        Ok(Rows { reader, record: StringRecord::new(), columns })
    }

    /// The next row, or none at the end.
    ///
    /// # Errors
    /// Names the line and the field that is wrong.
    pub fn read(&mut self) -> Result<Option<Row>> {
        if !self.reader.read_record(&mut self.record).map_err(failed)? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let [airport, species, phase, time, date, damage, cost, speed] =
            self.columns.map(|column| self.record.get(column).unwrap_or_default());
        let wrong = |column: &str, text: &str, wanted: &str| Error::job(format!("{INPUT} line {line}: {column} `{text}` is not {wanted}"));
        if !is_date(date) {
            return Err(wrong("Flight Date", date, "a date like 1990-01-08"));
        }
        let number = |column, text: &str| match text {
            "" => Ok(None),
            text => text.parse::<u32>().map(|n| Some(u64::from(n))).map_err(|_| wrong(column, text, "a whole number below 4 billion")),
        };
        Ok(Some(Row {
            cost_usd: number("Cost Total $", cost)?.unwrap_or(0),
            speed_knots: number("Speed IAS in knots", speed)?,
            damaged: damage != "None",
            airport: airport.to_owned(),
            species: species.to_owned(),
            phase: phase.to_owned(),
            time: time.to_owned(),
            date: date.to_owned(),
        }))
    }

    /// Bytes of the table read so far.
    pub fn bytes_read(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn is_date(text: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.splitn(3, '-');
    [4, 2, 2].into_iter().all(|count| parts.next().is_some_and(|part| digits(part, count)))
}

/// The csv crate names record and line itself.
fn failed(error: csv::Error) -> Error {
    Error::job(format!("{INPUT}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert!(is_date("1990-01-08"));
        for bad in ["", "1990", "1990-1-8", "1990-01-08-01", "1990-01-0x", "90-01-0819", "１990-01-08"] {
            assert!(!is_date(bad), "{bad:?}");
        }
    }
}
