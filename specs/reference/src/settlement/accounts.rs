//! # The accounts, byte by byte (settlement.md, section 3)
//!
//! ```text
//! kind: u8 ‖ version: u8 = 1 ‖ fields
//! ```
//!
//! An account has exactly the length of its layout; a round is followed by `size` members. Bytes that
//! are not an account of the kind asked for are refused with `WrongKind`, whatever is wrong with them.

use super::layout::{Key, Layout, Value, layout};
use super::parameters::COUNT;
use super::refusals::{Number, WRONG_KIND};
use crate::encoding::{Malformed, Reader, Writer};

/// Version of every layout on the page.
pub const VERSION: u8 = 1;

layout! {
    /// Who guards, which tokens, all parameters, and how protocol time runs.
    Config {
        /// Of the account's PDA.
        bump: u8,
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
        tokens: [Key; 5],
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
        params: [u64; COUNT],
    }
}

layout! {
    /// Sums over all providers and seats, and the state of the rewards.
    Totals {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A model of GPU or CPU.
    Model {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A provider.
    Provider {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A device, or several of one model in one machine.
    Device {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A job.
    Job {
        /// Of the account's PDA.
        bump: u8,
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
        /// 1 once a verdict named another outcome.
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
        /// When it was proved.
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
}

layout! {
    /// A round: a committee and its verdicts. Its members stand behind it.
    RoundHead {
        /// Of the account's PDA.
        bump: u8,
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
        /// Since when judges must have been there: when it was opened; of a sample, when the job was proved.
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
}

layout! {
    /// A verifier's seat.
    Seat {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A contradicted proof.
    Dispute {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A package with a racy dispatch.
    PackageMark {
        /// Of the account's PDA.
        bump: u8,
        /// Hash of its manifest.
        package: Key,
        /// How often it was found.
        racy: u32,
        /// Account of the last job.
        job: Key,
        /// The dispatch.
        call: u64,
    }
}

layout! {
    /// A proposal.
    Proposal {
        /// Of the account's PDA.
        bump: u8,
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
}

layout! {
    /// A vote.
    Vote {
        /// Of the account's PDA.
        bump: u8,
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
    /// A member of a round; it is part of the account.
    Member {
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

/// A round's head and its members, drawn or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// What stands before the members.
    pub head: RoundHead,
    /// As many as `head.size`; those not drawn yet are zeros.
    pub members: Vec<Member>,
}

impl Member {
    /// A place in a round that nobody has been drawn for.
    pub const NOBODY: Member = Member { seat: 0, commitment: [0; 32], code: 0, outcome: [0; 32], receipt: [0; 32], call: 0 };
}

impl Layout for Round {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let head = RoundHead::read(reader)?;
        let members = (0..head.size).map(|_| Member::read(reader)).collect::<Result<Vec<Member>, Malformed>>()?;
        Ok(Round { head, members })
    }
    fn write(&self, writer: &mut Writer) {
        self.head.write(writer);
        for member in &self.members {
            member.write(writer);
        }
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.head.fields()
    }
}

/// What has an account of its own.
pub trait Account: Layout {
    /// The first byte of its account.
    const KIND: u8;

    /// The whole account.
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u8(Self::KIND);
        writer.u8(VERSION);
        self.write(&mut writer);
        writer.bytes
    }

    /// The account that these bytes are, if they are one of this kind.
    fn decode(bytes: &[u8]) -> Result<Self, Number> {
        let all = |bytes| {
            let mut reader = Reader::new(bytes);
            let is = reader.u8()? == Self::KIND && reader.u8()? == VERSION;
            let account = Self::read(&mut reader)?;
            reader.end()?;
            Ok::<_, Malformed>(is.then_some(account))
        };
        all(bytes).ok().flatten().ok_or(WRONG_KIND)
    }
}

macro_rules! kinds {
    ($($account:ident $kind:literal)*) => {
        $(impl Account for $account { const KIND: u8 = $kind; })*
    };
}

kinds! {
    Config 1  Totals 2  Model 3  Provider 4  Device 5  Job 6  Round 7  Seat 8  Dispute 9  PackageMark 10  Proposal 11  Vote 12
}
