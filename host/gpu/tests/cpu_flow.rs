//! Control flow: generated functions with every nesting of branches, loops, switches, `break`, `continue` and `return`, uniform and varying, on the CPU executor and
//! in a small interpreter here that runs one invocation after the other.

mod cpu_harness;

use std::fmt::Write;

use assay_gpu::DispatchEnd;
use assay_gpu::cpu::CpuDevice;
use cpu_harness::{BUDGET, run_on};

#[derive(Debug, Clone)]
enum Expr {
    Const(u32),
    Var(usize),
    /// Varies between lanes.
    Local,
    /// Uniform, but not a constant.
    Group,
    Data(Box<Expr>),
    Array(Box<Expr>),
    Op(&'static str, Box<Expr>, Box<Expr>),
}

#[derive(Debug, Clone)]
enum Stmt {
    Set(usize, Expr),
    SetArray(Expr, Expr),
    Out(Expr, Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Counter variable, trips, body.
    For(usize, Expr, Vec<Stmt>),
    /// `loop` with its counter, a `continuing` and a `break if`.
    Loop(usize, u32, Vec<Stmt>, Option<Expr>),
    Switch(Expr, Vec<(Vec<u32>, Vec<Stmt>)>, Vec<Stmt>),
    Break,
    Continue,
    Return(Expr),
    Barrier,
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) as u32) % below
    }
}

struct Generator {
    random: Random,
    vars: usize,
    /// Variables that are in scope.
    scope: Vec<usize>,
    size: u32,
    barriers: bool,
}

const OPS: [&str; 7] = ["+", "^", "*", "&", "|", "-", ">>"];

impl Generator {
    fn expr(&mut self, depth: u32) -> Expr {
        match self.random.next(if depth == 0 { 6 } else { 12 }) {
            0 => Expr::Const(self.random.next(9)),
            1 | 2 => Expr::Var(self.scope[self.random.next(self.scope.len() as u32) as usize]),
            3 | 4 => Expr::Local,
            5 => Expr::Group,
            6 => Expr::Data(Box::new(self.expr(depth - 1))),
            7 => Expr::Array(Box::new(self.expr(depth - 1))),
            _ => {
                let op = OPS[self.random.next(7) as usize];
                Expr::Op(op, Box::new(self.expr(depth - 1)), Box::new(self.expr(depth - 1)))
            }
        }
    }

    fn uniform(&mut self) -> Expr {
        let op = OPS[self.random.next(6) as usize];
        let by = self.random.next(5);
        Expr::Op(op, Box::new(Expr::Group), Box::new(Expr::Const(by)))
    }

    fn condition(&mut self) -> Expr {
        if self.random.next(3) == 0 { self.uniform() } else { self.expr(2) }
    }

    fn block(&mut self, depth: u32, in_loop: bool, in_switch: bool, uniform: bool) -> Vec<Stmt> {
        let in_scope = self.scope.len();
        let mut block = Vec::new();
        for _ in 0..1 + self.random.next(4) {
            if self.size == 0 {
                break;
            }
            self.size -= 1;
            let statement = self.statement(depth, in_loop, in_switch, uniform);
            let ends = matches!(statement, Stmt::Break | Stmt::Continue | Stmt::Return(_));
            block.push(statement);
            if ends {
                break;
            }
        }
        self.scope.truncate(in_scope);
        block
    }

    fn fresh(&mut self) -> usize {
        self.vars += 1;
        self.vars - 1
    }

    fn statement(&mut self, depth: u32, in_loop: bool, in_switch: bool, uniform: bool) -> Stmt {
        let choice = self.random.next(if depth == 0 { 7 } else { 15 });
        let barriers = self.barriers;
        match choice {
            0..=2 => Stmt::Set(self.scope[self.random.next(self.scope.len() as u32) as usize], self.expr(3)),
            3 => Stmt::SetArray(self.expr(1), self.expr(2)),
            4 => Stmt::Out(self.expr(1), self.expr(2)),
            5 if barriers && uniform => Stmt::Barrier,
            // Leaving early is for varying control flow only where no barrier can follow.
            5 if in_loop && !barriers => Stmt::Break,
            5 if in_switch => Stmt::Break,
            6 if in_loop && !barriers => Stmt::Continue,
            6 if !barriers && self.random.next(2) == 0 => Stmt::Return(self.expr(2)),
            7..=10 => {
                let test = if barriers && uniform { self.uniform() } else { self.condition() };
                let here = uniform && barriers;
                Stmt::If(
                    test,
                    self.block(depth - 1, in_loop, in_switch, here),
                    if self.random.next(2) == 0 { self.block(depth - 1, in_loop, in_switch, here) } else { Vec::new() },
                )
            }
            11 | 12 => {
                let trips = if barriers && uniform { self.uniform() } else { self.condition() };
                let counter = self.fresh();
                // Assigned to in the body, a counter might make a loop with barriers vary.
                if !(barriers && uniform) {
                    self.scope.push(counter);
                }
                let body = self.block(depth - 1, true, false, uniform && barriers);
                self.scope.retain(|var| *var != counter);
                Stmt::For(counter, trips, body)
            }
            13 => {
                let trips = 1 + self.random.next(4);
                let counter = self.fresh();
                // Assigned to in the body, a counter might make a loop with barriers vary.
                if !(barriers && uniform) {
                    self.scope.push(counter);
                }
                let body = self.block(depth - 1, true, false, uniform && barriers);
                let early = if self.random.next(2) == 0 && !barriers { Some(self.condition()) } else { None };
                self.scope.retain(|var| *var != counter);
                Stmt::Loop(counter, trips, body, early)
            }
            14 => {
                let selector = if barriers && uniform { self.uniform() } else { self.condition() };
                let here = uniform && barriers;
                let cases = (0..self.random.next(3))
                    .map(|case| {
                        let values = if self.random.next(2) == 0 { vec![case * 2] } else { vec![case * 2, case * 2 + 1] };
                        (values, self.block(depth - 1, in_loop, true, here))
                    })
                    .collect();
                let default = self.block(depth - 1, in_loop, true, here);
                Stmt::Switch(selector, cases, default)
            }
            _ => Stmt::Set(self.scope[0], self.expr(2)),
        }
    }
}

// ---- WGSL

fn show(expr: &Expr) -> String {
    match expr {
        Expr::Const(value) => format!("{value}u"),
        Expr::Var(var) => format!("v{var}"),
        Expr::Local => "local".to_owned(),
        Expr::Group => "group".to_owned(),
        Expr::Data(index) => format!("data[({}) % 32u]", show(index)),
        Expr::Array(index) => format!("memory[({}) % 6u]", show(index)),
        Expr::Op(">>", a, b) => format!("(({}) >> (({}) & 7u))", show(a), show(b)),
        Expr::Op(op, a, b) => format!("(({}) {op} ({}))", show(a), show(b)),
    }
}

fn write_block(out: &mut String, block: &[Stmt]) {
    for statement in block {
        match statement {
            Stmt::Set(var, value) => writeln!(out, "v{var} = {};", show(value)).expect("a string takes text"),
            Stmt::SetArray(index, value) => {
                writeln!(out, "memory[({}) % 6u] = {};", show(index), show(value)).expect("a string takes text")
            }
            Stmt::Out(index, value) => writeln!(out, "out[base + ({}) % 4u] = {};", show(index), show(value)).expect("a string takes text"),
            Stmt::If(condition, accept, reject) => {
                writeln!(out, "if ((({}) & 1u) == 1u) {{", show(condition)).expect("a string takes text");
                write_block(out, accept);
                writeln!(out, "}} else {{").expect("a string takes text");
                write_block(out, reject);
                writeln!(out, "}}").expect("a string takes text");
            }
            Stmt::For(counter, trips, body) => {
                writeln!(out, "let n{counter} = ({}) % 5u; for (var v{counter} = 0u; v{counter} < n{counter}; v{counter}++) {{ if (guard > 300u) {{ break; }} guard++;", show(trips)).expect("a string takes text");
                write_block(out, body);
                writeln!(out, "}}").expect("a string takes text");
            }
            Stmt::Loop(counter, trips, body, early) => {
                writeln!(out, "var v{counter} = 0u; loop {{ if (guard > 300u) {{ break; }} guard++;").expect("a string takes text");
                write_block(out, body);
                let early = early.as_ref().map_or(String::new(), |early| format!(" || (({}) & 3u) == 1u", show(early)));
                writeln!(out, "continuing {{ v{counter}++; break if v{counter} >= {trips}u{early}; }} }}").expect("a string takes text");
            }
            Stmt::Switch(selector, cases, default) => {
                writeln!(out, "switch (({}) % 6u) {{", show(selector)).expect("a string takes text");
                for (values, body) in cases {
                    let values: Vec<_> = values.iter().map(|value| format!("{value}u")).collect();
                    writeln!(out, "case {}: {{", values.join(", ")).expect("a string takes text");
                    write_block(out, body);
                    writeln!(out, "}}").expect("a string takes text");
                }
                writeln!(out, "default: {{").expect("a string takes text");
                write_block(out, default);
                writeln!(out, "}} }}").expect("a string takes text");
            }
            Stmt::Break => writeln!(out, "break;").expect("a string takes text"),
            Stmt::Continue => writeln!(out, "continue;").expect("a string takes text"),
            Stmt::Return(value) => writeln!(out, "return {};", show(value)).expect("a string takes text"),
            Stmt::Barrier => writeln!(out, "workgroupBarrier();").expect("a string takes text"),
        }
    }
}

// ---- interpreter

struct Machine<'a> {
    vars: Vec<u32>,
    memory: [u32; 6],
    guard: u32,
    local: u32,
    group: u32,
    data: &'a [u32],
    out: &'a mut [u32],
}

#[derive(PartialEq)]
enum Flow {
    Next,
    Break,
    Continue,
    Return(u32),
}

impl Machine<'_> {
    fn eval(&self, expr: &Expr) -> u32 {
        match expr {
            Expr::Const(value) => *value,
            Expr::Var(var) => self.vars[*var],
            Expr::Local => self.local,
            Expr::Group => self.group,
            Expr::Data(index) => self.data[(self.eval(index) % 32) as usize],
            Expr::Array(index) => self.memory[(self.eval(index) % 6) as usize],
            Expr::Op(op, a, b) => {
                let (a, b) = (self.eval(a), self.eval(b));
                match *op {
                    "+" => a.wrapping_add(b),
                    "-" => a.wrapping_sub(b),
                    "*" => a.wrapping_mul(b),
                    "^" => a ^ b,
                    "&" => a & b,
                    "|" => a | b,
                    _ => a >> (b & 7),
                }
            }
        }
    }

    fn block(&mut self, block: &[Stmt]) -> Flow {
        for statement in block {
            let flow = self.statement(statement);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &Stmt) -> Flow {
        match statement {
            Stmt::Set(var, value) => self.vars[*var] = self.eval(value),
            Stmt::SetArray(index, value) => self.memory[(self.eval(index) % 6) as usize] = self.eval(value),
            Stmt::Out(index, value) => self.out[(self.eval(index) % 4) as usize] = self.eval(value),
            Stmt::If(condition, accept, reject) => {
                let accepted = self.eval(condition) & 1 == 1;
                return self.block(if accepted { accept } else { reject });
            }
            Stmt::For(counter, trips, body) => {
                let trips = self.eval(trips) % 5;
                self.vars[*counter] = 0;
                while self.vars[*counter] < trips {
                    if self.guard > 300 {
                        break;
                    }
                    self.guard += 1;
                    match self.block(body) {
                        Flow::Break => break,
                        Flow::Return(value) => return Flow::Return(value),
                        Flow::Next | Flow::Continue => self.vars[*counter] = self.vars[*counter].wrapping_add(1),
                    }
                }
            }
            Stmt::Loop(counter, trips, body, early) => {
                self.vars[*counter] = 0;
                loop {
                    if self.guard > 300 {
                        break;
                    }
                    self.guard += 1;
                    match self.block(body) {
                        Flow::Break => break,
                        Flow::Return(value) => return Flow::Return(value),
                        Flow::Next | Flow::Continue => {}
                    }
                    self.vars[*counter] = self.vars[*counter].wrapping_add(1);
                    if self.vars[*counter] >= *trips || early.as_ref().is_some_and(|early| self.eval(early) & 3 == 1) {
                        break;
                    }
                }
            }
            Stmt::Switch(selector, cases, default) => {
                let selector = self.eval(selector) % 6;
                let body = cases.iter().find(|(values, _)| values.contains(&selector)).map_or(default, |(_, body)| body);
                return match self.block(body) {
                    Flow::Break => Flow::Next,
                    flow => flow,
                };
            }
            Stmt::Break => return Flow::Break,
            Stmt::Continue => return Flow::Continue,
            Stmt::Return(value) => return Flow::Return(self.eval(value)),
            Stmt::Barrier => {}
        }
        Flow::Next
    }
}

fn check(device: &mut CpuDevice, seed: u64, barriers: bool) {
    let mut generator =
        Generator { random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), vars: 4, scope: (0..4).collect(), size: 40, barriers };
    let mut body = Vec::new();
    while generator.size > 0 {
        body.extend(generator.block(4, false, false, true));
        if matches!(body.last(), Some(Stmt::Return(_))) {
            break;
        }
    }
    let size = [4_u32, 8, 5, 32, 1, 13, 64][generator.random.next(7) as usize];
    let mut text = String::new();
    write_block(&mut text, &body);
    let vars: String = (0..4).map(|var| format!("var v{var} = {}u;\n", var * 3)).collect();
    let ends = if matches!(body.last(), Some(Stmt::Return(_))) { "" } else { "return (v0 ^ (v1 * 3u)) + (v2 ^ v3) + guard;" };
    let source = format!(
        "@group(0) @binding(0) var<storage, read> data: array<u32, 32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        fn work(local: u32, group: u32, base: u32) -> u32 {{ var guard = 0u; var memory: array<u32, 6>;
        {vars}{text}{ends}
        }}
        @compute @workgroup_size({size}) fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {{
            let at = (group.x * {size}u + local) * 5u;
            out[at + 4u] = work(local, group.x, at);
        }}"
    );
    let data: Vec<u32> = (0..32).map(|n| generator.random.next(1000) + n).collect();
    let groups = 3;
    let count = (groups * size) as usize;
    let (end, got) = run_on(device, &source, &[data.clone(), vec![0; count * 5]], [groups, 1, 1], BUDGET);
    assert_eq!(end, DispatchEnd::Done);
    for invocation in 0..count as u32 {
        let mut out = [0; 5];
        let mut machine = Machine {
            vars: (0..generator.vars as u32).map(|var| if var < 4 { var * 3 } else { 0 }).collect(),
            memory: [0; 6],
            guard: 0,
            local: invocation % size,
            group: invocation / size,
            data: &data,
            out: &mut out[..4],
        };
        let flow = machine.block(&body);
        let vars = &machine.vars;
        let value = match flow {
            Flow::Return(value) => value,
            _ => (vars[0] ^ vars[1].wrapping_mul(3)).wrapping_add(vars[2] ^ vars[3]).wrapping_add(machine.guard),
        };
        out[4] = value;
        let at = invocation as usize * 5;
        assert_eq!(got[1][at..at + 5], out, "seed {seed}, barriers {barriers}, invocation {invocation} of {size}\n{source}");
    }
}

fn seeds() -> std::ops::Range<u64> {
    let count = std::env::var("ASSAY_FLOW_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    let from = std::env::var("ASSAY_FLOW_FROM").ok().and_then(|from| from.parse().ok()).unwrap_or(1);
    from..from + count
}

#[test]
fn generated_functions_agree_with_the_interpreter() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    for seed in seeds() {
        check(&mut device, seed, false);
    }
}

#[test]
fn generated_functions_with_barriers_agree_with_the_interpreter() {
    let mut device = CpuDevice::new(Some(1)).expect("the CPU executor works");
    for seed in seeds() {
        check(&mut device, seed, true);
    }
}
