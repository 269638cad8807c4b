//! Tokens and SOL from nothing, which only an embedded ledger has: what is given is written, and the supply of the mint with it, so that sums stay right.

use assay_protocol::ledger_files::entry::{Change, Stored};
use solana_program_pack::Pack;
use solana_sdk::account::ReadableAccount;
use solana_sdk::program_option::COption;
use solana_sdk::pubkey::Pubkey;
use spl_token_interface::state::{Account as TokenAccount, AccountState, Mint};

use super::{Embedded, account};
use crate::error::LedgerError;
use crate::token::Amount;

impl Embedded {
    /// Gives a wallet an amount. Of a token, its token account is made if it is not there.
    pub fn airdrop(&mut self, wallet: &Pubkey, amount: Amount) -> Result<(), LedgerError> {
        let changes = match amount.token.currency() {
            None => vec![self.lamports_more(wallet, amount.units)?],
            Some(currency) => {
                let mint = self.at().mint(currency);
                let tokens = self.at().wallet(wallet, currency);
                vec![self.supply_more(&mint, amount.units)?, self.tokens_more(wallet, &mint, &tokens, amount.units)?]
            }
        };
        self.write(changes)
    }

    fn stored(&self, address: &Pubkey) -> Option<Stored> {
        self.machine.account(address).map(account::stored)
    }

    fn lamports_more(&self, wallet: &Pubkey, lamports: u64) -> Result<Change, LedgerError> {
        let nothing = Stored { lamports: 0, owner: [0; 32], executable: false, data: Vec::new() };
        let mut account = self.stored(wallet).unwrap_or(nothing);
        account.lamports = account.lamports.checked_add(lamports).ok_or(LedgerError::Overflow)?;
        Ok(Change { address: wallet.to_bytes(), account: (account.lamports > 0).then_some(account) })
    }

    fn supply_more(&self, address: &Pubkey, units: u64) -> Result<Change, LedgerError> {
        let foreign = || LedgerError::Foreign { what: "mint", address: *address, why: "the token program has no mint there" };
        let mut account = self.stored(address).ok_or_else(foreign)?;
        let mut mint = Mint::unpack(&account.data).map_err(|_| foreign())?;
        mint.supply = mint.supply.checked_add(units).ok_or(LedgerError::Overflow)?;
        mint.pack_into_slice(&mut account.data);
        Ok(Change { address: address.to_bytes(), account: Some(account) })
    }

    fn tokens_more(&self, wallet: &Pubkey, mint: &Pubkey, address: &Pubkey, units: u64) -> Result<Change, LedgerError> {
        let foreign = || LedgerError::Foreign { what: "token account", address: *address, why: "it is of another wallet or mint" };
        let found = self.machine.account(address).filter(|account| *account.owner() == spl_token_interface::ID);
        let (lamports, mut state) = match found {
            Some(account) => (account.lamports(), TokenAccount::unpack(account.data()).map_err(|_| foreign())?),
            None => {
                // Lamports that somebody sent there before stay.
                let had = self.machine.account(address).map_or(0, ReadableAccount::lamports);
                let state = TokenAccount {
                    mint: *mint,
                    owner: *wallet,
                    amount: 0,
                    delegate: COption::None,
                    state: AccountState::Initialized,
                    is_native: COption::None,
                    delegated_amount: 0,
                    close_authority: COption::None,
                };
                (had.max(self.machine.rent(TokenAccount::LEN)), state)
            }
        };
        if state.mint != *mint || state.owner != *wallet {
            return Err(foreign());
        }
        state.amount = state.amount.checked_add(units).ok_or(LedgerError::Overflow)?;
        let mut data = vec![0; TokenAccount::LEN];
        state.pack_into_slice(&mut data);
        let account = Stored { lamports, owner: spl_token_interface::ID.to_bytes(), executable: false, data };
        Ok(Change { address: address.to_bytes(), account: Some(account) })
    }
}
