//! The kernel's function: a loop over workgroups, in it the steps of the workgroup, in them loops over packs.
//!
//! `run(launch: i32, thread: i32, first: i64, count: i32)` runs `count` workgroups from number `first` on. At `launch` lies what a dispatch fixes ([`super::Layout`]), at
//! `thread` the memory of one thread: the workgroup's memory, then the packs' frames.

use wasm_encoder::{BlockType, Function, MemArg, ValType};

use super::super::failure::Failure;
use super::super::ir::{Body, Construct, Input, Kind, Op, Place, Program, Value};
use super::super::race::Site;
use super::super::region::{Plan, Region, Step};
use super::super::shape::{Shapes, input_shape};
use super::super::structure::Structure;
use super::function::Calls;
use super::memory::word;
use super::{Emitter, GROUPS_MAX, Layout, Loc, Mask, Open};

const LAUNCH: u32 = 0;
const THREAD: u32 = 1;
const FIRST: u32 = 2;
const COUNT: u32 = 3;

/// Locals of the kernel's own.
#[derive(Debug, Default)]
struct Own {
    counts: [u32; 3],
    ids: [u32; 3],
    frames: u32,
    /// `local_invocation_index` of the pack's lane 0.
    index: u32,
}

struct Kernel<'a, 'b> {
    e: Emitter<'a>,
    program: &'b Program,
    plan: &'b Plan,
    layout: &'b Layout,
    own: Own,
    inputs: Vec<Input>,
}

/// Writes the kernel's function.
#[expect(clippy::too_many_arguments, reason = "each is a result of another pass over the same body")]
pub(super) fn emit(
    program: &Program,
    body: &Body,
    shapes: &Shapes,
    structure: &Structure,
    plan: &Plan,
    layout: &Layout,
    calls: &mut Calls,
    sites: Option<&mut Vec<Site>>,
) -> Result<Function, Failure> {
    let mut e = Emitter::new(body, shapes, structure, calls, layout.groups, 4);
    e.budget = program.loop_iterations;
    e.scratch_offset = layout.scratch_offset;
    e.sites = sites.as_ref().map(|_| Vec::new());
    for scope in plan.left_slots.keys() {
        e.left[*scope as usize] = true;
    }
    for region in &plan.regions {
        let mut around: Vec<u32> = region.left.iter().map(|scope| scope.0).collect();
        e.find_exits(&region.block, &mut around);
    }
    let mut inputs = Vec::new();
    for (index, def) in body.values.iter().enumerate() {
        if let Op::Input(input) = def.op
            && structure.used[index]
            && !inputs.contains(&input)
        {
            inputs.push(input);
        }
    }
    let mut kernel = Kernel { e, program, plan, layout, own: Own::default(), inputs };
    kernel.prologue();
    kernel.groups();
    if let (Some(sites), Some(found)) = (sites, kernel.e.sites.take()) {
        *sites = found;
    }
    kernel.e.finish()
}

impl Kernel<'_, '_> {
    fn launch_word(&mut self, offset: u32) -> u32 {
        self.e.w().local_get(LAUNCH).i32_load(word(offset));
        self.e.hold_scalar(Kind::Int)
    }

    /// Bases, lengths, counts, the first workgroup's number taken apart.
    fn prologue(&mut self) {
        self.e.bases.control = LAUNCH;
        for axis in 0..3 {
            self.own.counts[axis] = self.launch_word(4 + 4 * axis as u32);
        }
        let mut lengths = Vec::new();
        for slot in 0..self.program.slots.len() as u32 {
            let base = self.launch_word(Layout::SLOTS + 8 * slot);
            self.e.bases.slots.push(base);
            lengths.push(Layout::SLOTS + 8 * slot + 4);
        }
        self.e.bases.table = self.launch_word(Layout::SLOTS + 8 * self.program.slots.len() as u32);
        self.e.bases.workgroup = THREAD;
        self.e.w().local_get(THREAD).i32_const(self.layout.workgroup_bytes as i32).i32_add();
        self.own.frames = self.e.hold_scalar(Kind::Int);
        self.e.w().local_get(THREAD).i32_const(self.layout.sink_offset as i32).i32_add();
        self.e.bases.sink = self.e.hold_scalar(Kind::Int);
        self.e.bases.frame = self.e.local(ValType::I32);
        self.own.index = self.e.local(ValType::I32);
        self.e.index = self.own.index;
        for axis in 0..3 {
            self.own.ids[axis] = self.e.local(ValType::I32);
        }
        // first = x + counts.x * (y + counts.y * z)
        let [x, y, z] = self.own.ids;
        let [x_count, y_count, _] = self.own.counts;
        let rest = self.e.local(ValType::I64);
        let mut w = self.e.w();
        w.local_get(FIRST).local_get(x_count).i64_extend_i32_u().i64_rem_u().i32_wrap_i64().local_set(x);
        w.local_get(FIRST).local_get(x_count).i64_extend_i32_u().i64_div_u().local_tee(rest);
        w.local_get(y_count).i64_extend_i32_u().i64_rem_u().i32_wrap_i64().local_set(y);
        w.local_get(rest).local_get(y_count).i64_extend_i32_u().i64_div_u().i32_wrap_i64().local_set(z);
        for input in self.inputs.clone() {
            let loc = match input {
                Input::GroupId(axis) => Loc::Scalar(self.own.ids[axis as usize]),
                Input::GroupCount(axis) => Loc::Scalar(self.own.counts[axis as usize]),
                Input::Length { slot, offset, stride } => {
                    self.e.w().local_get(LAUNCH).i32_load(word(lengths[slot as usize]));
                    self.e.w().i32_const(offset as i32).i32_sub().i32_const(stride as i32).i32_div_u();
                    Loc::Scalar(self.e.hold_scalar(Kind::Int))
                }
                Input::LocalIndex | Input::LocalId(_) => {
                    let shape = input_shape(input, self.e.lanes(), self.program.workgroup_size);
                    if shape.varying { Loc::Vector(self.e.vector_locals()) } else { Loc::Scalar(self.e.local(ValType::I32)) }
                }
            };
            self.e.inputs.insert(input, loc);
        }
    }

    /// The loop over workgroups.
    fn groups(&mut self) {
        let all = self.e.block();
        let again = self.e.loop_();
        self.e.w().local_get(LAUNCH).i32_atomic_load(word(0));
        self.e.br_if(all);
        if self.e.sites.is_some() {
            self.e.w().call(Emitter::GROUP);
        }
        self.clear_workgroup();
        let plan = self.plan;
        self.steps(&plan.steps);
        let [x, y, z] = self.own.ids;
        let [x_count, y_count, _] = self.own.counts;
        let mut w = self.e.w();
        w.local_get(x).i32_const(1).i32_add().local_tee(x).local_get(x_count).i32_eq();
        w.if_(BlockType::Empty).i32_const(0).local_set(x);
        w.local_get(y).i32_const(1).i32_add().local_tee(y).local_get(y_count).i32_eq();
        w.if_(BlockType::Empty).i32_const(0).local_set(y).local_get(z).i32_const(1).i32_add().local_set(z).end().end();
        w.local_get(COUNT).i32_const(1).i32_sub().local_tee(COUNT);
        self.e.br_if(again);
        self.e.end();
        self.e.end();
    }

    /// Workgroup memory is zero when a workgroup starts.
    fn clear_workgroup(&mut self) {
        let bytes = self.layout.workgroup_bytes;
        let mut w = self.e.w();
        if bytes <= 256 {
            for at in (0..bytes).step_by(16) {
                w.local_get(THREAD).i64_const(0).i64x2_splat().v128_store(MemArg { offset: u64::from(at), align: 4, memory_index: 0 });
            }
        } else {
            w.local_get(THREAD).i32_const(0).i32_const(bytes as i32).memory_fill(0);
        }
    }

    // ---- steps

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Region(number) => {
                let plan = self.plan;
                self.region(&plan.regions[*number]);
            }
            Step::Once(block) => {
                self.e.mask = Mask::All;
                self.e.statements(block);
            }
            Step::If { condition, accept, reject } => {
                self.ask(*condition);
                self.e.if_();
                self.steps(accept);
                if !reject.is_empty() {
                    self.e.else_();
                    self.steps(reject);
                }
                self.e.end();
            }
            Step::Loop { id, body, continuing, break_if } => {
                let exit = self.e.block();
                let again = self.e.loop_();
                let next = self.e.block();
                self.open(*id, exit, next);
                self.steps(body);
                self.e.end();
                self.steps(continuing);
                if let Some(condition) = break_if {
                    self.ask(*condition);
                    self.e.br_if(exit);
                }
                self.e.br(again);
                self.e.open.pop();
                self.e.end();
                self.e.end();
            }
            Step::Scope { id, body } => {
                if let Some(slot) = self.plan.left_slots.get(&id.0) {
                    self.clear_slot(*slot);
                }
                let exit = self.e.block();
                self.open(*id, exit, exit);
                self.steps(body);
                self.e.open.pop();
                self.e.end();
            }
            Step::Exit { target, again } => {
                let open = self.e.open.iter().rfind(|open| open.id == *target).copied();
                match open {
                    Some(open) => self.e.br(if *again { open.next } else { open.exit }),
                    None => self.e.unsupported("an exit to a construct that is not open"),
                }
            }
            Step::UniformLoad { first, place } => self.uniform_load(*first, place),
            Step::Barrier(orders) => {
                if self.e.sites.is_some() {
                    let bits = i32::from(orders.workgroup) | i32::from(orders.storage) << 1;
                    self.e.w().i32_const(bits).call(Emitter::BARRIER);
                }
            }
        }
    }

    fn open(&mut self, id: Construct, exit: u32, next: u32) {
        self.e.open.push(Open { id, exit, next, gone: None, continued: None });
    }

    /// What the workgroup's control flow depends on: the same in all packs, or what the first one has.
    fn ask(&mut self, value: Value) {
        match self.plan.value_slots.get(&value) {
            None => self.e.push_scalar(value),
            Some(slot) => {
                let at = word(slot * 16 * self.layout.groups as u32);
                self.e.w().local_get(self.own.frames).i32_load(at);
                if self.e.body.kind(value) == Kind::Bool {
                    self.e.w().i32_const(1).i32_and();
                }
            }
        }
    }

    fn uniform_load(&mut self, first: Value, place: &Place) {
        let Loc::Scalar(local) = self.e.declare(first) else {
            return self.e.unsupported("workgroupUniformLoad of a varying value");
        };
        self.e.get(THREAD);
        for (index, scale) in &place.terms {
            self.ask(*index);
            self.e.w().i32_const(*scale as i32).i32_mul().i32_add();
        }
        if self.e.body.kind(first) == Kind::Float {
            self.e.w().f32_load(word(place.offset));
        } else {
            self.e.w().i32_load(word(place.offset));
        }
        self.e.set(local);
    }

    /// Zeroes a slot in the frames of all packs.
    fn clear_slot(&mut self, slot: u32) {
        self.over_packs(|kernel| {
            let frame = kernel.e.bases.frame;
            for group in 0..kernel.layout.groups as u32 {
                kernel.e.get(frame);
                kernel.e.splat_const(0);
                kernel.e.w().v128_store(word(slot * 16 * kernel.layout.groups as u32 + 16 * group));
            }
        });
    }

    /// A loop over packs.
    fn over_packs(&mut self, body: impl FnOnce(&mut Self)) {
        let total: u32 = self.program.workgroup_size.iter().product();
        let (frame, index) = (self.e.bases.frame, self.own.index);
        self.e.w().local_get(self.own.frames).local_set(frame).i32_const(0).local_set(index);
        if self.layout.packs == 1 {
            return body(self);
        }
        let again = self.e.loop_();
        body(self);
        if self.plan.has_barriers {
            self.e.w().local_get(frame).i32_const(self.layout.frame_bytes as i32).i32_add().local_set(frame);
        }
        let lanes = self.e.lanes();
        self.e.w().local_get(index).i32_const(lanes as i32).i32_add().local_tee(index).i32_const(total as i32).i32_lt_u();
        self.e.br_if(again);
        self.e.end();
    }

    // ---- regions

    fn region(&mut self, region: &Region) {
        let kept: Vec<(u32, u32)> = region
            .reset
            .iter()
            .filter_map(|var| match self.e.vars[var.0 as usize] {
                Loc::Scalar(local) => {
                    let kind = self.e.body.vars[var.0 as usize];
                    self.e.get(local);
                    Some((local, self.e.hold_scalar(kind)))
                }
                _ => None,
            })
            .collect();
        self.over_packs(|kernel| {
            for (local, kept) in kept {
                kernel.e.w().local_get(kept).local_set(local);
            }
            kernel.pack(region);
        });
    }

    /// A region for one pack.
    fn pack(&mut self, region: &Region) {
        self.local_ids();
        let plan = self.plan;
        let left: Vec<(Construct, u32, [u32; GROUPS_MAX])> = region
            .left
            .iter()
            .filter_map(|scope| plan.left_slots.get(&scope.0).map(|slot| (*scope, *slot)))
            .map(|(scope, slot)| {
                let gone = self.e.vector_locals();
                self.e.frame_load_mask(slot, gone);
                (scope, slot, gone)
            })
            .collect();
        for value in &region.restore {
            let loc = self.e.declare(*value);
            self.e.frame_load(plan.value_slots[value], loc, self.e.body.kind(*value));
        }
        for var in &region.load {
            self.e.frame_load(plan.var_slots[var], self.e.vars[var.0 as usize], self.e.body.vars[var.0 as usize]);
        }
        for value in &region.again {
            self.e.evaluate(*value);
        }
        let end = self.e.block();
        self.masks(&left);
        for (scope, _, gone) in &left {
            self.e.open.push(Open { id: *scope, exit: end, next: end, gone: Some(*gone), continued: None });
        }
        if !left.is_empty() {
            self.e.skip.push(end);
            if let Mask::Some(mask) = self.e.mask {
                self.e.skip_if_none(mask);
            }
        }
        self.e.statements(&region.block);
        if !left.is_empty() {
            self.e.skip.pop();
        }
        self.e.open.truncate(self.e.open.len() - left.len());
        self.e.end();
        self.e.mask = Mask::All;
        for value in &region.spill {
            let loc = self.e.values[value.0 as usize];
            self.e.frame_save(plan.value_slots[value], loc, self.e.body.kind(*value));
        }
        for var in &region.save {
            self.e.frame_save(plan.var_slots[var], self.e.vars[var.0 as usize], self.e.body.vars[var.0 as usize]);
        }
        for (_, slot, gone) in left {
            self.e.frame_save(slot, Loc::Vector(gone), Kind::Bool);
        }
    }

    /// Which lanes exist, and have not left.
    fn masks(&mut self, left: &[(Construct, u32, [u32; GROUPS_MAX])]) {
        let total: u32 = self.program.workgroup_size.iter().product();
        if total.is_multiple_of(self.e.lanes()) && left.is_empty() {
            self.e.mask = Mask::All;
            return;
        }
        let mask = self.e.vector_locals();
        for group in 0..self.layout.groups {
            self.index_vector(group);
            self.e.splat_const(total);
            self.e.w().i32x4_lt_u();
            for (_, _, gone) in left {
                self.e.get(gone[group]);
                self.e.w().v128_andnot();
            }
            self.e.set(mask[group]);
        }
        self.e.mask = Mask::Some(mask);
    }

    /// `local_invocation_index` of the lanes of a group.
    fn index_vector(&mut self, group: usize) {
        self.e.w().local_get(self.own.index).i32x4_splat();
        self.e.lane_numbers(1, group);
        self.e.w().i32x4_add();
    }

    /// Components of `local_invocation_id` from the index: (index / invocations below) % size.
    fn local_ids(&mut self) {
        let size = self.program.workgroup_size;
        for input in self.inputs.clone() {
            let (below, count, above) = match input {
                Input::LocalIndex => (1, u32::MAX, 1),
                Input::LocalId(axis) => {
                    let axis = axis as usize;
                    (size[..axis].iter().product::<u32>(), size[axis], size[axis + 1..].iter().product::<u32>())
                }
                _ => continue,
            };
            match self.e.inputs.get(&input).copied() {
                Some(Loc::Scalar(local)) => {
                    self.e.get(self.own.index);
                    if below > 1 {
                        self.e.w().i32_const(below as i32).i32_div_u();
                    }
                    if count == 1 {
                        self.e.w().drop().i32_const(0);
                    } else if above > 1 {
                        self.e.w().i32_const(count as i32).i32_rem_u();
                    }
                    self.e.set(local);
                }
                Some(Loc::Vector(locals)) => {
                    for (group, local) in locals.into_iter().enumerate().take(self.layout.groups) {
                        self.index_vector(group);
                        self.e.set(local);
                        self.divide_small(local, below);
                        if above > 1 {
                            // value - value / count * count
                            let value = self.e.local(ValType::V128);
                            self.e.w().local_get(local).local_set(value);
                            self.divide_small(local, count);
                            self.e.w().local_get(value).local_get(local);
                            self.e.splat_const(count);
                            self.e.w().i32x4_mul().i32x4_sub().local_set(local);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Divides numbers below 2048 by one of at most 1024: by 2^20 / divisor, rounded up, which is too large by less than 1, so that the error stays below 2^11 / 2^20 of
    /// a unit, less than the 1 / divisor that a quotient is away from the next integer.
    fn divide_small(&mut self, local: u32, by: u32) {
        if by <= 1 {
            return;
        }
        self.e.get(local);
        self.e.splat_const((1_u32 << 20).div_ceil(by));
        self.e.w().i32x4_mul().i32_const(20).i32x4_shr_u().local_set(local);
    }
}
