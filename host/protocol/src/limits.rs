//! Limits: what a job may use (`specs/package.md`, section 3).
//!
//! One table drives everything: the encoding's order, the defaults, the ceilings, `job.toml`, `assay inspect`. A test compares it with the table of the
//! specification, so neither can change alone.

use borsh::{BorshDeserialize, BorshSerialize};

/// What one limit is called and may be.
#[derive(Debug, Clone, Copy)]
pub struct LimitSpec {
    /// Its name in manifests, in `job.toml` and in outcomes.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The least a manifest may state.
    pub floor: u64,
    /// What a manifest states when its author says nothing.
    pub default: u64,
    /// The most a manifest may state.
    pub ceiling: u64,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident, $unit:literal, $floor:literal, $default:literal, $ceiling:literal;)*) => {
        /// The limits of a job, in the order of their encoding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
        pub struct Limits {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Limits {
            /// The table, in the order of the encoding; a limit's number is its place here.
            pub const TABLE: &'static [LimitSpec] = &[
                $(LimitSpec { name: stringify!($name), unit: $unit, floor: $floor, default: $default, ceiling: $ceiling },)*
            ];

            /// The values in the order of [`Self::TABLE`].
            pub fn values(&self) -> [u64; Self::TABLE.len()] {
                [$(self.$name,)*]
            }

            /// The place of the limit called `name`, to be set.
            pub fn by_name(&mut self, name: &str) -> Option<&mut u64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }
    };
}

limits! {
    /// Fuel units.
    fuel, "fuel units", 1, 50_000_000_000, 1_000_000_000_000_000;
    /// Linear memory, bytes.
    memory_bytes, "bytes", 65_536, 1_073_741_824, 4_294_967_296;
    /// Elements of all tables together.
    table_elements, "elements", 0, 1_000_000, 10_000_000;
    /// Length of the module, bytes.
    module_bytes, "bytes", 8, 67_108_864, 268_435_456;
    /// Arguments with their NULs, bytes.
    args_bytes, "bytes", 16, 65_536, 1_048_576;
    /// Environment with its NULs, bytes.
    env_bytes, "bytes", 0, 65_536, 1_048_576;
    /// Number of inputs.
    inputs, "inputs", 0, 64, 1_024;
    /// Inputs together, bytes.
    input_bytes, "bytes", 0, 4_294_967_296, 1_099_511_627_776;
    /// Number of regular files below `/out`.
    outputs, "files", 0, 256, 8_192;
    /// Files below `/out` together, bytes.
    output_bytes, "bytes", 0, 268_435_456, 17_179_869_184;
    /// Files below `/tmp` together, and files unlinked but open, bytes.
    scratch_bytes, "bytes", 0, 268_435_456, 17_179_869_184;
    /// Files and directories below `/out` and `/tmp`, and files unlinked but open.
    files, "files", 0, 4_096, 1_048_576;
    /// Open handles, the four of the start included.
    handles, "handles", 8, 256, 65_536;
    /// Bytes written to stdout.
    stdout_bytes, "bytes", 0, 16_777_216, 1_073_741_824;
    /// Bytes written to stderr.
    stderr_bytes, "bytes", 0, 16_777_216, 1_073_741_824;
    /// Host calls.
    host_calls, "calls", 1, 10_000_000, 1_000_000_000;
    /// GPU buffers alive at one time, together, bytes.
    gpu_buffer_bytes, "bytes", 0, 268_435_456, 2_147_483_648;
    /// GPU buffers, shaders and pipelines alive at one time.
    gpu_objects, "objects", 0, 256, 65_536;
    /// Dispatches.
    gpu_dispatches, "dispatches", 0, 1_000_000, 1_000_000_000;
    /// Invocations of all dispatches together.
    gpu_invocations, "invocations", 0, 1_099_511_627_776, 1_125_899_906_842_624;
    /// Length of the source of one shader, bytes.
    shader_bytes, "bytes", 0, 1_048_576, 4_194_304;
    /// Iterations of the loops of one invocation.
    gpu_loop_iterations, "iterations", 1, 1_048_576, 1_073_741_824;
    /// Weights of the functions that are active, in units of `specs/metering.md`, section 5.
    call_depth, "units", 1, 16_384, 65_536;
}

impl Limits {
    /// Number of `stdout_bytes`, as it stands in an outcome.
    pub const STDOUT_BYTES: u8 = 13;
    /// Number of `stderr_bytes`, as it stands in an outcome.
    pub const STDERR_BYTES: u8 = 14;
    /// Number of `host_calls`, as it stands in an outcome.
    pub const HOST_CALLS: u8 = 15;
    /// Number of `gpu_dispatches`, as it stands in an outcome.
    pub const GPU_DISPATCHES: u8 = 18;
    /// Number of `gpu_invocations`, as it stands in an outcome.
    pub const GPU_INVOCATIONS: u8 = 19;
    /// Number of `gpu_loop_iterations`, as it stands in an outcome.
    pub const GPU_LOOP_ITERATIONS: u8 = 21;
    /// Number of `call_depth`.
    pub const CALL_DEPTH: u8 = 22;
    /// The limits of `LimitExceeded`. `fuel` and `call_depth` end a job with a status of their own; the others are answered with an error or refused before.
    pub const ENDING: [u8; 6] =
        [Self::STDOUT_BYTES, Self::STDERR_BYTES, Self::HOST_CALLS, Self::GPU_DISPATCHES, Self::GPU_INVOCATIONS, Self::GPU_LOOP_ITERATIONS];

    /// The name of limit `number`.
    pub fn name_of(number: u8) -> Option<&'static str> {
        Self::TABLE.get(usize::from(number)).map(|spec| spec.name)
    }

    /// The number of the limit called `name`.
    pub fn number_of(name: &str) -> Option<u8> {
        let place = Self::TABLE.iter().position(|spec| spec.name == name)?;
        u8::try_from(place).ok()
    }

    /// Refuses a value outside its floor and ceiling.
    pub fn validate(&self) -> Result<(), String> {
        for (spec, value) in Self::TABLE.iter().zip(self.values()) {
            if value < spec.floor || value > spec.ceiling {
                return Err(format!(
                    "has the limit {} at {value} {}; it must lie between {} and {}",
                    spec.name, spec.unit, spec.floor, spec.ceiling
                ));
            }
        }
        Ok(())
    }

    /// Refuses a value above the same limit of `most`.
    pub fn within(&self, most: &Self) -> Result<(), String> {
        for ((spec, value), most) in Self::TABLE.iter().zip(self.values()).zip(most.values()) {
            if value > most {
                return Err(format!("has the limit {} at {value} {}, above the manifest's {most}", spec.name, spec.unit));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the specification and this one are the same table.
    #[test]
    fn table_is_the_specification() {
        let page = include_str!("../../../specs/package.md");
        let rows: Vec<Vec<String>> = page
            .lines()
            .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
            .map(|line| line.split('|').map(|cell| cell.trim().replace(['`', ','], "")).collect())
            .collect();
        assert_eq!(rows.len(), Limits::TABLE.len());
        for (number, (row, spec)) in rows.iter().zip(Limits::TABLE).enumerate() {
            let expected = [number.to_string(), spec.name.to_owned()];
            assert_eq!(row[1..3], expected);
            assert_eq!(row[4..7], [spec.floor, spec.default, spec.ceiling].map(|value| value.to_string()));
        }
    }

    #[test]
    fn numbers_in_outcomes_are_places_in_the_table() {
        assert_eq!(Limits::name_of(Limits::STDOUT_BYTES), Some("stdout_bytes"));
        assert_eq!(Limits::name_of(Limits::STDERR_BYTES), Some("stderr_bytes"));
        assert_eq!(Limits::name_of(Limits::HOST_CALLS), Some("host_calls"));
        assert_eq!(Limits::name_of(Limits::GPU_DISPATCHES), Some("gpu_dispatches"));
        assert_eq!(Limits::name_of(Limits::GPU_INVOCATIONS), Some("gpu_invocations"));
        assert_eq!(Limits::name_of(Limits::GPU_LOOP_ITERATIONS), Some("gpu_loop_iterations"));
        assert_eq!(Limits::number_of("gpu_loop_iterations"), Some(21));
        assert_eq!(Limits::number_of("gpu_loop"), None);
        assert_eq!(Limits::number_of("call_depth"), Some(22));
        assert_eq!(Limits::name_of(23), None);
    }

    #[test]
    fn fuel_and_depth_have_a_status_of_their_own() {
        for name in ["fuel", "call_depth"] {
            let number = Limits::number_of(name).unwrap();
            assert!(!Limits::ENDING.contains(&number), "{name} is no LimitExceeded");
        }
    }
}
