//! One call of every instruction that is taken, and one for each reason that its line in the interface names.

mod governing;
mod jobs;
mod judging;
mod providing;
mod rewards;
mod seats;
mod taken;
pub mod ways;

use std::collections::BTreeSet;

use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::instruction::INSTRUCTIONS;
use solana_sdk::instruction::Instruction;

pub use self::taken::taken;
use crate::world::World;

/// What comes before a call, and the call.
pub type Situation = fn() -> (World, Instruction);

/// A call that is refused.
pub struct Case {
    /// The instruction.
    pub name: &'static str,
    /// Why it is refused.
    pub refusal: Refusal,
    /// What of it, where one reason has several.
    pub what: &'static str,
    /// The call.
    pub situation: Situation,
}

/// A table of cases, one in a line: instruction, refusal, what of it, situation.
macro_rules! cases {
    ($($name:ident $refusal:ident $what:literal => $situation:expr;)*) => {
        /// Calls that are refused.
        pub(super) fn cases() -> Vec<$crate::cases::Case> {
            vec![$($crate::cases::Case {
                name: stringify!($name),
                refusal: assay_settlement_interface::error::Refusal::$refusal,
                what: $what,
                situation: $situation,
            }),*]
        }
    };
}
use cases;

/// All calls that are refused for what an instruction's line names.
pub fn refused() -> Vec<Case> {
    let all = [governing::cases(), providing::cases(), jobs::cases(), judging::cases(), seats::cases(), rewards::cases()];
    all.into_iter().flatten().collect()
}

/// The reasons that the line of an instruction names: those behind "Refused:", but for what stands in parentheses.
pub fn named(doc: &str) -> BTreeSet<&'static str> {
    let (_, reasons) = doc.split_once("Refused:").unwrap_or((doc, ""));
    let mut plain = String::new();
    let mut depth = 0;
    for letter in reasons.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let known = |word: &str| Refusal::ALL.iter().map(|refusal| refusal.name()).find(|name| *name == word);
    plain.split(|letter: char| !letter.is_alphanumeric()).filter_map(known).collect()
}

/// Every instruction with every reason that its line names.
pub fn all_named() -> BTreeSet<(&'static str, &'static str)> {
    INSTRUCTIONS.iter().flat_map(|info| named(info.doc).into_iter().map(|reason| (info.name, reason))).collect()
}
