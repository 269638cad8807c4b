//! What people call a job: the address of its account, or its number among their own.

use std::fmt;
use std::str::FromStr;

use solana_sdk::pubkey::Pubkey;

/// A job, as it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobReference {
    /// By the address of its account.
    Address(Pubkey),
    /// By its number, of the key at hand.
    Nonce(u64),
}

impl FromStr for JobReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(nonce) = text.parse() {
            return Ok(Self::Nonce(nonce));
        }
        let address =
            text.parse().map_err(|_| format!("{text:?} is neither the address of a job's account nor the number of one of your jobs"))?;
        Ok(Self::Address(address))
    }
}

impl fmt::Display for JobReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Nonce(nonce) => nonce.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_by_address_or_number() {
        assert_eq!("7".parse(), Ok(JobReference::Nonce(7)));
        let address = Pubkey::new_from_array([7; 32]);
        assert_eq!(address.to_string().parse(), Ok(JobReference::Address(address)));
        assert!("job-7".parse::<JobReference>().is_err() && "".parse::<JobReference>().is_err());
    }
}
