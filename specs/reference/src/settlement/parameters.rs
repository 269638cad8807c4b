//! # The parameters (settlement.md, section 2)

use std::ops::RangeInclusive;

/// How many parameters there are.
pub const COUNT: usize = 47;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it is unless somebody says otherwise.
    pub default: u64,
    /// The least that it may be.
    pub least: u64,
    /// The most that it may be.
    pub most: u64,
}

const fn row(name: &'static str, default: u64, least: u64, most: u64) -> Row {
    Row { name, default, least, most }
}

/// The table, by number.
pub const TABLE: [Row; COUNT] = [
    row("stake_per_unit", 20_000_000_000, 1, 1_000_000_000_000_000),
    row("unbonding_s", 1_209_600, 60, 31_536_000),
    row("reservation_bps", 25, 0, 1_000),
    row("foreign_bps", 200, 0, 1_000),
    row("verification_bps", 1_000, 0, 10_000),
    row("accept_s", 3_600, 60, 2_592_000),
    row("prove_slack_s", 1_800, 0, 604_800),
    row("challenge_s", 86_400, 60, 2_592_000),
    row("commit_s", 21_600, 60, 2_592_000),
    row("reveal_s", 7_200, 60, 2_592_000),
    row("draw_delay_slots", 8, 1, 256),
    row("sample_size", 3, 1, 16),
    row("sample_quorum", 2, 1, 16),
    row("challenge_size", 5, 1, 16),
    row("challenge_quorum", 3, 1, 16),
    row("appeal_size", 9, 1, 16),
    row("appeal_quorum", 6, 1, 16),
    row("redraws_max", 3, 0, 16),
    row("sample_floor_ppm", 50_000, 1, 1_000_000),
    row("trusted_after", 10, 1, 1_000_000),
    row("seat_stake", 200_000_000_000, 1, 1_000_000_000_000_000),
    row("seat_unbonding_s", 7_776_000, 60, 31_536_000),
    row("missed_penalty", 10_000_000_000, 0, 1_000_000_000_000_000),
    row("wrong_penalty", 50_000_000_000, 0, 1_000_000_000_000_000),
    row("challenge_bond", 50_000_000_000, 0, 1_000_000_000_000_000),
    row("appeal_bond", 50_000_000_000, 0, 1_000_000_000_000_000),
    row("appeal_s", 2_592_000, 60, 31_536_000),
    row("slash_bps", 10_000, 0, 10_000),
    row("slash_reward_bps", 2_000, 0, 10_000),
    row("epoch_s", 3_600, 60, 604_800),
    row("epochs_per_month", 730, 1, 100_000),
    row("months", 240, 0, 1_200),
    row("emission_first", 333_333_300_000_000, 0, 10_000_000_000_000_000),
    row("emission_decay_ppb", 989_849_199, 0, 1_000_000_000),
    row("gpu_bps", 8_000, 0, 10_000),
    row("heartbeat_s", 4_500, 60, 2_592_000),
    row("tier_low_bps", 10_000, 0, 100_000),
    row("tier_medium_bps", 11_000, 0, 100_000),
    row("tier_high_bps", 12_000, 0, 100_000),
    row("tier_ultra_bps", 13_000, 0, 100_000),
    row("hired_bps", 12_500, 10_000, 100_000),
    row("proposal_stake", 100_000_000_000, 1, 10_000_000_000_000_000),
    row("voting_s", 432_000, 60, 2_592_000),
    row("timelock_s", 172_800, 60, 2_592_000),
    row("vote_quorum_bps", 1_000, 1, 10_000),
    row("pause_s", 604_800, 60, 2_592_000),
    row("hours_max", 720, 1, 8_760),
];

macro_rules! numbers {
    ($($number:literal $name:ident)*) => {
        $(#[doc = concat!("Number ", $number, ".")] pub const $name: usize = $number;)*
    };
}

numbers! {
    0 STAKE_PER_UNIT
    1 UNBONDING_S
    2 RESERVATION_BPS
    3 FOREIGN_BPS
    4 VERIFICATION_BPS
    5 ACCEPT_S
    6 PROVE_SLACK_S
    7 CHALLENGE_S
    8 COMMIT_S
    9 REVEAL_S
    10 DRAW_DELAY_SLOTS
    11 SAMPLE_SIZE
    12 SAMPLE_QUORUM
    13 CHALLENGE_SIZE
    14 CHALLENGE_QUORUM
    15 APPEAL_SIZE
    16 APPEAL_QUORUM
    17 REDRAWS_MAX
    18 SAMPLE_FLOOR_PPM
    19 TRUSTED_AFTER
    20 SEAT_STAKE
    21 SEAT_UNBONDING_S
    22 MISSED_PENALTY
    23 WRONG_PENALTY
    24 CHALLENGE_BOND
    25 APPEAL_BOND
    26 APPEAL_S
    27 SLASH_BPS
    28 SLASH_REWARD_BPS
    29 EPOCH_S
    30 EPOCHS_PER_MONTH
    31 MONTHS
    32 EMISSION_FIRST
    33 EMISSION_DECAY_PPB
    34 GPU_BPS
    35 HEARTBEAT_S
    36 TIER_LOW_BPS
    37 TIER_MEDIUM_BPS
    38 TIER_HIGH_BPS
    39 TIER_ULTRA_BPS
    40 HIRED_BPS
    41 PROPOSAL_STAKE
    42 VOTING_S
    43 TIMELOCK_S
    44 VOTE_QUORUM_BPS
    45 PAUSE_S
    46 HOURS_MAX
}

/// The emission table, which no vote changes.
pub const FIXED: RangeInclusive<usize> = EPOCH_S..=EMISSION_DECAY_PPB;

/// All parameters as the table has them.
pub fn defaults() -> [u64; COUNT] {
    TABLE.map(|row| row.default)
}

/// Whether each parameter is within its range.
pub fn in_range(params: &[u64; COUNT]) -> bool {
    params.iter().zip(&TABLE).all(|(value, row)| (row.least..=row.most).contains(value))
}

/// Whether the set as a whole keeps the rules below the table.
pub fn keeps_rules(params: &[u64; COUNT]) -> bool {
    let committees = [(SAMPLE_SIZE, SAMPLE_QUORUM), (CHALLENGE_SIZE, CHALLENGE_QUORUM), (APPEAL_SIZE, APPEAL_QUORUM)];
    // Sizes are at most 16 by then, but this is asked of any numbers.
    let majority = |size: u64, quorum: u64| quorum > size / 2 && quorum <= size;
    committees.iter().all(|(size, quorum)| majority(params[*size], params[*quorum]))
        && params[VOTING_S] < params[UNBONDING_S]
        && params[APPEAL_S] < params[SEAT_UNBONDING_S]
}
