//! What must hold of any text that claims to be WGSL.

use std::sync::{LazyLock, Mutex, PoisonError};

use assay_gpu::cpu::CpuDevice;
use assay_gpu::{Device, Shader};

use crate::corpus::LOOP_ITERATIONS;

static CPU: LazyLock<Mutex<CpuDevice>> = LazyLock::new(|| Mutex::new(CpuDevice::new(Some(1)).expect("the CPU executor works")));

/// It is refused by a rule, or compiles.
///
/// # Panics
/// When neither is so, or when the front end says one thing and then another.
pub fn holds(text: &str) {
    let first = Shader::new(text);
    match (first, Shader::new(text)) {
        (Ok(shader), Ok(_)) => compiles(&shader, text),
        (Err(first), Err(again)) => {
            assert_eq!(first, again, "refused for one reason and then for another:\n{text}");
            assert!(!first.reasons.is_empty(), "refused without a reason:\n{text}");
            let lines = text.lines().count().max(1) as u32 + 1;
            for reason in &first.reasons {
                assert!(!reason.rule.is_empty() && !reason.message.is_empty() && reason.rule != "internal", "{reason:?}:\n{text}");
                assert!(reason.line <= lines, "{reason:?} in a text of {lines} lines:\n{text}");
            }
        }
        _ => panic!("strict and then not, or the other way round:\n{text}"),
    }
}

fn compiles(shader: &Shader, text: &str) {
    for entry in shader.entry_points() {
        let lower = || shader.kernel(&entry.name, &[], LOOP_ITERATIONS);
        match (lower(), lower()) {
            (Ok(first), Ok(again)) => {
                assert_eq!(first.fingerprint, again.fingerprint, "lowered to one kernel and then to another:\n{text}");
                let mut cpu = CPU.lock().unwrap_or_else(PoisonError::into_inner);
                let pipeline = cpu.create_pipeline(&first).unwrap_or_else(|error| panic!("{}: {error}:\n{text}", entry.name));
                cpu.destroy_pipeline(pipeline);
            }
            (Err(first), Err(again)) => {
                assert_eq!(first, again, "refused for one reason and then for another:\n{text}");
                assert!(first.reasons.iter().all(|reason| reason.rule != "internal"), "{first}:\n{text}");
            }
            _ => panic!("lowered and then not, or the other way round:\n{text}"),
        }
    }
}
