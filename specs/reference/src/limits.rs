//! # Limits (package.md, section 3)
//!
//! The table, and nothing else to know: 23 numbers in this order, each with a floor and a ceiling.

use crate::encoding::{Malformed, Reader, Writer};

/// How many limits there are.
pub const COUNT: usize = 23;

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The limit's name; its unit ends the name where it has one.
    pub name: &'static str,
    /// The least that a manifest may say.
    pub floor: u64,
    /// What a manifest says when its author says nothing.
    pub default: u64,
    /// The most that a manifest may say.
    pub ceiling: u64,
}

const fn row(name: &'static str, floor: u64, default: u64, ceiling: u64) -> Row {
    Row { name, floor, default, ceiling }
}

/// The table.
pub const TABLE: [Row; COUNT] = [
    row("fuel", 1, 50_000_000_000, 1_000_000_000_000_000),
    row("memory_bytes", 65_536, 1_073_741_824, 4_294_967_296),
    row("table_elements", 0, 1_000_000, 10_000_000),
    row("module_bytes", 8, 67_108_864, 268_435_456),
    row("args_bytes", 16, 65_536, 1_048_576),
    row("env_bytes", 0, 65_536, 1_048_576),
    row("inputs", 0, 64, 1_024),
    row("input_bytes", 0, 4_294_967_296, 1_099_511_627_776),
    row("outputs", 0, 256, 8_192),
    row("output_bytes", 0, 268_435_456, 17_179_869_184),
    row("scratch_bytes", 0, 268_435_456, 17_179_869_184),
    row("files", 0, 4_096, 1_048_576),
    row("handles", 8, 256, 65_536),
    row("stdout_bytes", 0, 16_777_216, 1_073_741_824),
    row("stderr_bytes", 0, 16_777_216, 1_073_741_824),
    row("host_calls", 1, 10_000_000, 1_000_000_000),
    row("gpu_buffer_bytes", 0, 268_435_456, 2_147_483_648),
    row("gpu_objects", 0, 256, 65_536),
    row("gpu_dispatches", 0, 1_000_000, 1_000_000_000),
    row("gpu_invocations", 0, 1_099_511_627_776, 1_125_899_906_842_624),
    row("shader_bytes", 0, 1_048_576, 4_194_304),
    row("gpu_loop_iterations", 1, 1_048_576, 1_073_741_824),
    row("call_depth", 1, 16_384, 65_536),
];

/// The limits of one manifest or job, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits(pub [u64; COUNT]);

impl Limits {
    /// What a manifest says when its author says nothing.
    pub fn defaults() -> Limits {
        Limits(TABLE.map(|row| row.default))
    }

    /// Reads 23 u64. Floors and ceilings are a check of their own.
    pub fn read(reader: &mut Reader<'_>) -> Result<Limits, Malformed> {
        let mut values = [0; COUNT];
        for value in &mut values {
            *value = reader.u64()?;
        }
        Ok(Limits(values))
    }

    /// Writes 23 u64.
    pub fn write(&self, writer: &mut Writer) {
        for value in self.0 {
            writer.u64(value);
        }
    }

    /// The first limit below its floor or above its ceiling, in words.
    pub fn out_of_range(&self) -> Option<String> {
        TABLE.iter().zip(self.0).find_map(|(row, value)| {
            let Row { name, floor, ceiling, .. } = row;
            (value < *floor || value > *ceiling).then(|| format!("limit {name} is {value}, outside {floor} to {ceiling}"))
        })
    }

    /// The first limit above that of `manifest`, in words.
    pub fn above(&self, manifest: &Limits) -> Option<String> {
        TABLE.iter().zip(self.0.iter().zip(manifest.0)).find_map(|(row, (asked, granted))| {
            (*asked > granted).then(|| format!("limit {} is {asked}, above the manifest's {granted}", row.name))
        })
    }
}
