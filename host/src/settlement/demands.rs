//! Why a device does not get a job, demand by demand: the program says only that it does not meet them.

use assay_settlement_interface::account::state::{ANY_MODEL, currency};
use assay_settlement_interface::account::{Device, Job, Provider};
use assay_settlement_interface::error::Refusal;

use super::models::Model;
use super::{names, show};
use crate::failure::Failure;

/// A model in words: its name, and its number.
pub fn model(id: u16, models: &[Model]) -> String {
    match models.iter().find(|model| model.id == id) {
        Some(model) => format!("{} ({id})", model.name),
        None => names::demanded(id),
    }
}

/// What a job demands that a device of a provider does not meet.
pub fn unmet(job: &Job, own: &Provider, device: &Device, models: &[Model]) -> Vec<String> {
    let mut unmet = Vec::new();
    if job.model != ANY_MODEL && job.model != device.model {
        unmet.push(format!("it demands model {}, and the device is {}", model(job.model, models), model(device.model, models)));
    }
    if own.tier < job.tier {
        unmet.push(format!("it demands tier {}, and the provider has {}", names::tier(job.tier), names::tier(own.tier)));
    }
    if job.country != [0; 2] && job.country != own.country {
        unmet.push(format!("it demands country {}, and the provider is in {}", names::region(job.country), names::region(own.country)));
    }
    unmet
}

fn price(job: &Job, device: &Device) -> String {
    let (asks, pays) =
        (if job.currency == currency::IO { device.price_io } else { device.price_iosd }, show::paid(job.currency, job.price_hour));
    match asks {
        0 => format!("it pays {pays} an hour, and the device has no price in that token"),
        asks => format!("it pays {pays} an hour, and the device costs {}", show::paid(job.currency, asks)),
    }
}

/// A refusal of the rules, with what it is about.
pub fn refused(refusal: Refusal, job: &Job, own: &Provider, device: &Device, models: &[Model]) -> Failure {
    let why = match refusal {
        Refusal::Demands => unmet(job, own, device, models).join("; "),
        Refusal::Price => price(job, device),
        _ => return Failure::from(refusal).about(format!("device {}", { device.index })),
    };
    Failure::failed(format!("the job is not for device {}: {why}", { device.index }))
        .by(&format!("ledger.{}", refusal.name()))
        .hint("`assay provider device list` shows what you offer; --device chooses another one")
}

#[cfg(test)]
mod tests {
    use assay_settlement_interface::account::Account;

    use super::*;
    use crate::settlement::models;

    #[test]
    fn the_demand_that_is_not_met_is_said() {
        let models = models::table().expect("the table is sound");
        let job = Job { model: 3, tier: 2, country: *b"DE", price_hour: 5, ..Job::blank() };
        let own = Provider { tier: 1, country: *b"FR", ..Provider::blank() };
        let device = Device { model: 3, price_io: 7, ..Device::blank() };
        let said = unmet(&job, &own, &device, &models);
        assert_eq!(said, ["it demands tier high, and the provider has medium", "it demands country DE, and the provider is in FR"]);
        let other = Device { model: 15, ..device };
        assert!(unmet(&job, &own, &other, &models)[0].contains("H100"), "the name");
        assert!(price(&job, &device).ends_with("the device costs 0.00000007 IO"));
        assert!(price(&Job { currency: currency::IOSD, ..job }, &device).ends_with("no price in that token"));
    }
}
