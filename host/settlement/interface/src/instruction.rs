//! What is sent: one layout for each instruction, and the accounts that go with it (`specs/settlement.md`, section 13).

use crate::Key;
use crate::error::Refusal;
use crate::field::layout;
use crate::params::Params;

/// An account that an instruction is sent with.
#[derive(Debug, Clone, Copy)]
pub struct AccountUse {
    /// Its name.
    pub name: &'static str,
    /// It changes.
    pub writable: bool,
    /// Its holder signs.
    pub signer: bool,
}

/// Name, layout and accounts of an instruction.
#[derive(Debug, Clone, Copy)]
pub struct InstructionInfo {
    /// Its name.
    pub name: &'static str,
    /// Its first byte.
    pub tag: u8,
    /// Its length in bytes, with the tag.
    pub length: usize,
    /// What it does.
    pub doc: &'static str,
    /// Its fields behind the tag.
    pub fields: &'static [crate::FieldInfo],
    /// Its accounts, in order.
    pub accounts: &'static [AccountUse],
    /// What follows them, any number: nothing if empty.
    pub more: &'static str,
}

macro_rules! flags {
    (r) => {
        (false, false)
    };
    (w) => {
        (true, false)
    };
    (s) => {
        (false, true)
    };
    (ws) => {
        (true, true)
    };
}

macro_rules! instructions {
    ($(
        $(#[doc = $about:literal])*
        $tag:literal $name:ident { $($(#[doc = $doc:literal])* $field:ident: $ty:ty,)* }
        [$($account:ident $flags:ident),* $(; $more:literal)?]
    )*) => {
        $(
            layout! {
                $(#[doc = $about])*
                $name from 1 { $($(#[doc = $doc])* $field: $ty,)* }
            }

            impl $name {
                /// The first byte.
                pub const TAG: u8 = $tag;
                /// How many accounts it is sent with at least.
                pub const ACCOUNTS: usize = <[&str]>::len(&[$(stringify!($account)),*]);

                /// Reads it where it lies.
                #[inline(always)]
                pub fn read(bytes: &[u8]) -> Result<&Self, Refusal> {
                    match bytes.split_first() {
                        Some(($tag, fields)) => bytemuck::try_from_bytes(fields).map_err(|_| Refusal::Instruction),
                        _ => Err(Refusal::Instruction),
                    }
                }

                /// Its bytes.
                pub fn to_bytes(&self) -> [u8; Self::LEN] {
                    let mut bytes = [$tag; Self::LEN];
                    bytes[1..].copy_from_slice(bytemuck::bytes_of(self));
                    bytes
                }
            }
        )*

        /// Any instruction.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, clippy::large_enum_variant)]
        pub enum Instruction { $($name($name)),* }

        impl Instruction {
            /// Reads any.
            pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
                match bytes.first() {
                    $(Some(&$tag) => $name::read(bytes).copied().map(Self::$name),)*
                    _ => Err(Refusal::Instruction),
                }
            }

            /// Writes its bytes to the start of `into`; says how many.
            pub fn write(&self, into: &mut [u8]) -> Option<usize> {
                match self {
                    $(Self::$name(own) => {
                        into.get_mut(..$name::LEN)?.copy_from_slice(&own.to_bytes());
                        Some($name::LEN)
                    })*
                }
            }

            /// What is known of it.
            pub fn info(&self) -> &'static InstructionInfo {
                match self { $(Self::$name(_) => $name::INFO,)* }
            }
        }

        $(impl $name {
            /// What is known of it.
            pub const INFO: &'static InstructionInfo = &InstructionInfo {
                name: stringify!($name),
                tag: $tag,
                length: $name::LEN,
                doc: concat!($($about),*),
                fields: $name::FIELDS,
                accounts: &[$(AccountUse { name: stringify!($account), writable: flags!($flags).0, signer: flags!($flags).1 }),*],
                more: concat!("" $(, $more)?),
            };
        })*

        /// All instructions.
        pub const INSTRUCTIONS: &[&InstructionInfo] = &[$($name::INFO),*];
    };
}

instructions! {
    /// Makes the program's accounts. IO's mint authority must be `["vault"]`. Refused: Exists, Parameter, WrongTokens, WrongAddress.
    0 Initialise {
        /// Who guards.
        guardian: Key,
        /// All parameters.
        params: Params,
    } [payer ws, config w, totals w, vault r, io_mint r, iosd_mint r, stake_tokens w, escrow_io w, escrow_iosd w, fees_io w, fees_iosd w, system_program r, token_program r]
    /// Stops everything. Guardian. Refused: Paused, PauseTooSoon, NotGuardian.
    1 Pause {} [config w, guardian s]
    /// Goes on. Guardian, or anyone after `pause_s`. Refused: NotPaused, TooEarly.
    2 Resume {} [config w, signer s]
    /// Adds a model that does not exist. Guardian. Refused: NotGuardian, Exists, Value.
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
    } [config r, guardian ws, model w, system_program r]
    /// Registers the signer as a provider: up, tier low. Refused: Exists, Value (country and continent are two upper-case letters).
    4 RegisterProvider {
        /// Country.
        country: [u8; 2],
        /// Continent.
        continent: [u8; 2],
    } [config r, owner ws, provider w, system_program r]
    /// Changes status (0, 1 or 3) and region. A blocked provider stays blocked unless it terminates. Refused: NotSigned, Value, Terminated.
    5 UpdateProvider {
        /// New status.
        status: u8,
        /// Country.
        country: [u8; 2],
        /// Continent.
        continent: [u8; 2],
    } [config r, owner s, provider w]
    /// Blocks or unblocks a provider, and states its tier. Guardian. Refused: NotGuardian, Value, Terminated.
    6 AttestProvider {
        /// 1: blocked. 0: up if it was blocked, else as it is.
        blocked: u8,
        /// Tier.
        tier: u8,
    } [config r, guardian s, provider w]
    /// Adds a device: up, not attested. Refused: Zero (quantity; both prices 0), ModelDisabled, Terminated, Overflow.
    7 AddDevice {
        /// Its model.
        model: u16,
        /// Processors.
        quantity: u32,
        /// IO base units an hour; 0: not for IO.
        price_io: u64,
        /// IOSD base units an hour; 0: not for IOSD.
        price_iosd: u64,
    } [config r, owner ws, provider w, model r, device w, system_program r]
    /// Changes a device that is not hired, and takes the model's multiplier anew; a new quantity or multiplier takes its attestation away. Removed is for good. Refused: DeviceBusy, DeviceDown (removed), Zero, Value.
    8 UpdateDevice {
        /// New status.
        status: u8,
        /// Processors.
        quantity: u32,
        /// IO base units an hour.
        price_io: u64,
        /// IOSD base units an hour.
        price_iosd: u64,
    } [config r, owner s, provider w, model r, device w]
    /// Attests that a device is what it says, or takes that back. Guardian. Refused: NotGuardian, DeviceDown (removed), Value.
    9 AttestDevice {
        /// 1: attested.
        attested: u8,
    } [config r, guardian s, provider w, device w]
    /// Stakes. Refused: Zero, Terminated, Overflow.
    10 Stake {
        /// IO base units.
        amount: u64,
    } [config r, totals w, owner s, provider w, source w, stake_tokens w, token_program r]
    /// Starts to unbond. Refused: Zero, StakeBusy, NotEnoughStake, UnbondingFull.
    11 RequestUnstake {
        /// IO base units.
        amount: u64,
    } [config r, totals w, owner s, provider w]
    /// Pays out every ripe unbonding entry. Refused: NothingToPay.
    12 Withdraw {} [config r, owner s, provider w, stake_tokens w, destination w, vault r, token_program r]
    /// Opens a job and pays P + R + F + V into escrow. Refused: Exists, Zero (price, hours, hours above hours_max), Value, Overflow.
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
    } [config r, requester ws, job w, source w, escrow w, system_program r, token_program r]
    /// Accepts a job for a device. Refused: JobState, TooLate, NotEligible, OwnJob, DeviceBusy, DeviceDown, Demands, Price.
    14 AcceptJob {} [config r, owner s, provider w, device w, job w]
    /// Proves a job. Refused: JobState, TooLate.
    15 Prove {
        /// Outcome hash.
        outcome: Key,
        /// Root of the transcript.
        transcript: Key,
        /// Fuel.
        fuel: u64,
        /// Profile, UTF-8, then zeros.
        profile: [u8; 16],
    } [config r, totals r, owner s, provider w, device w, job w]
    /// Ends an open job (the first seven accounts), or an accepted one, of which the hours begun are paid (all). Requester. Refused: JobState.
    16 CancelJob {} [config r, requester s, job w, escrow w, refund w, vault r, token_program r; "for an accepted job: provider w, device w, payout w, fees w"]
    /// Ends an open job after accept_by, or an accepted one after prove_by. Anyone. Refused: JobState, TooEarly.
    17 ExpireJob {} [config r, job w, escrow w, refund w, vault r, token_program r; "for an accepted job: provider w, device w"]
    /// Decides whether a proof is sampled, and makes the round if it is. Anyone. Refused: JobState, AlreadyDrawn, SlotNotYet.
    18 Sample {} [config r, payer ws, provider r, job w, round w, slot_hashes r, system_program r]
    /// Looks at candidates. Anyone. Refused: RoundState, SlotNotYet, WrongSeats.
    19 Draw {} [config r, provider r, job r, round w, previous r, slot_hashes r; "candidates w, in order"]
    /// Commits to a verdict. Holder of the seat. Refused: RoundState, TooLate, NotMember, AlreadyCommitted, Zero (zeros).
    20 Commit {
        /// The commitment.
        commitment: Key,
    } [config r, owner s, seat r, round w]
    /// Reveals a verdict. Holder of the seat. Refused: RoundState, TooEarly, TooLate, NotMember, AlreadyRevealed, WrongReveal, Value.
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
    } [config r, owner s, seat r, job r, round w]
    /// Counts a round and draws its consequences (sections 7 and 8). Anyone. Refused: RoundState, NotComplete, WrongSeats.
    22 Tally {} [config r, totals w, payer ws, provider w, job w, round w, previous w, dispute w, mark w, stake_tokens w, io_mint w, vault r, token_program r, system_program r; "the members' seats w, in order"]
    /// Makes the next round after one without a quorum. Anyone. Refused: RoundState, JobState.
    23 Redraw {} [config r, totals r, payer ws, job w, round w, next w, system_program r]
    /// Challenges a proof, with a bond. Anyone. Refused: JobState, TooLate, RoundOpen, Overflow (after 128 rounds).
    24 Challenge {} [config r, totals r, challenger ws, job w, round w, source w, stake_tokens w, system_program r, token_program r]
    /// Appeals, with a bond. Provider. Refused: DisputeState, TooLate.
    25 Appeal {} [config r, totals r, owner ws, provider r, job w, dispute w, round w, source w, stake_tokens w, system_program r, token_program r]
    /// Pays a job out (section 5). Anyone. Refused: JobState, TooEarly, RoundOpen, NotDrawn.
    26 Settle {} [config r, job w, provider w, escrow w, payout w, refund w, fees w, vault r, token_program r]
    /// Burns frozen stake and refunds the requester (section 8). Anyone. Refused: DisputeState, TooEarly, WrongSeats.
    27 ExecuteSlash {} [config r, totals w, job w, dispute w, provider w, round w, escrow w, refund w, stake_tokens w, io_mint w, vault r, token_program r; "the members' seats w, in order"]
    /// Punishes a member of an overturned round. Anyone. Refused: RoundState, NotPunishable, NotMember.
    28 Punish {
        /// Its place in the round.
        position: u8,
    } [config r, round w, seat w, stake_tokens w, io_mint w, vault r, token_program r]
    /// Closes a round of a job that has ended: the bond to its opener, the rent to who paid it. Anyone. Refused: JobState, Punishable.
    29 CloseRound {} [config r, job w, round w, payer w, destination w, stake_tokens w, vault r, token_program r]
    /// Closes a job that has ended, and its dispute if it has one: the rent to who paid it. Anyone. Refused: JobState, TooEarly (nobody accepted it, until accept_by), RoundsLeft.
    30 CloseJob {} [config r, job w, requester w; "if there was a dispute: dispute w, payer w"]
    /// Takes a vacant seat, or opens the next one if none is vacant. Refused: SeatTaken, VacantSeats, NotEnoughStake (less than seat_stake).
    31 RegisterSeat {
        /// IO base units.
        amount: u64,
    } [config r, totals w, owner ws, seat w, source w, stake_tokens w, system_program r, token_program r]
    /// Adds to the stake of an active seat. Holder. Refused: Zero, SeatState.
    32 TopUpSeat {
        /// IO base units.
        amount: u64,
    } [config r, owner s, seat w, source w, stake_tokens w, token_program r]
    /// Starts to leave. Holder. Refused: SeatState.
    33 LeaveSeat {} [config r, owner s, seat w]
    /// Pays stake and earnings out, and leaves the seat vacant. Holder. Refused: SeatState, SeatBusy, TooEarly.
    34 WithdrawSeat {} [config r, totals w, owner s, seat w, stake_tokens w, escrow_io w, escrow_iosd w, destination_io w, destination_iosd w, vault r, token_program r]
    /// Pays earnings out: 0 of the stake account, 1 of escrow in IO, 2 of escrow in IOSD. Holder. Refused: Value, NothingToPay.
    35 ClaimSeat {
        /// From which token account.
        tokens: u8,
    } [config r, owner s, seat w, from w, destination w, vault r, token_program r]
    /// Accounts for whole epochs, up to the end of the month at hand. Anyone. Refused: EpochCurrent.
    36 Advance {} [config r, totals w]
    /// A provider is there. Refused: EpochBehind, Terminated.
    37 Heartbeat {} [config r, totals w, owner s, provider w]
    /// A provider is not there any more. Anyone. Refused: EpochBehind, NotLapsed.
    38 Lapse {} [config r, totals w, provider w]
    /// Mints what a provider has earned. Refused: NothingToPay.
    39 Claim {} [config r, totals w, owner s, provider w, io_mint w, destination w, vault r, token_program r]
    /// Proposes. Refused: NotEnoughStake, Action, Parameter.
    40 Propose {
        /// What it does.
        action: u8,
        /// With what.
        payload: [u8; 64],
    } [config r, totals w, owner ws, provider r, proposal w, system_program r]
    /// Votes with all free stake. Refused: Voted, VoteOver, NotEnoughStake (none), Value.
    41 CastVote {
        /// 1: for it.
        yes: u8,
    } [config r, owner ws, provider r, proposal w, vote w, system_program r]
    /// Executes or rejects a proposal. Anyone. Refused: TooEarly, VoteOver, Parameter.
    42 Execute {} [config w, payer ws, proposal w; "SetModel: model w, system_program r; PayFees: fees w, destination w, vault r, token_program r"]
    /// Closes a vote on a proposal that is over: the rent to the provider's owner. Anyone. Refused: VoteOver (it is not over).
    43 CloseVote {} [config r, proposal r, provider r, vote w, owner w]
}
