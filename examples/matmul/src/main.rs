//! The job's entry; what it does stands in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    assay_guest::run(matmul::job)
}
