//! The examples, as a newcomer meets them: each builds, passes its own test cases, gives a receipt that another process verifies, and has the same outcome when it is profiled; the demo shows all of it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use assay_tests::program::{Place, Ran, root, samples, say, target_folder};
use serde_json::Value;

/// Builds write `target/assay/NAME.assay`, whoever signs: one at a time.
static BUILDING: Mutex<()> = Mutex::new(());

/// The folders of the examples, by name.
fn examples() -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(root().join("examples")).expect("the examples are there").map(|entry| entry.expect("a readable folder").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The program, building into the folder that the tests were built into: what `cargo demo` compiled is not compiled again.
fn assay(place: &Place, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    if let Some(target) = target_folder() {
        command.env("CARGO_TARGET_DIR", target);
    }
    Ran::of(&mut command)
}

/// A test case of `job.toml`, as arguments of `assay run`, and the end of a command line that follows them.
fn arguments(folder: &Path, case: &toml::Value) -> (Vec<String>, Vec<String>) {
    let table = |name: &str| case.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let text = |value: &toml::Value| value.as_str().expect("text").to_owned();
    let mut given = Vec::new();
    for (name, path) in table("inputs") {
        given.extend(["--input".to_owned(), format!("{name}={}", folder.join(text(&path)).display())]);
    }
    for (name, value) in table("env") {
        given.extend(["--env".to_owned(), format!("{name}={}", text(&value))]);
    }
    let args = case.get("args").and_then(toml::Value::as_array).into_iter().flatten().map(text);
    (given, std::iter::once("--".to_owned()).chain(args).collect())
}

#[test]
fn each_example_says_what_it_is() {
    let folders = examples();
    assert!(folders.len() >= 4, "{folders:?}");
    for folder in folders {
        for file in ["job.toml", "README.md", "Cargo.toml", "data/LICENSE.md"] {
            assert!(folder.join(file).is_file(), "{} has no {file}", folder.display());
        }
    }
}

#[test]
fn each_example_builds_passes_and_verifies() {
    let _building = BUILDING.lock();
    let place = Place::new();
    place.write("publisher.json", samples::key_file(1));
    place.write("provider.json", samples::key_file(2));
    for folder in examples() {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        say(&format!("building the example {name}"));
        let path = folder.display().to_string();
        let built = assay(&place, &["--json", "build", &path, "--key", "publisher.json"]).ok().json();
        // Out of the shared folder, where the next build may write it anew.
        std::fs::copy(built["package"].as_str().expect("the package has a path"), place.work(format!("{name}.assay")))
            .expect("the package is there");
        assert_eq!(built["publisher"], samples::public_key(1).as_str());

        let checked = place.run(["--json", "check", &format!("{name}.assay")]).ok().json();
        assert_eq!(checked["ok"], true, "{checked}");
        let toml: toml::Value =
            toml::from_str(&std::fs::read_to_string(folder.join("job.toml")).expect("it has a job.toml")).expect("job.toml is TOML");
        let cases = toml["test"].as_array().expect("it has test cases");
        assert_eq!(checked["cases"].as_array().map(Vec::len), Some(cases.len()));
        for (at, case) in cases.iter().enumerate() {
            run_and_verify(&place, &folder, &name, case, &built["tests"][at]);
        }
    }
}

/// A run with what a test case gives is that test case: the same outcome, failures included, and a receipt that verifies.
fn run_and_verify(place: &Place, folder: &Path, name: &str, case: &toml::Value, promised: &Value) {
    let package = format!("{name}.assay");
    let (given, args) = arguments(folder, case);
    let _ = std::fs::remove_dir_all(place.work("out"));
    let start = ["--json", "run", &package, "--out", "out", "--receipt", "job.receipt", "--key", "provider.json"].map(str::to_owned);
    let ran = place.run([start.as_slice(), &given, &args].concat());
    let said = ran.json();
    assert_eq!(said["outcome_hash"], promised["outcome_hash"], "{name} {}: {ran}", promised["name"]);
    let succeeded = said["outcome"]["status"] == "completed" && said["outcome"]["exit_code"] == 0;
    assert_eq!(ran.code, Some(i32::from(!succeeded)), "{ran}");
    for output in said["outcome"]["outputs"].as_array().expect("an array") {
        let content = place.read(Path::new("out").join(output["name"].as_str().expect("a name")));
        assert_eq!(output["blake3"], blake3::hash(&content).to_hex().as_str(), "{name} wrote {output}");
    }
    // Where the fuel went is told of the same run: same outcome, same host calls, and not a unit of fuel lost.
    let start = ["--json", "run", &package, "--profile", "stacks.folded"].map(str::to_owned);
    let profiled = place.run([start.as_slice(), &given, &args].concat()).json();
    for field in ["outcome_hash", "transcript_root"] {
        assert_eq!(profiled[field], said[field], "{name} {}: {field} of a profiled run", promised["name"]);
    }
    let stacks = String::from_utf8(place.read("stacks.folded")).expect("stacks are text");
    let fuel =
        stacks.lines().map(|line| line.rsplit_once(' ').and_then(|(_, fuel)| fuel.parse::<u64>().ok()).expect("a line ends with fuel"));
    assert_eq!(said["outcome"]["fuel"], fuel.sum::<u64>(), "{name} {}", promised["name"]);
    let start = ["--json", "verify", "job.receipt", &package, "--outputs", "out"].map(str::to_owned);
    let verified = place.run([start.as_slice(), &given, &args].concat()).ok().json();
    assert_eq!((&verified["verified"], &verified["outcome_hash"]), (&Value::Bool(true), &promised["outcome_hash"]), "{name}");
}

/// `cargo demo`: every example runs and verifies, and each attack is refused by the check that is meant to.
#[test]
fn the_demo_runs_everything_and_refuses_every_attack() {
    let _building = BUILDING.lock();
    let place = Place::new();
    let ran = assay(&place, &["--json", "demo"]).ok();
    let said = ran.json();
    let names = |list: &str, field: &str| -> Vec<String> {
        said[list].as_array().into_iter().flatten().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("jobs", "name").len(), examples().len(), "{said}");
    assert_eq!(names("attacks", "refused_by"), ["outputs", "package.module", "receipt.signature", "re-execution.outcome"], "{said}");
    assert!(
        place.listing().keys().all(|path| !path.starts_with("home/.config")),
        "the demo uses keys of its own, not the user's: {:?}",
        place.listing()
    );
}
