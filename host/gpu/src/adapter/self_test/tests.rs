//! The self-test can pass, and it can fail.

use super::{examine, prepare, run};
use crate::adapter::tier::{Plan, Tier};
use crate::cpu::CpuDevice;
use crate::device::{Device, DeviceError};

#[test]
fn the_cpu_executor_passes_every_case() {
    let cases = prepare().unwrap();
    let mut cpu = CpuDevice::new(None).unwrap();
    let mut failed = Vec::new();
    for prepared in &cases {
        match run(&mut cpu, prepared) {
            Ok(Ok(())) => {}
            Ok(Err(mismatch)) => failed.push(mismatch.0),
            Err(error) => failed.push(format!("{}: {error}", prepared.case.name)),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let mut open = |_: Plan| -> Result<Box<dyn Device>, DeviceError> { Ok(Box::new(CpuDevice::new(None)?)) };
    let (plan, reports) = examine(&Tier::ALL, true, &mut open);
    assert_eq!(plan, Some(Plan::best(Tier::Native, true)));
    assert_eq!(reports.len(), 1);
}
