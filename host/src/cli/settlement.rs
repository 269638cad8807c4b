//! The command line around the ledger.

use clap::{Args, Subcommand, ValueEnum};

/// `assay provider`
#[derive(Debug, Subcommand)]
pub enum Provider {
    /// Compute stake, earnings and break-even before anything is staked.
    ///
    /// Rewards follow the emission table and the ledger's default parameters; prices and costs are yours to state.
    Estimate(Estimate),
    /// List the models that devices may be of, with their multipliers.
    Models,
}

/// `assay provider estimate`
#[derive(Debug, Args)]
pub struct Estimate {
    /// Model and how many: h100=8. Several times for several models.
    #[arg(long = "device", value_name = "MODEL=N", value_parser = device, required = true)]
    pub devices: Vec<(String, u32)>,
    /// USD (or IOSD) for a processor and hour.
    #[arg(long, value_name = "USD")]
    pub price: f64,
    /// Share of the hours that are hired, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 50.0)]
    pub utilisation: f64,
    /// USD for an IO.
    #[arg(long, value_name = "USD")]
    pub io_usd: f64,
    /// Score of all others in the network: the sum of multiplier × quantity.
    #[arg(long, value_name = "SCORE", default_value_t = 10_000.0)]
    pub network_score: f64,
    /// Connectivity.
    #[arg(long, value_enum, default_value_t = Tier::Low)]
    pub tier: Tier,
    /// Month of the emission table, from 0.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_200))]
    pub month: u32,
    /// USD that the hardware costs.
    #[arg(long, value_name = "USD", default_value_t = 0.0)]
    pub hardware: f64,
    /// Watts of all devices when they are hired.
    #[arg(long, value_name = "WATTS", default_value_t = 0.0)]
    pub watts: f64,
    /// Watts of all devices when they are not.
    #[arg(long, value_name = "WATTS", default_value_t = 0.0)]
    pub idle_watts: f64,
    /// USD for a kilowatt hour.
    #[arg(long, value_name = "USD", default_value_t = 0.0)]
    pub kwh: f64,
    /// USD a month for all else.
    #[arg(long, value_name = "USD", default_value_t = 0.0)]
    pub fixed: f64,
}

/// A tier of connectivity.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Tier {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Ultra high.
    Ultra,
}

impl Tier {
    /// Its number on the ledger.
    pub fn number(self) -> u8 {
        self as u8
    }
}

fn device(text: &str) -> Result<(String, u32), String> {
    let (model, quantity) = text.rsplit_once('=').ok_or("write it as MODEL=N, for example h100=8")?;
    match quantity.parse() {
        Ok(quantity @ 1..=1_000_000) => Ok((model.to_owned(), quantity)),
        _ => Err(format!("{quantity:?} is not a number of devices from 1 to 1,000,000")),
    }
}
