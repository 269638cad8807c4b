//! What a module imports: functions, answered by whoever runs it.

/// A host call.
#[derive(Debug)]
pub struct HostCall<'a> {
    /// The import's module.
    pub module: &'a str,
    /// The import's name.
    pub name: &'a str,
    /// The arguments: i32 extended with zeros, floats as their bits.
    pub args: &'a [u64],
    /// What the module exports as `memory`; nothing if it exports none.
    pub memory: &'a mut [u8],
    /// C at the call. It is below the limit: the check point of the call has been passed.
    pub fuel_used: u64,
}

/// What a call that went well gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The result, of a function that has one.
    pub value: Option<u32>,
    /// All that the host charges for the call. It is added to C, and a check point follows.
    pub charge: u64,
}

/// What a call that ends the run gives: an exit, a limit passed, an abstention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halt<S> {
    /// Why, in the host's words.
    pub stop: S,
    /// All that the host charged until then. It is added to C, and a check point follows: so a host that
    /// finds no fuel for a charge need not say more than the charge, and out of fuel goes before everything.
    pub charge: u64,
}

/// Who answers host calls.
pub trait Imports {
    /// Why the host ends a run.
    type Stop;

    /// Performs a call.
    ///
    /// # Errors
    /// When the call ends the run.
    fn call(&mut self, call: HostCall<'_>) -> Result<Reply, Halt<Self::Stop>>;
}

/// For modules without imports.
#[derive(Debug, Clone, Copy)]
pub struct NoImports;

impl Imports for NoImports {
    type Stop = std::convert::Infallible;

    fn call(&mut self, _: HostCall<'_>) -> Result<Reply, Halt<Self::Stop>> {
        Ok(Reply { value: None, charge: 0 })
    }
}
