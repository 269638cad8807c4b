//! Seeded data for a kernel's bindings: what `assay shader check` and the benchmark run strangers' shaders on.
//!
//! A buffer's words come from a BLAKE3 stream keyed by seed, group and binding, one 32-bit word of the stream for each word of the buffer, and are then shaped by the
//! WGSL type that lies there. So a binding's data depends on nothing but its own type, length and number, and is the same on every machine.
//!
//! **Why shaped?** Raw bits make a poor trial: half of all floats are so large or small that a sum is decided by one term, and an integer that a shader takes for a
//! loop bound or an index exceeds every loop budget and every array. [`Values::Moderate`] gives what shaders expect, [`Values::Any`] what they do not.
//!
//! | type | `Moderate` | `Any` |
//! |---|---|---|
//! | `f32` | multiples of 2⁻²³ in [-1, 1) | any bits, NaN and infinities included |
//! | `u32`, `i32` in storage | 0 to 255; -128 to 127 | any bits |
//! | `u32`, `i32` in uniforms (sizes, steps, counts) | 1 to 32 | any bits |
//! | atomics, padding | 0 | 0 |

use naga::{AddressSpace, ArraySize, Handle, Module, ScalarKind, Type, TypeInner};

use crate::kernel::{Binding, Kernel};

/// What a stream of words is derived by; part of what `assay shader check` prints, so a change of the rules above changes it.
const CONTEXT: &str = "assay 2026-11-25 seeded shader data v1";

/// Types nested deeper than this stay zero: WGSL allows 15.
const DEPTH_MAX: u32 = 64;

/// Most bytes [`bytes_for`] chooses for a binding whose length nobody stated.
pub const CHOSEN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Which values the data takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Values {
    /// Floats in [-1, 1), small integers.
    #[default]
    Moderate,
    /// Any bit pattern.
    Any,
}

/// Bytes for a binding when nobody states them: its fixed part, and room for `elements` in a runtime-sized array, but not above [`CHOSEN_BYTES_MAX`]. A multiple of 4.
pub fn bytes_for(binding: &Binding, elements: u64) -> u64 {
    let Some(stride) = binding.stride.map(u64::from).filter(|stride| *stride != 0) else { return binding.bytes_min.next_multiple_of(4) };
    let more = elements.max(1) - 1;
    let room = CHOSEN_BYTES_MAX.saturating_sub(binding.bytes_min) / stride;
    binding.bytes_min.saturating_add(more.min(room) * stride).next_multiple_of(4)
}

/// The data of `binding`, which is one of the kernel's: `bytes` bytes, a multiple of 4.
pub fn fill(kernel: &Kernel, binding: &Binding, bytes: usize, seed: u64, values: Values) -> Vec<u8> {
    let mut data = vec![0; bytes];
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&seed.to_le_bytes()).update(&binding.group.to_le_bytes()).update(&binding.binding.to_le_bytes());
    hasher.finalize_xof().fill(&mut data);

    let module = &kernel.module;
    let here = |variable: &naga::GlobalVariable| {
        variable.binding.as_ref().is_some_and(|at| (at.group, at.binding) == (binding.group, binding.binding))
    };
    let Some((_, variable)) = module.global_variables.iter().find(|(_, variable)| here(variable)) else {
        // The entry point does not use it any more: nothing reads it, so nothing needs a shape.
        data.fill(0);
        return data;
    };
    let shape = Shape { module, values, uniform: variable.space == AddressSpace::Uniform };
    let whole = data.len();
    let end = shape.apply(variable.ty, &mut data, 0, whole, 0);
    zero(&mut data, end, whole);
    data
}

/// Shapes raw words by the types that lie there.
struct Shape<'a> {
    module: &'a Module,
    values: Values,
    uniform: bool,
}

impl Shape<'_> {
    /// Shapes a value of type `ty` at `at`, within `data[..end]`; gives where it ends.
    fn apply(&self, ty: Handle<Type>, data: &mut [u8], at: usize, end: usize, depth: u32) -> usize {
        match self.module.types[ty].inner {
            TypeInner::Scalar(scalar) => self.words(scalar.kind, data, at, at.saturating_add(4).min(end)),
            TypeInner::Vector { size, scalar } => self.words(scalar.kind, data, at, at.saturating_add(size as usize * 4).min(end)),
            TypeInner::Matrix { columns, rows, scalar } => {
                let stride = if rows == naga::VectorSize::Bi { 8 } else { 16 };
                let mut next = at;
                for column in 0..columns as usize {
                    let start = at.saturating_add(column * stride).min(end);
                    let filled = self.words(scalar.kind, data, start, start.saturating_add(rows as usize * 4).min(end));
                    next = start.saturating_add(stride).min(end);
                    zero(data, filled, next);
                }
                next
            }
            TypeInner::Array { base, size, stride } => {
                let left = end.saturating_sub(at) / (stride.max(1) as usize);
                let count = match size {
                    ArraySize::Constant(count) => left.min(count.get() as usize),
                    ArraySize::Pending(_) | ArraySize::Dynamic => left,
                };
                self.array(base, data, at, (count, stride as usize), depth)
            }
            TypeInner::Struct { ref members, span } if depth < DEPTH_MAX => {
                let mut next = at;
                for member in members {
                    let start = at.saturating_add(member.offset as usize).min(end);
                    zero(data, next, start);
                    next = self.apply(member.ty, data, start, end, depth + 1);
                }
                let whole = at.saturating_add(span as usize).min(end).max(next);
                zero(data, next, whole);
                whole
            }
            // Atomics count and accumulate from nothing. What else is left cannot lie in a buffer, or is nested too deeply.
            TypeInner::Atomic(_) => {
                let next = at.saturating_add(4).min(end);
                zero(data, at, next);
                next
            }
            _ => at,
        }
    }

    fn array(&self, base: Handle<Type>, data: &mut [u8], at: usize, (count, stride): (usize, usize), depth: u32) -> usize {
        let end = at.saturating_add(count.saturating_mul(stride)).min(data.len());
        match self.module.types[base].inner {
            // Dense: one pass over all of it.
            TypeInner::Scalar(scalar) if stride == 4 => self.words(scalar.kind, data, at, end),
            TypeInner::Vector { size, scalar } if stride == size as usize * 4 => self.words(scalar.kind, data, at, end),
            _ if depth < DEPTH_MAX => {
                for start in (at..end).step_by(stride.max(1)) {
                    let next = start.saturating_add(stride).min(end);
                    let filled = self.apply(base, data, start, next, depth + 1);
                    zero(data, filled, next);
                }
                end
            }
            _ => at,
        }
    }

    fn words(&self, kind: ScalarKind, data: &mut [u8], from: usize, to: usize) -> usize {
        let (from, to) = (from.min(data.len()), to.min(data.len()));
        if self.values == Values::Moderate && from < to {
            for word in data[from..to].chunks_exact_mut(4) {
                let raw = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                word.copy_from_slice(&self.moderate(kind, raw).to_le_bytes());
            }
        }
        to.max(from)
    }

    fn moderate(&self, kind: ScalarKind, raw: u32) -> u32 {
        match kind {
            // 24 bits: every step of this is exact.
            ScalarKind::Float => ((raw >> 8) as f32 * (1.0 / 8_388_608.0) - 1.0).to_bits(),
            ScalarKind::Sint | ScalarKind::Uint if self.uniform => 1 + raw % 32,
            ScalarKind::Sint => i32::from(raw as u8 as i8) as u32,
            _ => raw & 0xff,
        }
    }
}

fn zero(data: &mut [u8], from: usize, to: usize) {
    if let Some(part) = data.get_mut(from..to) {
        part.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Access;

    /// A kernel of `source` as naga reads it: the data depends on its types alone.
    fn kernel(source: &str) -> Kernel {
        let module = naga::front::wgsl::parse_str(source).expect("valid WGSL");
        let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::all());
        let info = validator.validate(&module).expect("valid WGSL");
        let binding = |binding, bytes_min, stride| Binding {
            group: 0,
            binding,
            name: format!("b{binding}"),
            access: Access::ReadWrite,
            bytes_min,
            stride,
        };
        Kernel {
            module,
            info,
            bindings: vec![binding(0, 12, None), binding(1, 32, Some(32)), binding(2, 4, Some(4))],
            workgroup_size: [1, 1, 1],
            loop_iterations: 1,
            fingerprint: [0; 32],
            source: source.into(),
        }
    }

    const SOURCE: &str = "
        struct Size { width: u32, height: i32, scale: f32 }
        struct Item { at: vec3<f32>, count: atomic<u32>, kinds: array<vec2<i32>, 1>, weight: u32 }
        @group(0) @binding(0) var<uniform> b0: Size;
        @group(0) @binding(1) var<storage, read_write> b1: array<Item>;
        @group(0) @binding(2) var<storage, read_write> b2: array<f32>;
        @compute @workgroup_size(1) fn main() { b2[0] = b1[0].at.x + f32(b0.width); }";

    fn words(data: &[u8]) -> Vec<u32> {
        data.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))).collect()
    }

    #[test]
    fn moderate_values_are_what_shaders_expect() {
        let kernel = kernel(SOURCE);
        let data = |place: usize, bytes| words(&fill(&kernel, &kernel.bindings[place], bytes, 7, Values::Moderate));
        let float = |word: u32| (-1.0..1.0).contains(&f32::from_bits(word));
        let size = data(0, 16);
        assert!((1..=32).contains(&size[0]) && (1..=32).contains(&size[1]) && float(size[2]) && size[3] == 0, "{size:?}");
        let items = data(1, 32 * 50 + 4);
        for item in items.chunks_exact(8) {
            assert!(item[..3].iter().all(|word| float(*word)), "{item:?}");
            assert_eq!((item[3], item[7]), (0, 0), "an atomic and padding: {item:?}");
            assert!(item[4..6].iter().all(|word| (-128..128).contains(&(*word as i32))) && item[6] < 256, "{item:?}");
        }
        assert_eq!(items.last(), Some(&0), "what is left after whole elements");
        let floats = data(2, 4000);
        assert!(floats.iter().all(|word| float(*word)));
        assert!(floats.iter().any(|word| f32::from_bits(*word) < -0.9) && floats.iter().any(|word| f32::from_bits(*word) > 0.9));
    }

    #[test]
    fn data_depends_on_seed_binding_and_values_and_on_nothing_else() {
        let kernel = kernel(SOURCE);
        let fill = |place: usize, bytes, seed, values| fill(&kernel, &kernel.bindings[place], bytes, seed, values);
        let long = fill(2, 400, 1, Values::Any);
        assert_eq!(long[..40], fill(2, 40, 1, Values::Any), "a shorter buffer begins as a longer one");
        assert_ne!(long, fill(2, 400, 2, Values::Any));
        assert_ne!(long, fill(2, 400, 1, Values::Moderate));
        assert!(words(&fill(1, 3200, 1, Values::Any)).chunks_exact(8).all(|item| item[3] == 0 && item[7] == 0));
        assert_eq!(
            blake3::hash(&fill(1, 3200, 1, Values::Moderate)).to_hex().as_str(),
            "6a8370e3438423b23b56efa4d3874f910036bde6720bf35441128e1ec70e5b9e",
            "what `assay shader check` prints would change for every shader"
        );
    }

    #[test]
    fn lengths_are_chosen_within_bounds() {
        let kernel = kernel(SOURCE);
        let [size, items, floats] = &kernel.bindings[..] else { panic!("three bindings") };
        assert_eq!((bytes_for(size, 1000), bytes_for(items, 10), bytes_for(floats, 0)), (12, 320, 4));
        assert!(bytes_for(items, u64::MAX) <= CHOSEN_BYTES_MAX);
        let huge = Binding { bytes_min: u64::MAX - 8, stride: Some(u32::MAX), ..items.clone() };
        assert!(bytes_for(&huge, u64::MAX) >= u64::MAX - 8);
    }
}
