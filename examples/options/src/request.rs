//! What the arguments ask for.

use assay_guest::{Error, Result};

/// The arguments, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// Paths to simulate, half of them mirror images of the others.
    pub paths: u64,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Trading days to expiry; the average is over the price at the end of each.
    pub days: u32,
    /// Daily returns from which the volatility is estimated.
    pub window: usize,
    /// Interest rate, continuous, per year.
    pub rate: f64,
    /// Strike; none is the last price.
    pub strike: Option<f64>,
}

const USAGE: &str = "there are --paths, --seed, --days, --window, --rate and --strike, each with a number";

impl Request {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Names the argument at fault and what it may be.
    pub fn parse(args: &[String]) -> Result<Request> {
        let mut request = Request { paths: 100_000, seed: 1, days: 63, window: 252, rate: 0.02, strike: None };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let text = args.next().ok_or_else(|| Error::job(format!("argument `{flag}`: {USAGE}")))?;
            let refused = |wanted: &str| Error::job(format!("{flag} `{text}`: give it {wanted}"));
            let whole = |least: u64, most: u64| {
                let number = text.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| refused(&format!("a whole number from {least} to {most}")))
            };
            let real = |least: f64, most: f64| {
                let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
                number.ok_or_else(|| refused(&format!("a number from {least} to {most}")))
            };
            match flag.as_str() {
                // Fewer pairs than checkpoints would leave lines without an estimate.
                "--paths" => request.paths = whole(100, 1_000_000_000)?,
                "--seed" => request.seed = whole(0, u64::MAX)?,
                "--days" => request.days = whole(1, 2_520)? as u32,
                "--window" => request.window = whole(2, 100_000)? as usize,
                "--rate" => request.rate = real(-0.5, 0.5)?,
                "--strike" => request.strike = Some(real(0.000_001, 1e12)?),
                other => return Err(Error::job(format!("unknown argument `{other}`: {USAGE}"))),
            }
        }
        Ok(request)
    }
}
