//! Barriers: the body cut into regions.
//!
//! ```text
//! a; barrier; loop { b; barrier; c; if (uniform) { break } }      for pack { a }  loop { for pack { b }  for pack { c }  if (uniform) { break } }
//! ```
//!
//! Statements without a barrier are gathered into regions, and each region runs for all packs of the workgroup before the next starts. Control flow around
//! barriers is uniform (naga has checked it), so it is emitted once, outside the loops over packs. What a pack knows and needs in a later region goes to the pack's
//! frame in memory, unless it is the same for the whole workgroup (then it stays where it is) or cheap to compute again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ir::{Block, Body, Construct, Op, Orders, Place, Stmt, Value, Var};
use super::shape::Shapes;
use super::structure::Structure;

/// A step of the workgroup.
#[derive(Debug)]
pub(super) enum Step {
    /// A region, by number: a loop over packs.
    Region(usize),
    /// Statements that are the same for the whole workgroup, once.
    Once(Block),
    If {
        condition: Value,
        accept: Vec<Step>,
        reject: Vec<Step>,
    },
    Loop {
        id: Construct,
        body: Vec<Step>,
        continuing: Vec<Step>,
        break_if: Option<Value>,
    },
    Scope {
        id: Construct,
        body: Vec<Step>,
    },
    Exit {
        target: Construct,
        again: bool,
    },
    UniformLoad {
        first: Value,
        place: Place,
    },
    Barrier(Orders),
}

/// A run of statements without barriers.
#[derive(Debug, Default)]
pub(super) struct Region {
    pub block: Block,
    /// Values to compute again at its start, in this order.
    pub again: Vec<Value>,
    /// Values to take from the frame.
    pub restore: Vec<Value>,
    /// Values to put into the frame.
    pub spill: Vec<Value>,
    /// Variables to take from the frame, to put into it, and to reset for each pack since they are the same for the workgroup.
    pub load: Vec<Var>,
    pub save: Vec<Var>,
    pub reset: Vec<Var>,
    /// Scopes around that lanes may have left before.
    pub left: Vec<Construct>,
}

/// The body as steps, with the slots of its frame.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub steps: Vec<Step>,
    pub regions: Vec<Region>,
    /// Slot of the frame of each value, variable, and mask of lanes that left a scope.
    pub value_slots: HashMap<Value, u32>,
    pub var_slots: HashMap<Var, u32>,
    pub left_slots: BTreeMap<u32, u32>,
    pub slots: u32,
    pub has_barriers: bool,
}

struct Cutter<'a> {
    body: &'a Body,
    shapes: &'a Shapes,
    /// Constructs with a barrier inside.
    around: HashSet<u32>,
    loops: HashSet<u32>,
    /// Constructs that something jumps out of, or to the next iteration of.
    targets: HashSet<u32>,
    plan: Plan,
    /// Scopes that are steps, around what is being cut.
    scopes: Vec<Construct>,
}

/// Cuts `body` at its barriers.
pub(super) fn plan(body: &mut Body, shapes: &Shapes, structure: &Structure) -> Plan {
    let block = std::mem::take(&mut body.block);
    let mut cutter = Cutter {
        body,
        shapes,
        around: HashSet::new(),
        loops: HashSet::new(),
        targets: HashSet::new(),
        plan: Plan::default(),
        scopes: Vec::new(),
    };
    cutter.find(&block, &mut Vec::new());
    cutter.plan.has_barriers = cutter.plan.has_barriers || !cutter.around.is_empty();
    cutter.plan.steps = if cutter.plan.has_barriers {
        cutter.steps(block)
    } else {
        cutter.plan.regions.push(Region { block, ..Region::default() });
        vec![Step::Region(0)]
    };
    if cutter.plan.has_barriers {
        cutter.cross(structure);
    }
    cutter.plan
}

impl Cutter<'_> {
    fn find(&mut self, block: &Block, stack: &mut Vec<u32>) {
        for statement in block {
            let id = match statement {
                Stmt::Barrier(_) | Stmt::UniformLoad { .. } => {
                    self.plan.has_barriers = true;
                    self.around.extend(stack.iter());
                    continue;
                }
                Stmt::If { id, .. } | Stmt::Scope { id, .. } => *id,
                Stmt::Loop { id, .. } => {
                    self.loops.insert(id.0);
                    *id
                }
                Stmt::Exit { target, .. } => {
                    self.targets.insert(target.0);
                    continue;
                }
                _ => continue,
            };
            stack.push(id.0);
            for block in statement.blocks() {
                self.find(block, stack);
            }
            stack.pop();
        }
    }

    /// Whether a statement belongs to the workgroup rather than to a region.
    fn is_step(&self, statement: &Stmt, uniform: bool) -> bool {
        match statement {
            Stmt::Barrier(_) | Stmt::UniformLoad { .. } => true,
            // A loop around a barrier can be left by all or by none.
            Stmt::Exit { target, .. } => self.around.contains(&target.0) && (uniform || self.loops.contains(&target.0)),
            Stmt::If { id, .. } | Stmt::Loop { id, .. } | Stmt::Scope { id, .. } => {
                let uniform = uniform && !self.shapes.pack[id.0 as usize];
                // A region's jumps reach the scopes around it (by their masks), and no loop around it: such a loop is in the region as a whole.
                let may = !self.loops.contains(&id.0) || !self.targets.contains(&id.0);
                self.around.contains(&id.0) || may && statement.blocks().any(|block| block.iter().any(|inner| self.is_step(inner, uniform)))
            }
            _ => false,
        }
    }

    fn steps(&mut self, block: Block) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut run = Block::new();
        for statement in block {
            if !self.is_step(&statement, true) {
                run.push(statement);
                continue;
            }
            self.region(&mut run, &mut steps);
            match statement {
                Stmt::Barrier(orders) => steps.push(Step::Barrier(orders)),
                Stmt::UniformLoad { first, place, .. } => steps.push(Step::UniformLoad { first, place }),
                Stmt::Exit { target, again } => steps.push(Step::Exit { target, again }),
                Stmt::If { condition, accept, reject, .. } => {
                    let (accept, reject) = (self.steps(accept), self.steps(reject));
                    steps.push(Step::If { condition, accept, reject });
                }
                Stmt::Loop { id, body, continuing, break_if } => {
                    let (body, continuing) = (self.steps(body), self.steps(continuing));
                    steps.push(Step::Loop { id, body, continuing, break_if });
                }
                Stmt::Scope { id, body } => {
                    self.scopes.push(id);
                    let body = self.steps(body);
                    self.scopes.pop();
                    steps.push(Step::Scope { id, body });
                }
                other => run.push(other),
            }
        }
        self.region(&mut run, &mut steps);
        steps
    }

    /// Ends a run of statements.
    fn region(&mut self, run: &mut Block, steps: &mut Vec<Step>) {
        let block = std::mem::take(run);
        if block.is_empty() {
            return;
        }
        if block.iter().all(|statement| self.is_once(statement)) {
            steps.push(Step::Once(block));
            return;
        }
        each(&block, &mut |statement| {
            if let Stmt::Exit { target, .. } = statement
                && self.scopes.contains(target)
            {
                self.plan.left_slots.insert(target.0, 0);
            }
        });
        let left = self.scopes.clone();
        steps.push(Step::Region(self.plan.regions.len()));
        self.plan.regions.push(Region { block, left, ..Region::default() });
    }

    fn is_group(&self, value: Value) -> bool {
        let shape = self.shapes.values[value.0 as usize];
        shape.group && shape.is_uniform()
    }

    /// Whether a statement does the same for the whole workgroup, and touches no memory.
    fn is_once(&self, statement: &Stmt) -> bool {
        let group_var = |var: &Var| {
            let shape = self.shapes.vars[var.0 as usize];
            shape.group && shape.is_uniform()
        };
        match statement {
            Stmt::Let(value) => self.is_group(*value),
            Stmt::Set { var, value, .. } => group_var(var) && self.is_group(*value),
            Stmt::Charge { counter, amount, .. } => group_var(counter) && self.is_group(*amount),
            _ => false,
        }
    }

    // ---- what crosses from one region to another

    fn cross(&mut self, structure: &Structure) {
        let mut defined_in: HashMap<Value, usize> = HashMap::new();
        let mut vars_in: HashMap<Var, BTreeSet<usize>> = HashMap::new();
        let mut sets: Vec<HashSet<Var>> = Vec::new();
        for (number, region) in self.plan.regions.iter().enumerate() {
            let mut written = HashSet::new();
            each(&region.block, &mut |statement| {
                statement.defines().for_each(|value| {
                    defined_in.insert(Value(value), number);
                });
                match statement {
                    Stmt::Let(value) => {
                        if let Op::Get(var) = self.body.op(*value) {
                            vars_in.entry(*var).or_default().insert(number);
                        }
                    }
                    Stmt::Set { var, .. } | Stmt::Charge { counter: var, .. } if structure.read[var.0 as usize] => {
                        vars_in.entry(*var).or_default().insert(number);
                        written.insert(*var);
                    }
                    _ => {}
                }
            });
            sets.push(written);
        }
        self.cross_values(structure, &defined_in);
        let mut vars: Vec<_> = vars_in.into_iter().collect();
        vars.sort_by_key(|(var, _)| *var);
        for (var, regions) in vars {
            let shape = self.shapes.vars[var.0 as usize];
            if shape.group && shape.is_uniform() {
                for number in regions {
                    if sets[number].contains(&var) {
                        self.plan.regions[number].reset.push(var);
                    }
                }
            } else if regions.len() > 1 || !self.is_local(var, &regions) {
                let slot = self.plan.slots;
                self.plan.slots += 1;
                self.plan.var_slots.insert(var, slot);
                for number in regions {
                    self.plan.regions[number].load.push(var);
                    if sets[number].contains(&var) {
                        self.plan.regions[number].save.push(var);
                    }
                }
            }
        }
        for slot in self.plan.left_slots.values_mut() {
            *slot = self.plan.slots;
            self.plan.slots += 1;
        }
        for region in &mut self.plan.regions {
            region.left.retain(|scope| self.plan.left_slots.contains_key(&scope.0));
        }
    }

    /// A variable of one region alone needs no frame if the region sets it before it reads it, whenever it runs.
    fn is_local(&self, var: Var, regions: &BTreeSet<usize>) -> bool {
        let Some(region) = regions.first() else { return true };
        // The first access in the region sets the whole variable, and stands at the region's top level.
        for statement in &self.plan.regions[*region].block {
            match statement {
                Stmt::Set { var: set, .. } if *set == var => return true,
                other => {
                    let mut touched = false;
                    each(std::slice::from_ref(other), &mut |inner| match inner {
                        Stmt::Let(value) => touched |= matches!(self.body.op(*value), Op::Get(read) if *read == var),
                        Stmt::Set { var: set, .. } | Stmt::Charge { counter: set, .. } => touched |= *set == var,
                        _ => {}
                    });
                    if touched {
                        return false;
                    }
                }
            }
        }
        false
    }

    fn cross_values(&mut self, structure: &Structure, defined_in: &HashMap<Value, usize>) {
        let mut needed: Vec<BTreeSet<Value>> = Vec::new();
        for region in &self.plan.regions {
            let mut uses = BTreeSet::new();
            each(&region.block, &mut |statement| {
                if let Stmt::Let(value) = statement {
                    if structure.used[value.0 as usize] {
                        self.body.op(*value).operands(|operand| {
                            uses.insert(operand);
                        });
                    }
                    return;
                }
                statement.operands(|operand| {
                    uses.insert(operand);
                });
            });
            needed.push(uses);
        }
        for (number, uses) in needed.into_iter().enumerate() {
            let mut again = BTreeSet::new();
            for value in uses {
                self.need(value, number, defined_in, &mut again);
            }
            self.plan.regions[number].again = again.into_iter().collect();
        }
        // What the workgroup's own control flow asks for comes from the first pack.
        let mut asked = Vec::new();
        questions(&self.plan.steps, &mut asked);
        for value in asked {
            if !self.is_group(value) && self.body.constant(value).is_none() {
                self.spill(value, defined_in);
            }
        }
    }

    /// Makes `value` available in region `number`.
    fn need(&mut self, value: Value, number: usize, defined_in: &HashMap<Value, usize>, again: &mut BTreeSet<Value>) {
        let local = defined_in.get(&value) == Some(&number);
        if local || self.is_group(value) || !defined_in.contains_key(&value) {
            return;
        }
        let mut cost = 8;
        if self.can_compute(value, &mut cost) {
            self.compute(value, number, defined_in, again);
            return;
        }
        self.spill(value, defined_in);
        let region = &mut self.plan.regions[number];
        if !region.restore.contains(&value) {
            region.restore.push(value);
        }
    }

    fn spill(&mut self, value: Value, defined_in: &HashMap<Value, usize>) {
        if self.plan.value_slots.contains_key(&value) {
            return;
        }
        let Some(home) = defined_in.get(&value) else { return };
        self.plan.value_slots.insert(value, self.plan.slots);
        self.plan.slots += 1;
        self.plan.regions[*home].spill.push(value);
    }

    /// Whether a value follows from what is there anyway, at a small price.
    fn can_compute(&self, value: Value, cost: &mut i32) -> bool {
        if self.is_group(value) {
            return true;
        }
        let op = self.body.op(value);
        match op {
            Op::Const(_) | Op::Input(_) => return true,
            Op::Get(_) | Op::Result | Op::Param(_) => return false,
            _ => {}
        }
        *cost -= 1;
        let mut can = *cost >= 0;
        op.operands(|operand| can = can && self.can_compute(operand, cost));
        can
    }

    fn compute(&self, value: Value, number: usize, defined_in: &HashMap<Value, usize>, again: &mut BTreeSet<Value>) {
        if self.is_group(value) || matches!(self.body.op(value), Op::Const(_) | Op::Input(_)) || defined_in.get(&value) == Some(&number) {
            return;
        }
        self.body.op(value).operands(|operand| self.compute(operand, number, defined_in, again));
        again.insert(value);
    }
}

/// Calls `visit` for each statement, those inside included.
pub(super) fn each(block: &[Stmt], visit: &mut impl FnMut(&Stmt)) {
    for statement in block {
        visit(statement);
        for inner in statement.blocks() {
            each(inner, visit);
        }
    }
}

fn questions(steps: &[Step], asked: &mut Vec<Value>) {
    for step in steps {
        match step {
            Step::If { condition, accept, reject } => {
                asked.push(*condition);
                questions(accept, asked);
                questions(reject, asked);
            }
            Step::Loop { body, continuing, break_if, .. } => {
                asked.extend(break_if);
                questions(body, asked);
                questions(continuing, asked);
            }
            Step::Scope { body, .. } => questions(body, asked),
            Step::UniformLoad { place, .. } => asked.extend(place.terms.iter().map(|term| term.0)),
            Step::Region(_) | Step::Once(_) | Step::Exit { .. } | Step::Barrier(_) => {}
        }
    }
}
