//! What a transaction does to money, read off the accounts that it changes: SOL of wallets, deposits for what is stored, tokens, each with who it belongs to.
//!
//! Nothing here is computed from what an instruction means to do: the ledger has tried it, and this is what came of it.

use assay_settlement::token::{Amount, Token};
use assay_settlement::{Addresses, Effect};
use serde_json::{Value, json};
use solana_program_pack::Pack;
use solana_sdk::account::Account;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use spl_token_interface::state::Account as TokenAccount;

use super::explain;
use super::show;

/// A change of what somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account: a wallet, or a token account.
    pub address: Pubkey,
    /// Whose it is.
    pub whose: String,
    /// What it holds before.
    pub before: Amount,
    /// And after.
    pub after: Amount,
}

/// SOL that an account holds as long as it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The account.
    pub address: Pubkey,
    /// What the instruction calls it.
    pub name: String,
    /// How much.
    pub lamports: u64,
}

/// See above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// Lamports that are gone.
    pub fee: u64,
    /// Deposits of accounts that it makes.
    pub made: Vec<Deposit>,
    /// Deposits of accounts that it closes.
    pub closed: Vec<Deposit>,
    /// Wallets and token accounts that hold more or less than before.
    pub moved: Vec<Moved>,
}

fn sum(deposits: &[Deposit]) -> u64 {
    deposits.iter().fold(0, |sum, deposit| sum.saturating_add(deposit.lamports))
}

fn deposits_json(deposits: &[Deposit]) -> Value {
    let one = |deposit: &Deposit| json!({ "account": deposit.name, "address": deposit.address.to_string(), "amount": show::amount_json(Token::Sol.units(deposit.lamports)) });
    deposits.iter().map(one).collect()
}

impl Bill {
    /// Of a transaction that the ledger has tried, for the wallet that pays.
    pub fn of(at: &Addresses, payer: &Pubkey, instructions: &[Instruction], fee: u64, effects: &[Effect]) -> Self {
        let mut bill = Self { fee, ..Self::default() };
        for effect in effects {
            let name = || explain::account(at, instructions, &effect.address);
            match (&effect.before, &effect.after) {
                (None, Some(after)) if after.owner != solana_sdk_ids::system_program::ID => {
                    bill.made.push(Deposit { address: effect.address, name: name(), lamports: after.lamports });
                }
                (Some(before), None) if before.owner != solana_sdk_ids::system_program::ID => {
                    bill.closed.push(Deposit { address: effect.address, name: name(), lamports: before.lamports });
                }
                _ => {}
            }
            bill.moved.extend(sol(payer, effect));
            bill.moved.extend(tokens(at, payer, effect));
        }
        bill
    }

    /// Deposits that are taken, and those that come back.
    pub fn rent(&self) -> (u64, u64) {
        (sum(&self.made), sum(&self.closed))
    }

    /// For people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for moved in &self.moved {
            let difference = moved.after.token.units(moved.before.units.abs_diff(moved.after.units));
            let word = if moved.after.units < moved.before.units { "from" } else { "to  " };
            lines.push(format!("{word}     {} · {difference}: {} before, {} after", moved.whose, moved.before, moved.after));
        }
        let sol = |lamports: u64| Token::Sol.units(lamports);
        lines.push(format!("fee      {}", sol(self.fee)));
        let held = |deposit: &Deposit| format!("deposit  {} · held by the {} {}", sol(deposit.lamports), deposit.name, deposit.address);
        lines.extend(self.made.iter().map(held));
        let back = |deposit: &Deposit| {
            format!("returns  {} · of the {} {}, which is closed", sol(deposit.lamports), deposit.name, deposit.address)
        };
        lines.extend(self.closed.iter().map(back));
        lines
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let moved = |moved: &Moved| {
            json!({
                "address": moved.address.to_string(), "whose": moved.whose, "token": moved.after.token.name(), "decimals": moved.after.token.decimals(),
                "before": show::amount_json(moved.before), "after": show::amount_json(moved.after),
            })
        };
        let (taken, returned) = self.rent();
        json!({
            "fee": show::amount_json(Token::Sol.units(self.fee)), "rent": show::amount_json(Token::Sol.units(taken)), "rent_returned": show::amount_json(Token::Sol.units(returned)),
            "deposits": deposits_json(&self.made), "deposits_returned": deposits_json(&self.closed), "moved": self.moved.iter().map(moved).collect::<Vec<_>>(),
        })
    }
}

/// SOL of a wallet. What other accounts hold are deposits.
fn sol(payer: &Pubkey, effect: &Effect) -> Option<Moved> {
    let is_wallet = |account: &Option<Account>| {
        account.as_ref().is_none_or(|account| account.owner == solana_sdk_ids::system_program::ID && account.data.is_empty())
    };
    let (before, after) = effect.lamports();
    if before == after || !is_wallet(&effect.before) || !is_wallet(&effect.after) {
        return None;
    }
    let whose = if effect.address == *payer { "your SOL".to_owned() } else { format!("SOL of {}", effect.address) };
    Some(Moved { address: effect.address, whose, before: Token::Sol.units(before), after: Token::Sol.units(after) })
}

/// Mint, owner and amount of a token account.
fn held(account: &Option<Account>) -> Option<TokenAccount> {
    let account = account.as_ref().filter(|account| account.owner == spl_token_interface::ID)?;
    TokenAccount::unpack(&account.data).ok()
}

fn tokens(at: &Addresses, payer: &Pubkey, effect: &Effect) -> Option<Moved> {
    let (before, after) = (held(&effect.before), held(&effect.after));
    let either = after.or(before)?;
    let token = [(at.io_mint, Token::Io), (at.iosd_mint, Token::Iosd)].into_iter().find(|(mint, _)| *mint == either.mint)?.1;
    let amount = |of: Option<TokenAccount>| of.map_or(0, |of| of.amount);
    if amount(before) == amount(after) {
        return None;
    }
    let whose = match at.tokens.iter().position(|address| *address == effect.address) {
        Some(number) => format!("the program's {}", ["stake", "escrow", "escrow", "fees", "fees"].get(number).unwrap_or(&"tokens")),
        None if either.owner == *payer => format!("your {token}"),
        None => format!("{token} of {}", either.owner),
    };
    Some(Moved { address: effect.address, whose, before: token.units(amount(before)), after: token.units(amount(after)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Pubkey {
        Pubkey::new_from_array([n; 32])
    }

    fn tokens_of(owner: Pubkey, mint: Pubkey, amount: u64) -> Account {
        let mut data = vec![0; TokenAccount::LEN];
        let state = spl_token_interface::state::AccountState::Initialized;
        TokenAccount { mint, owner, amount, state, ..TokenAccount::default() }.pack_into_slice(&mut data);
        Account { lamports: 2_039_280, data, owner: spl_token_interface::ID, ..Account::default() }
    }

    #[test]
    fn money_is_told_apart_by_whose_it_is() {
        let at = Addresses::new(key(1), key(2), key(3));
        let wallet = |lamports| Some(Account { lamports, ..Account::default() });
        let stored = |lamports| Some(Account { lamports, owner: at.program, data: vec![1], ..Account::default() });
        let io = |owner, amount| Some(tokens_of(owner, at.io_mint, amount));
        let effects = [
            Effect { address: key(9), before: wallet(10_000_000), after: wallet(8_995_000) },
            Effect { address: key(10), before: None, after: stored(1_000_000) },
            Effect { address: key(11), before: stored(7), after: None },
            Effect { address: key(12), before: io(key(9), 500_000_000), after: io(key(9), 300_000_000) },
            Effect { address: at.tokens[0], before: io(at.vault, 0), after: io(at.vault, 200_000_000) },
            Effect { address: key(13), before: Some(tokens_of(key(8), key(7), 1)), after: Some(tokens_of(key(8), key(7), 2)) },
        ];
        let bill = Bill::of(&at, &key(9), &[], 5_000, &effects);
        assert_eq!((bill.fee, bill.rent()), (5_000, (1_000_000, 7)));
        let moved: Vec<_> =
            bill.moved.iter().map(|moved| (moved.whose.as_str(), moved.before.to_string(), moved.after.to_string())).collect();
        assert_eq!(
            moved,
            [
                ("your SOL", "0.01 SOL".to_owned(), "0.008995 SOL".to_owned()),
                ("your IO", "5 IO".to_owned(), "3 IO".to_owned()),
                ("the program's stake", "0 IO".to_owned(), "2 IO".to_owned())
            ],
            "tokens of other mints are none of ours"
        );
    }
}
