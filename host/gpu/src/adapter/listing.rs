//! Which adapters this machine has, and which one a person means.

use std::fmt;

use crate::adapter::facts::{self, Facts};

/// What sort of device an adapter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    /// A card with memory of its own.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A share of a GPU, given to a virtual machine.
    Virtual,
    /// Something Vulkan has no word for.
    Other,
    /// A driver that computes on the processor (lavapipe). Never chosen unless named: the CPU executor is the better way to use a processor.
    Cpu,
}

/// What identifies an adapter and all that compiles its shaders.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// Name as its driver gives it.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Vendor's number.
    pub vendor_id: u32,
    /// Device's number.
    pub device_id: u32,
    /// Driver's name.
    pub driver: String,
    /// Driver's own description of its version.
    pub driver_info: String,
    /// Driver's version as Vulkan packs it.
    pub driver_version: u32,
    /// API through which it is reached.
    pub backend: String,
}

/// An adapter of this machine.
pub struct Adapter {
    /// Position in [`list`], from 0.
    pub index: usize,
    /// What it is.
    pub identity: Identity,
    pub(crate) facts: Facts,
    pub(crate) wgpu: wgpu::Adapter,
}

/// No adapter, or not one, is meant by a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// None matches.
    #[error("no GPU adapter is called {wanted:?}; this machine has {}", names(.found))]
    NoMatch {
        /// The text.
        wanted: String,
        /// What there is.
        found: Vec<String>,
    },
    /// Several match.
    #[error("{wanted:?} means several GPU adapters: {}; give the index or more of the name", names(.found))]
    Ambiguous {
        /// The text.
        wanted: String,
        /// Those that match.
        found: Vec<String>,
    },
}

fn names(found: &[String]) -> String {
    if found.is_empty() { "none".to_owned() } else { found.join(", ") }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Other => "other",
            Self::Cpu => "cpu",
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}, {} {})", self.name, self.kind, self.backend, self.driver, self.driver_info)
    }
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adapter")
            .field("index", &self.index)
            .field("identity", &self.identity)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl Adapter {
    /// Bytes of the largest buffer, and of the largest range a shader may see.
    pub fn bytes_max(&self) -> (u64, u64) {
        let limits = self.wgpu.limits();
        (limits.max_buffer_size, limits.max_storage_buffer_binding_size)
    }
}

/// All adapters, real GPUs first; empty where there is no Vulkan loader or no driver. Needs no display.
pub fn list() -> Vec<Adapter> {
    // wgpu has no Vulkan on Apple's systems, and panics where it is asked for what it has not.
    if !wgpu::Instance::enabled_backend_features().contains(wgpu::Backends::VULKAN) {
        return Vec::new();
    }
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN,
        flags: wgpu::InstanceFlags::empty(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let mut adapters: Vec<Adapter> =
        pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN)).into_iter().map(describe).collect();
    // Vulkan's order among equals is kept: it is the order in which every other tool names them.
    adapters.sort_by_key(|adapter| adapter.identity.kind);
    for (index, adapter) in adapters.iter_mut().enumerate() {
        adapter.index = index;
    }
    adapters
}

fn describe(adapter: wgpu::Adapter) -> Adapter {
    let info = adapter.get_info();
    let facts = Facts { lanes: info.subgroup_max_size, ..facts::ask(&adapter) };
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => DeviceKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => DeviceKind::Integrated,
        wgpu::DeviceType::VirtualGpu => DeviceKind::Virtual,
        wgpu::DeviceType::Cpu => DeviceKind::Cpu,
        wgpu::DeviceType::Other => DeviceKind::Other,
    };
    let identity = Identity {
        name: info.name,
        kind,
        vendor_id: info.vendor,
        device_id: info.device,
        driver: info.driver,
        driver_info: info.driver_info,
        driver_version: facts.driver_version,
        backend: info.backend.to_string(),
    };
    Adapter { index: 0, identity, facts, wgpu: adapter }
}

/// The adapter that `wanted` means: its index, or a part of its name that no other name has, upper and lower case alike.
///
/// # Errors
/// [`SelectError`]: none or several.
pub fn select<'a>(adapters: &'a [Adapter], wanted: &str) -> Result<&'a Adapter, SelectError> {
    let names: Vec<&str> = adapters.iter().map(|adapter| adapter.identity.name.as_str()).collect();
    Ok(&adapters[position(&names, wanted)?])
}

fn position(names: &[&str], wanted: &str) -> Result<usize, SelectError> {
    if let Some(index) = wanted.parse::<usize>().ok().filter(|index| *index < names.len()) {
        return Ok(index);
    }
    let exact: Vec<usize> = (0..names.len()).filter(|at| names[*at] == wanted).collect();
    let lower = wanted.to_lowercase();
    let part: Vec<usize> = (0..names.len()).filter(|at| !lower.is_empty() && names[*at].to_lowercase().contains(&lower)).collect();
    let numbered = |at: &[usize]| at.iter().map(|at| format!("{at}: {}", names[*at])).collect();
    match (exact.as_slice(), part.as_slice()) {
        ([one], _) | (_, [one]) => Ok(*one),
        (_, []) => Err(SelectError::NoMatch { wanted: wanted.to_owned(), found: numbered(&(0..names.len()).collect::<Vec<_>>()) }),
        (_, several) => Err(SelectError::Ambiguous { wanted: wanted.to_owned(), found: numbered(several) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_one_adapter_or_none() {
        let names = ["NVIDIA H200", "NVIDIA H200", "NVIDIA L4", "llvmpipe (LLVM 15.0.6, 256 bits)"];
        assert_eq!(position(&names, "1"), Ok(1));
        assert_eq!(position(&names, "l4"), Ok(2));
        assert_eq!(position(&names, "LLVMPIPE"), Ok(3));
        assert!(matches!(position(&names, "H200"), Err(SelectError::Ambiguous { found, .. }) if found.len() == 2));
        assert!(matches!(position(&names, "7"), Err(SelectError::NoMatch { .. })));
        assert!(matches!(position(&names, ""), Err(SelectError::NoMatch { .. })));
        assert_eq!(position(&["A", "AB"], "A"), Ok(0));
        let message = position(&[], "x").unwrap_err().to_string();
        assert!(message.contains("this machine has none"), "{message}");
    }
}
