//! `assay gov`

use assay_settlement::token::Amount;
use clap::{Args, Subcommand};
use solana_sdk::pubkey::Pubkey;

use super::{Chain, Model, address, parameter};

/// `assay gov`
#[derive(Debug, Args)]
pub struct Gov {
    #[command(flatten)]
    pub chain: Chain,
    #[command(subcommand)]
    pub command: GovCommand,
}

/// Its commands.
#[derive(Debug, Subcommand)]
pub enum GovCommand {
    /// Propose a change, as a provider with enough stake.
    #[command(subcommand)]
    Propose(Propose),
    /// Vote with all of one's free stake.
    Vote {
        /// Number of the proposal.
        id: u64,
        /// yes or no.
        vote: Ballot,
    },
    /// Carry a proposal out, or reject it, when its time has come. Anyone's.
    Execute {
        /// Number of the proposal.
        id: u64,
    },
    /// Close one's vote on a proposal that is over: its rent comes back.
    Close {
        /// Number of the proposal.
        id: u64,
    },
    /// List proposals.
    List,
}

/// For or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Ballot {
    /// For it.
    Yes,
    /// Against it.
    No,
}

/// What is proposed.
#[derive(Debug, Subcommand)]
pub enum Propose {
    /// Another value for a parameter.
    Param {
        /// Which, and its value.
        #[arg(value_name = "NAME=VALUE", value_parser = parameter)]
        param: (u8, u64),
    },
    /// A new model, or other values for one.
    Model(Model),
    /// Another guardian.
    Guardian {
        /// Its key.
        #[arg(value_parser = address)]
        key: Pubkey,
    },
    /// Pay fees out to a wallet.
    PayFees {
        /// How much, with its token: 100IO.
        #[arg(allow_hyphen_values = true)]
        amount: Amount,
        /// The wallet.
        #[arg(value_parser = address)]
        to: Pubkey,
    },
}
