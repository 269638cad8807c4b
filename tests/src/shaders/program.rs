//! A whole program: structs, bindings, memory, functions, and an entry point made of phases between barriers.

use arbitrary::{Result, Unstructured};

use super::shape::{Scalar, Shape, Store};

/// A generated shader with one entry point, `main`, and how to dispatch it.
#[derive(Debug, Clone)]
pub struct Program {
    /// The WGSL.
    pub source: String,
    /// Values of its overrides.
    pub constants: Vec<(String, f64)>,
    /// Workgroups.
    pub groups: [u32; 3],
    /// Elements of each runtime-sized array, by the name of its variable.
    pub elements: Vec<(String, u32)>,
}

/// A variable in scope.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name, or the path of this invocation's element.
    pub name: String,
    /// What it holds.
    pub store: Store,
    /// Whether expressions may read it now.
    pub readable: bool,
    /// Whether statements may write it now.
    pub writable: bool,
    /// Whether it is a `var` of the function, so that its address can be passed.
    pub local: bool,
}

/// A parameter of a helper function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// What it holds, or points to.
    pub store: Store,
    /// Whether it is `ptr<function, …>`.
    pub by_pointer: bool,
}

/// A helper function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub result: Shape,
}

/// What is written so far, and what is in scope.
pub struct Writer<'a, 'u> {
    bytes: &'a mut Unstructured<'u>,
    pub text: String,
    pub indent: usize,
    pub variables: Vec<Variable>,
    pub functions: Vec<Function>,
    /// Nested loops here.
    pub loops: u32,
    /// What may still be written in expressions and statements.
    pub nodes_left: u32,
    pub statements_left: u32,
    /// What `return` gives here; `None`: it may not be used.
    pub returns: Option<Option<Shape>>,
    pub in_main: bool,
    /// Atomic arrays that may be changed now: path, scalar, length, functions.
    pub counters: Vec<(String, Scalar, u32, &'static [&'static str])>,
    names: u32,
}

/// Kinds of read-modify-write; those of one list commute.
const KINDS: [&[&str]; 6] = [&["atomicAdd", "atomicSub"], &["atomicAnd"], &["atomicOr"], &["atomicXor"], &["atomicMin"], &["atomicMax"]];

const SIZES: [[u32; 3]; 10] =
    [[1, 1, 1], [7, 1, 1], [8, 8, 1], [4, 2, 3], [33, 1, 1], [64, 1, 1], [128, 1, 1], [1, 1, 5], [2, 16, 1], [16, 1, 1]];

/// Elements of a read-only array: odd, so that clamping is not a mask.
const INPUTS: u32 = 61;

impl Writer<'_, '_> {
    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> Result<usize> {
        self.bytes.int_in_range(0..=end.max(1) - 1)
    }

    /// One of these.
    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> Result<&'t T> {
        let at = self.below(list.len())?;
        Ok(&list[at])
    }

    /// A name that is new.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A line of the shader.
    pub fn line(&mut self, text: &str) {
        self.text.extend(std::iter::repeat_n("    ", self.indent));
        self.text += text;
        self.text.push('\n');
    }

    /// A type of values.
    pub fn shape(&mut self, truth: bool) -> Result<Shape> {
        let scalars: &[Scalar] =
            if truth { &[Scalar::F, Scalar::I, Scalar::U, Scalar::F, Scalar::B] } else { &[Scalar::F, Scalar::I, Scalar::U, Scalar::F] };
        let scalar = *self.pick(scalars)?;
        Ok(match self.below(8)? {
            0..=3 => Shape::One(scalar),
            4..=6 => Shape::Vector(self.size()?, scalar),
            _ => Shape::Matrix(self.size()?, self.size()?),
        })
    }

    fn size(&mut self) -> Result<u8> {
        Ok(2 + u8::try_from(self.below(3)?).unwrap_or(0))
    }

    /// What a variable may hold.
    pub fn store(&mut self, structs: &[Store], truth: bool) -> Result<Store> {
        Ok(match self.below(7)? {
            0..=3 => Store::Value(self.shape(truth)?),
            4 if !structs.is_empty() => self.pick(structs)?.clone(),
            5 if !structs.is_empty() => Store::Array(Box::new(self.pick(structs)?.clone()), *self.pick(&[2, 3])?),
            _ => {
                let length = *self.pick(&[1, 2, 3, 4, 5, 8])?;
                Store::Array(Box::new(Store::Value(self.shape(truth)?)), length)
            }
        })
    }

    /// Puts a variable into scope.
    pub fn declare(&mut self, name: impl Into<String>, store: Store, writable: bool, local: bool) {
        self.variables.push(Variable { name: name.into(), store, readable: true, writable, local });
    }

    fn structs(&mut self) -> Result<Vec<Store>> {
        let mut structs: Vec<Store> = Vec::new();
        for _ in 0..self.below(3)? {
            let name = self.name("S");
            let mut members = Vec::new();
            for number in 0..=self.below(3)? {
                let inner = structs.last().cloned().filter(|_| number == 1);
                let store = match (inner, self.below(4)?) {
                    (Some(inner), 0) => inner,
                    (_, 1) => Store::Array(Box::new(Store::Value(self.shape(false)?)), *self.pick(&[1, 2, 3, 4])?),
                    _ => Store::Value(self.shape(false)?),
                };
                members.push((format!("m{number}"), store));
            }
            let body: Vec<String> = members.iter().map(|(name, store)| format!("{name}: {store}")).collect();
            self.line(&format!("struct {name} {{ {} }}", body.join(", ")));
            structs.push(Store::Struct(name, members));
        }
        Ok(structs)
    }

    /// Bindings that are only read, and module constants.
    fn inputs(&mut self, structs: &[Store], program: &mut Program) -> Result<()> {
        let params = [
            ("u", Shape::One(Scalar::U)),
            ("i", Shape::One(Scalar::I)),
            ("f", Shape::One(Scalar::F)),
            ("g", Shape::One(Scalar::F)),
            ("v", Shape::Vector(4, Scalar::F)),
            ("w", Shape::Vector(3, Scalar::I)),
            ("m", Shape::Matrix(3, 3)),
            ("n", Shape::Matrix(2, 4)),
        ];
        let members: Vec<String> = params.iter().map(|(name, shape)| format!("{name}: {shape}")).collect();
        self.line(&format!("struct Params {{ {} }}", members.join(", ")));
        self.line("@group(0) @binding(0) var<uniform> params: Params;");
        let params = params.iter().map(|(name, shape)| ((*name).to_owned(), Store::Value(*shape))).collect();
        self.declare("params", Store::Struct("Params".to_owned(), params), false, false);
        let mut stores = vec![Store::Value(Shape::One(Scalar::F)), Store::Value(Shape::One(Scalar::U))];
        for _ in 0..self.below(3)? {
            stores.push(self.store(structs, false)?);
        }
        for (number, store) in stores.into_iter().enumerate() {
            let name = format!("in{number}");
            self.line(&format!("@group(0) @binding({}) var<storage, read> {name}: array<{store}>;", number + 1));
            program.elements.push((name.clone(), INPUTS));
            self.declare(name, Store::Runtime(Box::new(store), INPUTS), false, false);
        }
        if self.below(2)? == 0 {
            self.line("override ov_u: u32 = 5u;");
            self.line("override ov_f: f32 = 0.5;");
            let value = self.below(9)?;
            program.constants.push(("ov_u".to_owned(), value as f64));
            self.line("fn from_overrides() -> f32 { return ov_f * params.f + f32(ov_u + params.u); }");
            self.functions.push(Function { name: "from_overrides".to_owned(), parameters: Vec::new(), result: Shape::One(Scalar::F) });
        }
        if self.below(2)? == 0 {
            self.line("const TABLE = array<f32, 7>(0.25f, -1.0f, 3.0f, 1e10f, 0.0f, -0.75f, 42.0f);");
            self.declare("TABLE", Store::Array(Box::new(Store::Value(Shape::One(Scalar::F))), 7), false, false);
        }
        Ok(())
    }

    fn private(&mut self, structs: &[Store]) -> Result<()> {
        for _ in 0..self.below(3)? {
            let (name, store) = (self.name("p"), self.store(structs, true)?);
            self.line(&format!("var<private> {name}: {store};"));
            self.declare(name, store, true, false);
        }
        Ok(())
    }

    fn function(&mut self, structs: &[Store]) -> Result<()> {
        let (name, result) = (self.name("f"), self.shape(true)?);
        let kept = self.variables.len();
        let (mut parameters, mut words) = (Vec::new(), Vec::new());
        for _ in 0..self.below(4)? {
            let by_pointer = self.below(3)? == 0;
            let store = if by_pointer { self.store(structs, true)? } else { Store::Value(self.shape(true)?) };
            let parameter = self.name("a");
            words.push(if by_pointer { format!("{parameter}: ptr<function, {store}>") } else { format!("{parameter}: {store}") });
            let path = if by_pointer { format!("(*{parameter})") } else { parameter };
            self.declare(path, store.clone(), by_pointer, false);
            parameters.push(Parameter { store, by_pointer });
        }
        self.line(&format!("fn {name}({}) -> {result} {{", words.join(", ")));
        self.statements_left = 6;
        self.nodes_left = 60;
        self.returns = Some(Some(result));
        self.loops = 1; // so that loops in helpers, called in loops, stay short
        self.block(structs, 2)?;
        self.indent += 1;
        let value = self.expression(result, 3)?.text;
        self.line(&format!("return {value};"));
        self.indent -= 1;
        self.line("}");
        self.loops = 0;
        self.returns = None;
        self.variables.truncate(kept);
        self.functions.push(Function { name, parameters, result });
        Ok(())
    }

    /// Storage that each invocation has elements of, and counters of all.
    fn outputs(&mut self, structs: &[Store], invocations: u32, program: &mut Program) -> Result<Vec<Variable>> {
        let mut own = Vec::new();
        let fixed = [Store::Value(Shape::One(Scalar::F)), Store::Value(Shape::One(Scalar::U))];
        let extra = self.store(structs, false)?;
        for (number, store) in fixed.into_iter().chain([extra]).enumerate() {
            let name = format!("out{number}");
            self.line(&format!("@group(1) @binding({number}) var<storage, read_write> {name}: array<{store}>;"));
            program.elements.push((name.clone(), invocations * 2));
            for element in 0..2 {
                let name = format!("{name}[me * 2u + {element}u]");
                own.push(Variable { name, store: store.clone(), readable: true, writable: true, local: false });
            }
        }
        let scalar = *self.pick(&[Scalar::U, Scalar::I])?;
        self.line(&format!("@group(1) @binding(3) var<storage, read_write> counters: array<atomic<{scalar}>, 5>;"));
        let kind = *self.pick(&KINDS)?;
        self.counters.push(("counters".to_owned(), scalar, 5, kind));
        Ok(own)
    }

    fn main(&mut self, structs: &[Store], program: &mut Program) -> Result<()> {
        let size = *self.pick(&SIZES)?;
        program.groups = [1 + self.below(3)? as u32, 1 + self.below(2)? as u32, 1];
        let lanes: u32 = size.iter().product();
        let own = self.outputs(structs, lanes * program.groups.iter().product::<u32>(), program)?;

        // Workgroup memory: an element an invocation, read by all between barriers.
        let mut shared = Vec::new();
        for number in 0..self.below(3)? {
            let element = match self.below(4)? {
                0 if !structs.is_empty() => self.pick(structs)?.clone(),
                _ => Store::Value(self.shape(true)?),
            };
            let name = format!("shared{number}");
            self.line(&format!("var<workgroup> {name}: array<{element}, {lanes}>;"));
            shared.push((name, element));
        }
        let uniform = self.shape(false)?;
        self.line(&format!("var<workgroup> uniform_value: {uniform};"));
        self.line("var<workgroup> tally: array<atomic<u32>, 3>;");

        self.line(&format!("@compute @workgroup_size({}, {}, {})", size[0], size[1], size[2]));
        self.line("fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(local_invocation_id) lid: vec3<u32>, @builtin(local_invocation_index) li: u32, @builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>) {");
        self.line(&format!("    let me = li + {lanes}u * (wid.x + nwg.x * (wid.y + nwg.y * wid.z));"));
        for name in ["gid", "lid", "wid", "nwg"] {
            self.declare(name, Store::Value(Shape::Vector(3, Scalar::U)), false, false);
        }
        for name in ["me", "li"] {
            self.declare(name, Store::Value(Shape::One(Scalar::U)), false, false);
        }
        self.variables.extend(own);
        self.in_main = true;
        self.budget(8, 80);
        self.block(structs, 2)?;

        if !shared.is_empty() || self.below(2)? == 0 {
            self.phases(structs, &shared, lanes, uniform)?;
        }
        self.returns = Some(None);
        self.budget(6, 80);
        self.block(structs, 3)?;
        self.budget(0, 60);
        self.indent += 1;
        for place in ["out0[me * 2u]", "out1[me * 2u + 1u]"] {
            let shape = Shape::One(if place.starts_with("out0") { Scalar::F } else { Scalar::U });
            let value = self.expression(shape, 4)?.text;
            self.line(&format!("{place} = {value};"));
        }
        self.indent -= 1;
        self.line("}");
        Ok(())
    }

    /// What may be written before the budget is renewed.
    pub fn budget(&mut self, statements: u32, nodes: u32) {
        self.statements_left = statements;
        self.nodes_left = nodes;
    }

    /// Phases of writing and reading workgroup memory, perhaps in a loop that all invocations go through alike.
    fn phases(&mut self, structs: &[Store], shared: &[(String, Store)], lanes: u32, uniform: Shape) -> Result<()> {
        let looped = self.below(2)? == 0;
        if looped {
            let end = *self.pick(&["2u", "3u", "(params.u & 3u)", "(nwg.x + 1u)"])?;
            self.line(&format!("    for (var turn = 0u; turn < {end}; turn++) {{"));
            self.indent += 1;
            self.declare("turn", Store::Value(Shape::One(Scalar::U)), false, false);
        }
        let kept = self.variables.len();
        let kind = *self.pick(&KINDS)?;
        self.loops += 1;
        for _ in 0..=self.below(2)? {
            // Writing: own elements, and the tally by one kind of operation.
            for (name, store) in shared {
                self.declare(format!("{name}[li]"), store.clone(), true, false);
            }
            self.counters.push(("tally".to_owned(), Scalar::U, 3, kind));
            self.budget(6, 60);
            self.block(structs, 2)?;
            self.counters.pop();
            self.variables.truncate(kept);
            let barrier = *self.pick(&["workgroupBarrier();", "workgroupBarrier();", "storageBarrier(); workgroupBarrier();"])?;
            self.line(&format!("    {barrier}"));

            // Reading: anything.
            for (name, store) in shared {
                self.declare(name.clone(), Store::Array(Box::new(store.clone()), lanes), false, false);
            }
            self.declare("tally", Store::Atomics(Scalar::U, 3), false, false);
            self.budget(6, 60);
            self.block(structs, 2)?;
            if self.below(2)? == 0 {
                self.indent += 1;
                let value = self.expression(uniform, 2)?.text;
                let lane = *self.pick(&["0u", "(params.u % 7u)"])?;
                self.line(&format!("if li == {lane} {{ uniform_value = {value}; }}"));
                let name = self.name("same");
                self.line(&format!("let {name} = workgroupUniformLoad(&uniform_value);"));
                self.indent -= 1;
                self.declare(name, Store::Value(uniform), false, false);
                self.budget(3, 30);
                self.block(structs, 1)?;
            }
            self.variables.truncate(kept);
            self.line("    workgroupBarrier();");
        }
        self.loops -= 1;
        if looped {
            self.indent -= 1;
            self.line("    }");
            self.variables.retain(|variable| variable.name != "turn");
        }
        Ok(())
    }
}

/// A program from bytes. The same bytes give the same program.
///
/// # Errors
/// None that is met: where bytes end, the simplest choice is made.
pub fn generate(bytes: &mut Unstructured) -> Result<Program> {
    let mut program = Program { source: String::new(), constants: Vec::new(), groups: [1; 3], elements: Vec::new() };
    let mut writer = Writer {
        bytes,
        text: String::new(),
        indent: 0,
        variables: Vec::new(),
        functions: Vec::new(),
        loops: 0,
        nodes_left: 0,
        statements_left: 0,
        returns: None,
        in_main: false,
        counters: Vec::new(),
        names: 0,
    };
    let structs = writer.structs()?;
    writer.inputs(&structs, &mut program)?;
    writer.private(&structs)?;
    for _ in 0..writer.below(4)? {
        writer.function(&structs)?;
    }
    writer.main(&structs, &mut program)?;
    program.source = writer.text;
    Ok(program)
}
