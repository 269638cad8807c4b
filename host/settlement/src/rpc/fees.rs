//! What a transaction offers for being taken before others, and how many units it asks for.

use assay_settlement_interface::error::Refusal;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_sdk::instruction::Instruction;

use crate::error::Refused;

/// The most units that a transaction may ask for.
pub const UNITS_MAX: u32 = 1_400_000;
/// What the two instructions that say so use themselves.
const OWN_UNITS: u64 = 300;

/// How much is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priority {
    /// Of what was paid lately for the accounts at hand: so many of a hundred paid less.
    pub percentile: u8,
    /// The most that is offered, in millionths of a lamport for each unit.
    pub price_max: u64,
}

impl Priority {
    /// The price for a unit, from what was paid in recent slots.
    pub fn price(&self, mut paid: Vec<u64>) -> u64 {
        paid.sort_unstable();
        let last = paid.len().saturating_sub(1);
        let at = last * usize::from(self.percentile.min(100)) / 100;
        paid.get(at).copied().unwrap_or(0).min(self.price_max)
    }
}

/// Units to ask for, when a simulation used so many: a tenth more.
pub fn limit(used: u64) -> u32 {
    let wanted = used.saturating_add(used / 10).saturating_add(OWN_UNITS);
    u32::try_from(wanted).unwrap_or(UNITS_MAX).min(UNITS_MAX)
}

/// Lamports that are paid for priority: a price in their millionths for each unit that is asked for, rounded up.
pub fn priority(price: u64, units: u32) -> u64 {
    let millionths = u128::from(price) * u128::from(units);
    u64::try_from(millionths.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Instructions with a price and a limit before them, and how many those are. Whoever says either itself is left alone.
pub fn with_budget(instructions: &[Instruction], units: u32, price: u64) -> (Vec<Instruction>, usize) {
    if instructions.iter().any(|one| one.program_id == solana_sdk_ids::compute_budget::ID) {
        return (instructions.to_vec(), 0);
    }
    let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(units)];
    if price > 0 {
        all.push(ComputeBudgetInstruction::set_compute_unit_price(price));
    }
    let added = all.len();
    all.extend_from_slice(instructions);
    (all, added)
}

/// Counts the instruction of a refusal as its sender does, without those that were put before it.
pub fn without_budget(refused: Refused, added: usize) -> Refused {
    match refused {
        Refused::ByProgram { instruction, refusal } => by_program(instruction.saturating_sub(added), refusal),
        Refused::Instruction { instruction, why } => Refused::Instruction { instruction: instruction.saturating_sub(added), why },
        other => other,
    }
}

fn by_program(instruction: usize, refusal: Refusal) -> Refused {
    Refused::ByProgram { instruction, refusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_is_what_others_pay_up_to_a_limit() {
        let priority = Priority { percentile: 75, price_max: 1_000 };
        assert_eq!(priority.price(vec![]), 0);
        assert_eq!(priority.price(vec![0, 0, 0, 0]), 0);
        assert_eq!(priority.price(vec![500, 100, 300, 200, 400]), 400);
        assert_eq!(priority.price(vec![u64::MAX; 3]), 1_000);
        assert_eq!(Priority { percentile: 255, ..priority }.price(vec![1, 2]), 2);
    }

    #[test]
    fn units_have_a_margin_and_a_limit() {
        assert_eq!(limit(1_000), 1_400);
        assert_eq!(limit(0), 300);
        assert_eq!(limit(u64::MAX), UNITS_MAX);
        assert_eq!((priority(0, UNITS_MAX), priority(1, 1), priority(1_000, 1_400), priority(1_000_000, 3)), (0, 1, 2, 3));
    }

    #[test]
    fn refusals_are_counted_without_what_was_added() {
        let own = Instruction { program_id: [1; 32].into(), accounts: vec![], data: vec![] };
        let (all, added) = with_budget(std::slice::from_ref(&own), 5, 7);
        assert_eq!((all.len(), added, &all[2]), (3, 2, &own));
        assert_eq!(with_budget(std::slice::from_ref(&own), 5, 0).1, 1);
        assert_eq!(with_budget(&all, 9, 9), (all, 0));
        let refused = Refused::ByProgram { instruction: 2, refusal: Refusal::Zero };
        assert_eq!(without_budget(refused, 2), Refused::ByProgram { instruction: 0, refusal: Refusal::Zero });
    }
}
