//! Types, global variables, entry points.

use naga::{AddressSpace, ArraySize, BuiltIn, Handle, Module, Scalar, ScalarKind, ShaderStage, Span, StorageAccess, Type, TypeInner};

use super::Findings;
use crate::front::scan::Token;
use crate::lower::is_ours;

/// Bytes of all private variables together, and of all variables of one function together, at most.
pub const PRIVATE_BYTES_MAX: u64 = 16_384;
/// Bytes of workgroup memory, at most.
pub const WORKGROUP_BYTES_MAX: u64 = 16_384;
/// Bytes of a buffer, at most.
const BUFFER_BYTES_MAX: u64 = 1 << 30;
/// Types inside one another, at most.
const TYPES_MAX: u32 = 32;

pub fn check(module: &Module, tokens: &[Token<'_>], findings: &mut Findings) {
    types(module, findings);
    for (handle, global) in module.global_variables.iter() {
        variable(module, global, module.global_variables.get_span(handle), findings);
    }
    memory(module, findings);
    for (handle, function) in module.functions.iter() {
        for argument in &function.arguments {
            value_type(module, argument.ty, module.functions.get_span(handle), findings);
        }
        reserved_function(module, function, module.functions.get_span(handle), findings);
    }
    for (handle, constant) in module.constants.iter() {
        reserved(constant.name.as_deref(), module.constants.get_span(handle), findings);
    }
    for (handle, item) in module.overrides.iter() {
        reserved(item.name.as_deref(), module.overrides.get_span(handle), findings);
    }
    entry_points(module, tokens, findings);
}

fn reserved(name: Option<&str>, span: Span, findings: &mut Findings) {
    if is_ours(name) {
        findings.add(
            "reserved-name",
            span,
            format!("the name `{}` is reserved", name.unwrap_or_default()),
            "names that start with `assay_` belong to the prelude; rename it",
        );
    }
}

/// A printed kernel declares functions of the prelude; each must be the prelude's, to the letter, since the prelude's is what will be called.
fn reserved_function(module: &Module, function: &naga::Function, span: Span, findings: &mut Findings) {
    if is_ours(function.name.as_deref()) && !crate::prelude::declares(module, function) {
        let name = function.name.as_deref().unwrap_or_default();
        findings.add(
            "reserved-name",
            span,
            format!("the function `{name}` is not the prelude's of that name"),
            "names that start with `assay_` belong to the prelude; rename it",
        );
    }
}

fn types(module: &Module, findings: &mut Findings) {
    let mut depths: Vec<u32> = Vec::new();
    for (handle, ty) in module.types.iter() {
        let depth = |handle: &Handle<Type>| depths.get(handle.index()).copied().unwrap_or(0);
        let inner = match &ty.inner {
            TypeInner::Array { base, .. } | TypeInner::Pointer { base, .. } | TypeInner::BindingArray { base, .. } => depth(base),
            TypeInner::Struct { members, .. } => members.iter().map(|member| depth(&member.ty)).max().unwrap_or(0),
            _ => 0,
        };
        depths.push(inner + 1);
        let span = module.types.get_span(handle);
        if inner + 1 > TYPES_MAX {
            findings.add("size", span, format!("more than {TYPES_MAX} types inside one another"), "flatten it");
        }
        if matches!(ty.inner, TypeInner::Struct { .. }) {
            reserved(ty.name.as_deref(), span, findings);
        }
    }
}

/// Refuses a type that is, or holds, what strict WGSL has not.
pub fn value_type(module: &Module, ty: Handle<Type>, span: Span, findings: &mut Findings) {
    inner_type(module, &module.types[ty].inner, span, findings);
}

/// See [`value_type`].
pub fn inner_type(module: &Module, inner: &TypeInner, span: Span, findings: &mut Findings) {
    match *inner {
        TypeInner::Scalar(scalar)
        | TypeInner::Vector { scalar, .. }
        | TypeInner::Matrix { scalar, .. }
        | TypeInner::ValuePointer { scalar, .. } => {
            self::scalar(scalar, span, findings);
        }
        TypeInner::Atomic(scalar) if scalar.kind == ScalarKind::Float => findings.add(
            "float-atomic",
            span,
            "an atomic of a float: the order in which values are added can be seen in the sum",
            "add integers (fixed point), or reduce in a fixed order in workgroup memory",
        ),
        TypeInner::Atomic(scalar) => self::scalar(scalar, span, findings),
        TypeInner::Pointer { base, .. } | TypeInner::Array { base, .. } => value_type(module, base, span, findings),
        TypeInner::Struct { ref members, .. } => members.iter().for_each(|member| value_type(module, member.ty, span, findings)),
        TypeInner::Image { .. } => {
            findings.add("texture", span, "textures are not part of strict WGSL", "use a storage buffer and index it")
        }
        TypeInner::Sampler { .. } => {
            findings.add("texture", span, "samplers are not part of strict WGSL", "read a storage buffer and interpolate by hand")
        }
        TypeInner::BindingArray { .. } => {
            findings.add("binding-array", span, "arrays of bindings are not part of strict WGSL", "use one buffer, or one binding each")
        }
        TypeInner::AccelerationStructure { .. } | TypeInner::RayQuery { .. } => {
            findings.add("ray-query", span, "ray queries are not part of strict WGSL", "traverse a tree in a storage buffer");
        }
        TypeInner::CooperativeMatrix { .. } => {
            findings.add(
                "cooperative-matrix",
                span,
                "cooperative matrices are not part of strict WGSL",
                "multiply tiles in workgroup memory, with `fma`",
            );
        }
    }
}

fn scalar(scalar: Scalar, span: Span, findings: &mut Findings) {
    match (scalar.kind, scalar.width) {
        (ScalarKind::Float, 2) => {
            findings.add("f16", span, "f16 is not part of strict WGSL", "use f32; `pack2x16float` and `unpack2x16float` convert")
        }
        (ScalarKind::Float, 8) => findings.add("f64", span, "f64 is not part of strict WGSL", "use f32, or two f32 for more digits"),
        (ScalarKind::Sint | ScalarKind::Uint, width) if width != 4 => {
            findings.add(
                "integer-width",
                span,
                format!("integers of {} bits are not part of strict WGSL", u32::from(width) * 8),
                "use i32 or u32, two of them for 64 bits",
            );
        }
        _ => {}
    }
}

fn variable(module: &Module, global: &naga::GlobalVariable, span: Span, findings: &mut Findings) {
    value_type(module, global.ty, span, findings);
    if is_ours(global.name.as_deref()) {
        let name = global.name.as_deref().unwrap_or_default();
        if !crate::prelude::declares_variable(module, global) {
            findings.add(
                "reserved-name",
                span,
                format!("the variable `{name}` is not the prelude's of that name"),
                "names that start with `assay_` belong to the prelude; rename it",
            );
        }
        return;
    }
    match global.space {
        AddressSpace::Function | AddressSpace::Private | AddressSpace::WorkGroup | AddressSpace::Uniform | AddressSpace::Handle => {}
        AddressSpace::Storage { access } => {
            if !access.contains(StorageAccess::LOAD) {
                findings.add("storage-access", span, "write-only storage is not part of strict WGSL", "declare it `read_write`");
            }
        }
        AddressSpace::Immediate => {
            findings.add("immediate", span, "immediates (push constants) are not part of strict WGSL", "use a uniform buffer")
        }
        AddressSpace::TaskPayload | AddressSpace::RayPayload | AddressSpace::IncomingRayPayload => {
            findings.add("address-space", span, "this address space is not part of strict WGSL", "use workgroup or storage memory");
        }
    }
    if !global.memory_decorations.is_empty() {
        findings.add("memory-attribute", span, "`@coherent` and `@volatile` are not part of strict WGSL", "use atomics and barriers");
    }
    if let Some(binding) = global.binding
        && (binding.group > 3 || binding.binding > 15)
    {
        findings.add(
            "binding-number",
            span,
            format!("`@group({}) @binding({})`: groups go to 3, bindings to 15", binding.group, binding.binding),
            "number it within that",
        );
    }
    if matches!(global.space, AddressSpace::Uniform | AddressSpace::Storage { .. }) && bytes(module, global.ty) > BUFFER_BYTES_MAX {
        findings.add(
            "size",
            span,
            format!("a buffer of {} bytes; at most {BUFFER_BYTES_MAX} are allowed", bytes(module, global.ty)),
            "use a runtime-sized array",
        );
    }
}

/// Bytes of a type; a runtime-sized array counts with one element, an array sized by an override with none.
pub fn bytes(module: &Module, ty: Handle<Type>) -> u64 {
    match module.types[ty].inner {
        TypeInner::Array { base, size: ArraySize::Constant(length), stride } => {
            u64::from(length.get()) * u64::from(stride).max(bytes(module, base))
        }
        TypeInner::Array { size: ArraySize::Pending(_), .. } => 0,
        TypeInner::Pointer { .. } | TypeInner::ValuePointer { .. } => 8,
        ref inner => inner.try_size(module.to_ctx()).map_or(u64::MAX >> 8, u64::from),
    }
}

fn memory(module: &Module, findings: &mut Findings) {
    let (mut private, mut workgroup) = (0_u64, 0_u64);
    for (handle, global) in module.global_variables.iter() {
        let span = module.global_variables.get_span(handle);
        let (sum, max, what) = match global.space {
            AddressSpace::Private => (&mut private, PRIVATE_BYTES_MAX, "private"),
            AddressSpace::WorkGroup => (&mut workgroup, WORKGROUP_BYTES_MAX * 16, "workgroup"),
            _ => continue,
        };
        *sum = sum.saturating_add(bytes(module, global.ty));
        if *sum > max || (what == "workgroup" && bytes(module, global.ty) > WORKGROUP_BYTES_MAX) {
            let max = if what == "workgroup" { WORKGROUP_BYTES_MAX } else { max };
            findings.add("size", span, format!("more than {max} bytes of {what} variables"), "use a storage buffer");
        }
    }
}

fn entry_points(module: &Module, tokens: &[Token<'_>], findings: &mut Findings) {
    if module.entry_points.is_empty() {
        findings.add("entry-point", Span::UNDEFINED, "there is no entry point", "mark a function with `@compute @workgroup_size(…)`");
    }
    for entry in &module.entry_points {
        let span = entry_span(tokens, &entry.name);
        reserved(Some(&entry.name), span, findings);
        if entry.stage != ShaderStage::Compute {
            findings.add(
                "entry-point",
                span,
                format!("the entry point `{}` is not a compute shader", entry.name),
                "move it to a file of its own",
            );
            continue;
        }
        if entry.workgroup_size_overrides.is_none()
            && let Err(message) = crate::shader::check_workgroup_size(entry.workgroup_size)
        {
            findings.add("workgroup-size", span, message, "use a smaller workgroup and more of them");
        }
        for argument in &entry.function.arguments {
            built_in(argument.binding.as_ref(), span, findings);
            value_type(module, argument.ty, span, findings);
            if let TypeInner::Struct { ref members, .. } = module.types[argument.ty].inner {
                members.iter().for_each(|member| built_in(member.binding.as_ref(), span, findings));
            }
        }
    }
}

/// Where an entry point is declared: naga keeps no span for it.
fn entry_span(tokens: &[Token<'_>], name: &str) -> Span {
    // Nothing is edited within a name, and the tokens are those of the text naga read.
    let found = tokens.windows(2).find(|pair| pair[0].text == "fn" && pair[1].text == name);
    found.map_or(Span::UNDEFINED, |pair| pair[1].span())
}

fn built_in(binding: Option<&naga::Binding>, span: Span, findings: &mut Findings) {
    let Some(naga::Binding::BuiltIn(built_in)) = binding else { return };
    match built_in {
        BuiltIn::GlobalInvocationId
        | BuiltIn::LocalInvocationId
        | BuiltIn::LocalInvocationIndex
        | BuiltIn::WorkGroupId
        | BuiltIn::NumWorkGroups => {}
        BuiltIn::NumSubgroups | BuiltIn::SubgroupId | BuiltIn::SubgroupSize | BuiltIn::SubgroupInvocationId => {
            findings.add(
                "subgroup",
                span,
                "subgroups differ between devices and are not part of strict WGSL",
                "use workgroup memory and `workgroupBarrier()`",
            );
        }
        other => findings.add(
            "built-in",
            span,
            format!("the built-in value {other:?} is not part of strict WGSL"),
            "pass it in a uniform buffer",
        ),
    }
}
