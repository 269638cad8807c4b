//! The executor's own form of a kernel: scalars, structured statements, everything inlined.
//!
//! naga's IR has vectors, composites, pointers and calls; a compiler that runs several invocations in the lanes of a vector register wants none of them. So the
//! builder takes them apart: every value is one scalar of 32 bits (a vector is a list of values), every variable that is indexed statically is a list of scalar
//! variables, a pointer is a root with a sum of scaled indices. Values are defined once and never change; only variables and memory do. What is left is small
//! enough to be analysed for uniformity (`shape.rs`), cut at barriers (`region.rs`) and written as wasm (`emit/`) in one walk each.

/// A value: index into [`Body::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Value(pub u32);

/// A scalar variable: index into [`Body::vars`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Var(pub u32);

/// A loop, scope or branch: index into the tables of the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Construct(pub u32);

/// What 32 bits mean. `i32` and `u32` are one kind: the operations know the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
}

/// What the machine gives a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Input {
    /// `local_invocation_id`, by axis.
    LocalId(u8),
    /// `local_invocation_index`
    LocalIndex,
    /// `workgroup_id`, by axis.
    GroupId(u8),
    /// `num_workgroups`, by axis.
    GroupCount(u8),
    /// Elements of the runtime-sized array at byte `offset` of binding `slot`.
    Length { slot: u32, offset: u32, stride: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unary {
    FloatNegate,
    FloatAbs,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    Round,
    /// Bits of a float with every NaN as 0x7fc00000.
    CanonicalBits,
    /// The float with every NaN as 0x7fc00000.
    Canonical,
    IntNegate,
    IntAbs,
    BitNot,
    PopCount,
    ReverseBits,
    LeadingZeros,
    TrailingZeros,
    BoolNot,
    BoolToInt,
    BoolToFloat,
    IntToBool,
    FloatToBool,
    SignedToFloat,
    UnsignedToFloat,
    /// Truncates, saturates, NaN gives 0.
    FloatToSigned,
    FloatToUnsigned,
    IntToFloatBits,
    FloatToIntBits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Binary {
    FloatAdd,
    FloatSub,
    FloatMul,
    FloatDiv,
    /// `b < a ? b : (a is NaN ? b : a)`
    FloatMin,
    /// `a < b ? b : (a is NaN ? b : a)`
    FloatMax,
    FloatEq,
    FloatNe,
    FloatLt,
    FloatLe,
    IntAdd,
    IntSub,
    IntMul,
    DivSigned,
    DivUnsigned,
    RemSigned,
    RemUnsigned,
    And,
    Or,
    Xor,
    Shl,
    ShrSigned,
    ShrUnsigned,
    IntEq,
    IntNe,
    LtSigned,
    LeSigned,
    LtUnsigned,
    LeUnsigned,
    MinSigned,
    MaxSigned,
    MinUnsigned,
    MaxUnsigned,
    DotSigned8,
    DotUnsigned8,
    BoolAnd,
    BoolOr,
    BoolEq,
    BoolNe,
}

/// How a value comes about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// A constant: its bits (a bool is 0 or 1).
    Const(u32),
    Input(Input),
    /// An argument of an outlined function.
    Param(u32),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    Fma(Value, Value, Value),
    /// `condition`, then, else.
    Select(Value, Value, Value),
    /// Another value.
    Copy(Value),
    /// What a variable holds here.
    Get(Var),
    /// Set by a statement: [`Stmt::Load`], [`Stmt::Call`].
    Result,
}

/// Memory that addresses count in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Space {
    /// A binding, by slot; true where no invocation can write it.
    Binding { slot: u32, read_only: bool },
    /// The workgroup's memory.
    Workgroup,
    /// A table of constants of the module.
    Table,
    /// Memory of one invocation, laid out [word][lane]: `terms` and `offset` count words.
    Scratch,
}

/// An address: `offset` plus the sum of index * scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub space: Space,
    pub terms: Vec<(Value, u32)>,
    pub offset: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AtomicOp {
    Add,
    Sub,
    And,
    Or,
    Xor,
    MinSigned,
    MaxSigned,
    MinUnsigned,
    MaxUnsigned,
    Store,
}

/// Which memory a barrier orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Orders {
    pub workgroup: bool,
    pub storage: bool,
}

pub(super) type Block = Vec<Stmt>;

#[derive(Debug, Clone)]
pub(super) enum Stmt {
    /// Evaluates a value.
    Let(Value),
    /// `blend`: lanes that are switched off keep what they have (found by the analysis).
    Set {
        var: Var,
        value: Value,
        blend: bool,
    },
    /// Defines `words` values from `first` on: consecutive words of memory.
    Load {
        first: Value,
        words: u32,
        place: Place,
        atomic: bool,
        line: u32,
    },
    /// Writes consecutive words.
    Store {
        place: Place,
        values: Vec<Value>,
        line: u32,
    },
    /// Zeroes `words` words of scratch.
    ZeroScratch {
        offset: u32,
        words: u32,
    },
    /// Read-modify-write, or an atomic store.
    Atomic {
        op: AtomicOp,
        place: Place,
        value: Value,
        line: u32,
    },
    If {
        id: Construct,
        condition: Value,
        accept: Block,
        reject: Block,
    },
    /// `break_if` is evaluated after `continuing`.
    Loop {
        id: Construct,
        body: Block,
        continuing: Block,
        break_if: Option<Value>,
    },
    /// A block that [`Stmt::Exit`] can leave.
    Scope {
        id: Construct,
        body: Block,
    },
    /// Leaves `target`; with `again`, starts its next iteration.
    Exit {
        target: Construct,
        again: bool,
    },
    Barrier(Orders),
    /// A barrier, `words` values loaded once for the workgroup, a barrier.
    UniformLoad {
        first: Value,
        words: u32,
        place: Place,
    },
    /// Adds `amount` to a budget counter; the dispatch ends when it passes the budget.
    Charge {
        counter: Var,
        amount: Value,
        blend: bool,
    },
    /// Calls an outlined function: defines `results` values from `first` on.
    Call {
        function: usize,
        arguments: Vec<Value>,
        first: Value,
        results: u32,
    },
}

#[derive(Debug, Clone)]
pub(super) struct ValueDef {
    pub op: Op,
    pub kind: Kind,
}

/// A function's body: the kernel itself, or an outlined function.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub values: Vec<ValueDef>,
    pub vars: Vec<Kind>,
    pub block: Block,
    /// Loops, scopes and branches that were numbered.
    pub constructs: u32,
    /// What an outlined function returns.
    pub results: Vec<Value>,
    pub params: Vec<Kind>,
    /// Statements written, to bound what is compiled.
    pub size: usize,
}

impl Body {
    pub fn op(&self, value: Value) -> &Op {
        &self.values[value.0 as usize].op
    }

    pub fn kind(&self, value: Value) -> Kind {
        self.values[value.0 as usize].kind
    }

    pub fn constant(&self, value: Value) -> Option<u32> {
        match self.op(value) {
            Op::Const(bits) => Some(*bits),
            _ => None,
        }
    }
}

/// A kernel, ready to be analysed.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub main: Body,
    pub functions: Vec<Body>,
    /// (group, binding) of each slot, in the order of first use.
    pub slots: Vec<Slot>,
    pub workgroup_size: [u32; 3],
    /// Words of the workgroup's memory.
    pub workgroup_words: u32,
    /// Words of scratch memory of one invocation.
    pub scratch_words: u32,
    /// Constants that are indexed dynamically.
    pub table: Vec<u32>,
    pub loop_iterations: u32,
    /// For the race detector: variables of workgroup memory and of bindings by name, sorted by space and first byte.
    pub names: Vec<(Space, u32, String)>,
}

/// A binding that the kernel uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub group: u32,
    pub binding: u32,
}

impl Op {
    /// Calls `visit` for each operand.
    pub fn operands(&self, mut visit: impl FnMut(Value)) {
        match *self {
            Op::Const(_) | Op::Input(_) | Op::Param(_) | Op::Get(_) | Op::Result => {}
            Op::Unary(_, a) | Op::Copy(a) => visit(a),
            Op::Binary(_, a, b) => {
                visit(a);
                visit(b);
            }
            Op::Fma(a, b, c) | Op::Select(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
        }
    }
}

impl Stmt {
    /// Calls `visit` for each value that the statement itself uses, blocks inside it excepted.
    pub fn operands(&self, mut visit: impl FnMut(Value)) {
        match self {
            Stmt::Let(_) | Stmt::ZeroScratch { .. } | Stmt::Scope { .. } | Stmt::Exit { .. } | Stmt::Barrier(_) => {}
            Stmt::Set { value, .. } => visit(*value),
            Stmt::Load { place, .. } | Stmt::UniformLoad { place, .. } => place.terms.iter().for_each(|term| visit(term.0)),
            Stmt::Store { place, values, .. } => {
                place.terms.iter().for_each(|term| visit(term.0));
                values.iter().copied().for_each(visit);
            }
            Stmt::Atomic { place, value, .. } => {
                place.terms.iter().for_each(|term| visit(term.0));
                visit(*value);
            }
            Stmt::If { condition, .. } => visit(*condition),
            Stmt::Loop { break_if, .. } => {
                if let Some(value) = break_if {
                    visit(*value);
                }
            }
            Stmt::Charge { amount, .. } => visit(*amount),
            Stmt::Call { arguments, .. } => arguments.iter().copied().for_each(visit),
        }
    }

    /// The values that the statement defines.
    pub fn defines(&self) -> std::ops::Range<u32> {
        match self {
            Stmt::Let(value) => value.0..value.0 + 1,
            Stmt::Load { first, words, .. } | Stmt::UniformLoad { first, words, .. } => first.0..first.0 + words,
            Stmt::Call { first, results, .. } => first.0..first.0 + results,
            _ => 0..0,
        }
    }

    /// The blocks inside, in the order in which they run.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let blocks: [Option<&Block>; 2] = match self {
            Stmt::If { accept, reject, .. } => [Some(accept), Some(reject)],
            Stmt::Loop { body, continuing, .. } => [Some(body), Some(continuing)],
            Stmt::Scope { body, .. } => [Some(body), None],
            _ => [None, None],
        };
        blocks.into_iter().flatten()
    }
}
