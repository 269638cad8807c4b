//! What one trial of an entry point is: how many workgroups, how long each buffer, and what is in it. The same on every machine and for every back end.

use std::str::FromStr;

use assay_gpu::data::{self, Values};
use assay_gpu::{Access, Binding, Kernel};

use crate::failure::Failure;
use crate::report::grouped;

/// Most invocations of one dispatch here: this is a trial, and it runs on one core's worth of CPU executor as well.
const INVOCATIONS_MAX: u64 = 1 << 32;
/// Most bytes of all bindings together: a trial holds them several times over, to compare.
const BYTES_MAX: u64 = 1 << 30;
/// Workgroups when nobody says how many.
const GROUPS: u32 = 16;

/// `--dispatch X,Y,Z`: workgroups in each dimension; what is left out is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Groups(pub [u32; 3]);

impl FromStr for Groups {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut groups = [1; 3];
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() > 3 {
            return Err(format!("{text:?} has more than three dimensions"));
        }
        for (group, part) in groups.iter_mut().zip(parts) {
            *group = part.trim().parse().ok().filter(|count| (1..=65_535).contains(count)).ok_or_else(|| {
                format!("{part:?} is no number of workgroups: each dimension is a whole number from 1 to 65535, as in 16,1,1")
            })?;
        }
        Ok(Self(groups))
    }
}

/// `--size BINDING=BYTES`: BINDING is `GROUP:BINDING`, or the variable's name.
#[derive(Debug, Clone)]
pub struct Size {
    binding: String,
    bytes: u64,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (binding, bytes) = text.split_once('=').ok_or_else(|| format!("{text:?} is not BINDING=BYTES"))?;
        let bytes: u64 = bytes.replace('_', "").parse().map_err(|_| format!("{bytes:?} is not a whole number of bytes"))?;
        if bytes == 0 || !bytes.is_multiple_of(4) {
            return Err(format!("a buffer of {bytes} bytes cannot be bound: its length is a multiple of 4 and not 0"));
        }
        Ok(Self { binding: binding.to_owned(), bytes })
    }
}

impl Size {
    fn is_of(&self, binding: &Binding) -> bool {
        self.binding == binding.name || self.binding == number_of(binding)
    }
}

/// `--constant NAME=VALUE`
pub fn constant(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    let value = match value {
        "true" => 1.0,
        "false" => 0.0,
        number => number.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| format!("{number:?} is not a number"))?,
    };
    Ok((name.to_owned(), value))
}

/// A binding as the command line names it: `GROUP:BINDING`.
pub fn number_of(binding: &Binding) -> String {
    format!("{}:{}", binding.group, binding.binding)
}

/// How a kernel uses a binding, in WGSL's words.
pub fn access_of(binding: &Binding) -> &'static str {
    match binding.access {
        Access::Uniform => "uniform",
        Access::Read => "read",
        Access::ReadWrite => "read_write",
    }
}

/// A trial.
pub struct Plan {
    /// Name of the entry point.
    pub entry: String,
    /// What runs.
    pub kernel: Kernel,
    /// Workgroups.
    pub groups: [u32; 3],
    /// Bytes of each binding, in the order of the kernel's.
    lengths: Vec<u64>,
    /// What is in each binding at the start, in the same order; empty before [`Self::fill`].
    pub data: Vec<Vec<u8>>,
}

impl Plan {
    /// Decides what is not stated.
    pub fn new(entry: &str, kernel: Kernel, groups: Option<Groups>, sizes: &[Size]) -> Result<Self, Failure> {
        let groups = groups.map_or_else(|| chosen_groups(kernel.workgroup_size), |groups| groups.0);
        let product = |of: [u32; 3]| of.iter().fold(1_u64, |product, part| product.saturating_mul(u64::from(*part)));
        let invocations = product(groups).saturating_mul(product(kernel.workgroup_size));
        if invocations > INVOCATIONS_MAX {
            return Err(Failure::usage(format!(
                "{entry}: {} invocations are more than a trial may have ({})",
                grouped(invocations),
                grouped(INVOCATIONS_MAX)
            ))
            .hint("give fewer workgroups with --dispatch"));
        }
        let mut lengths = Vec::new();
        for binding in &kernel.bindings {
            lengths.push(length(entry, binding, sizes, invocations)?);
        }
        let total = lengths.iter().fold(0_u64, |total, bytes| total.saturating_add(*bytes));
        if total > BYTES_MAX {
            return Err(Failure::usage(format!(
                "{entry}: its bindings take {} bytes, a trial may have {}",
                grouped(total),
                grouped(BYTES_MAX)
            ))
            .hint("state shorter ones with --size, or use shorter arrays"));
        }
        Ok(Self { entry: entry.to_owned(), kernel, groups, lengths, data: Vec::new() })
    }

    /// Fills the buffers.
    pub fn fill(&mut self, seed: u64, values: Values) {
        let filled = |(binding, bytes): (&Binding, &u64)| {
            // At most BYTES_MAX, which is below usize::MAX on every machine this runs on.
            data::fill(&self.kernel, binding, usize::try_from(*bytes).unwrap_or(0), seed, values)
        };
        self.data = self.kernel.bindings.iter().zip(&self.lengths).map(filled).collect();
    }

    /// The bindings with the place of each in [`Self::data`], those that a shader writes.
    pub fn written(&self) -> impl Iterator<Item = (usize, &Binding)> {
        self.kernel.bindings.iter().enumerate().filter(|(_, binding)| binding.access == Access::ReadWrite)
    }
}

/// Refuses `--size` for what no entry point has.
pub fn all_sizes_used(sizes: &[Size], plans: &[Plan]) -> Result<(), Failure> {
    let bindings: Vec<&Binding> = plans.iter().flat_map(|plan| &plan.kernel.bindings).collect();
    match sizes.iter().find(|size| !bindings.iter().any(|binding| size.is_of(binding))) {
        None => Ok(()),
        Some(unknown) => {
            let mut names: Vec<String> = bindings.iter().map(|binding| format!("{} {}", number_of(binding), binding.name)).collect();
            names.sort();
            names.dedup();
            Err(Failure::usage(format!("--size names a binding {:?}, which the shader has not", unknown.binding))
                .hint(if names.is_empty() { "it has none".to_owned() } else { format!("it has: {}", names.join(", ")) }))
        }
    }
}

fn length(entry: &str, binding: &Binding, sizes: &[Size], invocations: u64) -> Result<u64, Failure> {
    let Some(stated) = sizes.iter().rev().find(|size| size.is_of(binding)) else { return Ok(data::bytes_for(binding, invocations)) };
    if stated.bytes < binding.bytes_min {
        let message = format!(
            "{entry}: binding {} {} needs at least {} bytes, --size gives it {}",
            number_of(binding),
            binding.name,
            grouped(binding.bytes_min),
            grouped(stated.bytes)
        );
        return Err(Failure::usage(message).hint("give it more, or leave --size out"));
    }
    Ok(stated.bytes)
}

/// 16 workgroups, spread over the dimensions that the workgroup itself has.
fn chosen_groups(workgroup_size: [u32; 3]) -> [u32; 3] {
    match workgroup_size {
        [_, 1, 1] => [GROUPS, 1, 1],
        [_, _, 1] => [4, GROUPS / 4, 1],
        _ => [4, 2, GROUPS / 8],
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, Size, chosen_groups, constant};

    #[test]
    fn dispatches_are_one_to_three_numbers() {
        assert_eq!("4".parse(), Ok(Groups([4, 1, 1])));
        assert_eq!("4,5,65535".parse(), Ok(Groups([4, 5, 65_535])));
        for wrong in ["", "0", "1,2,3,4", "65536", "-1", "1,,1", "4294967297", "1,1,1,"] {
            assert!(wrong.parse::<Groups>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_and_constants() {
        assert!("0:1=4_096".parse::<Size>().is_ok_and(|size| size.bytes == 4096));
        for wrong in ["", "x", "x=", "x=0", "x=6", "x=-4", "x=99999999999999999999"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong:?}");
        }
        assert_eq!(constant("n=true"), Ok(("n".to_owned(), 1.0)));
        assert_eq!(constant("7=-2.5"), Ok(("7".to_owned(), -2.5)));
        for wrong in ["n", "n=", "n=x", "n=nan", "n=inf", "n=1e999"] {
            assert!(constant(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sixteen_workgroups_unless_stated() {
        for size in [[64, 1, 1], [8, 8, 1], [4, 4, 4], [1, 1, 1], [1, 64, 1], [1, 1, 4]] {
            assert_eq!(chosen_groups(size).iter().product::<u32>(), 16, "{size:?}");
        }
    }
}
