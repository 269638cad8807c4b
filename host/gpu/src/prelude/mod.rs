//! The prelude: functions in WGSL, built from exact primitives, that built-ins with no exact primitive of their own are lowered to.
//!
//! **Why WGSL and not Rust?** The same text is imported into shaders, interpreted to evaluate constants, printed by `assay shader lower`, and quoted by the
//! specification. There is one definition of `exp`, and it cannot differ between a constant, the CPU executor and a GPU.

use std::sync::OnceLock;

use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{Function, Handle, Module};

use crate::lower::rewrite::{Finding, Step};

/// The files, in order; later ones may call functions of earlier ones.
pub const SOURCES: [(&str, &str); 2] = [("core.wgsl", include_str!("core.wgsl")), ("math.wgsl", include_str!("math.wgsl"))];

/// The prelude as naga IR.
#[derive(Debug)]
pub struct Prelude {
    /// All its functions.
    pub module: Module,
    /// naga's analysis.
    pub info: ModuleInfo,
}

impl Prelude {
    /// The one prelude of this build.
    ///
    /// # Errors
    /// An internal one; a test rules it out.
    pub fn get() -> Step<&'static Self> {
        static PRELUDE: OnceLock<Result<Prelude, String>> = OnceLock::new();
        PRELUDE.get_or_init(Self::parse).as_ref().map_err(|error| Finding::internal(format!("prelude: {error}")))
    }

    fn parse() -> Result<Self, String> {
        let source = SOURCES.map(|(_, text)| text).join("\n");
        let module = naga::front::wgsl::parse_str(&source).map_err(|error| error.emit_to_string(&source))?;
        let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .map_err(|error| error.emit_to_string(&source))?;
        Ok(Self { module, info })
    }

    /// The function called `name`.
    ///
    /// # Errors
    /// An internal one where there is none.
    pub fn function(&self, name: &str) -> Step<Handle<Function>> {
        let found = self.module.functions.iter().find(|(_, function)| function.name.as_deref() == Some(name));
        found.map(|(handle, _)| handle).ok_or_else(|| Finding::internal(format!("the prelude has no {name}")))
    }
}

/// Whether `function` of a printed kernel is the prelude's function of its name: same signature, and the same number of expressions and statements of each kind.
pub fn declares(module: &Module, function: &Function) -> bool {
    let Ok(prelude) = Prelude::get() else { return false };
    let name = function.name.as_deref().unwrap_or_default().trim_end_matches('_');
    let Ok(known) = prelude.function(name) else { return false };
    let known = &prelude.module.functions[known];
    let signature = |module: &Module, function: &Function| {
        let arguments: Vec<_> = function.arguments.iter().map(|argument| module.types[argument.ty].inner.clone()).collect();
        (arguments, function.result.as_ref().map(|result| module.types[result.ty].inner.clone()))
    };
    signature(module, function) == signature(&prelude.module, known)
}

/// Whether `global` is the prelude's variable of its name.
pub fn declares_variable(module: &Module, global: &naga::GlobalVariable) -> bool {
    let Ok(prelude) = Prelude::get() else { return false };
    let same = |known: &naga::GlobalVariable| known.name == global.name && known.space == global.space && known.binding == global.binding;
    let alike = |known: &naga::GlobalVariable| match (&prelude.module.types[known.ty].inner, &module.types[global.ty].inner) {
        (naga::TypeInner::Array { size: a, stride: s, .. }, naga::TypeInner::Array { size: b, stride: t, .. }) => a == b && s == t,
        (a, b) => a == b,
    };
    prelude.module.global_variables.iter().any(|(_, known)| same(known) && alike(known))
}
