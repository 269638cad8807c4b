//! Every seed of `fuzz/seeds/`, and a bounded number of mutations of it, through its oracle: what the fuzzer found once is a test from then on.
//!
//! Mutations are made from fixed numbers, so a failure here comes back. The input that failed is written out, to become a seed.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use arbitrary::Unstructured;
use assay_tests::{guests, modules, oracles};

/// A target and how many mutations of each seed it can afford.
struct Target {
    name: &'static str,
    oracle: fn(&[u8]),
    mutations: u64,
}

const TARGETS: [Target; 11] = [
    Target { name: "package_decode", oracle: oracles::package_decode, mutations: 60 },
    Target { name: "receipt_decode", oracle: oracles::receipt_decode, mutations: 60 },
    Target { name: "admission", oracle: oracles::admission, mutations: 40 },
    Target { name: "wasi_calls", oracle: oracles::wasi_calls, mutations: 60 },
    Target { name: "execute_twice", oracle: oracles::execute_twice, mutations: 10 },
    Target { name: "shader_text", oracle: oracles::shader_text, mutations: 25 },
    Target { name: "shader_runs", oracle: oracles::shader_runs, mutations: 1 },
    Target { name: "metering", oracle: oracles::metering, mutations: 3 },
    Target { name: "metering_bytes", oracle: oracles::metering_bytes, mutations: 40 },
    Target { name: "settlement_instruction", oracle: oracles::settlement_instruction, mutations: 400 },
    Target { name: "ledger_files", oracle: oracles::ledger_files, mutations: 200 },
];

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// A few edits: bits, bytes, cuts, and pieces moved about.
fn mutate(seed: &[u8], number: u64) -> Vec<u8> {
    let mut numbers = Numbers(number);
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let place = numbers.below(bytes.len());
        match numbers.below(6) {
            0 if !bytes.is_empty() => bytes[place] ^= 1 << numbers.below(8),
            1 if !bytes.is_empty() => bytes[place] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)],
            2 => bytes.truncate(place),
            3 => bytes.insert(place, numbers.below(256) as u8),
            4 => drop(bytes.drain(place..(place + numbers.below(16)).min(seed.len().min(bytes.len())).max(place))),
            _ => {
                let piece = bytes[place..(place + numbers.below(64)).min(bytes.len())].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

fn check(target: &Target) {
    bless(target.name);
    let mut seeds: Vec<PathBuf> = std::fs::read_dir(fuzz().join("seeds").join(target.name))
        .unwrap_or_else(|e| panic!("no seeds of {}: {e}", target.name))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    seeds.sort();
    assert!(seeds.len() >= 4, "{} has only {} seeds", target.name, seeds.len());
    for path in &seeds {
        let seed = std::fs::read(path).expect("a readable seed");
        run(target, path, 0, &seed);
        for number in 1..=target.mutations {
            run(target, path, number, &mutate(&seed, number));
        }
    }
}

fn run(target: &Target, seed: &Path, number: u64, bytes: &[u8]) {
    if std::panic::catch_unwind(AssertUnwindSafe(|| (target.oracle)(bytes))).is_err() {
        let name = seed.file_name().unwrap_or_default().to_string_lossy();
        let found = std::env::temp_dir().join(format!("assay-{}-{name}-{number}", target.name));
        std::fs::write(&found, bytes).expect("a writable folder for what was found");
        panic!("{}: mutation {number} of {}; the input is {}", target.name, seed.display(), found.display());
    }
}

/// Writes the seeds that are made from other files, when asked to.
fn bless(target: &str) {
    if std::env::var_os("BLESS").is_none_or(|value| value != "1") {
        return;
    }
    let folder = fuzz().join("seeds").join(target);
    std::fs::create_dir_all(&folder).expect("a writable folder");
    for (name, bytes) in made(target) {
        std::fs::write(folder.join(name), bytes).expect("a writable folder");
    }
}

/// Bytes that are the same each time and look like none.
fn noise(number: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new_derive_key("assay fuzz seeds").update(&number.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn made(target: &str) -> Vec<(String, Vec<u8>)> {
    let named = |bytes: Vec<Vec<u8>>, what: &str| {
        let small = bytes.into_iter().filter(|bytes| bytes.len() < 4096).take(4).enumerate();
        small.map(|(number, bytes)| (format!("{what}-{number}"), bytes)).collect::<Vec<_>>()
    };
    let noises = |count, length| (0..count).map(|number| (format!("noise-{number}"), noise(number, length))).collect::<Vec<_>>();
    let guests = |folder: &str, names: &[&str]| {
        let all = guests::folder(folder).into_iter().filter(|guest| names.contains(&guest.name.as_str()));
        all.map(|guest| (format!("{}.wasm", guest.name), guest.wasm)).collect::<Vec<_>>()
    };
    let shaders = |folder: &str, names: &[&str]| {
        let read = |name: &&str| {
            let name = format!("{name}.wgsl");
            let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(&name)).ok()?;
            Some((name, bytes))
        };
        names.iter().filter_map(read).collect::<Vec<_>>()
    };
    let jobs_of_noise = |count| {
        let jobs = (0..count).filter_map(|number| Some((number, modules::job(&mut Unstructured::new(&noise(number, 1_500))).ok()?)));
        jobs.map(|(number, wasm)| (format!("job-{number}.wasm"), wasm)).collect::<Vec<_>>()
    };
    match target {
        "package_decode" => [named(oracles::good_files("package.json", "packages"), "good"), noises(4, 60)].concat(),
        "receipt_decode" => [named(oracles::good_files("receipt.json", "receipts"), "good"), noises(4, 60)].concat(),
        "admission" => [
            guests("conformance", &["control_flow", "memory_and_tables", "nan_lanes", "completes_at_once", "renames", "start_section"]),
            guests(
                "hostile",
                &["feature_garbage_collection", "feature_exceptions", "import_global", "trap_dropped_segment", "format_empty_module"],
            ),
            noises(6, 400),
        ]
        .concat(),
        "metering" => noises(8, 3_000),
        "metering_bytes" => [
            guests("conformance", &["control_flow", "memory_and_tables", "nan_lanes", "float_chain", "start_section", "fuel_of_calls"]),
            guests("hostile", &["endless_recursion_indirect", "trap_table_call", "unknown_values"]),
            jobs_of_noise(2),
        ]
        .concat(),
        "shader_text" => [
            shaders("corpus", &["histogram", "matmul_tiled", "softmax", "merge_sort", "perlin", "sha256", "top_k"]),
            shaders("strict/refused", &["constant_call_in_case", "texture", "recursion", "f16", "barrier_in_branch", "reserved_built_in"]),
        ]
        .concat(),
        "shader_runs" => noises(6, 900),
        "wasi_calls" => noises(10, 1_500),
        "settlement_instruction" => {
            let named = ["Initialise", "OpenJob", "Prove", "Reveal", "Propose", "Tally"];
            let infos = assay_settlement_interface::instruction::INSTRUCTIONS.iter().filter(|info| named.contains(&info.name));
            let one = infos.map(|info| (info.name.to_owned(), [vec![info.tag], noise(info.tag.into(), info.length - 1)].concat()));
            one.chain(noises(2, 100)).collect()
        }
        "ledger_files" => {
            let of = |group: &str, field: &str, names: &[&str]| {
                let groups = assay_tests::vectors::groups("ledger-files.json");
                let all = groups.into_iter().filter(|(name, _)| name == group).flat_map(|(_, list)| list);
                let named = all.filter(|vector| vector["name"].as_str().is_some_and(|name| names.contains(&name)));
                let seed = |(number, vector)| (format!("{group}-{number}"), assay_tests::vectors::bytes(&vector, field));
                named.enumerate().map(seed).collect::<Vec<_>>()
            };
            [
                of("journals", "file", &["three frames", "frames of the journal in the last body, which is cut", "damage, then a head"]),
                of("entries", "body", &["a transaction", "several"]),
                of("snapshots", "file", &["the sample", "with nothing on it"]),
                of("outbox_entries", "body", &["begun", "landed"]),
                noises(6, 700),
            ]
            .concat()
        }
        _ => noises(10, 1_500),
    }
}

#[test]
fn package_decode() {
    check(&TARGETS[0]);
}

#[test]
fn receipt_decode() {
    check(&TARGETS[1]);
}

#[test]
fn admission() {
    check(&TARGETS[2]);
}

#[test]
fn wasi_calls() {
    check(&TARGETS[3]);
}

#[test]
fn execute_twice() {
    check(&TARGETS[4]);
}

#[test]
fn shader_text() {
    check(&TARGETS[5]);
}

#[test]
fn shader_runs() {
    check(&TARGETS[6]);
}

#[test]
fn metering() {
    check(&TARGETS[7]);
}

#[test]
fn metering_bytes() {
    check(&TARGETS[8]);
}

#[test]
fn settlement_instruction() {
    check(&TARGETS[9]);
}

#[test]
fn ledger_files() {
    check(&TARGETS[10]);
}

/// A target without an oracle here, or an oracle without a target there, would not be noticed by either.
#[test]
fn every_target_is_here() {
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).expect("fuzz/Cargo.toml");
    for target in &TARGETS {
        let glue = std::fs::read_to_string(fuzz().join("fuzz_targets").join(format!("{}.rs", target.name))).expect("a fuzz target");
        assert!(glue.contains(&format!("oracles::{}(bytes)", target.name)), "{} calls another oracle", target.name);
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{} is not in fuzz/Cargo.toml", target.name);
    }
    let count = |folder: &str| std::fs::read_dir(fuzz().join(folder)).expect("a readable folder").count();
    assert_eq!(count("fuzz_targets"), TARGETS.len());
    assert_eq!(count("seeds"), TARGETS.len());
}
