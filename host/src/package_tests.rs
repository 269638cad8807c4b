//! Test cases of a package: known answers, run again.

use std::sync::Arc;

use assay_protocol::hash::NamedBlob;
use assay_protocol::job::Job;
use assay_protocol::limits::Limits;
use assay_protocol::manifest::TestCase;
use assay_protocol::{Hash, Refusal};
use assay_sandbox::{Execution, Input, OpenDevice, Prepared, Request, Sandbox};

use crate::failure::Failure;

/// The job that a test case is.
pub fn job(module: Hash, limits: Limits, case: &TestCase) -> Result<Job, Failure> {
    Job::new(module, limits, case.args.clone(), case.env.clone(), case.inputs.clone()).map_err(|why| {
        Failure::refused("job.limits", format!("test {:?}: {why}", case.name)).hint("raise the limit in job.toml, or give the test less")
    })
}

/// Runs a test case once; `content` gives its inputs by hash, `gpu` what its GPU calls run on.
pub fn run_once(
    sandbox: &Sandbox,
    prepared: &Prepared,
    job: &Job,
    content: &dyn Fn(&NamedBlob) -> Option<Arc<[u8]>>,
    gpu: OpenDevice,
) -> Result<Execution, Failure> {
    let mut inputs = Vec::new();
    for input in &job.inputs {
        let bytes =
            content(input).ok_or_else(|| Refusal::new("package.blob", format!("the package has no content for input {:?}", input.name)))?;
        inputs.push(Input::from_bytes(bytes));
    }
    Ok(sandbox.run(prepared, Request { job, inputs, keep_calls: false, observer: Box::new(()), gpu })?)
}
