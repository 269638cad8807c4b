//! Profiles of whole guests, before and after they run: whatever a module does, a run that is profiled has the same outcome and transcript, and its amounts add up to the outcome's fuel.

use assay_sandbox::{FunctionNames, Instruments, Sandbox, admit, instrument, metering};
use assay_tests::guests::{self, Ended, Guest};

/// Fuel that guests without an end of their own get: a few seconds of a slow build.
const FUEL_MAX: u64 = 20_000_000;

/// What does not hold of a guest's profile; empty if all does.
fn broken(sandbox: &Sandbox, mut guest: Guest) -> String {
    guest.limits.fuel = guest.limits.fuel.min(FUEL_MAX);
    let (plain, profiled) = (guest.run(sandbox), guest.run_profiled(sandbox));
    if plain.identity() != profiled.identity() {
        return format!("{}: {} without a profile, {} with\n", guest.name, plain.identity(), profiled.identity());
    }
    let Ended::Executed(execution) = &profiled else { return String::new() };
    let Some(profile) = &execution.profile else { return format!("{}: no profile\n", guest.name) };
    let folded = profile.folded(&FunctionNames::read(&guest.wasm)).text;
    let stacks: u64 = folded.lines().map(|line| line.rsplit_once(' ').and_then(|(_, fuel)| fuel.parse::<u64>().ok()).unwrap_or(0)).sum();
    let own: u64 = profile.functions.iter().map(|function| function.own).sum();
    let fuel = execution.outcome.fuel;
    let nobody = folded.starts_with("[instantiation]");
    if stacks != fuel || (own != fuel && !nobody) {
        return format!("{}: {fuel} fuel, {stacks} in stacks, {own} in functions\n{folded}", guest.name);
    }
    match profile.functions.iter().find(|function| function.own > function.with_callees || function.with_callees > fuel) {
        Some(function) => format!("{}: of {fuel}: {function:?}\n", guest.name),
        None => String::new(),
    }
}

#[test]
fn a_profile_changes_nothing_and_adds_up() {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    let found: String =
        ["conformance", "hostile", "cli/guests"].into_iter().flat_map(guests::folder).map(|guest| broken(&sandbox, guest)).collect();
    assert!(found.is_empty(), "{found}");
}

#[test]
fn every_admitted_module_has_a_static_profile() {
    for guest in ["conformance", "hostile", "cli/guests"].into_iter().flat_map(guests::folder) {
        let Ok(facts) = admit(&guest.wasm, &guest.limits) else { continue };
        let profile = metering::profile(&guest.wasm).unwrap_or_else(|e| panic!("{}: {e}", guest.name));
        let metered = instrument(&guest.wasm, Instruments::default()).unwrap_or_else(|e| panic!("{}: {e}", guest.name));
        assert_eq!(
            (profile.functions.len() as u64, profile.total(|f| f.body_bytes)),
            (facts.functions, facts.code_bytes),
            "{}",
            guest.name
        );
        assert_eq!((profile.module_bytes, profile.metered_bytes), (facts.bytes, metered.wasm.len() as u64), "{}", guest.name);
    }
}
