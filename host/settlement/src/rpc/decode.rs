//! Accounts of an answer, as they were asked for: in base 64, and in nothing else.
//!
//! What is compressed could be of any length, however short the answer; and base 58 takes time that grows with the square of the length. Neither was asked for.

use solana_account_decoder_client_types::{UiAccount, UiAccountData};
use solana_rpc_client_api::config::UiAccountEncoding;
use solana_sdk::account::Account;

/// The account; none if it is written in another way, or not as it should be.
pub fn account(shown: &UiAccount) -> Option<Account> {
    match shown.data {
        UiAccountData::Binary(_, UiAccountEncoding::Base64) => shown.to_account(),
        _ => None,
    }
}
