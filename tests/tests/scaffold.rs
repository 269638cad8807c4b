//! What `assay new --gpu` makes: its shader natively, and the way from nothing to a verified receipt.
//!
//! The job's own `cargo test` would compile the engine once more in a folder of its own; so its source is a module here, and its test one of ours.

use assay_tests::adapter::{Admitted, admitted};
use assay_tests::program::{Place, Ran, samples, target_folder};

#[path = "../../host/scaffold/gpu/main.rs.in"]
#[allow(dead_code, clippy::unwrap_used)]
mod job;

#[test]
fn a_new_gpu_job_builds_runs_and_verifies() {
    let place = Place::new();
    place.write("key.json", samples::key_file(1));
    place.run(["new", "my-job", "--gpu"]).ok();
    let folder = place.work("my-job");
    let assay = |args: &[&str]| {
        let mut command = place.command(args);
        if let Some(target) = target_folder() {
            command.env("CARGO_TARGET_DIR", target);
        }
        Ran::of(command.current_dir(&folder)).ok().json()
    };
    let built = assay(&["--json", "build", "--key", "../key.json"]);
    let package = built["package"].as_str().expect("the package has a path");
    let input = "numbers.txt=data/numbers.txt";
    let run = ["--json", "run", package, "--input", input, "--out", "out", "--receipt", "job.receipt", "--key", "../key.json"];
    let ran = assay(&run);
    assert_eq!(ran["outcome_hash"], built["tests"][0]["outcome_hash"], "a run with the test's input is that test");
    let written = String::from_utf8(place.read("my-job/out/logistic.txt")).expect("text");
    assert_eq!(written.lines().nth(2), Some("0.5"), "{written}");
    // On an adapter, the CPU repeats what share of the dispatches it is told to; nothing else shows of it.
    if let Some(adapter) = admitted("a job on an adapter").first().map(Admitted::index) {
        for (rate, repeated) in [("1", true), ("0", false)] {
            let on_adapter = [&run[..5], &["--out", rate, "--gpu", &adapter, "--gpu-recheck", rate]].concat();
            let again = assay(&on_adapter);
            assert_eq!(again["outcome_hash"], ran["outcome_hash"]);
            assert_eq!(again["gpu"]["rechecked"].as_u64().expect("a number") > 0, repeated, "{again}");
        }
    }
    let verified = assay(&["--json", "verify", "job.receipt", package, "--input", input, "--outputs", "out"]);
    assert_eq!(verified["verified"], true);
}
