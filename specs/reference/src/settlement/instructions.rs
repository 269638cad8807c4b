//! # The instructions, byte by byte (settlement.md, section 13)
//!
//! An instruction is a tag and its fields, and nothing after them: so each has one length.

use super::layout::{Field, Key, Value};
use super::parameters::COUNT;
use super::refusals::{INSTRUCTION, Number};
use crate::encoding::{Malformed, Reader, Writer};

/// States all instructions: how each is read and written, and the length that the page gives it.
macro_rules! instructions {
    ($($(#[$about:meta])* $tag:literal $name:ident { $($(#[$what:meta])* $field:ident: $field_type:ty,)* } = $length:literal,)*) => {
        /// What is asked of the program. That Initialise is large does not matter: it is sent once.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant)] // one is sent once in a ledger's life, and none is kept
        pub enum Instruction {
            $($(#[$about])* $name { $($(#[$what])* $field: $field_type,)* },)*
        }

        /// Tag, name and length of each instruction.
        pub const ALL: &[(u8, &str, usize)] = &[$(($tag, stringify!($name), $length),)*];

        impl Instruction {
            /// The one encoding.
            pub fn encode(&self) -> Vec<u8> {
                let mut writer = Writer::default();
                match self {
                    $(Instruction::$name { $($field,)* } => {
                        writer.u8($tag);
                        $($field.write(&mut writer);)*
                    })*
                }
                writer.bytes
            }

            fn read(bytes: &[u8]) -> Result<Instruction, Malformed> {
                let mut reader = Reader::new(bytes);
                let instruction = match reader.u8()? {
                    $($tag => Instruction::$name { $($field: <$field_type>::read(&mut reader)?,)* },)*
                    tag => return Err(Malformed(format!("no instruction has the tag {tag}"))),
                };
                reader.end()?;
                Ok(instruction)
            }

            /// Its name on the page.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Instruction::$name { .. } => stringify!($name),)*
                }
            }

            /// Names and values of its fields.
            pub fn fields(&self) -> Vec<(&'static str, Value)> {
                match self {
                    $(Instruction::$name { $($field,)* } => vec![$((stringify!($field), $field.value()),)*],)*
                }
            }
        }
    };
}

impl Instruction {
    /// The instruction that these bytes are.
    pub fn decode(bytes: &[u8]) -> Result<Instruction, Number> {
        Instruction::read(bytes).map_err(|_| INSTRUCTION)
    }
}

instructions! {
    /// Makes the program's accounts. IO's mint authority must be `["vault"]`.
    0 Initialise {
        /// Who guards.
        guardian: Key,
        /// All parameters.
        params: [u64; COUNT],
    } = 409,
    /// Stops everything. Guardian.
    1 Pause {} = 1,
    /// Goes on. Guardian, or anyone after `pause_s`.
    2 Resume {} = 1,
    /// Adds a model that does not exist. Guardian.
    3 SetModel {
        /// Its number, not 65,535.
        id: u16,
        /// 0 GPU, 1 CPU.
        model_kind: u8,
        /// 1 if devices of it may be added.
        enabled: u8,
        /// Thousandths.
        multiplier_milli: u32,
        /// UTF-8, then zeros.
        name: Key,
    } = 41,
    /// Registers the signer as a provider: up, tier low.
    4 RegisterProvider {
        /// Country.
        country: [u8; 2],
        /// Continent.
        continent: [u8; 2],
    } = 5,
    /// Changes status (0, 1 or 3) and region. A blocked provider stays blocked unless it terminates.
    5 UpdateProvider {
        /// New status.
        status: u8,
        /// Country.
        country: [u8; 2],
        /// Continent.
        continent: [u8; 2],
    } = 6,
    /// Blocks or unblocks a provider, and states its tier. Guardian.
    6 AttestProvider {
        /// 1: blocked. 0: up if it was blocked, else as it is.
        blocked: u8,
        /// Tier.
        tier: u8,
    } = 3,
    /// Adds a device: up, not attested.
    7 AddDevice {
        /// Its model.
        model: u16,
        /// Processors.
        quantity: u32,
        /// IO base units an hour; 0: not for IO.
        price_io: u64,
        /// IOSD base units an hour; 0: not for IOSD.
        price_iosd: u64,
    } = 23,
    /// Changes a device that is not hired, and takes the model's multiplier anew; a new quantity or multiplier takes its attestation away. Removed is for good.
    8 UpdateDevice {
        /// New status.
        status: u8,
        /// Processors.
        quantity: u32,
        /// IO base units an hour.
        price_io: u64,
        /// IOSD base units an hour.
        price_iosd: u64,
    } = 22,
    /// Attests that a device is what it says, or takes that back. Guardian.
    9 AttestDevice {
        /// 1: attested.
        attested: u8,
    } = 2,
    /// Stakes.
    10 Stake {
        /// IO base units.
        amount: u64,
    } = 9,
    /// Starts to unbond.
    11 RequestUnstake {
        /// IO base units.
        amount: u64,
    } = 9,
    /// Pays out every ripe unbonding entry.
    12 Withdraw {} = 1,
    /// Opens a job and pays P + R + F + V into escrow.
    13 OpenJob {
        /// Its number for the requester.
        nonce: u64,
        /// 0 IO, 1 IOSD.
        currency: u8,
        /// Demanded model; 65,535: any.
        model: u16,
        /// Demanded tier.
        tier: u8,
        /// Demanded country; zeros: any.
        country: [u8; 2],
        /// Hash of the package's manifest.
        package: Key,
        /// The job's id.
        job: Key,
        /// Base units an hour.
        price_hour: u64,
        /// Hours.
        hours: u32,
    } = 91,
    /// Accepts a job for a device.
    14 AcceptJob {} = 1,
    /// Proves a job.
    15 Prove {
        /// Outcome hash.
        outcome: Key,
        /// Root of the transcript.
        transcript: Key,
        /// Fuel.
        fuel: u64,
        /// Profile, UTF-8, then zeros.
        profile: [u8; 16],
    } = 89,
    /// Ends an open job (the first seven accounts), or an accepted one, of which the hours begun are paid (all). Requester.
    16 CancelJob {} = 1,
    /// Ends an open job after accept_by, or an accepted one after prove_by. Anyone.
    17 ExpireJob {} = 1,
    /// Decides whether a proof is sampled, and makes the round if it is. Anyone.
    18 Sample {} = 1,
    /// Looks at candidates. Anyone.
    19 Draw {} = 1,
    /// Commits to a verdict. Holder of the seat.
    20 Commit {
        /// The commitment.
        commitment: Key,
    } = 33,
    /// Reveals a verdict. Holder of the seat.
    21 Reveal {
        /// 1 outcome, 2 indeterminate, 3 abstain.
        code: u8,
        /// The outcome; zeros for 2 and 3.
        outcome: Key,
        /// Hash of the receipt.
        receipt: Key,
        /// The first host call that differs, or the racy one.
        call: u64,
        /// The salt.
        salt: Key,
    } = 106,
    /// Counts a round and draws its consequences (sections 7 and 8). Anyone.
    22 Tally {} = 1,
    /// Makes the next round after one without a quorum. Anyone.
    23 Redraw {} = 1,
    /// Challenges a proof, with a bond. Anyone.
    24 Challenge {} = 1,
    /// Appeals, with a bond. Provider.
    25 Appeal {} = 1,
    /// Pays a job out (section 5). Anyone.
    26 Settle {} = 1,
    /// Burns frozen stake and refunds the requester (section 8). Anyone.
    27 ExecuteSlash {} = 1,
    /// Punishes a member of an overturned round. Anyone.
    28 Punish {
        /// Its place in the round.
        position: u8,
    } = 2,
    /// Closes a round of a job that has ended: the bond to its opener, the rent to who paid it. Anyone.
    29 CloseRound {} = 1,
    /// Closes a job that has ended, and its dispute if it has one: the rent to who paid it. Anyone.
    30 CloseJob {} = 1,
    /// Takes a vacant seat, or opens the next one if none is vacant.
    31 RegisterSeat {
        /// IO base units.
        amount: u64,
    } = 9,
    /// Adds to the stake of an active seat. Holder.
    32 TopUpSeat {
        /// IO base units.
        amount: u64,
    } = 9,
    /// Starts to leave. Holder.
    33 LeaveSeat {} = 1,
    /// Pays stake and earnings out, and leaves the seat vacant. Holder.
    34 WithdrawSeat {} = 1,
    /// Pays earnings out: 0 of the stake account, 1 of escrow in IO, 2 of escrow in IOSD. Holder.
    35 ClaimSeat {
        /// From which token account.
        tokens: u8,
    } = 2,
    /// Accounts for whole epochs, up to the end of the month at hand. Anyone.
    36 Advance {} = 1,
    /// A provider is there.
    37 Heartbeat {} = 1,
    /// A provider is not there any more. Anyone.
    38 Lapse {} = 1,
    /// Mints what a provider has earned.
    39 Claim {} = 1,
    /// Proposes.
    40 Propose {
        /// What it does.
        action: u8,
        /// With what.
        payload: [u8; 64],
    } = 66,
    /// Votes with all free stake.
    41 CastVote {
        /// 1: for it.
        yes: u8,
    } = 2,
    /// Executes or rejects a proposal. Anyone.
    42 Execute {} = 1,
    /// Closes a vote on a proposal that is over: the rent to the provider's owner. Anyone.
    43 CloseVote {} = 1,
}

impl Instruction {
    /// Names of the accounts that are always passed, in order; `s` signs, `w` changes.
    pub fn accounts(&self) -> &'static str {
        match self {
            Instruction::Initialise { .. } => {
                "payer ws, config w, totals w, vault, io_mint, iosd_mint, stake_tokens w, escrow_io w, escrow_iosd w, fees_io w, fees_iosd w, system_program, token_program"
            }
            Instruction::Pause { .. } => "config w, guardian s",
            Instruction::Resume { .. } => "config w, signer s",
            Instruction::SetModel { .. } => "config, guardian ws, model w, system_program",
            Instruction::RegisterProvider { .. } => "config, owner ws, provider w, system_program",
            Instruction::UpdateProvider { .. } => "config, owner s, provider w",
            Instruction::AttestProvider { .. } => "config, guardian s, provider w",
            Instruction::AddDevice { .. } => "config, owner ws, provider w, model, device w, system_program",
            Instruction::UpdateDevice { .. } => "config, owner s, provider w, model, device w",
            Instruction::AttestDevice { .. } => "config, guardian s, provider w, device w",
            Instruction::Stake { .. } => "config, totals w, owner s, provider w, source w, stake_tokens w, token_program",
            Instruction::RequestUnstake { .. } => "config, totals w, owner s, provider w",
            Instruction::Withdraw { .. } => "config, owner s, provider w, stake_tokens w, destination w, vault, token_program",
            Instruction::OpenJob { .. } => "config, requester ws, job w, source w, escrow w, system_program, token_program",
            Instruction::AcceptJob { .. } => "config, owner s, provider w, device w, job w",
            Instruction::Prove { .. } => "config, totals, owner s, provider w, device w, job w",
            // for an accepted job: provider w, device w, payout w, fees w
            Instruction::CancelJob { .. } => "config, requester s, job w, escrow w, refund w, vault, token_program",
            // for an accepted job: provider w, device w
            Instruction::ExpireJob { .. } => "config, job w, escrow w, refund w, vault, token_program",
            Instruction::Sample { .. } => "config, payer ws, provider, job w, round w, slot_hashes, system_program",
            // candidates w, in order
            Instruction::Draw { .. } => "config, provider, job, round w, previous, slot_hashes",
            Instruction::Commit { .. } => "config, owner s, seat, round w",
            Instruction::Reveal { .. } => "config, owner s, seat, job, round w",
            // the members' seats w, in order
            Instruction::Tally { .. } => {
                "config, totals w, payer ws, provider w, job w, round w, previous w, dispute w, mark w, stake_tokens w, io_mint w, vault, token_program, system_program"
            }
            Instruction::Redraw { .. } => "config, totals, payer ws, job w, round w, next w, system_program",
            Instruction::Challenge { .. } => {
                "config, totals, challenger ws, job w, round w, source w, stake_tokens w, system_program, token_program"
            }
            Instruction::Appeal { .. } => {
                "config, totals, owner ws, provider, job w, dispute w, round w, source w, stake_tokens w, system_program, token_program"
            }
            Instruction::Settle { .. } => "config, job w, provider w, escrow w, payout w, refund w, fees w, vault, token_program",
            // the members' seats w, in order
            Instruction::ExecuteSlash { .. } => {
                "config, totals w, job w, dispute w, provider w, round w, escrow w, refund w, stake_tokens w, io_mint w, vault, token_program"
            }
            Instruction::Punish { .. } => "config, round w, seat w, stake_tokens w, io_mint w, vault, token_program",
            Instruction::CloseRound { .. } => "config, job w, round w, payer w, destination w, stake_tokens w, vault, token_program",
            // if there was a dispute: dispute w, payer w
            Instruction::CloseJob { .. } => "config, job w, requester w",
            Instruction::RegisterSeat { .. } => {
                "config, totals w, owner ws, seat w, source w, stake_tokens w, system_program, token_program"
            }
            Instruction::TopUpSeat { .. } => "config, owner s, seat w, source w, stake_tokens w, token_program",
            Instruction::LeaveSeat { .. } => "config, owner s, seat w",
            Instruction::WithdrawSeat { .. } => {
                "config, totals w, owner s, seat w, stake_tokens w, escrow_io w, escrow_iosd w, destination_io w, destination_iosd w, vault, token_program"
            }
            Instruction::ClaimSeat { .. } => "config, owner s, seat w, from w, destination w, vault, token_program",
            Instruction::Advance { .. } => "config, totals w",
            Instruction::Heartbeat { .. } => "config, totals w, owner s, provider w",
            Instruction::Lapse { .. } => "config, totals w, provider w",
            Instruction::Claim { .. } => "config, totals w, owner s, provider w, io_mint w, destination w, vault, token_program",
            Instruction::Propose { .. } => "config, totals w, owner ws, provider, proposal w, system_program",
            Instruction::CastVote { .. } => "config, owner ws, provider, proposal w, vote w, system_program",
            // SetModel: model w, system_program r; PayFees: fees w, destination w, vault r, token_program r
            Instruction::Execute { .. } => "config w, payer ws, proposal w",
            Instruction::CloseVote { .. } => "config, proposal, provider, vote w, owner w",
        }
    }
}
