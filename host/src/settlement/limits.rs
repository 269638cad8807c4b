//! What numbers may be, where that is known before anything is sent: the program says that one of them is wrong, and not which, nor what it may be.

use assay_settlement::token::Token;
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::{Param, TABLE};

use super::session::Session;
use super::show;
use crate::failure::Failure;

fn outside(refusal: Refusal, why: String, hint: String) -> Failure {
    Failure::failed(why).by(&format!("ledger.{}", refusal.name())).hint(hint)
}

/// A number that must be more than nothing.
pub fn more_than_nothing(what: &str, number: u64) -> Result<(), Failure> {
    match number {
        0 => Err(outside(Refusal::Zero, format!("{what} is 0"), "say more than 0".to_owned())),
        _ => Ok(()),
    }
}

/// Price and hours of a job.
pub fn job(price_hour: u64, hours: u32, hours_max: u64) -> Result<(), Failure> {
    more_than_nothing("the price of an hour", price_hour)?;
    more_than_nothing("the number of hours", u64::from(hours))?;
    if u64::from(hours) > hours_max {
        let why = format!("a job has at most {hours_max} hours (parameter {}), and {hours} are asked for", name(Param::HoursMax));
        return Err(outside(Refusal::Zero, why, format!("--hours {hours_max}, or several jobs")));
    }
    // Reservation, foreign payment and verification are at most 1.2 times the price, whatever the parameters.
    match price_hour.checked_mul(u64::from(hours)).and_then(|price| price.checked_mul(3)) {
        Some(_) => Ok(()),
        None => {
            let most = u64::MAX / 3 / u64::from(hours.max(1));
            Err(outside(
                Refusal::Overflow,
                format!("{hours} hours at this price cost more than the ledger counts"),
                format!("at most {most} base units an hour"),
            ))
        }
    }
}

/// The stake of a new seat.
pub fn seat(session: &Session, stake: u64) -> Result<(), Failure> {
    let least = session.param(Param::SeatStake);
    if stake >= least {
        return Ok(());
    }
    let least = show::io(least);
    let why = format!("a seat takes at least {least} of stake (parameter {}), and {} are given", name(Param::SeatStake), show::io(stake));
    Err(outside(Refusal::NotEnoughStake, why, format!("--stake {}, or none: that is the least", least.replace(' ', ""))))
}

/// What a device is offered as.
pub fn device(quantity: u32, price_io: u64, price_iosd: u64) -> Result<(), Failure> {
    more_than_nothing("--quantity", u64::from(quantity))?;
    if price_io == 0 && price_iosd == 0 {
        let why = "a device is offered for nothing: both prices are 0".to_owned();
        return Err(outside(
            Refusal::Zero,
            why,
            format!("say what an hour costs: --price-io or --price-iosd, for {} or {}", Token::Io, Token::Iosd),
        ));
    }
    Ok(())
}

fn name(param: Param) -> &'static str {
    TABLE.get(param as usize).map_or("", |info| info.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_number_is_wrong_is_said() {
        let said = |result: Result<(), Failure>| result.err().map(|why| why.message().to_owned()).unwrap_or_default();
        assert_eq!(said(job(1, 720, 720)), "");
        assert_eq!(said(job(1, 721, 720)), "a job has at most 720 hours (parameter hours_max), and 721 are asked for");
        assert_eq!(said(job(0, 1, 720)), "the price of an hour is 0");
        assert_eq!(said(job(u64::MAX / 4, 2, 720)), "2 hours at this price cost more than the ledger counts");
        assert_eq!(said(device(0, 1, 1)), "--quantity is 0");
        assert!(said(device(1, 0, 0)).contains("both prices"));
        assert!(device(1, 0, 1).is_ok());
    }
}
