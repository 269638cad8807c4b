//! `assay provider`

use assay_settlement::token::Amount;
use clap::{ArgGroup, Args, Subcommand};
use solana_sdk::pubkey::Pubkey;

use super::{Chain, Tier, address, country, io, region};

/// `assay provider`
#[derive(Debug, Args)]
pub struct Provider {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: ProviderCommand,
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Compute stake, earnings and break-even before anything is staked.
    ///
    /// Rewards follow the emission table and the ledger's default parameters; prices and costs are yours to state.
    Estimate(Estimate),
    /// List the models that devices may be of, with their multipliers.
    Models,
    /// Register this key as a provider.
    Register {
        /// Country, ISO 3166: DE.
        #[arg(long, value_name = "CC", value_parser = country)]
        country: [u8; 2],
        /// Continent: AF, AN, AS, EU, NA, OC or SA.
        #[arg(long, value_name = "CC", value_parser = region)]
        continent: [u8; 2],
    },
    /// Offer a device, change it, list them.
    #[command(subcommand)]
    Device(Device),
    /// Take no more jobs for now.
    Pause,
    /// Take jobs again.
    Resume,
    /// Stop for good: stake can be taken out when its time has passed, and this key never registers again.
    Terminate {
        /// Say that you mean it.
        #[arg(long, required = true)]
        for_good: bool,
    },
    /// Stake IO.
    Stake {
        /// How much: 200 or 200IO.
        #[arg(value_parser = io, allow_hyphen_values = true)]
        amount: u64,
    },
    /// Ask for stake back: it is yours when its unbonding time has passed.
    Unstake {
        /// How much: 200 or 200IO.
        #[arg(value_parser = io, allow_hyphen_values = true)]
        amount: u64,
    },
    /// Take out stake whose unbonding time has passed.
    Withdraw,
    /// Show stake, devices, jobs, disputes, and whether it may take jobs.
    Status(Status),
    /// Say that this provider is there: it earns until the heartbeat lapses.
    Heartbeat,
    /// Show rewards: earned, and accruing.
    Earnings(Status),
    /// Take out rewards that were earned.
    Claim,
    /// Say that another provider is not there any more: its share goes to the others.
    Lapse {
        /// Its wallet or account.
        #[arg(value_parser = address)]
        address: Pubkey,
    },
}

/// `assay provider status`, `earnings`
#[derive(Debug, Args)]
pub struct Status {
    /// A provider's wallet or account; by default one's own.
    #[arg(value_parser = address)]
    pub address: Option<Pubkey>,
}

/// `assay provider device`
#[derive(Debug, Subcommand)]
pub enum Device {
    /// Offer a device, or several of one model in one machine.
    Add(DeviceAdd),
    /// Change a device that is not hired.
    Update(DeviceUpdate),
    /// List the devices of a provider.
    List(Status),
}

/// `assay provider device add`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("price").required(true).multiple(true).args(["price_io", "price_iosd"])))]
pub struct DeviceAdd {
    /// Its model: h100, "rtx 4090", or its number.
    pub model: String,
    /// How many processors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub quantity: u32,
    /// IO for an hour; without it, it is not for IO.
    #[arg(long, value_name = "AMOUNT", value_parser = io, allow_hyphen_values = true)]
    pub price_io: Option<u64>,
    /// IOSD for an hour; without it, it is not for IOSD.
    #[arg(long, value_name = "AMOUNT", value_parser = iosd, allow_hyphen_values = true)]
    pub price_iosd: Option<u64>,
}

/// `assay provider device update`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("change").required(true).multiple(true).args(["status", "quantity", "price_io", "price_iosd"])))]
pub struct DeviceUpdate {
    /// Its number: `assay provider device list` shows it.
    pub device: u32,
    /// Whether it takes jobs: up, paused, or removed for good.
    #[arg(long, value_enum)]
    pub status: Option<DeviceStatus>,
    /// How many processors; another number takes its attestation away.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub quantity: Option<u32>,
    /// IO for an hour; 0: not for IO.
    #[arg(long, value_name = "AMOUNT", value_parser = io, allow_hyphen_values = true)]
    pub price_io: Option<u64>,
    /// IOSD for an hour; 0: not for IOSD.
    #[arg(long, value_name = "AMOUNT", value_parser = iosd, allow_hyphen_values = true)]
    pub price_iosd: Option<u64>,
}

/// What a device is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceStatus {
    /// Takes jobs.
    Up,
    /// Takes none.
    Paused,
    /// Takes none ever again.
    Removed,
}

fn iosd(text: &str) -> Result<u64, String> {
    assay_settlement::token::Token::Iosd.parse(text).map(|amount: Amount| amount.units).map_err(|e| e.to_string())
}

/// `assay provider estimate`
#[derive(Debug, Args)]
pub struct Estimate {
    /// Model and how many: h100=8. Several times for several models.
    #[arg(long = "device", value_name = "MODEL=N", value_parser = device, required = true)]
    pub devices: Vec<(String, u32)>,
    /// USD (or IOSD) for a processor and hour.
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub price: f64,
    /// Share of the hours that are hired, in percent.
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, default_value_t = 50.0)]
    pub utilisation: f64,
    /// USD for an IO.
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub io_usd: f64,
    /// Score of all others in the GPU pool: the sum of multiplier × quantity, as `assay ledger status` shows it.
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true, default_value_t = 10_000.0)]
    pub network_score: f64,
    /// The same of the CPU pool, which has rewards of its own: needed with a CPU among the devices.
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    pub network_score_cpu: Option<f64>,
    /// Connectivity.
    #[arg(long, value_enum, default_value_t = Tier::Low)]
    pub tier: Tier,
    /// Month of the emission table, from 0.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_200))]
    pub month: u32,
    /// USD that the hardware costs: for "repaid in". Break-even is of running costs, without it.
    #[arg(long, value_name = "USD", allow_negative_numbers = true, default_value_t = 0.0)]
    pub hardware: f64,
    /// Watts of all devices when they are hired.
    #[arg(long, value_name = "WATTS", allow_negative_numbers = true, default_value_t = 0.0)]
    pub watts: f64,
    /// Watts of all devices when they are not.
    #[arg(long, value_name = "WATTS", allow_negative_numbers = true, default_value_t = 0.0)]
    pub idle_watts: f64,
    /// USD for a kilowatt hour.
    #[arg(long, value_name = "USD", allow_negative_numbers = true, default_value_t = 0.0)]
    pub kwh: f64,
    /// USD a month for all else.
    #[arg(long, value_name = "USD", allow_negative_numbers = true, default_value_t = 0.0)]
    pub fixed: f64,
}

fn device(text: &str) -> Result<(String, u32), String> {
    let (model, quantity) = text.rsplit_once('=').ok_or("write it as MODEL=N, for example h100=8")?;
    match quantity.parse() {
        Ok(quantity @ 1..=1_000_000) => Ok((model.to_owned(), quantity)),
        _ => Err(format!("{quantity:?} is not a number of devices from 1 to 1,000,000")),
    }
}
