//! The command line around the ledger.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use solana_sdk::pubkey::Pubkey;

mod dispute;
mod gov;
mod job;
mod ledger;
mod provider;
mod verifier;

pub use self::dispute::{Dispute, DisputeCommand};
pub use self::gov::{Ballot, Gov, GovCommand, Propose};
pub use self::job::{Job, JobCommand, Open};
pub use self::ledger::{Attest, Init, Ledger, LedgerCommand, Model, ModelCommand, airdrop};
pub use self::provider::{Device, DeviceAdd, DeviceStatus, DeviceUpdate, Estimate, Provider, ProviderCommand};
pub use self::verifier::{Verdict, Verifier, VerifierCommand};

/// Which ledger, who signs, and whether anything is sent.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Ledger")]
pub struct Chain {
    /// Which ledger: embedded (on this machine), config (Solana's), mainnet-beta, testnet, devnet, localhost, or a URL. By default the embedded one if there is one, else Solana's.
    #[arg(long, global = true, value_name = "URL|embedded[:DIR]", env = "ASSAY_LEDGER", hide_env_values = true)]
    pub url: Option<String>,
    /// Key that signs and pays: by default the one of Solana's configuration, else this program's own.
    #[arg(long, global = true, value_name = "FILE")]
    pub keypair: Option<PathBuf>,
    /// Address of the settlement program; only for a cluster.
    #[arg(long, global = true, value_name = "ADDRESS", value_parser = address, env = "ASSAY_PROGRAM", hide_env_values = true)]
    pub program: Option<Pubkey>,
    /// Show what would be signed, what it would cost and whether it would be refused; send nothing.
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// The most to pay for priority, in millionths of a lamport for each compute unit; only for a cluster.
    #[arg(long, global = true, value_name = "MICROLAMPORTS")]
    pub priority_fee_max: Option<u64>,
}

/// An address of Solana: of a wallet, a mint, a program.
pub fn address(text: &str) -> Result<Pubkey, String> {
    text.parse().map_err(|_| format!("{text:?} is no address: one is 32 to 44 letters and digits in base 58, as `solana address` shows"))
}

/// A tier of connectivity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
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

/// A pool of rewards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pool {
    /// GPUs.
    Gpu,
    /// CPUs.
    Cpu,
}

impl Pool {
    /// Its number on the ledger.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// `DE`, `EU`: two letters, upper or lower case.
pub fn region(text: &str) -> Result<[u8; 2], String> {
    match text.to_ascii_uppercase().as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok([*a, *b]),
        _ => Err(format!("{text:?} is not two letters, as in DE")),
    }
}

/// A country that there is.
pub fn country(text: &str) -> Result<[u8; 2], String> {
    let country = region(text)?;
    crate::settlement::countries::check(&country).map(|()| country)
}

/// Multiplier of a model: `10` or `4.5`, to thousandths.
pub fn multiplier(text: &str) -> Result<u32, String> {
    let wrong = || format!("{text:?} is not a multiplier: write a number with at most three decimals, as in 4.5");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<3}").parse().map_err(|_| wrong())
}

/// `NAME=VALUE`, a parameter of the ledger: (number, value).
pub fn parameter(text: &str) -> Result<(u8, u64), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    let table = assay_settlement_interface::params::TABLE;
    let number = table.iter().position(|info| info.name == name);
    let number = number.ok_or_else(|| format!("no parameter is called {name:?}: `assay ledger status --params` lists them"))?;
    let value = value.replace('_', "").parse().map_err(|_| format!("{value:?} is not a whole number"))?;
    let info = &table[number];
    if !(info.least..=info.most).contains(&value) {
        return Err(format!("{name} is from {} to {} {}", info.least, info.most, info.unit));
    }
    u8::try_from(number).map(|number| (number, value)).map_err(|e| e.to_string())
}

/// An amount of IO: `12.5` or `12.5IO`.
pub fn io(text: &str) -> Result<u64, String> {
    assay_settlement::token::Token::Io.parse(text).map(|amount| amount.units).map_err(|e| e.to_string())
}

/// 64 hexadecimal digits.
pub fn hash(text: &str) -> Result<assay_protocol::Hash, String> {
    assay_protocol::Hash::from_hex(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_command_line() {
        assert_eq!(region("de"), Ok(*b"DE"));
        assert!(region("D1").is_err() && region("").is_err() && region("DEU").is_err());
        assert_eq!(country("de"), Ok(*b"DE"));
        assert!(country("ZZ").is_err_and(|why| why.contains("no country ZZ")));
        assert_eq!(multiplier("10"), Ok(10_000));
        assert_eq!(multiplier("4.5"), Ok(4_500));
        assert_eq!(multiplier("0.125"), Ok(125));
        assert!(multiplier("1.2345").is_err() && multiplier("").is_err() && multiplier("-1").is_err() && multiplier("9999999999").is_err());
        assert_eq!(parameter("challenge_s=3_600"), Ok((7, 3_600)));
        assert!(parameter("challenge_s=1").is_err() && parameter("nothing=1").is_err() && parameter("challenge_s").is_err());
        assert_eq!(io("1.5"), Ok(150_000_000));
        assert!(io("1 IOSD").is_err());
        assert_eq!(address(&Pubkey::new_from_array([7; 32]).to_string()), Ok(Pubkey::new_from_array([7; 32])));
        assert!(address("xyz").is_err_and(|why| why.contains("base 58")));
    }
}
