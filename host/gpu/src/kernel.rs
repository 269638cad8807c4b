//! A kernel: one entry point in strict IR, what a back end compiles.

/// How a kernel uses a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// `var<uniform>`
    Uniform,
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    ReadWrite,
}

/// A buffer binding of a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// `@group`
    pub group: u32,
    /// `@binding`
    pub binding: u32,
    /// Name of the variable.
    pub name: String,
    /// How it is used.
    pub access: Access,
    /// Least bytes a bound range must have (a runtime-sized array counted with one element).
    pub bytes_min: u64,
    /// Bytes of one element of the runtime-sized array at its end, if there is one.
    pub stride: Option<u32>,
}

/// One entry point with its constants, lowered: a naga module in strict IR with exactly one entry point, no overrides, validated.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The strict IR.
    pub module: naga::Module,
    /// naga's analysis of it.
    pub info: naga::valid::ModuleInfo,
    /// The bindings of the source's entry point, sorted by group and binding; without the status binding.
    pub bindings: Vec<Binding>,
    /// Invocations of a workgroup in x, y, z.
    pub workgroup_size: [u32; 3],
    /// Loop budget of one invocation.
    pub loop_iterations: u32,
    /// BLAKE3 of all that decides what the kernel computes (source, entry point, constants, budget, version of the lowering).
    pub fingerprint: [u8; 32],
    /// The WGSL source, for messages and line numbers: spans in `module` refer to it, where they are defined.
    pub source: std::sync::Arc<str>,
}

/// Version of the lowering: part of every fingerprint, to be changed with whatever changes what a kernel computes.
pub const LOWERING_VERSION: &str = "assay strict wgsl 1";

impl Kernel {
    /// The strict IR as WGSL text.
    ///
    /// # Errors
    /// What naga's printer says; a test rules it out.
    pub fn wgsl(&self) -> Result<String, naga::back::wgsl::Error> {
        let text = naga::back::wgsl::write_string(&self.module, &self.info, naga::back::wgsl::WriterFlags::empty())?;
        Ok(crate::lower::number_results(&text))
    }
}

/// `@group` of the status binding, a `var<storage, read_write>` that every kernel has besides its own: `array<atomic<u32>, 4>`. Word 0 is not 0 when an
/// invocation passed its loop budget; word 1 is always 0 (an opaque value); 2 and 3 are reserved.
pub const STATUS_GROUP: u32 = 0;
/// `@binding` of the status binding.
pub const STATUS_BINDING: u32 = 100;
