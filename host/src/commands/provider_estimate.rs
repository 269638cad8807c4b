//! `assay provider estimate`: stake, earnings, break-even, before anything is staked.

use assay_settlement_interface::params::DEFAULTS;
use serde_json::{Value, json};

use crate::cli::Estimate;
use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::estimate::{self, Covered, Plan};
use crate::settlement::models::{self, Kind, Model};

/// Utilisations that the table shows.
const UTILISATIONS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// Runs the command.
pub fn run(arguments: &Estimate, as_json: bool) -> Result<(), Failure> {
    let plan = plan(arguments)?;
    let stake = estimate::needed(&plan, &DEFAULTS).ok_or_else(|| Failure::usage("so many devices need more stake than there can be"))?;
    let stake_io = stake as f64 / 1e8;
    let mut shown: Vec<f64> = UTILISATIONS.to_vec();
    if !shown.iter().any(|shown| (shown - plan.utilisation).abs() < 1e-9) {
        shown.push(plan.utilisation);
        shown.sort_by(f64::total_cmp);
    }
    let covered = estimate::covered(&plan);
    if as_json {
        let months: Vec<_> = shown
            .iter()
            .map(|utilisation| {
                let month = estimate::month(&plan, *utilisation);
                json!({
                    "utilisation": utilisation, "rewards_io": month.rewards_io, "rewards_usd": month.rewards_usd, "jobs_usd": month.jobs_usd,
                    "costs_usd": month.costs_usd, "net_usd": month.net_usd(), "months_to_repay": estimate::months_to_repay(&plan, *utilisation),
                })
            })
            .collect();
        let devices: Vec<_> =
            plan.devices.iter().map(|(model, quantity)| json!({ "model": model.name, "id": model.id, "quantity": quantity })).collect();
        report::print_json(
            &json!({ "devices": devices, "stake_base_units": stake.to_string(), "stake_io": stake_io, "stake_usd": stake_io * plan.io_usd, "hardware_usd": plan.hardware_usd, "running_costs": covered_json(covered, plan.month), "months": months }),
        );
        return Ok(());
    }
    for (model, quantity) in &plan.devices {
        out!("{quantity} × {} · multiplier {}", model.name, f64::from(model.multiplier_milli) / 1e3);
    }
    out!(
        "stake    {} IO · {} USD at {} USD an IO · back 14 days after you ask for it",
        money(stake_io),
        money(stake_io * plan.io_usd),
        plan.io_usd
    );
    let pools = [(Kind::Gpu, "GPU", plan.network_gpu), (Kind::Cpu, "CPU", plan.network_cpu)];
    let pools = pools.iter().filter(|(kind, ..)| plan.devices.iter().any(|(model, _)| model.kind == *kind));
    let others: Vec<String> = pools.map(|(_, name, score)| format!("{name} {}", money(*score))).collect();
    out!(
        "network  score of others: {} · month {} of the emission table: {} IO",
        others.join(", "),
        plan.month,
        money(estimate::emission(plan.month, &DEFAULTS) as f64 / 1e8)
    );
    out!("");
    out!(
        "{:>6}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}  {:>9}",
        "hired",
        "rewards, IO",
        "rewards, USD",
        "jobs, USD",
        "costs, USD",
        "left, USD",
        "repaid in"
    );
    for utilisation in shown {
        let month = estimate::month(&plan, utilisation);
        let repaid = match estimate::months_to_repay(&plan, utilisation) {
            // No hardware was named: there is nothing to repay.
            _ if plan.hardware_usd <= 0.0 => "-".to_owned(),
            Some(months) => format!("{months} mo"),
            None => "never".to_owned(),
        };
        let mark = if (utilisation - plan.utilisation).abs() < 1e-9 { " <" } else { "" };
        out!(
            "{:>6}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}  {repaid:>9}{mark}",
            percent(utilisation),
            money(month.rewards_io),
            money(month.rewards_usd),
            money(month.jobs_usd),
            money(month.costs_usd),
            money(month.net_usd())
        );
    }
    out!("");
    out!("running costs in month {}: {}", plan.month, covered_line(covered));
    if plan.hardware_usd > 0.0 {
        out!("  without the hardware's {} USD: `repaid in` counts that, month by month, as the emission falls", money(plan.hardware_usd));
    }
    Ok(())
}

fn covered_line(covered: Covered) -> String {
    match covered {
        Covered::Always => "covered at any utilisation".to_owned(),
        Covered::From(least) => format!("covered when hired at least {:.1} % of the time", least * 100.0),
        Covered::UpTo(most) => {
            format!("covered when hired at most {:.1} % of the time: beyond that power costs more than hire brings", most * 100.0)
        }
        Covered::Never => "never covered, at this price and these costs".to_owned(),
    }
}

/// For programs: both null if they are never covered.
fn covered_json(covered: Covered, month: u32) -> Value {
    let (from, to) = match covered {
        Covered::Always => (Some(0.0), Some(1.0)),
        Covered::From(least) => (Some(least), Some(1.0)),
        Covered::UpTo(most) => (Some(0.0), Some(most)),
        Covered::Never => (None, None),
    };
    json!({ "month": month, "covered_from_utilisation": from, "covered_to_utilisation": to })
}

/// `50%`, `33.35%`: as it was given, to hundredths.
fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn plan(arguments: &Estimate) -> Result<Plan, Failure> {
    let models = models::table()?;
    let devices = arguments
        .devices
        .iter()
        .map(|(name, quantity)| Ok((models::find(&models, name)?.clone(), *quantity)))
        .collect::<Result<Vec<(Model, u32)>, Failure>>()?;
    let cpu = devices.iter().find(|(model, _)| model.kind == Kind::Cpu);
    if let (Some((model, _)), None) = (cpu, arguments.network_score_cpu) {
        let why = format!("{} is rewarded from the CPU pool, and --network-score is that of the GPU pool", model.name);
        return Err(Failure::usage(why)
            .hint("state the score of all others in the CPU pool with --network-score-cpu; `assay ledger status` shows both pools"));
    }
    let numbers = [
        ("--price", arguments.price),
        ("--io-usd", arguments.io_usd),
        ("--network-score", arguments.network_score),
        ("--network-score-cpu", arguments.network_score_cpu.unwrap_or(0.0)),
        ("--hardware", arguments.hardware),
        ("--watts", arguments.watts),
        ("--idle-watts", arguments.idle_watts),
        ("--kwh", arguments.kwh),
        ("--fixed", arguments.fixed),
    ];
    for (name, value) in numbers {
        if !(0.0..=1e15).contains(&value) {
            return Err(Failure::usage(format!("{name} is {value}: it is a number from 0 to 10^15")));
        }
    }
    if !(0.0..=100.0).contains(&arguments.utilisation) {
        return Err(Failure::usage("--utilisation is a percentage from 0 to 100"));
    }
    Ok(Plan {
        devices,
        price_usd: arguments.price,
        utilisation: arguments.utilisation / 100.0,
        io_usd: arguments.io_usd,
        network_gpu: arguments.network_score,
        network_cpu: arguments.network_score_cpu.unwrap_or(0.0),
        tier: arguments.tier.number(),
        month: arguments.month,
        hardware_usd: arguments.hardware,
        watts: arguments.watts,
        idle_watts: arguments.idle_watts,
        kwh_usd: arguments.kwh,
        fixed_usd: arguments.fixed,
    })
}

/// A number with separators and as many decimals as say something.
fn money(value: f64) -> String {
    let decimals = if value.abs() >= 1_000.0 { 0 } else { 2 };
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), report::grouped);
    let sign = if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "-" } else { "" };
    rest.map_or_else(|| format!("{sign}{whole}"), |rest| format!("{sign}{whole}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::{money, percent};

    #[test]
    fn numbers_for_people() {
        assert_eq!(money(1_234_567.8), "1,234,568");
        assert_eq!(money(-0.001), "0.00");
        assert_eq!(money(-12.5), "-12.50");
        assert_eq!([0.1, 0.3335, 1.0, 0.0].map(percent), ["10%", "33.35%", "100%", "0%"]);
    }
}
