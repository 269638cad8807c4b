//! Writes `specs/vectors/*.json`, or with `--check` says whether they are what it would write.
//!
//! ```text
//! cargo run -p assay-reference --bin vectors              write them
//! cargo run -p assay-reference --bin vectors -- --check   exit code 1 if one differs
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("usage: vectors [--check]");
            return ExitCode::from(2);
        }
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let mut code = ExitCode::SUCCESS;
    for (name, text) in assay_reference::vectors::files() {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|found| found == text) {
            println!("{name}: as it should be");
        } else if check {
            println!("{name}: differs; run `cargo run -p assay-reference --bin vectors` and look at what changed");
            code = ExitCode::FAILURE;
        } else if let Err(error) = std::fs::write(&path, &text) {
            eprintln!("{}: cannot be written: {error}", path.display());
            code = ExitCode::FAILURE;
        } else {
            println!("{name}: written, {} bytes", text.len());
        }
    }
    code
}
