//! A shader's source, read and checked: which entry points it has, and whether it is strict.

use std::collections::HashMap;
use std::sync::Arc;

use naga::{AddressSpace, ArraySize, Expression, GlobalVariable, Handle, Literal, Module, Override, ShaderStage, TypeInner};

use crate::evaluate;
use crate::front::{self, Front, place::Places};
use crate::kernel::{Access, Binding, Kernel, LOWERING_VERSION};
use crate::lower::rewrite::Finding;
use crate::lower::{Request, lower};
use crate::refusal::Refused;

/// Bindings of an entry point, at most.
const BINDINGS_MAX: usize = 16;

/// A compute entry point of a shader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name.
    pub name: String,
    /// Its bindings, sorted by group and binding.
    pub bindings: Vec<Binding>,
    /// Workgroup size as declared; `None` in a dimension that depends on an override.
    pub workgroup_size: [Option<u32>; 3],
}

/// A WGSL module that is strict.
#[derive(Debug, Clone)]
pub struct Shader {
    source: Arc<str>,
    front: Arc<Front>,
    entry_points: Arc<[EntryPoint]>,
}

impl Shader {
    /// Reads and checks `source`.
    ///
    /// # Errors
    /// Every reason for which it is refused, not the first alone.
    pub fn new(source: &str) -> Result<Self, Refused> {
        let front = front::with_stack(|| front::read(source))?;
        let entry_points = front.module.entry_points.iter().enumerate().filter(|(_, entry)| entry.stage == ShaderStage::Compute);
        let entry_points: Arc<[EntryPoint]> = entry_points.map(|(index, _)| entry_point(&front, index)).collect();
        if let Some(entry) = entry_points.iter().find(|entry| entry.bindings.len() > BINDINGS_MAX) {
            let message =
                format!("the entry point `{}` uses {} bindings; at most {BINDINGS_MAX} are allowed", entry.name, entry.bindings.len());
            let finding = Finding::new("binding-number", naga::Span::UNDEFINED, message, "put several arrays into one buffer");
            return Err(Refused { reasons: vec![Places::new(source).reason(&finding)] });
        }
        Ok(Self { source: source.into(), front: Arc::new(front), entry_points })
    }

    /// The source as given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its compute entry points.
    pub fn entry_points(&self) -> &[EntryPoint] {
        &self.entry_points
    }

    /// One entry point with values for overrides (by name, or by `@id` as a decimal number), lowered to strict IR. `loop_iterations` is the loop budget of one
    /// invocation. The same arguments give the same kernel on every machine.
    ///
    /// # Errors
    /// An unknown entry point or constant, a value out of range, a workgroup too large.
    pub fn kernel(&self, entry: &str, constants: &[(String, f64)], loop_iterations: u32) -> Result<Kernel, Refused> {
        let refuse = |finding: Finding| {
            let finding = Finding { span: self.front.spans.map(finding.span), ..finding };
            Refused { reasons: vec![Places::new(&self.source).reason(&finding)] }
        };
        front::with_stack(|| self.build(entry, constants, loop_iterations).map_err(refuse))
    }

    fn build(&self, entry: &str, constants: &[(String, f64)], loop_iterations: u32) -> Result<Kernel, Finding> {
        let module = &self.front.module;
        let found = module.entry_points.iter().position(|point| point.name == entry && point.stage == ShaderStage::Compute);
        let Some(index) = found else {
            let names: Vec<_> = self.entry_points.iter().map(|point| point.name.as_str()).collect();
            let hint = format!("its compute entry points are: {}", names.join(", "));
            return Err(Finding::new(
                "entry-point",
                naga::Span::UNDEFINED,
                format!("the shader has no compute entry point {entry:?}"),
                hint,
            ));
        };
        let overrides = evaluate::overrides(module, constants)?;
        let workgroup_size = workgroup_size(module, index, &overrides)?;
        check_workgroup_size(workgroup_size)
            .map_err(|message| Finding::new("workgroup-size", naga::Span::UNDEFINED, message, "give its constants other values"))?;
        let values = initial_values(module, &overrides)?;
        let (spans, markers) = (&self.front.spans, &self.front.markers);
        let request =
            Request { module, info: &self.front.info, entry: index, overrides, workgroup_size, loop_iterations, values, spans, markers };
        let (lowered, info) = lower(&request)?;
        let bindings = self.entry_points.iter().find(|point| point.name == entry).map(|point| point.bindings.clone()).unwrap_or_default();
        Ok(Kernel {
            module: lowered,
            info,
            bindings,
            workgroup_size,
            loop_iterations,
            fingerprint: self.fingerprint(entry, constants, loop_iterations),
            source: self.source.clone(),
        })
    }

    fn fingerprint(&self, entry: &str, constants: &[(String, f64)], loop_iterations: u32) -> [u8; 32] {
        let mut sorted: Vec<_> = constants.iter().map(|(name, value)| (name.as_str(), value.to_bits())).collect();
        sorted.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(LOWERING_VERSION.as_bytes());
        part(self.source.as_bytes());
        part(entry.as_bytes());
        part(&loop_iterations.to_le_bytes());
        for (name, bits) in sorted {
            part(name.as_bytes());
            part(&bits.to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

/// The workgroup size with overrides replaced.
fn workgroup_size(module: &Module, index: usize, overrides: &HashMap<Handle<Override>, Literal>) -> Result<[u32; 3], Finding> {
    let entry = &module.entry_points[index];
    let mut size = entry.workgroup_size;
    for (axis, expression) in size.iter_mut().zip(entry.workgroup_size_overrides.unwrap_or_default()) {
        let Some(expression) = expression else { continue };
        *axis = match evaluate::global(module, expression, overrides)?.as_deref() {
            Some([Literal::U32(value)]) => *value,
            Some([Literal::I32(value)]) => u32::try_from(*value).unwrap_or(0),
            _ => return Err(Finding::internal("a workgroup size that is no integer")),
        };
    }
    Ok(size)
}

/// Values of initialisers of variables that depend on overrides.
fn initial_values(
    module: &Module,
    overrides: &HashMap<Handle<Override>, Literal>,
) -> Result<HashMap<Handle<Expression>, Vec<Literal>>, Finding> {
    let mut values = HashMap::new();
    let mut open: Vec<_> = module.global_variables.iter().filter_map(|(_, global)| global.init).collect();
    while let Some(expression) = open.pop() {
        match module.global_expressions[expression] {
            Expression::Literal(_) | Expression::Constant(_) | Expression::ZeroValue(_) | Expression::Override(_) => {}
            Expression::Compose { ref components, .. } => open.extend(components),
            Expression::Splat { value, .. } => open.push(value),
            _ => match evaluate::global(module, expression, overrides)? {
                Some(literals) => {
                    values.insert(expression, literals);
                }
                None => {
                    let span = module.global_expressions.get_span(expression);
                    return Err(Finding::new("constant", span, "an initialiser has no finite value", "give its overrides other values"));
                }
            },
        }
    }
    Ok(values)
}

fn entry_point(front: &Front, index: usize) -> EntryPoint {
    let (module, info) = (&front.module, front.info.get_entry_point(index));
    let entry = &module.entry_points[index];
    let used = module
        .global_variables
        .iter()
        .filter(|(handle, global)| !info[*handle].is_empty() && !crate::lower::is_ours(global.name.as_deref()));
    let mut bindings: Vec<_> = used.filter_map(|(_, global)| binding(module, global)).collect();
    bindings.sort_by_key(|binding| (binding.group, binding.binding));
    let from_override = entry.workgroup_size_overrides.unwrap_or_default();
    let workgroup_size = std::array::from_fn(|axis| from_override[axis].is_none().then_some(entry.workgroup_size[axis]));
    EntryPoint { name: entry.name.clone(), bindings, workgroup_size }
}

fn binding(module: &Module, global: &GlobalVariable) -> Option<Binding> {
    let place = global.binding?;
    let access = match global.space {
        AddressSpace::Uniform => Access::Uniform,
        AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => Access::ReadWrite,
        AddressSpace::Storage { .. } => Access::Read,
        _ => return None,
    };
    let inner = &module.types[global.ty].inner;
    Some(Binding {
        group: place.group,
        binding: place.binding,
        name: global.name.clone().unwrap_or_default(),
        access,
        bytes_min: u64::from(inner.size(module.to_ctx())),
        stride: stride(module, inner),
    })
}

/// Bytes of an element of the runtime-sized array that a type is or ends with.
fn stride(module: &Module, inner: &TypeInner) -> Option<u32> {
    match inner {
        TypeInner::Array { size: ArraySize::Dynamic, stride, .. } => Some(*stride),
        TypeInner::Struct { members, .. } => stride(module, &module.types[members.last()?.ty].inner),
        _ => None,
    }
}

/// Whether a workgroup of this size is allowed.
pub fn check_workgroup_size([x, y, z]: [u32; 3]) -> Result<(), String> {
    let product = u64::from(x) * u64::from(y) * u64::from(z);
    if product == 0 || product > 1024 || x > 1024 || y > 1024 || z > 64 {
        return Err(format!("a workgroup of {x} x {y} x {z}; at most 1024 invocations, 1024 in x and y, 64 in z, none of them 0"));
    }
    Ok(())
}
