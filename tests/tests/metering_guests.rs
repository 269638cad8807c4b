//! Jobs as they are, with the host's files, clocks, GPU and charges: what their runs in the sandbox come to is what the reference of metering says. Status, fuel, C at each
//! host call, outputs.
//!
//! The reference is slow, so each job has at most [`FUEL`]: one that wants more is compared up to there, which is said.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use assay_protocol::Hash;
use assay_protocol::hash::{Blob, NamedBlob};
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::EnvVar;
use assay_protocol::outcome::Status;
use assay_protocol::package::Package;
use assay_sandbox::Sandbox;
use assay_tests::guests::{self, Ended, execute};
use assay_tests::metered::with_host;
use assay_tests::program::{Place, Ran, root, samples, say, target_folder};

/// What the reference walks in a few seconds.
const FUEL: u64 = 10_000_000;

/// A job with what it is given.
struct Given {
    name: String,
    wasm: Vec<u8>,
    job: Job,
    inputs: Vec<Vec<u8>>,
}

/// Compares them all; says how many were, and how many of those ran out of the fuel that they have here.
///
/// Threads of its own: whoever waits in one of rayon's is given other work there, which may want what the first one holds.
fn compare(given: &[Given]) -> (usize, usize) {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(one) = given.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.extend(compare_one(&sandbox, one));
        }
        done
    };
    let done: Vec<bool> = std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let spawn = |_| std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).expect("a thread");
        let workers: Vec<_> = (0..workers).map(spawn).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("what differs was said")).collect()
    });
    (done.len(), done.iter().filter(|capped| **capped).count())
}

/// Whether the job ran out of the fuel that it has here; nothing if it could not be compared.
fn compare_one(sandbox: &Sandbox, Given { name, wasm, job, inputs }: &Given) -> Option<bool> {
    let Ended::Executed(executed) = execute(sandbox, wasm, job, inputs.clone()) else { return None };
    match with_host::run(wasm, job, inputs.clone()) {
        Ok(run) => with_host::assert_same(name, &executed, &run),
        Err(why) => {
            say(&format!("{name}: the reference cannot say: {why}"));
            return None;
        }
    }
    let capped = executed.outcome.status == Status::OutOfFuel && job.limits.fuel == FUEL;
    if capped {
        say(&format!("{name}: compared up to {FUEL} of fuel"));
    }
    Some(capped)
}

fn capped(limits: Limits) -> Limits {
    Limits { fuel: limits.fuel.min(FUEL), ..limits }
}

fn folder(name: &str) -> Vec<Given> {
    let given = |mut guest: guests::Guest| {
        guest.limits = capped(guest.limits);
        Given { job: guest.job(), inputs: guest.inputs(), name: guest.name, wasm: guest.wasm }
    };
    guests::folder(name).into_iter().map(given).collect()
}

#[test]
fn conformance_guests() {
    let given = folder("conformance");
    let (compared, capped) = compare(&given);
    println!("{compared} of {}, {capped} capped", given.len());
    assert_eq!(compared, given.len());
    assert!(capped <= 4, "{capped}");
}

#[test]
fn hostile_guests() {
    let given = folder("hostile");
    let (compared, capped) = compare(&given);
    println!("{compared} of {}, {capped} capped", given.len());
    assert!(compared >= 60 && capped <= compared / 3, "{compared} of {}, {capped} capped", given.len());
}

/// Each example with what its test cases give it, and with less than that where it can be had.
#[test]
fn examples() {
    let place = Place::new();
    place.write("publisher.json", samples::key_file(1));
    let mut given = Vec::new();
    let entries = std::fs::read_dir(root().join("examples")).expect("the examples are there");
    let mut folders: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        say(&format!("building the example {name}"));
        let mut command = place.command(["--json", "build", &folder.display().to_string(), "--key", "publisher.json"]);
        if let Some(target) = target_folder() {
            command.env("CARGO_TARGET_DIR", target);
        }
        let built = Ran::of(&mut command).ok().json();
        let file = std::fs::read(built["package"].as_str().expect("the package has a path")).expect("the package is there");
        let package = Package::read(&file).expect("a package");
        let toml = std::fs::read_to_string(folder.join("job.toml")).expect("it has a job.toml");
        let toml: toml::Value = toml::from_str(&toml).expect("job.toml is TOML");
        for case in toml["test"].as_array().expect("it has test cases") {
            let wasm = package.module.to_vec();
            let case_name = case["name"].as_str().expect("text");
            let mut cases = vec![case_of(format!("{name} {case_name}"), &wasm, package.manifest.limits, &folder, case, &[], usize::MAX)];
            let less: &[&str] = match name.as_str() {
                "mandelbrot" => &["--size", "12x8", "--iterations", "40", "--samples", "1"],
                "matmul" => &["--rows", "7", "--inner", "5", "--columns", "6"],
                "options" => &["--paths", "200"],
                _ => &[],
            };
            cases.push(case_of(format!("{name} {case_name}, less of it"), &wasm, package.manifest.limits, &folder, case, less, 2_000));
            given.extend(cases);
        }
    }
    let (compared, capped) = compare(&given);
    println!("{compared} of {}, {capped} capped", given.len());
    assert_eq!(compared, given.len());
    assert!(capped * 2 < compared, "{capped} of {compared} were not compared to their end");
}

/// A test case of `job.toml` with more arguments and with inputs cut short, at the end of a line.
fn case_of(name: String, wasm: &[u8], limits: Limits, folder: &Path, case: &toml::Value, more: &[&str], most: usize) -> Given {
    let table = |name: &str| case.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let text = |value: &toml::Value| value.as_str().expect("text").to_owned();
    let read = |path: &toml::Value| {
        let path = folder.join(text(path));
        let mut bytes = std::fs::read(&path).expect("a readable input");
        let textual = path.extension().is_some_and(|extension| extension == "csv" || extension == "txt");
        if textual && bytes.len() > most {
            let end = bytes[..most].iter().rposition(|byte| *byte == b'\n').map_or(most, |at| at + 1);
            bytes.truncate(end);
        }
        bytes
    };
    let mut inputs: Vec<(String, Vec<u8>)> = table("inputs").iter().map(|(name, path)| (name.clone(), read(path))).collect();
    inputs.sort();
    let named = inputs.iter().map(|(name, content)| NamedBlob { name: name.clone(), blob: Blob::of(content) }).collect();
    let env = table("env").iter().map(|(name, value)| EnvVar { name: name.clone(), value: text(value) }).collect();
    let args = case.get("args").and_then(toml::Value::as_array).into_iter().flatten().map(text);
    let args = args.chain(more.iter().map(|text| (*text).to_owned())).collect();
    let job = Job::new(Hash::of_blob(wasm), capped(limits), args, env, named).unwrap_or_else(|why| panic!("{name}: {why}"));
    Given { name, wasm: wasm.to_vec(), job, inputs: inputs.into_iter().map(|(_, content)| content).collect() }
}
