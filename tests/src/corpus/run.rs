//! Runs a case on a device.

use std::collections::BTreeMap;

use assay_gpu::{BindingRange, BufferId, Device, DispatchEnd, Kernel, PipelineId};

use super::{Case, Pass};

/// Buffers by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffers(pub BTreeMap<String, Vec<u8>>);

impl Buffers {
    /// A buffer's bytes.
    ///
    /// # Panics
    /// When the case has no such buffer.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.0.get(name).unwrap_or_else(|| panic!("no buffer {name}"))
    }

    /// A buffer's words.
    pub fn u32(&self, name: &str) -> Vec<u32> {
        self.bytes(name).chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
    }

    /// A buffer's words as i32.
    pub fn i32(&self, name: &str) -> Vec<i32> {
        self.u32(name).into_iter().map(u32::cast_signed).collect()
    }

    /// A buffer's words as f32.
    pub fn f32(&self, name: &str) -> Vec<f32> {
        self.u32(name).into_iter().map(f32::from_bits).collect()
    }

    /// A buffer's words as f32, widened.
    pub fn f64(&self, name: &str) -> Vec<f64> {
        self.f32(name).into_iter().map(f64::from).collect()
    }

    /// Words that differ from those of `other`, by buffer; buffers without any are left out.
    pub fn differing(&self, other: &Self) -> BTreeMap<String, usize> {
        let count = |name: &String| self.u32(name).iter().zip(other.u32(name)).filter(|(a, b)| **a != *b).count();
        self.0.keys().map(|name| (name.clone(), count(name))).filter(|(_, count)| *count != 0).collect()
    }

    /// BLAKE3 of each of these buffers.
    pub fn hashes<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> BTreeMap<String, String> {
        names.into_iter().map(|name| (name.clone(), blake3::hash(self.bytes(name)).to_hex().to_string())).collect()
    }
}

/// A dispatch as the device wants it.
struct Step<'a> {
    pass: &'a Pass,
    pipeline: PipelineId,
    bindings: Vec<BindingRange>,
}

/// A case on a device: buffers made, pipelines compiled.
pub struct Loaded<'a> {
    data: BTreeMap<String, Vec<u8>>,
    buffers: BTreeMap<String, BufferId>,
    pipelines: BTreeMap<String, PipelineId>,
    steps: Vec<Step<'a>>,
    rounds: u32,
}

impl<'a> Loaded<'a> {
    /// Makes buffers and pipelines of `case`.
    pub fn new(case: &'a Case, kernels: &BTreeMap<String, Kernel>, device: &mut dyn Device) -> Result<Self, String> {
        let data = case.data()?;
        let mut buffers = BTreeMap::new();
        for (name, bytes) in &data {
            buffers.insert(name.clone(), device.create_buffer(bytes.len() as u64).map_err(|e| format!("buffer {name}: {e}"))?);
        }
        let mut pipelines = BTreeMap::new();
        for (entry, kernel) in kernels {
            pipelines.insert(entry.clone(), device.create_pipeline(kernel).map_err(|e| format!("{entry}: {e}"))?);
        }
        let step = |pass: &'a Pass| {
            let kernel = kernels.get(&pass.entry).ok_or_else(|| format!("no kernel {}", pass.entry))?;
            let range = |binding: &assay_gpu::Binding| {
                let name = case.bound(pass, binding.group, binding.binding)?;
                let bytes = data.get(name).ok_or_else(|| format!("no buffer {name}"))?.len() as u64;
                if bytes < binding.bytes_min {
                    return Err(format!("{name} has {bytes} bytes, {} wants {}", binding.name, binding.bytes_min));
                }
                Ok(BindingRange { group: binding.group, binding: binding.binding, buffer: buffers[name], offset: 0, bytes })
            };
            let bindings = kernel.bindings.iter().map(range).collect::<Result<_, String>>()?;
            Ok(Step { pass, pipeline: pipelines[&pass.entry], bindings })
        };
        let steps = case.passes.iter().map(step).collect::<Result<_, String>>()?;
        Ok(Self { data, buffers, pipelines, steps, rounds: case.rounds })
    }

    /// Fills the buffers as they are at the start.
    pub fn fill(&self, device: &mut dyn Device) -> Result<(), String> {
        for (name, bytes) in &self.data {
            device.write_buffer(self.buffers[name], 0, bytes).map_err(|e| format!("writing {name}: {e}"))?;
        }
        Ok(())
    }

    /// Waits until what was written has reached the device: whoever times a dispatch does not want to time that.
    pub fn settle(&self, device: &mut dyn Device) -> Result<(), String> {
        let any = self.buffers.values().next();
        any.map_or(Ok(()), |buffer| device.read_buffer(*buffer, 0, &mut [0; 4]).map_err(|e| e.to_string()))
    }

    /// Runs all passes.
    pub fn dispatch(&self, device: &mut dyn Device) -> Result<(), String> {
        for round in 0..self.rounds {
            for step in &self.steps {
                for (name, words) in &step.pass.set {
                    let words: Vec<u32> = words.iter().map(|word| word.bits(round)).collect::<Result<_, _>>()?;
                    let buffer = *self.buffers.get(name).ok_or_else(|| format!("no buffer {name}"))?;
                    device.write_buffer(buffer, 0, bytemuck::cast_slice(&words)).map_err(|e| e.to_string())?;
                }
                match device.dispatch(step.pipeline, &step.bindings, step.pass.groups) {
                    Ok(DispatchEnd::Done) => {}
                    Ok(end) => return Err(format!("{}: {end:?}", step.pass.entry)),
                    Err(error) => return Err(format!("{}: {error}", step.pass.entry)),
                }
            }
        }
        Ok(())
    }

    /// Reads all buffers.
    pub fn read(&self, device: &mut dyn Device) -> Result<Buffers, String> {
        let mut read = BTreeMap::new();
        for (name, bytes) in &self.data {
            let mut out = vec![0; bytes.len()];
            device.read_buffer(self.buffers[name], 0, &mut out).map_err(|e| format!("reading {name}: {e}"))?;
            read.insert(name.clone(), out);
        }
        Ok(Buffers(read))
    }

    /// Gives everything back.
    pub fn free(self, device: &mut dyn Device) {
        self.pipelines.into_values().for_each(|pipeline| device.destroy_pipeline(pipeline));
        self.buffers.into_values().for_each(|buffer| device.destroy_buffer(buffer));
    }
}

/// Runs a case from start to end; the buffers as they are then.
pub fn run(case: &Case, kernels: &BTreeMap<String, Kernel>, device: &mut dyn Device) -> Result<Buffers, String> {
    let loaded = Loaded::new(case, kernels, device)?;
    let result = loaded.fill(device).and_then(|()| loaded.dispatch(device)).and_then(|()| loaded.read(device));
    loaded.free(device);
    result
}
