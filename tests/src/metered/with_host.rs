//! The host of jobs, answering the reference of metering.

use assay_protocol::job::Job;
use assay_protocol::outcome::{Status, TrapKind};
use assay_protocol::transcript::Call;
use assay_reference::metering::{self, Ended, Halt, HostCall, Imports, Limits, Reply};
use assay_sandbox::Execution;
use assay_sandbox::host::{Function, Host, HostConfig, InputData, Stop};

/// The host as the reference calls it.
struct WithHost(Host);

impl Imports for WithHost {
    type Stop = Stop;

    fn call(&mut self, call: HostCall<'_>) -> Result<Reply, Halt<Stop>> {
        let named = |function: &&Function| (function.module(), function.name()) == (call.module, call.name);
        let function = Function::ALL.iter().find(named).expect("admission has looked at the imports");
        match self.0.call(*function, call.args, call.memory, call.fuel_used) {
            Ok(reply) => Ok(Reply { value: reply.value, charge: reply.charge }),
            // There is not enough for the charge, whatever it is.
            Err(Stop::OutOfFuel) => Err(Halt { stop: Stop::OutOfFuel, charge: u64::MAX }),
            Err(stop @ (Stop::Exit { charge, .. } | Stop::Limit { charge, .. })) => Err(Halt { stop, charge }),
            Err(stop @ Stop::Abstain { .. }) => Err(Halt { stop, charge: 0 }),
        }
    }
}

/// What the reference says of a job.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub status: Status,
    /// Section 4 of metering.md.
    pub fuel: u64,
    /// Outputs by name.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Stdout.
    pub stdout: Vec<u8>,
    /// Stderr.
    pub stderr: Vec<u8>,
    /// Its host calls, with C at each.
    pub calls: Vec<Call>,
}

/// Runs an admitted module as `job` by the reference of metering.
///
/// # Errors
/// In words, when the reference comes to an end of its own, or the host abstains.
pub fn run(wasm: &[u8], job: &Job, inputs: Vec<Vec<u8>>) -> Result<Run, String> {
    let data = |content: Vec<u8>| Box::new(content) as Box<dyn InputData>;
    let host = Host::new(HostConfig {
        limits: job.limits,
        args: job.args.clone(),
        env: job.env.iter().map(|var| (var.name.clone(), var.value.clone())).collect(),
        inputs: job.inputs.iter().map(|input| input.name.clone()).zip(inputs.into_iter().map(data)).collect(),
        job_id: job.id().0,
        keep_calls: true,
        observer: Box::new(()),
        gpu: assay_sandbox::cpu(),
    });
    let assay_protocol::limits::Limits { fuel, call_depth, memory_bytes, table_elements, .. } = job.limits;
    let limits = Limits { fuel, call_depth, memory_bytes, table_elements };
    let (Ended { status, fuel }, WithHost(host)) = metering::run_job(wasm, "_start", limits, WithHost(host))?;
    let status = match status {
        metering::Status::Returned(_) => Status::Completed { exit_code: 0 },
        metering::Status::OutOfFuel => Status::OutOfFuel,
        metering::Status::DepthExceeded => Status::DepthExceeded,
        metering::Status::Stopped(Stop::Exit { code, .. }) => Status::Completed { exit_code: code },
        metering::Status::Stopped(Stop::Limit { limit, .. }) => Status::LimitExceeded { limit },
        metering::Status::Stopped(other) => return Err(format!("{other:?}")),
        metering::Status::Trapped(name) => Status::Trapped { kind: trap(name)? },
        metering::Status::CannotSay(why) => return Err(why),
    };
    let finished = host.finish(matches!(status, Status::Completed { .. })).map_err(|stop| stop.to_string())?;
    Ok(Run {
        status,
        fuel,
        outputs: finished.outputs,
        stdout: finished.stdout,
        stderr: finished.stderr,
        calls: finished.transcript.into_calls().expect("calls are kept"),
    })
}

fn trap(name: &str) -> Result<TrapKind, String> {
    use TrapKind::{
        BadConversionToInteger, BadSignature, IndirectCallToNull, IntegerDivisionByZero, IntegerOverflow, MemoryOutOfBounds,
        TableOutOfBounds, Unreachable,
    };
    let all = [
        BadConversionToInteger,
        BadSignature,
        IndirectCallToNull,
        IntegerDivisionByZero,
        IntegerOverflow,
        MemoryOutOfBounds,
        TableOutOfBounds,
        Unreachable,
    ];
    all.into_iter().find(|kind| kind.name() == name).ok_or_else(|| format!("no trap is called {name}"))
}

/// Holds what a job's run in the sandbox came to against the reference: everything, C at each host call included.
///
/// # Panics
/// When they differ; `what` says in what.
pub fn assert_same(what: &str, executed: &Execution, run: &Run) {
    assert_eq!((executed.outcome.status, executed.outcome.fuel), (run.status, run.fuel), "{what}: status and fuel");
    let calls = executed.kept_calls.as_deref().unwrap_or_default();
    for (one, other) in calls.iter().zip(&run.calls) {
        assert_eq!(one, other, "{what}: a host call");
    }
    assert_eq!(calls.len(), run.calls.len(), "{what}: number of host calls");
    assert!(executed.stdout == run.stdout, "{what}: stdout");
    assert!(executed.stderr == run.stderr, "{what}: stderr");
    assert!(executed.outputs == run.outputs, "{what}: outputs");
}
