//! Why an instruction is refused: `ProgramError::Custom` with these numbers. They start above those of the token program, whose refusals come through as they are.

macro_rules! errors {
    ($($number:literal $name:ident $doc:literal)*) => {
        /// Why an instruction is refused. Nothing has changed then.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u64)]
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
    101 Instruction "the instruction's bytes are not those of any instruction: wrong tag or length"
    102 MissingAccount "an account that the instruction needs was not passed"
    103 NotOurs "an account is not owned by the settlement program"
    104 WrongKind "an account is of another kind, version or length than the instruction needs"
    105 WrongAddress "an account is not the one that the others name, or not at the address of its identity"
    106 NotSigned "the party that must sign has not signed"
    107 NotWritable "an account that changes was not passed as writable"
    108 Exists "the account exists already: what this would create is there"
    109 WrongTokens "a token account is not one of the token program's, or has another owner or mint than the instruction needs"
    110 Duplicate "one account was passed for two that must differ"
    // Numbers.
    120 Overflow "an amount is too large"
    121 Zero "an amount, a price, a quantity or a number of hours is 0 or above its most"
    122 Parameter "a parameter is outside its range, the set breaks a rule, or it is one that no vote changes"
    123 Value "a status, tier, currency, kind, code or action has no such number"
    // Time.
    130 Paused "the program is paused: nothing but Resume until the guardian, or after the longest pause anyone, resumes it"
    131 NotPaused "the program is not paused"
    132 PauseTooSoon "the last pause ended too recently"
    133 TooEarly "the time for this has not come"
    134 TooLate "the time for this is over"
    // Providers and stake.
    140 NotGuardian "only the guardian may do this"
    141 NotEligible "the provider is not up, or its free stake is less than its devices need: top up"
    142 StakeBusy "jobs or disputes are open: stake can be unbonded when they are over"
    143 NotEnoughStake "less stake is free than this takes"
    144 UnbondingFull "all four unbonding entries are taken: withdraw a ripe one first"
    145 NothingToPay "there is nothing to withdraw or claim"
    146 Terminated "the provider has terminated itself, for good"
    147 DeviceBusy "the device is hired"
    148 DeviceDown "the device is paused or removed"
    149 ModelDisabled "the model is disabled, or of another kind"
    // Jobs.
    150 JobState "the job is not in a state that allows this"
    151 OwnJob "a provider cannot accept its own job"
    152 Demands "the device does not meet what the job demands: model, tier, country"
    153 Price "the device costs more than the job pays, or is not offered in its currency"
    154 RoundOpen "a round of the job is undecided"
    155 NotDrawn "it is not decided whether the proof is sampled: send Sample first"
    156 AlreadyDrawn "it is decided already whether the proof is sampled"
    157 SlotNotYet "the slot that draws is not among the cluster's slot hashes yet: wait"
    // Rounds and disputes.
    160 RoundState "the round is not in a state that allows this"
    161 NotMember "the seat does not sit in this round"
    162 AlreadyCommitted "the seat has committed"
    163 AlreadyRevealed "the seat has revealed"
    164 WrongReveal "what is revealed is not what was committed to"
    165 NotComplete "not all members have committed or revealed, and their time is not over"
    166 WrongSeats "the seats passed are not the candidates in order, or not the members in order"
    168 DisputeState "the dispute is not in a state that allows this"
    169 NotPunishable "that member did not contradict, or has been punished"
    170 RoundsLeft "close the job's rounds first"
    171 Punishable "members of the overturned round can still be punished"
    // Seats.
    180 SeatTaken "the seat is not vacant"
    181 SeatState "the seat is not in a state that allows this"
    182 SeatBusy "the seat sits in an undecided round"
    183 VacantSeats "there are vacant seats: take one of them"
    // Rewards and votes.
    190 EpochBehind "an epoch is not accounted for yet: send Advance first"
    191 EpochCurrent "there is no whole epoch to account for"
    192 NotLapsed "the last heartbeat still counts"
    193 Voted "the provider has voted"
    194 VoteOver "voting is over, or has been executed"
    195 Action "the proposal's action is not one, or its payload is not of that action"
}
