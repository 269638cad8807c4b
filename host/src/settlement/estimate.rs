//! What a provider would stake, earn and pay: arithmetic only.
//!
//! Amounts on the ledger follow its rules exactly (`specs/settlement.md`); money and electricity are estimates, in floating point.

use assay_settlement_interface::params::{DEFAULTS, Param, Params};
use assay_settlement_interface::rules::{reward, stake};

use super::models::{Kind, Model};

/// Hours in a month, as the epochs count them.
pub const HOURS_A_MONTH: f64 = 730.0;
/// Base units of an IO.
const IO: f64 = 1e8;

/// What is assumed.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Models and how many of each.
    pub devices: Vec<(Model, u32)>,
    /// USD for a processor and hour; IOSD are USD.
    pub price_usd: f64,
    /// Share of the hours that are hired, 0 to 1.
    pub utilisation: f64,
    /// USD for an IO.
    pub io_usd: f64,
    /// Score of all others in the GPU pool: the sum of multiplier × quantity.
    pub network_gpu: f64,
    /// The same in the CPU pool.
    pub network_cpu: f64,
    /// Connectivity, 0 to 3.
    pub tier: u8,
    /// Month of the emission table.
    pub month: u32,
    /// USD that the hardware costs.
    pub hardware_usd: f64,
    /// Watts when it is hired.
    pub watts: f64,
    /// Watts when it is not.
    pub idle_watts: f64,
    /// USD for a kilowatt hour.
    pub kwh_usd: f64,
    /// USD a month for all else: rack, line, hands.
    pub fixed_usd: f64,
}

/// What comes out, a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// IO from the emission table.
    pub rewards_io: f64,
    /// The same in USD.
    pub rewards_usd: f64,
    /// USD for jobs, less the provider's reservation fee.
    pub jobs_usd: f64,
    /// USD of electricity and all else.
    pub costs_usd: f64,
}

impl Month {
    /// What is left.
    pub fn net_usd(&self) -> f64 {
        self.rewards_usd + self.jobs_usd - self.costs_usd
    }
}

/// Stake that all devices need, in IO base units; `None` if it does not fit.
pub fn needed(plan: &Plan, params: &Params) -> Option<u64> {
    plan.devices
        .iter()
        .try_fold(0_u64, |sum, (model, quantity)| sum.checked_add(stake::needed(params, model.multiplier_milli, *quantity).ok()?))
}

/// Emission of a month, in IO base units.
pub fn emission(month: u32, params: &Params) -> u64 {
    if u64::from(month) >= params[Param::Months as usize] {
        return 0;
    }
    let decay_ppb = params[Param::EmissionDecayPpb as usize];
    (0..month).fold(params[Param::EmissionFirst as usize], |emission, _| reward::next_emission(emission, decay_ppb).unwrap_or(0))
}

/// A month at this utilisation.
pub fn month(plan: &Plan, utilisation: f64) -> Month {
    let params = &DEFAULTS;
    let bps = |param: Param| params[param as usize] as f64 / 10_000.0;
    let tier = params.get(Param::TierLowBps as usize + usize::from(plan.tier.min(3))).copied().unwrap_or(10_000) as f64 / 10_000.0;
    // The factor counts in the hours that are hired.
    let hired = 1.0 + utilisation * (bps(Param::HiredBps) - 1.0);
    let emission = emission(plan.month, params) as f64 / IO;
    let pool = |kind: Kind, share: f64, others: f64| {
        let own: f64 = plan
            .devices
            .iter()
            .filter(|(model, _)| model.kind == kind)
            .map(|(model, n)| f64::from(model.multiplier_milli) / 1e3 * f64::from(*n))
            .sum();
        let own = own * tier * hired;
        if own > 0.0 { emission * share * own / (own + others) } else { 0.0 }
    };
    let rewards_io = pool(Kind::Gpu, bps(Param::GpuBps), plan.network_gpu) + pool(Kind::Cpu, 1.0 - bps(Param::GpuBps), plan.network_cpu);
    let processors: f64 = plan.devices.iter().map(|(_, n)| f64::from(*n)).sum();
    let watts = plan.watts * utilisation + plan.idle_watts * (1.0 - utilisation);
    Month {
        rewards_io,
        rewards_usd: rewards_io * plan.io_usd,
        jobs_usd: processors * plan.price_usd * HOURS_A_MONTH * utilisation * (1.0 - bps(Param::ReservationBps)),
        costs_usd: watts / 1e3 * HOURS_A_MONTH * plan.kwh_usd + plan.fixed_usd,
    }
}

/// The utilisations at which a month's income covers what it costs to run, the hardware itself left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Covered {
    /// All.
    Always,
    /// This and above.
    From(f64),
    /// This and below: an hour that is hired costs more than it brings.
    UpTo(f64),
    /// None.
    Never,
}

/// When the month that is planned covers its running costs. What is left bends but little over the scale: its ends decide.
pub fn covered(plan: &Plan) -> Covered {
    let loses = |utilisation: f64| month(plan, utilisation).net_usd() < 0.0;
    match (loses(0.0), loses(1.0)) {
        (false, false) => Covered::Always,
        (true, true) => Covered::Never,
        (true, false) => Covered::From(crossing(loses).1),
        (false, true) => Covered::UpTo(crossing(loses).0),
    }
}

/// Where `loses` changes, between 0 and 1: just below, and just above.
fn crossing(loses: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 1.0);
    let below = loses(low);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if loses(middle) == below { low = middle } else { high = middle }
    }
    (low, high)
}

/// Months until the hardware has paid for itself at this utilisation; `None` if never, or if it costs nothing and there is nothing to repay. Emission falls from month to month, so each is looked at.
pub fn months_to_repay(plan: &Plan, utilisation: f64) -> Option<u32> {
    let mut left = plan.hardware_usd;
    if left <= 0.0 {
        return None;
    }
    for later in 0..600 {
        if left <= 0.0 {
            return Some(later);
        }
        left -= month(&Plan { month: plan.month + later, ..plan.clone() }, utilisation).net_usd();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settlement::models;

    fn plan(name: &str, n: u32) -> Plan {
        let models = models::table().expect("the table is sound");
        Plan {
            devices: vec![(models::find(&models, name).expect("a model").clone(), n)],
            price_usd: 2.0,
            utilisation: 0.5,
            io_usd: 0.5,
            network_gpu: 1_000.0,
            network_cpu: 0.0,
            tier: 0,
            month: 0,
            hardware_usd: 200_000.0,
            watts: 6_000.0,
            idle_watts: 1_000.0,
            kwh_usd: 0.1,
            fixed_usd: 500.0,
        }
    }

    #[test]
    fn eight_h100_need_16_000_io() {
        assert_eq!(needed(&plan("h100", 8), &DEFAULTS), Some(1_600_000_000_000));
        // A multiplier below 1 counts as 1.
        assert_eq!(needed(&plan("l4", 1), &DEFAULTS), Some(20_000_000_000));
    }

    #[test]
    fn emission_falls_as_the_table_says() {
        assert_eq!(emission(0, &DEFAULTS), 333_333_300_000_000);
        let next = emission(1, &DEFAULTS) as f64 / emission(0, &DEFAULTS) as f64;
        assert!((next - 0.989_849_199).abs() < 1e-9);
        assert_eq!(emission(240, &DEFAULTS), 0);
        let all: f64 = (0..240).map(|month| emission(month, &DEFAULTS) as f64 / IO).sum();
        assert!((299.9e6..300.1e6).contains(&all), "300 million in 20 years, not {all}");
    }

    #[test]
    fn a_month_adds_up() {
        let plan = plan("h100", 8);
        let month = month(&plan, 0.5);
        assert!((month.jobs_usd - 8.0 * 2.0 * 730.0 * 0.5 * 0.9975).abs() < 1e-6);
        assert!((month.costs_usd - (3.5 * 730.0 * 0.1 + 500.0)).abs() < 1e-6);
        // 80 of 1,080, and a part more for hire.
        let own = 80.0 * 1.125;
        assert!((month.rewards_io - 3_333_333.0 * 0.8 * own / (own + 1_000.0)).abs() < 1.0);
    }

    #[test]
    fn running_costs_are_covered() {
        let mut plan = plan("h100", 8);
        plan.io_usd = 0.0;
        let Covered::From(even) = covered(&plan) else { panic!("{:?}", covered(&plan)) };
        assert!(month(&plan, even).net_usd().abs() < 1e-3 && even > 0.0);
        plan.price_usd = 0.0;
        assert_eq!(covered(&plan), Covered::Never);
        plan.fixed_usd = 0.0;
        plan.kwh_usd = 0.0;
        assert_eq!(covered(&plan), Covered::Always);
        assert_eq!(months_to_repay(&plan, 1.0), None);
        plan.hardware_usd = 0.0;
        assert_eq!(months_to_repay(&plan, 1.0), None, "there is nothing to repay");
        // Idle it costs nothing, hired it costs power that nobody pays for.
        let hungry = Plan { kwh_usd: 1.0, idle_watts: 0.0, io_usd: 0.01, ..plan };
        let Covered::UpTo(even) = covered(&hungry) else { panic!("{:?}", covered(&hungry)) };
        assert!(month(&hungry, even).net_usd().abs() < 1e-3 && even < 1.0);
    }

    #[test]
    fn pools_have_networks_of_their_own() {
        let gpu = plan("h100", 8);
        assert_eq!(month(&Plan { network_cpu: 1e9, ..gpu.clone() }, 0.5), month(&gpu, 0.5));
        let cpu = Plan { network_cpu: 12.0, ..plan("m4 max", 8) };
        let own = 12.0 * 1.125;
        assert!((month(&cpu, 0.5).rewards_io - 3_333_333.0 * 0.2 * own / (own + 12.0)).abs() < 1.0);
    }
}
