//! # Why an instruction is refused (settlement.md, section 14)

/// Number of a refusal: `ProgramError::Custom` of it is what the program answers.
pub type Number = u32;

macro_rules! refusals {
    ($($number:literal $constant:ident $name:literal $why:literal)*) => {
        $(#[doc = $why] pub const $constant: Number = $number;)*

        /// Number, name and reason of every refusal.
        pub const ALL: &[(Number, &str, &str)] = &[$(($number, $name, $why),)*];
    };
}

refusals! {
    101 INSTRUCTION "Instruction" "the instruction's bytes are not those of any instruction: wrong tag or length"
    102 MISSING_ACCOUNT "MissingAccount" "an account that the instruction needs was not passed"
    103 NOT_OURS "NotOurs" "an account is not owned by the settlement program"
    104 WRONG_KIND "WrongKind" "an account is of another kind, version or length than the instruction needs"
    105 WRONG_ADDRESS "WrongAddress" "an account is not the one that the others name, or not at the address of its identity"
    106 NOT_SIGNED "NotSigned" "the party that must sign has not signed"
    107 NOT_WRITABLE "NotWritable" "an account that changes was not passed as writable"
    108 EXISTS "Exists" "the account exists already: what this would create is there"
    109 WRONG_TOKENS "WrongTokens" "a token account is not one of the token program's, or has another owner or mint than the instruction needs"
    110 DUPLICATE "Duplicate" "one account was passed for two that must differ"
    120 OVERFLOW "Overflow" "an amount is too large"
    121 ZERO "Zero" "an amount, a price, a quantity or a number of hours is 0 or above its most"
    122 PARAMETER "Parameter" "a parameter is outside its range, the set breaks a rule, or it is one that no vote changes"
    123 VALUE "Value" "a status, tier, currency, kind, code or action has no such number"
    130 PAUSED "Paused" "the program is paused: nothing but Resume until the guardian, or after the longest pause anyone, resumes it"
    131 NOT_PAUSED "NotPaused" "the program is not paused"
    132 PAUSE_TOO_SOON "PauseTooSoon" "the last pause ended too recently"
    133 TOO_EARLY "TooEarly" "the time for this has not come"
    134 TOO_LATE "TooLate" "the time for this is over"
    140 NOT_GUARDIAN "NotGuardian" "only the guardian may do this"
    141 NOT_ELIGIBLE "NotEligible" "the provider is not up, or its free stake is less than its devices need: top up"
    142 STAKE_BUSY "StakeBusy" "jobs or disputes are open: stake can be unbonded when they are over"
    143 NOT_ENOUGH_STAKE "NotEnoughStake" "less stake is free than this takes"
    144 UNBONDING_FULL "UnbondingFull" "all four unbonding entries are taken: withdraw a ripe one first"
    145 NOTHING_TO_PAY "NothingToPay" "there is nothing to withdraw or claim"
    146 TERMINATED "Terminated" "the provider has terminated itself, for good"
    147 DEVICE_BUSY "DeviceBusy" "the device is hired"
    148 DEVICE_DOWN "DeviceDown" "the device is paused or removed"
    149 MODEL_DISABLED "ModelDisabled" "the model is disabled, or of another kind"
    150 JOB_STATE "JobState" "the job is not in a state that allows this"
    151 OWN_JOB "OwnJob" "a provider cannot accept its own job"
    152 DEMANDS "Demands" "the device does not meet what the job demands: model, tier, country"
    153 PRICE "Price" "the device costs more than the job pays, or is not offered in its currency"
    154 ROUND_OPEN "RoundOpen" "a round of the job is undecided"
    155 NOT_DRAWN "NotDrawn" "it is not decided whether the proof is sampled: send Sample first"
    156 ALREADY_DRAWN "AlreadyDrawn" "it is decided already whether the proof is sampled"
    157 SLOT_NOT_YET "SlotNotYet" "the slot that draws is not among the cluster's slot hashes yet: wait"
    160 ROUND_STATE "RoundState" "the round is not in a state that allows this"
    161 NOT_MEMBER "NotMember" "the seat does not sit in this round"
    162 ALREADY_COMMITTED "AlreadyCommitted" "the seat has committed"
    163 ALREADY_REVEALED "AlreadyRevealed" "the seat has revealed"
    164 WRONG_REVEAL "WrongReveal" "what is revealed is not what was committed to"
    165 NOT_COMPLETE "NotComplete" "not all members have committed or revealed, and their time is not over"
    166 WRONG_SEATS "WrongSeats" "the seats passed are not the candidates in order, or not the members in order"
    168 DISPUTE_STATE "DisputeState" "the dispute is not in a state that allows this"
    169 NOT_PUNISHABLE "NotPunishable" "that member did not contradict, or has been punished"
    170 ROUNDS_LEFT "RoundsLeft" "close the job's rounds first"
    171 PUNISHABLE "Punishable" "members of the overturned round can still be punished"
    180 SEAT_TAKEN "SeatTaken" "the seat is not vacant"
    181 SEAT_STATE "SeatState" "the seat is not in a state that allows this"
    182 SEAT_BUSY "SeatBusy" "the seat sits in an undecided round"
    183 VACANT_SEATS "VacantSeats" "there are vacant seats: take one of them"
    190 EPOCH_BEHIND "EpochBehind" "an epoch is not accounted for yet: send Advance first"
    191 EPOCH_CURRENT "EpochCurrent" "there is no whole epoch to account for"
    192 NOT_LAPSED "NotLapsed" "the last heartbeat still counts"
    193 VOTED "Voted" "the provider has voted"
    194 VOTE_OVER "VoteOver" "voting is over, or has been executed"
    195 ACTION "Action" "the proposal's action is not one, or its payload is not of that action"
}

/// What the token program answers when an account has less than is to be moved: its own error 1, which comes through as it
/// is. It is no refusal of the page, whose numbers start above those of the token program.
pub const TOKENS_MISSING: Number = 1;

/// Name of a refusal.
pub fn name(number: Number) -> &'static str {
    ALL.iter().find(|(one, _, _)| *one == number).map_or("TokensMissing", |(_, name, _)| name)
}
