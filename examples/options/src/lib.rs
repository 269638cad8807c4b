//! Prices an Asian call option on crude oil by Monte Carlo, and checks the machinery on options whose price is known.
//!
//! Volatility comes from a real series of daily prices. Paths follow geometric Brownian motion; each is used with its mirror image (antithetic
//! variates). A European call is priced along the way and held against Black-Scholes; the geometric Asian call, whose price is known as well,
//! serves as control variate for the arithmetic one.
//!
//! Exponential, logarithm and error function come from the `libm` crate, so that a native run agrees with the sandbox to the last bit: what the
//! standard library offers calls the machine's C library natively.

mod closed_form;
mod estimate;
mod normal;
mod prices;
mod request;
mod simulation;

use std::io::Write;

use assay_guest::{Error, Result};

pub use closed_form::{Call, european, geometric_asian, normal_distribution};
pub use estimate::{Estimate, Pair};
pub use normal::Normals;
pub use prices::Series;
pub use request::Request;
pub use simulation::{Simulation, Totals};

/// The input the job reads.
pub const INPUT: &str = "prices.csv";

/// How many lines `convergence.csv` has.
const CHECKPOINTS: u64 = 20;

/// Standard errors by which the European call may be off before the job gives up: by chance this happens once in 1.7 million seeds.
const OFF_MAX: f64 = 5.0;

/// The job: `prices.csv` to a price on stdout and `convergence.csv`.
///
/// # Errors
/// A sentence that names the argument or the line at fault, or says that Monte Carlo and closed form disagree.
pub fn job() -> Result<()> {
    let request = Request::parse(&assay_guest::args())?;
    let series = Series::read(assay_guest::input(INPUT)?, request.window)?;
    let call = Call {
        spot: series.last,
        strike: request.strike.unwrap_or(series.last),
        rate: request.rate,
        volatility: series.volatility,
        years: f64::from(request.days) / prices::TRADING_DAYS_PER_YEAR,
    };
    assay_guest::log!("{} prices to {}, of which the last {} count", series.prices, series.last_date, request.window + 1);

    let totals = simulate(&call, &request)?;
    let (exact, estimate) = (european(&call), totals.european());
    let off = estimate.off(exact);

    let mut stdout = assay_guest::stdout();
    writeln!(
        stdout,
        "{} on {}, volatility {:.2} % over {} returns",
        series.last,
        series.last_date,
        100.0 * series.volatility,
        request.window
    )?;
    writeln!(stdout, "call at {}, {} days, rate {:.2} %, {} paths", call.strike, request.days, 100.0 * call.rate, 2 * totals.pairs())?;
    writeln!(stdout, "European          {estimate}   Black-Scholes {exact:.4}, off by {off:.2} standard errors")?;
    writeln!(stdout, "Asian             {}", totals.asian())?;
    writeln!(stdout, "Asian, controlled {}", totals.asian_controlled(geometric_asian(&call, request.days)))?;
    stdout.finish()?;
    if off.abs() <= OFF_MAX {
        Ok(())
    } else {
        Err(Error::job(format!("Monte Carlo and Black-Scholes disagree by {off:.2} standard errors: do not trust these figures")))
    }
}

/// Runs all paths, and notes on the way how the estimates settle.
fn simulate(call: &Call, request: &Request) -> Result<Totals> {
    let control = geometric_asian(call, request.days);
    let pairs = request.paths.div_ceil(2);
    let mut simulation = Simulation::new(call, request.days, request.seed);
    let mut convergence = assay_guest::output("convergence.csv")?;
    writeln!(convergence, "paths,european,standard error,asian,standard error,asian controlled,standard error")?;
    for checkpoint in 1..=CHECKPOINTS {
        let until = pairs * checkpoint / CHECKPOINTS;
        while simulation.totals.pairs() < until {
            simulation.step();
            assay_guest::progress(simulation.totals.pairs(), pairs);
        }
        let totals = &simulation.totals;
        let [e, a, c] = [totals.european(), totals.asian(), totals.asian_controlled(control)];
        writeln!(convergence, "{},{},{},{},{},{},{}", 2 * until, e.mean, e.error, a.mean, a.error, c.mean, c.error)?;
    }
    convergence.finish()?;
    Ok(simulation.totals)
}
