//! What is stored: one layout for each kind of account (`specs/settlement.md`, section 3).

use bytemuck::Pod;

use crate::Key;
use crate::error::Refusal;
use crate::field::{Field, layout};
use crate::params::{Param, Params};

/// Version of every layout.
pub const VERSION: u8 = 1;

/// Bytes before the fields: kind and version.
pub const HEADER: usize = 2;

/// A layout.
pub trait Account: Pod {
    /// Number of the kind: the first byte.
    const KIND: u8;
    /// Length in bytes; of a round, without its members.
    const LENGTH: usize = HEADER + size_of::<Self>();

    /// All zeros: a new one, but for what is stated.
    fn blank() -> Self {
        Self::zeroed()
    }

    /// Reads it from bytes that start with it.
    fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let fields = fields(bytes, Self::KIND).and_then(|fields| fields.get(..size_of::<Self>()));
        fields.map(bytemuck::pod_read_unaligned).ok_or(Refusal::WrongKind)
    }

    /// Writes it, header included.
    fn write(&self, bytes: &mut [u8]) -> Result<(), Refusal> {
        fill(bytes, Self::KIND, bytemuck::bytes_of(self))
    }
}

/// What follows the header, if it is that of an account of that kind.
pub fn fields(bytes: &[u8], kind: u8) -> Option<&[u8]> {
    bytes.strip_prefix(&[kind, VERSION])
}

/// The same, to be changed.
pub fn fields_mut(bytes: &mut [u8], kind: u8) -> Option<&mut [u8]> {
    match bytes.split_first_chunk_mut::<HEADER>() {
        Some((header, fields)) if *header == [kind, VERSION] => Some(fields),
        _ => None,
    }
}

/// Writes a header and what follows it to the start of `bytes`.
pub fn fill(bytes: &mut [u8], kind: u8, fields: &[u8]) -> Result<(), Refusal> {
    let (header, rest) = bytes.split_first_chunk_mut::<HEADER>().ok_or(Refusal::WrongKind)?;
    rest.get_mut(..fields.len()).ok_or(Refusal::WrongKind)?.copy_from_slice(fields);
    *header = [kind, VERSION];
    Ok(())
}

/// Name and layout of a kind of account, for the specification and for tools.
#[derive(Debug, Clone, Copy)]
pub struct AccountInfo {
    /// Its name.
    pub name: &'static str,
    /// Its number.
    pub kind: u8,
    /// Its length in bytes.
    pub length: usize,
    /// What it is.
    pub doc: &'static str,
    /// Its fields behind the header.
    pub fields: &'static [crate::FieldInfo],
}

// A kind's bump is a field like the others: it comes first.
macro_rules! kinds {
    ($($(#[doc = $about:literal])* $kind:literal $name:ident { $($(#[doc = $doc:literal])* $field:ident: $ty:ty,)* })*) => {
        $(
            layout! {
                $(#[doc = $about])*
                $name from 2 {
                    /// Of the account's PDA.
                    bump: u8,
                    $($(#[doc = $doc])* $field: $ty,)*
                }
            }

            impl Account for $name {
                const KIND: u8 = $kind;
            }
        )*

        /// All kinds.
        pub const ACCOUNTS: &[AccountInfo] = &[$(AccountInfo {
            name: stringify!($name),
            kind: $kind,
            length: $name::LEN,
            doc: concat!($($about),*),
            fields: $name::FIELDS,
        }),*];
    };
}

kinds! {
    /// Who guards, which tokens, all parameters, and how protocol time runs.
    1 Config {
        /// May pause, block and attest.
        guardian: Key,
        /// Mint of IO.
        io_mint: Key,
        /// Mint of IOSD.
        iosd_mint: Key,
        /// The PDA that owns all token accounts.
        vault: Key,
        /// Its bump.
        vault_bump: u8,
        /// The five token accounts: stake, escrow IO, escrow IOSD, fees IO, fees IOSD.
        tokens: [u8; 160],
        /// 1 while the program is paused.
        paused: u8,
        /// When the pause began: the cluster's time.
        paused_at: i64,
        /// Seconds of all pauses that are over.
        paused_s: u64,
        /// When the last pause ended: the cluster's time.
        resumed_at: i64,
        /// When epoch 0 began: protocol time.
        genesis: i64,
        /// All parameters, by number.
        params: Params,
    }
    /// Sums over all providers and seats, and the state of the rewards.
    2 Totals {
        /// Stake of all providers.
        staked: u64,
        /// Seats, vacant ones included.
        seats: u32,
        /// Vacant seats.
        vacant: u32,
        /// What counts of all providers, GPU.
        score_gpu: u64,
        /// What counts of all providers, CPU.
        score_cpu: u64,
        /// Base units of IO for each unit of score since genesis, times 2^64, GPU.
        per_score_gpu: u128,
        /// The same, CPU.
        per_score_cpu: u128,
        /// Whole epochs accounted for.
        epoch: u64,
        /// The month that `emission` belongs to.
        month: u32,
        /// Emission of that month.
        emission: u64,
        /// Emission of all epochs accounted for, of pools that had a score.
        emitted: u64,
        /// Claimed so far.
        minted: u64,
        /// Proposals so far.
        proposals: u64,
    }
    /// A model of GPU or CPU.
    3 Model {
        /// Its number.
        id: u16,
        /// 0 GPU, 1 CPU.
        model_kind: u8,
        /// 1 if devices of it may be added.
        enabled: u8,
        /// Its multiplier, in thousandths.
        multiplier_milli: u32,
        /// UTF-8, then zeros.
        name: Key,
    }
    /// A provider.
    4 Provider {
        /// Its wallet.
        owner: Key,
        /// 0 up, 1 paused, 2 blocked, 3 terminated.
        status: u8,
        /// Connectivity, 0 to 3; attested by the guardian.
        tier: u8,
        /// ISO 3166-1 alpha-2, upper case.
        country: [u8; 2],
        /// AF, AN, AS, EU, NA, OC or SA.
        continent: [u8; 2],
        /// Stake, frozen stake included.
        stake: u64,
        /// Of it, what open disputes hold.
        frozen: u64,
        /// What its devices need.
        needed: u64,
        /// Stake on its way out; 0: the entry is free.
        unbonding: [u64; 4],
        /// When each entry is ripe.
        ripe_at: [i64; 4],
        /// Jobs accepted and not ended.
        jobs: u32,
        /// Disputes not ended.
        disputes: u32,
        /// Devices added so far.
        devices: u32,
        /// Devices that are hired.
        hired: u32,
        /// Score of its devices, before tier and hire, GPU.
        score_gpu: u64,
        /// The same, CPU.
        score_cpu: u64,
        /// What of it stands in `Totals`, GPU.
        counted_gpu: u64,
        /// The same, CPU.
        counted_cpu: u64,
        /// `Totals.per_score_gpu` as it was last paid up to.
        seen_gpu: u128,
        /// The same, CPU.
        seen_cpu: u128,
        /// Rewards not claimed.
        earned: u64,
        /// Until when its heartbeat counts.
        beat_until: i64,
        /// Good results in a row.
        good: u32,
    }
    /// A device, or several of one model in one machine.
    5 Device {
        /// Account of its provider.
        provider: Key,
        /// Its number there.
        index: u32,
        /// Its model.
        model: u16,
        /// 0 GPU, 1 CPU.
        device_kind: u8,
        /// 0 up, 1 paused, 2 removed.
        status: u8,
        /// 1 if the guardian attests it.
        attested: u8,
        /// The model's multiplier when it was added or updated.
        multiplier_milli: u32,
        /// How many processors.
        quantity: u32,
        /// Stake that it needs.
        needed: u64,
        /// Base units of IO an hour; 0: not for IO.
        price_io: u64,
        /// Base units of IOSD an hour; 0: not for IOSD.
        price_iosd: u64,
        /// The job that has hired it, or zeros.
        job: Key,
    }
    /// A job.
    6 Job {
        /// Who pays.
        requester: Key,
        /// Its number for the requester.
        nonce: u64,
        /// 0 open, 1 accepted, 2 proved, 3 confirmed, 4 indeterminate, 5 disputed, 6 undecided, 7 settled, 8 refunded, 9 cancelled, 10 expired.
        state: u8,
        /// 0 IO, 1 IOSD.
        currency: u8,
        /// Whether the proof is sampled: 0 not drawn yet, 1 no, 2 yes (or challenged).
        sampled: u8,
        /// Rounds made so far.
        rounds: u8,
        /// Rounds closed.
        closed: u8,
        /// 1 while a round is undecided.
        round_open: u8,
        /// Redraws so far.
        redraws: u8,
        /// 0; 1 once a verdict named another outcome; 2 once a dispute was opened.
        contradicted: u8,
        /// Demanded model; 65,535: any.
        model: u16,
        /// Demanded tier, at least.
        tier: u8,
        /// Demanded country; zeros: any.
        country: [u8; 2],
        /// Account of the provider, or zeros.
        provider: Key,
        /// Account of the device, or zeros.
        device: Key,
        /// Hash of the package's manifest.
        package: Key,
        /// The job's id (receipt.md, section 1).
        job: Key,
        /// Base units an hour.
        price_hour: u64,
        /// Hours hired.
        hours: u32,
        /// R.
        reservation: u64,
        /// F.
        foreign: u64,
        /// V, or 0 once it was paid.
        verification: u64,
        /// When it was opened.
        opened_at: i64,
        /// Until when it may be accepted.
        accept_by: i64,
        /// When it was accepted.
        accepted_at: i64,
        /// Until when it may be proved.
        prove_by: i64,
        /// The slot in which it was proved.
        proved_slot: u64,
        /// Number of seats then.
        seats: u32,
        /// Until when it may be challenged.
        challenge_until: i64,
        /// The first slot that may draw.
        draw_slot: u64,
        /// Stake at risk.
        risk: u64,
        /// The proof: outcome hash.
        outcome: Key,
        /// The proof: root of the transcript.
        transcript: Key,
        /// The proof: fuel.
        fuel: u64,
        /// The proof: profile, UTF-8, then zeros.
        profile: [u8; 16],
    }
    /// A round: a committee and its verdicts. Its members stand behind it.
    7 Round {
        /// Account of the job.
        job: Key,
        /// Its number there.
        number: u8,
        /// 0 sample, 1 challenge, 2 appeal.
        purpose: u8,
        /// 0 waiting, 1 drawing, 2 voting, 3 confirmed, 4 contradicted, 5 indeterminate, 6 no quorum, 7 overturned.
        state: u8,
        /// Members wanted.
        size: u8,
        /// Equal verdicts that decide.
        quorum: u8,
        /// Members drawn.
        drawn: u8,
        /// Members that have committed.
        committed: u8,
        /// Members that have revealed.
        revealed: u8,
        /// Code of the quorum.
        found_code: u8,
        /// Outcome of the quorum.
        found: Key,
        /// Challenger's wallet, or zeros.
        opener: Key,
        /// Who paid for the account.
        payer: Key,
        /// The challenger's, and what is added to it.
        bond: u64,
        /// The first slot that may draw.
        draw_slot: u64,
        /// The slot before which judges must have taken their seats: that in which it was opened; of a sample, that of the proof.
        since: u64,
        /// Number of seats then.
        seats: u32,
        /// The seed, or zeros.
        seed: Key,
        /// Candidates looked at.
        cursor: u16,
        /// Until when to commit.
        commit_by: i64,
        /// Until when to reveal.
        reveal_by: i64,
        /// When it was tallied.
        decided_at: i64,
        /// Members that were punished, by bit.
        punished: u16,
        /// Number of the round that this one reviews, of an appeal.
        previous: u8,
    }
    /// A verifier's seat.
    8 Seat {
        /// Its number.
        index: u32,
        /// The holder's wallet.
        owner: Key,
        /// 0 vacant, 1 active, 2 leaving.
        state: u8,
        /// Stake.
        stake: u64,
        /// Undecided rounds that it sits in.
        busy: u32,
        /// When it was taken.
        taken_at: i64,
        /// The slot in which it was taken.
        taken_slot: u64,
        /// When a leaving seat is free.
        free_at: i64,
        /// Not claimed: IO in the stake account, IO in escrow, IOSD in escrow.
        earned: [u64; 3],
        /// Verdicts that were with the quorum.
        good: u32,
    }
    /// A contradicted proof.
    9 Dispute {
        /// Account of the job.
        job: Key,
        /// Account of the provider.
        provider: Key,
        /// Who paid for the account.
        payer: Key,
        /// 0 frozen, 1 appealed, 2 lost, 3 slashed, 4 restored.
        state: u8,
        /// The round that contradicted.
        round: u8,
        /// The round that judges the appeal, or 255.
        appeal_round: u8,
        /// The proof's outcome.
        claimed: Key,
        /// The quorum's.
        found: Key,
        /// A receipt for it.
        receipt: Key,
        /// The first host call that differs; 2^64 - 1: none or not known.
        call: u64,
        /// Stake that is frozen.
        frozen: u64,
        /// The appeal's bond.
        bond: u64,
        /// When the proof was contradicted.
        opened_at: i64,
        /// Until when the provider may appeal.
        appeal_until: i64,
    }
    /// A package with a racy dispatch.
    10 PackageMark {
        /// Hash of its manifest.
        package: Key,
        /// How often it was found.
        racy: u32,
        /// Account of the last job.
        job: Key,
        /// The dispatch.
        call: u64,
    }
    /// A proposal.
    11 Proposal {
        /// Its number.
        id: u64,
        /// Wallet of who made it.
        proposer: Key,
        /// What it does (section 12).
        action: u8,
        /// With what.
        payload: [u8; 64],
        /// Until when to vote.
        vote_until: i64,
        /// After when it may be executed.
        execute_at: i64,
        /// All stake when it was made.
        staked: u64,
        /// Stake for it.
        yes: u64,
        /// Stake against it.
        no: u64,
        /// 0 voting or locked, 1 executed, 2 rejected.
        state: u8,
    }
    /// A vote.
    12 Vote {
        /// Number of the proposal.
        proposal: u64,
        /// Account of the provider.
        provider: Key,
        /// 1: for it.
        yes: u8,
        /// Its weight.
        weight: u64,
    }
}

layout! {
    /// A member of a round.
    Member from 0 {
        /// Number of its seat.
        seat: u32,
        /// What it committed to, or zeros.
        commitment: Key,
        /// What it revealed: 0 nothing yet, 1 this outcome, 2 indeterminate, 3 abstain.
        code: u8,
        /// The outcome.
        outcome: Key,
        /// Hash of its receipt.
        receipt: Key,
        /// The first host call that differs, or the racy one.
        call: u64,
    }
}

impl Member {
    /// One that was just drawn.
    pub const fn drawn(seat: u32) -> Self {
        Self { seat, commitment: [0; 32], code: 0, outcome: [0; 32], receipt: [0; 32], call: 0 }
    }

    /// Member `position` of the round in `bytes`.
    pub fn read(bytes: &[u8], position: u8) -> Result<Self, Refusal> {
        let at = Round::LEN + usize::from(position) * Self::LEN;
        bytes.get(at..at + Self::LEN).map(bytemuck::pod_read_unaligned).ok_or(Refusal::WrongKind)
    }

    /// Writes it.
    pub fn write(&self, bytes: &mut [u8], position: u8) -> Result<(), Refusal> {
        let at = Round::LEN + usize::from(position) * Self::LEN;
        bytes.get_mut(at..at + Self::LEN).ok_or(Refusal::WrongKind)?.copy_from_slice(bytemuck::bytes_of(self));
        Ok(())
    }
}

/// A round and all places of its members, drawn or not, from what follows the header.
pub fn round(fields: &[u8]) -> Result<(&Round, &[Member]), Refusal> {
    let (round, members) = fields.split_at_checked(size_of::<Round>()).ok_or(Refusal::WrongKind)?;
    let round: &Round = bytemuck::try_from_bytes(round).map_err(|_| Refusal::WrongKind)?;
    let members = bytemuck::try_cast_slice(members).map_err(|_| Refusal::WrongKind)?;
    if members.len() == usize::from(round.size) { Ok((round, members)) } else { Err(Refusal::WrongKind) }
}

/// The same, to be changed.
pub fn round_mut(fields: &mut [u8]) -> Result<(&mut Round, &mut [Member]), Refusal> {
    let (round, members) = fields.split_at_mut_checked(size_of::<Round>()).ok_or(Refusal::WrongKind)?;
    let round: &mut Round = bytemuck::try_from_bytes_mut(round).map_err(|_| Refusal::WrongKind)?;
    let members = bytemuck::try_cast_slice_mut(members).map_err(|_| Refusal::WrongKind)?;
    if members.len() == usize::from(round.size) { Ok((round, members)) } else { Err(Refusal::WrongKind) }
}

/// Length of a round with room for `size` members.
pub const fn round_length(size: u8) -> usize {
    Round::LEN + size as usize * Member::LEN
}

impl Config {
    /// A parameter.
    pub fn param(&self, param: Param) -> u64 {
        self.params[param as usize]
    }

    /// Address of token account `number`.
    pub fn token_account(&self, number: u8) -> Key {
        let at = usize::from(number) * 32;
        <Key as Field>::get(&self.tokens[at..at + 32])
    }
}

/// Numbers of the token accounts.
pub mod tokens {
    /// Stake, bonds and what seats earned of them: IO.
    pub const STAKE: u8 = 0;
    /// Escrow in IO.
    pub const ESCROW_IO: u8 = 1;
    /// Escrow in IOSD.
    pub const ESCROW_IOSD: u8 = 2;
    /// Fees in IO.
    pub const FEES_IO: u8 = 3;
    /// Fees in IOSD.
    pub const FEES_IOSD: u8 = 4;
    /// How many there are.
    pub const COUNT: u8 = 5;
}

/// Seeds of addresses; integers follow little-endian.
pub mod seeds {
    /// `["config"]`
    pub const CONFIG: &[u8] = b"config";
    /// `["totals"]`
    pub const TOTALS: &[u8] = b"totals";
    /// `["vault"]`
    pub const VAULT: &[u8] = b"vault";
    /// `["tokens", number: u8]`
    pub const TOKENS: &[u8] = b"tokens";
    /// `["model", id: u16]`
    pub const MODEL: &[u8] = b"model";
    /// `["provider", owner]`
    pub const PROVIDER: &[u8] = b"provider";
    /// `["device", provider, index: u32]`
    pub const DEVICE: &[u8] = b"device";
    /// `["job", requester, nonce: u64]`
    pub const JOB: &[u8] = b"job";
    /// `["round", job, number: u8]`
    pub const ROUND: &[u8] = b"round";
    /// `["seat", index: u32]`
    pub const SEAT: &[u8] = b"seat";
    /// `["dispute", job]`
    pub const DISPUTE: &[u8] = b"dispute";
    /// `["package", package]`
    pub const PACKAGE: &[u8] = b"package";
    /// `["proposal", id: u64]`
    pub const PROPOSAL: &[u8] = b"proposal";
    /// `["vote", proposal: u64, provider]`
    pub const VOTE: &[u8] = b"vote";
}

/// Values of the fields that are numbers of something.
pub mod state {
    #![allow(missing_docs)]
    /// Of providers.
    pub mod provider {
        pub const UP: u8 = 0;
        pub const PAUSED: u8 = 1;
        pub const BLOCKED: u8 = 2;
        pub const TERMINATED: u8 = 3;
    }
    /// Of devices.
    pub mod device {
        pub const UP: u8 = 0;
        pub const PAUSED: u8 = 1;
        pub const REMOVED: u8 = 2;
    }
    /// Of jobs.
    pub mod job {
        pub const OPEN: u8 = 0;
        pub const ACCEPTED: u8 = 1;
        pub const PROVED: u8 = 2;
        pub const CONFIRMED: u8 = 3;
        pub const INDETERMINATE: u8 = 4;
        pub const DISPUTED: u8 = 5;
        pub const UNDECIDED: u8 = 6;
        pub const SETTLED: u8 = 7;
        pub const REFUNDED: u8 = 8;
        pub const CANCELLED: u8 = 9;
        pub const EXPIRED: u8 = 10;
    }
    /// `Job.sampled`.
    pub mod sampled {
        pub const UNKNOWN: u8 = 0;
        pub const NO: u8 = 1;
        pub const YES: u8 = 2;
    }
    /// Of rounds.
    pub mod round {
        pub const WAITING: u8 = 0;
        pub const DRAWING: u8 = 1;
        pub const VOTING: u8 = 2;
        pub const CONFIRMED: u8 = 3;
        pub const CONTRADICTED: u8 = 4;
        pub const INDETERMINATE: u8 = 5;
        pub const NO_QUORUM: u8 = 6;
        pub const OVERTURNED: u8 = 7;
    }
    /// Purposes of rounds.
    pub mod purpose {
        pub const SAMPLE: u8 = 0;
        pub const CHALLENGE: u8 = 1;
        pub const APPEAL: u8 = 2;
    }
    /// Codes of verdicts.
    pub mod code {
        pub const NONE: u8 = 0;
        pub const OUTCOME: u8 = 1;
        pub const INDETERMINATE: u8 = 2;
        pub const ABSTAIN: u8 = 3;
    }
    /// Of seats.
    pub mod seat {
        pub const VACANT: u8 = 0;
        pub const ACTIVE: u8 = 1;
        pub const LEAVING: u8 = 2;
    }
    /// Of disputes.
    pub mod dispute {
        pub const FROZEN: u8 = 0;
        pub const APPEALED: u8 = 1;
        pub const LOST: u8 = 2;
        pub const SLASHED: u8 = 3;
        pub const RESTORED: u8 = 4;
    }
    /// Of proposals.
    pub mod proposal {
        pub const OPEN: u8 = 0;
        pub const EXECUTED: u8 = 1;
        pub const REJECTED: u8 = 2;
    }
    /// Actions of proposals.
    pub mod action {
        pub const SET_PARAM: u8 = 0;
        pub const SET_MODEL: u8 = 1;
        pub const SET_GUARDIAN: u8 = 2;
        pub const PAY_FEES: u8 = 3;
    }
    /// Currencies.
    pub mod currency {
        pub const IO: u8 = 0;
        pub const IOSD: u8 = 1;
    }
    /// `Job.model`: any.
    pub const ANY_MODEL: u16 = u16::MAX;
    /// `Dispute.appeal_round`: none.
    pub const NO_ROUND: u8 = u8::MAX;
    /// A call that is none, or not known.
    pub const NO_CALL: u64 = u64::MAX;
}
