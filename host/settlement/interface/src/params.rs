//! The parameters (`specs/settlement.md`, section 2).

use crate::error::Refusal;

/// How many there are.
pub const COUNT: usize = 47;

/// All values, by number.
pub type Params = [u64; COUNT];

/// What is known of a parameter.
#[derive(Debug, Clone, Copy)]
pub struct ParamInfo {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What a new ledger starts with.
    pub default: u64,
    /// The least value.
    pub least: u64,
    /// The most.
    pub most: u64,
}

macro_rules! params {
    ($($number:literal $name:ident $text:literal $unit:literal $default:literal $least:literal $most:literal)*) => {
        /// Number of a parameter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Param { $($name = $number,)* }

        /// By number.
        pub const TABLE: [ParamInfo; COUNT] = [
            $(ParamInfo { name: $text, unit: $unit, default: $default, least: $least, most: $most },)*
        ];

        /// The least and the most of each: the table without its texts, which have no place on chain.
        pub(crate) const RANGES: [(u64, u64); COUNT] = [$(($least, $most),)*];
    };
}

params! {
    0 StakePerUnit "stake_per_unit" "IO base units" 20_000_000_000 1 1_000_000_000_000_000
    1 UnbondingS "unbonding_s" "s" 1_209_600 60 31_536_000
    2 ReservationBps "reservation_bps" "bps" 25 0 1_000
    3 ForeignBps "foreign_bps" "bps" 200 0 1_000
    4 VerificationBps "verification_bps" "bps" 1_000 0 10_000
    5 AcceptS "accept_s" "s" 3_600 60 2_592_000
    6 ProveSlackS "prove_slack_s" "s" 1_800 0 604_800
    7 ChallengeS "challenge_s" "s" 86_400 60 2_592_000
    8 CommitS "commit_s" "s" 21_600 60 2_592_000
    9 RevealS "reveal_s" "s" 7_200 60 2_592_000
    10 DrawDelaySlots "draw_delay_slots" "slots" 8 1 256
    11 SampleSize "sample_size" "seats" 3 1 16
    12 SampleQuorum "sample_quorum" "seats" 2 1 16
    13 ChallengeSize "challenge_size" "seats" 5 1 16
    14 ChallengeQuorum "challenge_quorum" "seats" 3 1 16
    15 AppealSize "appeal_size" "seats" 9 1 16
    16 AppealQuorum "appeal_quorum" "seats" 6 1 16
    17 RedrawsMax "redraws_max" "rounds" 3 0 16
    18 SampleFloorPpm "sample_floor_ppm" "ppm" 50_000 1 1_000_000
    19 TrustedAfter "trusted_after" "results" 10 1 1_000_000
    20 SeatStake "seat_stake" "IO base units" 200_000_000_000 1 1_000_000_000_000_000
    21 SeatUnbondingS "seat_unbonding_s" "s" 7_776_000 60 31_536_000
    22 MissedPenalty "missed_penalty" "IO base units" 10_000_000_000 0 1_000_000_000_000_000
    23 WrongPenalty "wrong_penalty" "IO base units" 50_000_000_000 0 1_000_000_000_000_000
    24 ChallengeBond "challenge_bond" "IO base units" 50_000_000_000 0 1_000_000_000_000_000
    25 AppealBond "appeal_bond" "IO base units" 50_000_000_000 0 1_000_000_000_000_000
    26 AppealS "appeal_s" "s" 2_592_000 60 31_536_000
    27 SlashBps "slash_bps" "bps" 10_000 0 10_000
    28 SlashRewardBps "slash_reward_bps" "bps" 2_000 0 10_000
    29 EpochS "epoch_s" "s" 3_600 60 604_800
    30 EpochsPerMonth "epochs_per_month" "epochs" 730 1 100_000
    31 Months "months" "months" 240 0 1_200
    32 EmissionFirst "emission_first" "IO base units" 333_333_300_000_000 0 10_000_000_000_000_000
    33 EmissionDecayPpb "emission_decay_ppb" "ppb" 989_849_199 0 1_000_000_000
    34 GpuBps "gpu_bps" "bps" 8_000 0 10_000
    35 HeartbeatS "heartbeat_s" "s" 4_500 60 2_592_000
    36 TierLowBps "tier_low_bps" "bps" 10_000 0 100_000
    37 TierMediumBps "tier_medium_bps" "bps" 11_000 0 100_000
    38 TierHighBps "tier_high_bps" "bps" 12_000 0 100_000
    39 TierUltraBps "tier_ultra_bps" "bps" 13_000 0 100_000
    40 HiredBps "hired_bps" "bps" 12_500 10_000 100_000
    41 ProposalStake "proposal_stake" "IO base units" 100_000_000_000 1 10_000_000_000_000_000
    42 VotingS "voting_s" "s" 432_000 60 2_592_000
    43 TimelockS "timelock_s" "s" 172_800 60 2_592_000
    44 VoteQuorumBps "vote_quorum_bps" "bps" 1_000 1 10_000
    45 PauseS "pause_s" "s" 604_800 60 2_592_000
    46 HoursMax "hours_max" "hours" 720 1 8_760
}

/// The emission table: no vote changes these.
pub const FIXED: core::ops::RangeInclusive<u8> = 29..=33;

/// What a new ledger starts with.
pub const DEFAULTS: Params = {
    let mut all = [0; COUNT];
    let mut i = 0;
    while i < COUNT {
        all[i] = TABLE[i].default;
        i += 1;
    }
    all
};

/// Checks ranges and the rules of section 2.
pub fn validate(params: &Params) -> Result<(), Refusal> {
    let within = params.iter().zip(&RANGES).all(|(value, (least, most))| (*least..=*most).contains(value));
    let of = |param: Param| params[param as usize];
    let committees = [
        (Param::SampleSize, Param::SampleQuorum),
        (Param::ChallengeSize, Param::ChallengeQuorum),
        (Param::AppealSize, Param::AppealQuorum),
    ];
    let agree = within && committees.into_iter().all(|(size, quorum)| 2 * of(quorum) > of(size) && of(quorum) <= of(size));
    let in_time = of(Param::VotingS) < of(Param::UnbondingS) && of(Param::AppealS) < of(Param::SeatUnbondingS);
    if agree && in_time { Ok(()) } else { Err(Refusal::Parameter) }
}

/// Makes a change of one parameter by a vote, and checks it: after a refusal they are of no use.
pub fn change(params: &mut Params, number: u8, value: u64) -> Result<(), Refusal> {
    if FIXED.contains(&number) {
        return Err(Refusal::Parameter);
    }
    *params.get_mut(usize::from(number)).ok_or(Refusal::Parameter)? = value;
    validate(params)
}
