//! `assay ledger`

use assay_settlement::token::Amount;
use clap::{Args, Subcommand};
use solana_sdk::pubkey::Pubkey;

use super::{Chain, Pool, Tier, address, multiplier, parameter};
use crate::settlement::show;

/// `assay ledger`
#[derive(Debug, Args)]
pub struct Ledger {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: LedgerCommand,
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Make a ledger on this machine; or initialise a program that was deployed on a cluster.
    Init(Init),
    /// Give SOL, IO or IOSD to a wallet; only on an embedded ledger.
    Airdrop {
        /// AMOUNT, or ADDRESS AMOUNT: the wallet is one's own unless named. AMOUNT names its token: 500IO, "20 IOSD", 1.5SOL.
        #[arg(value_name = "ADDRESS | AMOUNT", allow_hyphen_values = true)]
        first: String,
        /// AMOUNT, behind ADDRESS.
        #[arg(value_name = "AMOUNT", allow_hyphen_values = true)]
        second: Option<String>,
    },
    /// Say where the ledger is, what time it is there, and what is in it.
    Status {
        /// All parameters too.
        #[arg(long)]
        params: bool,
    },
    /// What a wallet holds.
    Balance {
        /// The wallet; by default one's own.
        #[arg(value_parser = address)]
        address: Option<Pubkey>,
    },
    /// Let time pass, and slots; only on an embedded ledger.
    Warp {
        /// How long: 3d, 2h, 15m, 90s, 1d12h.
        #[arg(value_parser = show::parse_span)]
        duration: u64,
    },
    /// Stop the program. The guardian's.
    Pause,
    /// Let it go on: the guardian at any time, anyone when it has lasted long enough.
    Resume,
    /// Models of devices. The guardian's.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Attest what a ledger cannot measure. The guardian's.
    #[command(subcommand)]
    Attest(Attest),
    /// Block a provider, or let it go on. The guardian's.
    Block {
        /// Its wallet or account.
        #[arg(value_parser = address)]
        provider: Pubkey,
        /// Let it go on.
        #[arg(long)]
        undo: bool,
    },
    /// Account for rewards of epochs that are over. Anyone's.
    Advance,
}

/// `assay ledger init`
#[derive(Debug, Args)]
pub struct Init {
    /// Who may pause, block and attest; by default one's own key.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub guardian: Option<Pubkey>,
    /// A parameter that is not to have its default.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub params: Vec<(u8, u64)>,
    /// Mint of IO; only on a cluster. It has 8 decimals, and its authority is the program's vault.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "iosd_mint")]
    pub io_mint: Option<Pubkey>,
    /// Mint of IOSD; only on a cluster. It has 6 decimals.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "io_mint")]
    pub iosd_mint: Option<Pubkey>,
    /// Make both mints; only on a test cluster.
    #[arg(long, conflicts_with_all = ["io_mint", "iosd_mint"])]
    pub new_mints: bool,
    /// Give one's own wallet so much of a new mint, once: 100000IO. Several times for both.
    #[arg(long, value_name = "AMOUNT", requires = "new_mints", value_parser = supply, allow_hyphen_values = true)]
    pub supply: Vec<Amount>,
}

/// An amount of a token that has a mint.
fn supply(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|e: assay_settlement::token::AmountError| e.to_string())?;
    if amount.token.currency().is_none() { Err("there are new mints of IO and IOSD".to_owned()) } else { Ok(amount) }
}

/// `assay ledger model`
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Add a model that is not there. To change one, propose it: `assay gov propose model`.
    Set(Model),
    /// Add every model of this program's table that is not there.
    Defaults,
    /// List the models of the ledger.
    List,
}

/// A model.
#[derive(Debug, Args)]
pub struct Model {
    /// Its name, at most 32 bytes.
    pub name: String,
    /// Its number, from 0 to 65534.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..65_535))]
    pub id: u16,
    /// In which pool it is rewarded.
    #[arg(long, value_enum)]
    pub kind: Pool,
    /// Its multiplier: 10 or 4.5.
    #[arg(long, value_name = "X", value_parser = multiplier)]
    pub multiplier: u32,
    /// No more devices of it can be added.
    #[arg(long)]
    pub disabled: bool,
}

/// `assay ledger attest`
#[derive(Debug, Subcommand)]
pub enum Attest {
    /// State a provider's tier of connectivity.
    Provider {
        /// Its wallet or account.
        #[arg(value_parser = address)]
        provider: Pubkey,
        /// The tier.
        #[arg(long, value_enum)]
        tier: Tier,
    },
    /// Attest that a device is what it says.
    Device {
        /// Wallet or account of its provider.
        #[arg(value_parser = address)]
        provider: Pubkey,
        /// Its number there.
        device: u32,
        /// Take the attestation back.
        #[arg(long)]
        revoke: bool,
    },
}

/// `AMOUNT` or `ADDRESS AMOUNT`.
pub fn airdrop(first: &str, second: Option<&str>) -> Result<(Option<Pubkey>, Amount), String> {
    let amount = |text: &str| text.parse::<Amount>().map_err(|e| e.to_string());
    match (first, second) {
        (one, None) => Ok((None, amount(one)?)),
        (number, Some(token))
            if number.starts_with(|c: char| c.is_ascii_digit()) && token.parse::<assay_settlement::token::Token>().is_ok() =>
        {
            Ok((None, amount(&format!("{number} {token}"))?))
        }
        (to, Some(two)) => Ok((Some(address(to)?), amount(two)?)),
    }
}
