//! The series of prices, and the volatility it shows.

use std::io::BufRead;

use assay_guest::{Error, Input, Result};

use crate::INPUT;

/// By convention.
pub(crate) const TRADING_DAYS_PER_YEAR: f64 = 252.0;

/// What is known of a series of daily prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// How many prices there are.
    pub prices: usize,
    /// The last one.
    pub last: f64,
    /// Its date, as the table writes it.
    pub last_date: String,
    /// Standard deviation of the logarithmic returns, per square root of a year.
    pub volatility: f64,
}

impl Series {
    /// Reads lines `date,price` after a header, oldest first; `.` stands for a day without trade. The last `window` returns count.
    ///
    /// # Errors
    /// Names the line that is wrong, or says how many prices are missing.
    pub fn read(input: Input, window: usize) -> Result<Series> {
        let mut prices = Vec::new();
        let mut last_date = String::new();
        for (index, line) in input.lines().enumerate() {
            let line = line.map_err(|error| Error::job(format!("{INPUT} line {}: {error}", index + 1)))?;
            let wrong = |why: &str| Error::job(format!("{INPUT} line {}: `{line}`: {why}", index + 1));
            let (date, price) = line.split_once(',').ok_or_else(|| wrong("a line is a date, a comma and a price"))?;
            // The first line is a header.
            if index == 0 || price == "." {
                continue;
            }
            let price: f64 = price.parse().map_err(|_| wrong("the price is not a number; a day without trade has `.`"))?;
            if !(price > 0.0 && price.is_finite()) {
                return Err(wrong("the model knows only prices above 0"));
            }
            prices.push(price);
            date.clone_into(&mut last_date);
        }
        let recent = prices.len().checked_sub(window + 1).and_then(|start| prices.get(start..));
        let (Some(recent), Some(&last)) = (recent, prices.last()) else {
            let have = prices.len();
            return Err(Error::job(format!("{INPUT} has {have} prices, {} are needed: give it more, or a smaller --window", window + 1)));
        };
        let returns: Vec<f64> = recent.iter().zip(recent.iter().skip(1)).map(|(before, after)| libm::log(after / before)).collect();
        let volatility = deviation(&returns) * TRADING_DAYS_PER_YEAR.sqrt();
        if volatility > 0.0 {
            Ok(Series { prices: prices.len(), last, last_date, volatility })
        } else {
            Err(Error::job(format!("{INPUT}: the last {} prices do not move: there is nothing to price", window + 1)))
        }
    }
}

/// Standard deviation of a sample.
fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0)).sqrt()
}
