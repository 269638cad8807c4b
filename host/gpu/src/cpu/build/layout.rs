//! Types taken apart into scalars, and where each scalar lies: in bindings as WGSL lays memory out, elsewhere packed, one word after the other. Nobody sees
//! workgroup memory but the kernel, so a `vec3` there takes three words, not four.

use naga::TypeInner;
use naga::proc::TypeResolution;

use super::super::failure::{Failure, unsupported};
use super::super::ir::Kind;

/// How a composite is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Layout {
    /// Leaf after leaf, `unit` each: 1 where offsets count words, 4 where they count bytes.
    Packed { unit: u32 },
    /// WGSL's, in bytes.
    Memory,
}

/// Largest composite that is handled as a value or held in a variable, in scalars.
pub(in super::super) const LEAVES_MAX: u32 = 1 << 16;

pub(in super::super) fn scalar_kind(scalar: naga::Scalar) -> Result<Kind, Failure> {
    match (scalar.kind, scalar.width) {
        (naga::ScalarKind::Bool, _) => Ok(Kind::Bool),
        (naga::ScalarKind::Sint | naga::ScalarKind::Uint, 4) => Ok(Kind::Int),
        (naga::ScalarKind::Float, 4) => Ok(Kind::Float),
        _ => unsupported(format!("values of type {scalar:?}")),
    }
}

fn array_length(size: naga::ArraySize) -> Result<u32, Failure> {
    match size {
        naga::ArraySize::Constant(length) => Ok(length.get()),
        naga::ArraySize::Dynamic => unsupported("a runtime-sized array as a value"),
        naga::ArraySize::Pending(_) => unsupported("an array whose length is an override"),
    }
}

/// Scalars in a value of type `inner`.
pub(in super::super) fn leaves(module: &naga::Module, inner: &TypeInner) -> Result<u32, Failure> {
    let count = match *inner {
        TypeInner::Scalar(_) | TypeInner::Atomic(_) => 1,
        TypeInner::Vector { size, .. } => u64::from(size as u8),
        TypeInner::Matrix { columns, rows, .. } => u64::from(columns as u8) * u64::from(rows as u8),
        TypeInner::Array { base, size, .. } => u64::from(array_length(size)?) * u64::from(leaves(module, &module.types[base].inner)?),
        TypeInner::Struct { ref members, .. } => {
            let mut sum = 0_u64;
            for member in members {
                sum += u64::from(leaves(module, &module.types[member.ty].inner)?);
            }
            sum
        }
        _ => return unsupported(format!("the type {inner:?}")),
    };
    if count > u64::from(LEAVES_MAX) {
        return Err(Failure::TooLarge(format!("a variable or value of {count} scalars")));
    }
    Ok(count as u32)
}

/// The offset of each scalar and its kind, in order.
pub(in super::super) fn flatten(
    module: &naga::Module,
    inner: &TypeInner,
    layout: Layout,
    offset: u32,
    out: &mut Vec<(u32, Kind)>,
) -> Result<(), Failure> {
    match *inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => out.push((offset, scalar_kind(scalar)?)),
        TypeInner::Struct { ref members, .. } => {
            for index in 0..members.len() {
                let (at, member) = member(module, inner, index as u32, layout)?;
                flatten(module, member.inner_with(&module.types), layout, offset + at, out)?;
            }
        }
        _ => {
            leaves(module, inner)?;
            let (stride, count, element) = elements(module, inner, layout)?;
            let Some(count) = count else { return unsupported("a runtime-sized array as a value") };
            for index in 0..count {
                flatten(module, element.inner_with(&module.types), layout, offset + index * stride, out)?;
            }
        }
    }
    Ok(())
}

/// Distance of elements, their number (`None`: at run time) and their type, of an array, matrix or vector.
pub(in super::super) fn elements(
    module: &naga::Module,
    inner: &TypeInner,
    layout: Layout,
) -> Result<(u32, Option<u32>, TypeResolution), Failure> {
    Ok(match *inner {
        TypeInner::Vector { size, scalar } => {
            let stride = match layout {
                Layout::Packed { unit } => unit,
                Layout::Memory => 4,
            };
            (stride, Some(size as u32), TypeResolution::Value(TypeInner::Scalar(scalar)))
        }
        TypeInner::Matrix { columns, rows, scalar } => {
            let stride = match layout {
                Layout::Packed { unit } => unit * rows as u32,
                Layout::Memory => {
                    if rows == naga::VectorSize::Bi {
                        8
                    } else {
                        16
                    }
                }
            };
            (stride, Some(columns as u32), TypeResolution::Value(TypeInner::Vector { size: rows, scalar }))
        }
        TypeInner::Array { base, size, stride } => {
            let count = match size {
                naga::ArraySize::Dynamic => None,
                _ => Some(array_length(size)?),
            };
            let stride = match layout {
                Layout::Packed { unit } => unit * leaves(module, &module.types[base].inner)?,
                Layout::Memory => stride,
            };
            (stride, count, TypeResolution::Handle(base))
        }
        _ => return unsupported(format!("an index into {inner:?}")),
    })
}

/// Offset and type of member `index` of a struct, or of element `index` of anything else.
pub(in super::super) fn member(
    module: &naga::Module,
    inner: &TypeInner,
    index: u32,
    layout: Layout,
) -> Result<(u32, TypeResolution), Failure> {
    if let TypeInner::Struct { ref members, .. } = *inner {
        let Some(member) = members.get(index as usize) else { return unsupported("a member that is not there") };
        let offset = match layout {
            Layout::Memory => member.offset,
            Layout::Packed { unit } => {
                let mut offset = 0;
                for before in &members[..index as usize] {
                    offset += unit * leaves(module, &module.types[before.ty].inner)?;
                }
                offset
            }
        };
        return Ok((offset, TypeResolution::Handle(member.ty)));
    }
    let (stride, count, element) = elements(module, inner, layout)?;
    match (index.checked_mul(stride), count) {
        (Some(offset), Some(count)) if index < count => Ok((offset, element)),
        (Some(offset), None) => Ok((offset, element)),
        _ => unsupported("a constant index beyond the end"),
    }
}
