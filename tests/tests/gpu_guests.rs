//! Jobs with GPU calls come to one outcome and one transcript, whatever runs their shaders: the CPU executor, and every adapter of this machine at every tier.

use assay_sandbox::Sandbox;
use assay_tests::adapter::admitted;
use assay_tests::guests::{self, Guest};

fn same_on_every_device(folder: &str) {
    let sandbox = Sandbox::new(None).expect("the engine starts");
    let guests: Vec<Guest> = guests::folder(folder).into_iter().filter(|guest| guest.name.starts_with("gpu_")).collect();
    assert!(guests.len() > 5, "{folder} has {} guests with GPU calls", guests.len());
    let mut differ = String::new();
    for admitted in admitted(&format!("guests of {folder}")) {
        for guest in &guests {
            let expected = guest.run(&sandbox);
            let found = guest.run_on(&sandbox, admitted.opener());
            if expected.identity() != found.identity() {
                let name = admitted.name();
                differ.push_str(&format!("{} on {name}: {} ({found:?}), expected {}\n", guest.name, found.identity(), expected.identity()));
            }
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn pinned_outcomes_are_the_same_on_every_device() {
    same_on_every_device("conformance");
}

/// Endless loops and floods of objects included: an outcome everywhere, and the device goes on for others.
#[test]
fn attacks_come_to_the_same_on_every_device() {
    same_on_every_device("hostile");
}
