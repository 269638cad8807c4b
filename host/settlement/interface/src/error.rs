//! Why an instruction is refused: `ProgramError::Custom` with these numbers.

macro_rules! errors {
    ($($number:literal $name:ident $doc:literal)*) => {
        /// Why an instruction is refused. Nothing has changed then.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Refusal {
            $(#[doc = $doc] $name = $number,)*
        }

        impl Refusal {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its number on chain.
            pub const fn code(self) -> u32 {
                self as u32
            }

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// What is wrong, and what to do.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }

            /// The one with this number.
            pub fn from_code(code: u32) -> Option<Self> {
                Self::ALL.iter().copied().find(|refusal| refusal.code() == code)
            }
        }
    };
}

errors! {
    // Accounts and bytes: the sender's software is at fault.
    1 Instruction "the instruction's bytes are not those of any instruction: wrong tag or length"
    2 MissingAccount "an account that the instruction needs was not passed"
    3 NotOurs "an account is not owned by the settlement program"
    4 WrongKind "an account is of another kind, version or length than the instruction needs"
    5 WrongAddress "an account is not the one that the others name, or not at the address of its identity"
    6 NotSigned "the party that must sign has not signed"
    7 NotWritable "an account that changes was not passed as writable"
    8 Exists "the account exists already: what this would create is there"
    9 WrongTokens "a token account is not one of the token program's, or has another owner or mint than the instruction needs"
    10 Duplicate "two accounts that must differ are the same"
    // Numbers.
    20 Overflow "an amount is too large"
    21 Zero "an amount, a price, a quantity or a number of hours is 0 or above its most"
    22 Parameter "a parameter is outside its range, the set breaks a rule, or it is one that no vote changes"
    23 Value "a status, tier, currency, kind, code or action has no such number"
    // Time.
    30 Paused "the program is paused: nothing but Resume until the guardian, or after the longest pause anyone, resumes it"
    31 NotPaused "the program is not paused"
    32 PauseTooSoon "the last pause ended too recently"
    33 TooEarly "the time for this has not come"
    34 TooLate "the time for this is over"
    // Providers and stake.
    40 NotGuardian "only the guardian may do this"
    41 NotEligible "the provider is not up, or its free stake is less than its devices need: top up"
    42 StakeBusy "jobs or disputes are open: stake can be unbonded when they are over"
    43 NotEnoughStake "less stake is free than this takes"
    44 UnbondingFull "all four unbonding entries are taken: withdraw a ripe one first"
    45 NothingToPay "there is nothing to withdraw or claim"
    46 Terminated "the provider has terminated itself, for good"
    47 DeviceBusy "the device is hired"
    48 DeviceDown "the device is paused or removed"
    49 ModelDisabled "the model is disabled, or of another kind"
    // Jobs.
    50 JobState "the job is not in a state that allows this"
    51 OwnJob "a provider cannot accept its own job"
    52 Demands "the device does not meet what the job demands: model, tier, country"
    53 Price "the device costs more than the job pays, or is not offered in its currency"
    54 RoundOpen "a round of the job is undecided"
    55 NotDrawn "it is not decided whether the proof is sampled: send Sample first"
    56 AlreadyDrawn "it is decided already whether the proof is sampled"
    57 SlotNotYet "the slot that draws is not among the cluster's slot hashes yet: wait"
    // Rounds and disputes.
    60 RoundState "the round is not in a state that allows this"
    61 NotMember "the seat does not sit in this round"
    62 AlreadyCommitted "the seat has committed"
    63 AlreadyRevealed "the seat has revealed"
    64 WrongReveal "what is revealed is not what was committed to"
    65 NotComplete "not all members have committed or revealed, and their time is not over"
    66 WrongSeats "the seats passed are not the candidates in order, or not the members in order"
    67 RedrawsUsed "there have been as many redraws as there may be"
    68 DisputeState "the dispute is not in a state that allows this"
    69 NotPunishable "that member did not contradict, or has been punished"
    70 RoundsLeft "close the job's rounds first"
    71 Punishable "members of the overturned round can still be punished"
    // Seats.
    80 SeatTaken "the seat is not vacant"
    81 SeatState "the seat is not in a state that allows this"
    82 SeatBusy "the seat sits in an undecided round"
    83 VacantSeats "there are vacant seats: take one of them"
    // Rewards and votes.
    90 EpochBehind "an epoch is not accounted for yet: send Advance first"
    91 EpochCurrent "there is no whole epoch to account for"
    92 NotLapsed "the last heartbeat still counts"
    93 Voted "the provider has voted"
    94 VoteOver "voting is over, or has been executed"
    95 Action "the proposal's action is not one, or its payload is not of that action"
}
