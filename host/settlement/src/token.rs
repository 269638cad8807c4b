//! Amounts of tokens: exact integers of base units, written in decimal (`12.5 IO`). No float ever holds one.

use std::fmt;
use std::str::FromStr;

use assay_settlement_interface::account::state;
use thiserror::Error;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// IO: stake, rewards, payment.
    Io,
    /// IOSD, 1 of which is 1 USD: payment.
    Iosd,
    /// SOL: what the cluster takes for transactions and for storage.
    Sol,
}

/// An amount of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Base units.
    pub units: u64,
    /// Of what.
    pub token: Token,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountError {
    /// No number, or not written as one.
    #[error("`{0}` is not an amount: write digits, at most one point, and the token, as in `12.5 IO`")]
    Number(String),
    /// No such token.
    #[error("`{0}` is no token: IO, IOSD or SOL")]
    Token(String),
    /// No token is named where one must be.
    #[error("`{0}` does not say of which token: write `{0} IO` or `{0} IOSD`")]
    NoToken(String),
    /// Another token than is wanted here.
    #[error("{found} where {wanted} is wanted")]
    WrongToken {
        /// What was written.
        found: Token,
        /// What is taken here.
        wanted: Token,
    },
    /// More decimals than the token has.
    #[error("`{text}` has more than the {decimals} decimals of {token}")]
    Decimals {
        /// What was written.
        text: String,
        /// The token.
        token: Token,
        /// How many it has.
        decimals: u8,
    },
    /// Too many base units.
    #[error("`{0}` is more than there can be")]
    TooLarge(String),
}

impl Token {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Io, Self::Iosd, Self::Sol];

    /// Decimals of an amount.
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Io => 8,
            Self::Iosd => 6,
            Self::Sol => 9,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Io => "IO",
            Self::Iosd => "IOSD",
            Self::Sol => "SOL",
        }
    }

    /// Its number as a job's currency; SOL is none.
    pub const fn currency(self) -> Option<u8> {
        match self {
            Self::Io => Some(state::currency::IO),
            Self::Iosd => Some(state::currency::IOSD),
            Self::Sol => None,
        }
    }

    /// The token of a job's currency.
    pub const fn of_currency(currency: u8) -> Option<Self> {
        match currency {
            state::currency::IO => Some(Self::Io),
            state::currency::IOSD => Some(Self::Iosd),
            _ => None,
        }
    }

    /// So many base units of it.
    pub const fn units(self, units: u64) -> Amount {
        Amount { units, token: self }
    }

    /// Reads an amount of this token: `12.5`, or `12.5 IO` where IO is wanted.
    pub fn parse(self, text: &str) -> Result<Amount, AmountError> {
        let (number, token) = split(text)?;
        match token {
            Some(token) if token != self => Err(AmountError::WrongToken { found: token, wanted: self }),
            _ => Ok(self.units(units(number, self)?)),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Token {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let found = Self::ALL.into_iter().find(|token| token.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| AmountError::Token(text.to_owned()))
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Reads `12.5 IO`; the token must be named.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (number, token) = split(text)?;
        let token = token.ok_or_else(|| AmountError::NoToken(number.to_owned()))?;
        Ok(token.units(units(number, token)?))
    }
}

impl fmt::Display for Amount {
    /// All digits that count and none else: `12.5 IO`, `3 IOSD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.token.decimals());
        let digits = format!("{:0width$}", self.units, width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{whole}{point}{part} {}", self.token)
    }
}

/// Number and token, with any white space between them.
fn split(text: &str) -> Result<(&str, Option<Token>), AmountError> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (number, token) = text.split_at(end);
    let token = token.trim_start();
    if number.is_empty() {
        return Err(AmountError::Number(text.to_owned()));
    }
    Ok((number, if token.is_empty() { None } else { Some(token.parse()?) }))
}

/// Base units of a decimal number.
fn units(number: &str, token: Token) -> Result<u64, AmountError> {
    let wrong = || AmountError::Number(number.to_owned());
    let large = || AmountError::TooLarge(number.to_owned());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    // A `_` groups the digits before the point, and stands between two of them.
    let grouped = whole.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !grouped || part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let part = part.trim_end_matches('0');
    let decimals = token.decimals();
    let missing =
        usize::from(decimals).checked_sub(part.len()).ok_or_else(|| AmountError::Decimals { text: number.to_owned(), token, decimals })?;
    let digits = whole.bytes().filter(|b| *b != b'_').chain(part.bytes()).chain(std::iter::repeat_n(b'0', missing));
    digits.map(|digit| u64::from(digit - b'0')).try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(digit)).ok_or_else(large)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read() {
        for (text, units, token) in [
            ("12.5 IO", 1_250_000_000, Token::Io),
            ("3 IOSD", 3_000_000, Token::Iosd),
            ("3IOSD", 3_000_000, Token::Iosd),
            (" 0.00000001 io ", 1, Token::Io),
            ("0.000001 IOSD", 1, Token::Iosd),
            ("1_000.50 IO", 100_050_000_000, Token::Io),
            ("1.100000000000 IO", 110_000_000, Token::Io),
            ("0 SOL", 0, Token::Sol),
            ("184467440737.09551615 IO", u64::MAX, Token::Io),
        ] {
            assert_eq!(text.parse(), Ok(token.units(units)), "{text}");
        }
        assert_eq!(Token::Io.parse("12.5"), Ok(Token::Io.units(1_250_000_000)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "", "IO", "-1 IO", "+1 IO", "1e3 IO", "1,5 IO", ".5 IO", "5. IO", "1..2 IO", "1.2.3 IO", "_1 IO", "1__0 IO", "1_.0 IO",
            "1.0_0 IO", "٣ IO",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        assert_eq!(
            "0.000000001 IO".parse::<Amount>().map_err(|e| e.to_string()),
            Err("`0.000000001` has more than the 8 decimals of IO".into())
        );
        assert_eq!("184467440737.09551616 IO".parse::<Amount>(), Err(AmountError::TooLarge("184467440737.09551616".into())));
        assert_eq!("1 USD".parse::<Amount>(), Err(AmountError::Token("USD".into())));
        assert_eq!("1".parse::<Amount>(), Err(AmountError::NoToken("1".into())));
        assert_eq!(Token::Io.parse("1 IOSD"), Err(AmountError::WrongToken { found: Token::Iosd, wanted: Token::Io }));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(units: u64, which in 0..3_usize) {
            let amount = Token::ALL[which].units(units);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Amount>();
        }
    }
}
