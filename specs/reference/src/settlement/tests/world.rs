//! A cluster with the program, wallets and tokens; and calls by name.

use std::collections::BTreeMap;

use crate::settlement::addresses::{Addresses, Derived};
use crate::settlement::draw;
use crate::settlement::instructions::Instruction;
use crate::settlement::layout::Key;
use crate::settlement::ledger::{Ledger, Mint, Tokens};
use crate::settlement::parameters;
use crate::settlement::turn::{Call, Passed, Refused};

pub(super) const AT: Derived = Derived { program: [0xa5; 32] };
const IO: Key = [1; 32];
const IOSD: Key = [2; 32];
/// Who guards.
pub(super) const GUARDIAN: Key = wallet(1);
/// What each wallet has of each token.
const EACH: u64 = 1 << 50;

/// The wallet of this number.
pub(super) const fn wallet(number: u8) -> Key {
    let mut key = [0x77; 32];
    key[0] = number;
    key
}

/// Where a wallet holds a token.
pub(super) fn purse(wallet: &Key, currency: u8) -> Key {
    draw::hash("purse", &[wallet, &[currency]])
}

pub(super) fn pda(seeds: &[&[u8]]) -> Key {
    AT.address(seeds).0
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) ledger: Ledger,
}

impl World {
    /// Initialised, at second 1,000,000 and slot 1,000.
    pub(super) fn new(changes: &[(usize, u64)]) -> World {
        let mut world = World { ledger: Ledger::default() };
        world.ledger.clock.unix_timestamp = 1_000_000;
        world.pass_slots(1_000);
        for currency in [0, 1] {
            let mint = if currency == 0 { IO } else { IOSD };
            for number in 0..64 {
                let owner = wallet(number);
                world.ledger.tokens.insert(purse(&owner, currency), Tokens { mint, owner, amount: EACH });
            }
            let authority = if currency == 0 { pda(&[b"vault"]) } else { GUARDIAN };
            world.ledger.mints.insert(mint, Mint { supply: 64 * EACH, authority });
        }
        let mut params = parameters::defaults();
        for (number, value) in changes {
            params[*number] = *value;
        }
        world.must(Instruction::Initialise { guardian: GUARDIAN, params }, &[("payer", GUARDIAN)], &[]);
        world
    }

    /// Time goes by, a slot each 400 ms.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.ledger.clock.unix_timestamp += seconds;
        self.pass_slots(u64::try_from(seconds).expect("time goes on").saturating_mul(5) / 2);
    }

    pub(super) fn pass_slots(&mut self, slots: u64) {
        let clock = &mut self.ledger.clock;
        clock.slot += slots;
        let hashed = (clock.slot.saturating_sub(512)..clock.slot).rev();
        clock.slot_hashes = hashed.map(|slot| (slot, draw::hash("slot", &[&slot.to_le_bytes()]))).collect();
    }

    /// The call with these accounts, and where none is given the ones that are always the same.
    pub(super) fn call(&self, instruction: Instruction, named: &[(&str, Key)], more: &[Key]) -> Call {
        let named: BTreeMap<&str, Key> = named.iter().copied().collect();
        let tokens = |n: u8| pda(&[b"tokens", &[n]]);
        let mut accounts = Vec::new();
        for wanted in instruction.accounts().split(", ") {
            let (name, flags) = wanted.split_once(' ').unwrap_or((wanted, ""));
            let address = named.get(name).copied().unwrap_or_else(|| match name {
                "config" | "totals" | "vault" => pda(&[name.as_bytes()]),
                "io_mint" => IO,
                "iosd_mint" => IOSD,
                "stake_tokens" => tokens(0),
                "escrow_io" => tokens(1),
                "escrow_iosd" => tokens(2),
                "fees_io" => tokens(3),
                "fees_iosd" => tokens(4),
                "guardian" => GUARDIAN,
                _ => [0; 32],
            });
            accounts.push(Passed { address, signer: flags.contains('s'), writable: flags.contains('w') });
        }
        accounts.extend(more.iter().map(|address| Passed { address: *address, signer: false, writable: true }));
        Call { instruction, accounts }
    }

    /// Sends it, and looks at what must always hold.
    pub(super) fn send(&mut self, instruction: Instruction, named: &[(&str, Key)], more: &[Key]) -> Result<(), Refused> {
        let call = self.call(instruction, named, more);
        assert_eq!(Instruction::decode(&call.instruction.encode()).as_ref(), Ok(&call.instruction));
        let before = self.ledger.clone();
        let answer = self.ledger.apply(&AT, &call);
        assert!(answer.is_ok() || self.ledger == before, "a refusal changed something");
        self.ledger.invariants().unwrap_or_else(|broken| panic!("after {:?}: {broken}", call.instruction));
        answer
    }

    /// Sends what must go through. Each is in a slot of its own: who judges must have had a seat in an earlier one.
    pub(super) fn must(&mut self, instruction: Instruction, named: &[(&str, Key)], more: &[Key]) {
        let name = instruction.name();
        self.pass_slots(1);
        self.send(instruction, named, more).unwrap_or_else(|refused| panic!("{name}: {refused}"));
    }

    /// Sends what must be refused with this number.
    pub(super) fn refused(&mut self, number: u32, instruction: Instruction, named: &[(&str, Key)], more: &[Key]) {
        let name = instruction.name();
        let answer = self.send(instruction, named, more);
        assert!(answer.as_ref().is_err_and(|refused| refused.found.contains(&number)), "{name}: {answer:?}");
    }
}
