//! The native side of a comparison.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::programs;

/// The kernels, compiled natively.
#[derive(Debug)]
pub struct Native {
    program: PathBuf,
}

impl Native {
    /// Builds them; for any machine of this architecture, or for this processor.
    pub fn build(for_this_processor: bool) -> Result<Self> {
        Ok(Self { program: programs::native(for_this_processor)? })
    }

    /// Runs kernel `index` on `n`: its result and the thread CPU time it took.
    pub fn run(&self, index: usize, n: u32) -> Result<(u64, Duration)> {
        let output =
            Command::new(&self.program).arg(index.to_string()).arg(n.to_string()).output().context("the native kernels do not start")?;
        if !output.status.success() {
            bail!("native kernel {index} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let (result, nanoseconds) = said.trim().split_once(' ').context("the native kernels say something unexpected")?;
        Ok((result.parse()?, Duration::from_nanos(nanoseconds.parse()?)))
    }
}
