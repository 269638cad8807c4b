//! Hostile guests. Each file of `tests/hostile/` is an attack that says what must come of it; the largest are built here.
//!
//! Of every guest it is asserted: the result that its file states; that a second run gives the same hashes; and that it ends at all, within [`PATIENCE`].

use std::sync::mpsc;
use std::time::{Duration, Instant};

use assay_protocol::limits::Limits;
use assay_sandbox::Sandbox;
use assay_tests::guests::{self, Ended, Guest, execute, plain_job};
use assay_tests::{deep_modules as deep, large_modules as large};

/// Not a promise of speed: a guest that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `work`, and fails instead of waiting for ever.
fn patiently<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let started = Instant::now();
    std::thread::spawn(move || done.send(work()));
    let result = result.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{what} did not end within {PATIENCE:?}"));
    println!("{:>9.3} s  {what}", started.elapsed().as_secs_f64());
    result
}

/// Almost the longest body.
const BODY_BYTES: usize = (1 << 20) - 100;

fn sandbox() -> Sandbox {
    Sandbox::new(None).expect("the engine starts")
}

/// What does not hold of a guest.
fn broken(guest: &Guest) -> String {
    let sandbox = sandbox();
    let first = guest.run(&sandbox);
    let mut broken = guest.broken_claims(&first);
    let again = guest.run(&sandbox);
    if first.identity() != again.identity() {
        broken.push_str(&format!("{}: first {}, then {}\n", guest.name, first.identity(), again.identity()));
    }
    if let (false, Ended::Abstained(why) | Ended::Refused(_, why)) = (broken.is_empty(), &first) {
        broken.push_str(&format!("{}: it says: {why}\n", guest.name));
    }
    broken
}

#[test]
fn every_attack_comes_to_what_its_file_says() {
    let guests = guests::folder("hostile");
    assert!(guests.len() >= 100, "only {} guests", guests.len());
    let mut all = String::new();
    for guest in guests {
        assert!(guest.expects_something(), "{} has no `;; expect:` line", guest.path.display());
        let name = guest.name.clone();
        all.push_str(&patiently(&name, move || broken(&guest)));
    }
    assert!(all.is_empty(), "\n{all}");
}

fn ended(module: &[u8], limits: Limits) -> Ended {
    execute(&sandbox(), module, &plain_job(module, limits), Vec::new())
}

/// A generated module and what must come of it, twice.
fn expect(what: &str, expected: &str, module: Vec<u8>) {
    expect_within(what, expected, module, Limits { fuel: 1_000_000_000, ..Limits::default() });
}

fn expect_once(what: &str, expected: &str, module: Vec<u8>) {
    let ended = patiently(what, move || ended(&module, Limits::default()));
    assert_eq!(ended.summary(), expected, "{what}: {ended:?}");
}

fn expect_within(what: &str, expected: &str, module: Vec<u8>, limits: Limits) {
    let (first, again) = patiently(what, move || (ended(&module, limits), ended(&module, limits)));
    assert_eq!(first.summary(), expected, "{what}: {first:?}");
    assert_eq!(first.identity(), again.identity(), "{what}");
}

#[test]
fn a_module_of_maximum_size() {
    let limits = Limits { module_bytes: 1_000_000, ..Limits::default() };
    expect_within("one byte less than module_bytes", "completed 0", large::of_length(999_999), limits);
    expect_within("module_bytes", "completed 0", large::of_length(1_000_000), limits);
    expect_within("one byte more than module_bytes", "refused module.length", large::of_length(1_000_001), limits);
}

#[test]
fn a_body_of_maximum_size() {
    expect("a body of 1 MiB less one", "completed 0", large::body_of_nops((1 << 20) - 1));
    expect("a body of 1 MiB", "completed 0", large::body_of_nops(1 << 20));
    expect("a body of 1 MiB and one", "refused module.function", large::body_of_nops((1 << 20) + 1));
    expect("a body of 16 MiB", "refused module.format", large::body_of_nops(16 << 20));
}

#[test]
fn deep_nesting() {
    expect("999 blocks", "completed 0", large::nesting(999));
    expect("1,000 blocks", "completed 0", large::nesting(1_000));
    expect("1,001 blocks", "refused module.function", large::nesting(1_001));
    expect("100,000 blocks", "refused module.function", large::nesting(100_000));
}

#[test]
fn many_locals() {
    expect("19,999 locals", "completed 0", large::locals(19_999));
    expect("20,000 locals", "completed 0", large::locals(20_000));
    expect("20,001 locals", "refused module.function", large::locals(20_001));
    expect("50,001 locals", "refused module.format", large::locals(50_001));
}

#[test]
fn many_functions() {
    expect("100,000 functions", "completed 0", large::functions(100_000));
    expect("100,001 functions", "refused module.count", large::functions(100_001));
}

#[test]
fn many_data_segments() {
    expect("100,000 data segments", "completed 0", large::data_segments(100_000));
    expect("100,001 data segments", "refused module.format", large::data_segments(100_001));
}

#[test]
fn many_element_segments() {
    expect_once("99,999 element segments, globals and exports", "completed 0", large::element_segments(99_999));
    expect("100,000 element segments, globals and exports", "refused module.count", large::element_segments(100_000));
}

/// The worst bodies that admission lets in. What they cost to compile stands in the output of `--nocapture`.
#[test]
fn a_body_of_arithmetic() {
    expect("1 MiB of arithmetic", "completed 0", large::body_of_arithmetic(BODY_BYTES));
}

// Compiling takes time that grows with the square of what follows (65,536 loops in one function take minutes), so admission counts it. What stands just at a
// limit is compiled once only: it is the most expensive thing there is.

#[test]
fn a_body_of_branches() {
    expect_once("32,768 conditional blocks", "completed 0", large::branches(32_768));
    expect("32,769 conditional blocks", "refused module.function", large::branches(32_769));
}

#[test]
fn a_body_of_loops() {
    // Each has a branch as well.
    expect_once("4,096 loops", "completed 0", large::loops(4_096));
    expect("4,097 loops", "refused module.function", large::loops(4_097));
}

#[test]
fn a_body_of_calls() {
    expect_once("16,384 indirect calls", "trapped table_out_of_bounds", large::indirect_calls(16_384));
    expect("16,385 indirect calls", "refused module.function", large::indirect_calls(16_385));
}

#[test]
fn a_body_of_one_branch_table() {
    expect("a table of 16,384 branches over 1,000 blocks", "completed 0", large::branch_table(16_384, 1_000));
    expect("a table of 16,385 branches", "refused module.function", large::branch_table(16_385, 2));
    expect("a table of 1,000,000 branches", "refused module.function", large::branch_table(1_000_000, 2));
}

#[test]
fn a_body_of_selects() {
    expect("170,000 selects", "completed 0", large::selects(170_000));
}

/// The largest native frames there are, at the most depth there is: the limit comes before the stack ends.
#[test]
fn deep_recursion_of_large_frames() {
    let call_depth = Limits::TABLE[usize::from(Limits::CALL_DEPTH)].ceiling;
    let deepest = |what: &str, module: Vec<u8>| {
        let ended = patiently(what, move || ended(&module, Limits { call_depth, ..Limits::default() }));
        assert_eq!(ended.summary(), "depth_exceeded", "{what}: {ended:?}");
    };
    deepest("deep: 20,000 locals", deep::locals(20_000));
    deepest("deep: a body of 1 MiB of values", deep::values(BODY_BYTES));
    deepest("deep: a body of 16 KiB of values", deep::values(16 << 10));
    deepest("deep: a body of one unit of values", deep::values_of_one_unit());
    deepest("deep: a body of one unit, and 64 results", deep::results_of_one_unit());
    deepest("deep: a call with 900 results", deep::results(1));
    deepest("deep: 100 calls with 900 results", deep::results(100));
    deepest("deep: 999 results of itself", deep::results_of_itself());
    deepest("deep: 998 parameters", deep::parameters());
    deepest("deep: loops around the call", deep::loops(64, 100));
}

/// A module cut anywhere is malformed or lacks what it must export, and never panics. Only where a section ends, all of the code before it, is a module left.
#[test]
fn truncated_modules_are_refused() {
    let sandbox = sandbox();
    for name in ["pointers_out_of_range", "table_bomb", "stdout_flood"] {
        let guests = guests::folder("hostile");
        let guest = guests.iter().find(|guest| guest.name == name).expect("it stands in the folder");
        let (code, ends) = sections(&guest.wasm);
        let length = guest.wasm.len();
        for cut in (0..length).filter(|cut| cut % 7 == 0 || *cut < 300 || length - cut < 300) {
            let wasm = &guest.wasm[..cut];
            let ended = execute(&sandbox, wasm, &plain_job(wasm, Limits { fuel: 1_000_000, ..guest.limits }), Vec::new());
            let whole_sections = cut >= code && ends.contains(&cut);
            let refused = matches!(ended, Ended::Refused("module.format" | "module.export", _));
            assert_eq!(refused, !whole_sections, "{name} cut to {cut} bytes: {ended:?}");
        }
    }
}

/// Where the code section of a module ends, and where each of its sections does.
fn sections(wasm: &[u8]) -> (usize, Vec<usize>) {
    let (mut code, mut ends) = (0, Vec::new());
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("a whole module");
        if let Some((id, range)) = payload.as_section() {
            ends.push(range.end);
            if id == 10 {
                code = range.end;
            }
        }
    }
    (code, ends)
}

/// A flipped bit may leave a module that is valid, and then it runs like any other; whatever it is, it is the same twice.
#[test]
fn modules_with_a_flipped_bit_never_harm() {
    let guests = guests::folder("hostile");
    let guest = guests.into_iter().find(|guest| guest.name == "table_bomb").expect("it stands in the folder");
    patiently("flipped bits", move || {
        let sandbox = sandbox();
        let limits = Limits { fuel: 1_000_000, ..guest.limits };
        for place in 0..guest.wasm.len() {
            let mut module = guest.wasm.clone();
            module[place] ^= 1 << (place % 8);
            let run = || execute(&sandbox, &module, &plain_job(&module, limits), Vec::new()).identity();
            assert_eq!(run(), run(), "bit {} of byte {place}", place % 8);
        }
    });
}
