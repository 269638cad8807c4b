//! Loads and stores.
//!
//! An address is a scalar where all lanes have the same, a scalar and a stride where the lanes' addresses grow evenly, and a vector of offsets otherwise. Indices come
//! clamped, as `min(index, length - 1)`; where an affine index is clamped, one scalar comparison says whether any lane is, and if none is the lanes lie evenly: with
//! a stride of four bytes they are one vector of memory. Loads need no mask, since a clamped address is good whatever the lane; stores and atomics do.
//!
//! A word may be read beyond what was asked for (a vector's worth where three words are needed), never beyond the executor's memory: the engine's bounds see to that.

use wasm_encoder::{BlockType, MemArg, ValType};

use super::super::failure::Failure;
use super::super::ir::{Binary, Kind, Op, Place, Space, Value};
use super::super::race::{AccessKind, Site};
use super::vector::words as shuffle_words;
use super::{Emitter, GROUPS_MAX, Loc, Mask};

/// A word at `offset`.
pub(super) fn word(offset: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align: 2, memory_index: 0 }
}

/// A clamp of an affine index: lane 0's, and the greatest allowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clamp {
    index: Value,
    limit: Value,
    stride: i32,
}

/// The address of one lane.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// A local and an offset.
    Scalar(u32, u32),
    /// A lane of a vector of addresses.
    Lane(u32, u8),
}

impl At {
    fn offset(self) -> u32 {
        match self {
            At::Scalar(_, offset) => offset,
            At::Lane(..) => 0,
        }
    }
}

fn lanes_of(vector: u32) -> [At; 4] {
    [0, 1, 2, 3].map(|lane| At::Lane(vector, lane))
}

/// How the lanes' addresses lie.
#[derive(Debug)]
pub(super) enum Pattern {
    /// One address for all.
    Uniform,
    /// Evenly, `stride` bytes apart, if no clamp applies.
    Even {
        stride: i32,
        clamps: Vec<Clamp>,
    },
    Anyhow,
}

impl Emitter<'_> {
    /// `min(affine, uniform)`
    fn clamp_of(&self, value: Value) -> Option<Clamp> {
        let Op::Binary(Binary::MinUnsigned, a, b) = *self.body.op(value) else { return None };
        let even = |value: Value| {
            let shape = self.shapes.values[value.0 as usize];
            !shape.varying && shape.stride != 0
        };
        if even(a) && self.is_uniform(b) {
            Some(Clamp { index: a, limit: b, stride: self.stride(a) })
        } else if even(b) && self.is_uniform(a) {
            Some(Clamp { index: b, limit: a, stride: self.stride(b) })
        } else {
            None
        }
    }

    pub(super) fn pattern(&self, place: &Place) -> Pattern {
        if place.space == Space::Scratch {
            return if place.terms.iter().all(|(index, _)| self.is_uniform(*index)) {
                Pattern::Even { stride: 4, clamps: Vec::new() }
            } else {
                Pattern::Anyhow
            };
        }
        let mut total = 0_i64;
        let mut clamps = Vec::new();
        for (index, scale) in &place.terms {
            let shape = self.shapes.values[index.0 as usize];
            if !shape.varying {
                total += i64::from(shape.stride) * i64::from(*scale);
            } else if let Some(clamp) = self.clamp_of(*index) {
                total += i64::from(clamp.stride) * i64::from(*scale);
                clamps.push(clamp);
            } else {
                return Pattern::Anyhow;
            }
        }
        match i32::try_from(total) {
            Ok(0) if place.terms.iter().all(|(index, _)| self.is_uniform(*index)) => Pattern::Uniform,
            Ok(stride) if stride.unsigned_abs() < 1 << 20 => Pattern::Even { stride, clamps },
            _ => Pattern::Anyhow,
        }
    }

    /// Base of a space; the offset to add to each access.
    pub(super) fn base(&self, place: &Place) -> (u32, u32) {
        match place.space {
            Space::Binding { slot, .. } => (self.bases.slots.get(slot as usize).copied().unwrap_or(0), place.offset),
            Space::Workgroup => (self.bases.workgroup, place.offset),
            Space::Table => (self.bases.table, place.offset),
            Space::Scratch => (self.bases.frame, self.scratch_offset + place.offset * 4 * self.lanes()),
        }
    }

    /// Bytes per unit of a term.
    fn unit(&self, place: &Place) -> u32 {
        if place.space == Space::Scratch { 4 * self.lanes() } else { 1 }
    }

    /// Leaves the address of lane 0 in a local, clamps disregarded.
    pub(super) fn address(&mut self, place: &Place) -> u32 {
        let (base, _) = self.base(place);
        if place.terms.is_empty() {
            return base;
        }
        let unit = self.unit(place);
        self.get(base);
        for (index, scale) in &place.terms {
            let index = match self.clamp_of(*index) {
                Some(clamp) if self.is_varying(*index) => clamp.index,
                _ => *index,
            };
            self.push_scalar(index);
            self.scale(scale * unit);
            self.w().i32_add();
        }
        self.hold_scalar(Kind::Int)
    }

    fn scale(&mut self, by: u32) {
        if by.is_power_of_two() {
            if by > 1 {
                self.w().i32_const(by.trailing_zeros() as i32).i32_shl();
            }
        } else {
            self.w().i32_const(by as i32).i32_mul();
        }
    }

    /// 1 if no clamp applies to any lane.
    fn push_unclamped(&mut self, clamps: &[Clamp]) {
        for (number, clamp) in clamps.iter().enumerate() {
            let span = clamp.stride.unsigned_abs().wrapping_mul(self.lanes() - 1);
            self.push_scalar(clamp.index);
            if clamp.stride > 0 {
                // index + span <= limit, without wrapping
                self.push_scalar(clamp.limit);
                self.w().i32_const(span as i32).i32_sub().i32_le_u();
                self.push_scalar(clamp.limit);
                self.w().i32_const(span as i32).i32_ge_u().i32_and();
            } else {
                self.push_scalar(clamp.limit);
                self.w().i32_le_u();
                self.push_scalar(clamp.index);
                self.w().i32_const(span as i32).i32_ge_u().i32_and();
            }
            if number > 0 {
                self.w().i32_and();
            }
        }
    }

    /// The addresses of the lanes of a group, clamps applied, in a vector local. With `masked`, lanes that are off have that of the sink, where anything may be written.
    pub(super) fn lane_addresses(&mut self, place: &Place, group: usize, masked: bool) -> u32 {
        let (base, offset) = self.base(place);
        let unit = self.unit(place);
        self.get(base);
        if offset != 0 {
            self.i32(offset);
            self.w().i32_add();
        }
        for (index, scale) in &place.terms {
            if self.is_uniform(*index) {
                self.push_scalar(*index);
                self.scale(scale * unit);
                self.w().i32_add();
            }
        }
        self.w().i32x4_splat();
        if place.space == Space::Scratch {
            self.lane_numbers(4, group);
            self.w().i32x4_add();
        }
        for (index, scale) in &place.terms {
            if self.is_uniform(*index) {
                continue;
            }
            self.push_vector(*index, group);
            let scale = scale * unit;
            if scale.is_power_of_two() {
                self.w().i32_const(scale.trailing_zeros() as i32).i32x4_shl();
            } else {
                self.splat_const(scale);
                self.w().i32x4_mul();
            }
            self.w().i32x4_add();
        }
        if let (true, Mask::Some(mask)) = (masked, self.mask) {
            let sink = self.bases.sink;
            self.w().local_get(sink).i32x4_splat().local_get(mask[group]).v128_bitselect();
        }
        let addresses = self.local(ValType::V128);
        self.set(addresses);
        addresses
    }

    /// Pushes the address of a lane; what is left to add is in the access itself.
    fn push_at(&mut self, at: At) {
        match at {
            At::Scalar(local, _) => self.get(local),
            At::Lane(vector, lane) => {
                self.w().local_get(vector).i32x4_extract_lane(lane);
            }
        }
    }

    // ---- race detection

    /// Tells the detector of an access, if there is one.
    pub(super) fn record(&mut self, place: &Place, kind: AccessKind, words: u32, line: u32) {
        let read_only = matches!(place.space, Space::Scratch | Space::Table | Space::Binding { read_only: true, .. });
        let Some(sites) = &mut self.sites else { return };
        if read_only {
            return;
        }
        sites.push(Site { space: place.space, kind, words, line });
        let site = sites.len() as i32 - 1;
        let (_, offset) = self.base(place);
        let index = self.index;
        if matches!(self.pattern(place), Pattern::Uniform) {
            let address = self.address(place);
            for group in 0..self.groups {
                let bits = self.push_bits(group);
                self.w().i32_const(site).local_get(address).i32_const(offset as i32).i32_add();
                self.w().local_get(index).i32_const(4 * group as i32).i32_add();
                match bits {
                    Some(bits) => self.get(bits),
                    None => self.i32(15),
                }
                self.w().call(Self::ACCESS);
            }
            return;
        }
        for group in 0..self.groups {
            let addresses = self.lane_addresses(place, group, false);
            let bits = self.push_bits(group);
            for lane in 0..4 {
                self.w().i32_const(site).local_get(addresses).i32x4_extract_lane(lane as u8);
                self.w().local_get(index).i32_const((4 * group + lane) as i32).i32_add();
                match bits {
                    Some(bits) => {
                        self.w().local_get(bits).i32_const(lane as i32).i32_shr_u().i32_const(1).i32_and();
                    }
                    None => self.i32(1),
                }
                self.w().call(Self::ACCESS);
            }
        }
    }

    /// Functions of the detector, in the order in which a module for detection imports them.
    pub(super) const ACCESS: u32 = 0;
    pub(super) const BARRIER: u32 = 1;
    pub(super) const GROUP: u32 = 2;
    pub(super) const DETECTOR_FUNCTIONS: u32 = 3;

    // ---- loads

    /// Words of a load that anybody uses.
    fn used(&self, first: Value, words: u32) -> Vec<bool> {
        (0..words).map(|index| self.structure.used[(first.0 + index) as usize]).collect()
    }

    pub(super) fn load(&mut self, first: Value, words: u32, place: &Place, atomic: bool, line: u32) {
        let used = self.used(first, words);
        if !used.contains(&true) {
            return;
        }
        self.record(place, if atomic { AccessKind::AtomicLoad } else { AccessKind::Read }, words, line);
        let locs: Vec<Loc> =
            (0..words).map(|index| if used[index as usize] { self.declare(Value(first.0 + index)) } else { Loc::None }).collect();
        match self.pattern(place) {
            Pattern::Uniform => {
                let address = self.address(place);
                let (_, offset) = self.base(place);
                for (index, loc) in locs.iter().enumerate() {
                    let at = word(offset + 4 * index as u32);
                    let Loc::Scalar(local) = *loc else { continue };
                    self.get(address);
                    if self.body.kind(Value(first.0 + index as u32)) == Kind::Float {
                        self.w().f32_load(at);
                    } else {
                        self.w().i32_load(at);
                    }
                    self.set(local);
                }
            }
            Pattern::Even { stride, clamps } => {
                if clamps.is_empty() {
                    return self.load_even(place, stride, &locs);
                }
                self.push_unclamped(&clamps);
                self.if_();
                self.load_even(place, stride, &locs);
                self.else_();
                self.load_anyhow(place, &locs);
                self.end();
            }
            Pattern::Anyhow => self.load_anyhow(place, &locs),
        }
    }

    fn load_even(&mut self, place: &Place, stride: i32, locs: &[Loc]) {
        let address = self.address(place);
        let (_, offset) = self.base(place);
        if place.space == Space::Scratch {
            // [word][lane]: each word is a vector for each group.
            let row = 4 * self.lanes();
            for (index, loc) in locs.iter().enumerate() {
                let Loc::Vector(locals) = *loc else { continue };
                for group in 0..self.groups {
                    self.w().local_get(address).v128_load(word(offset + index as u32 * row + 16 * group as u32)).local_set(locals[group]);
                }
            }
            return;
        }
        for group in 0..self.groups {
            if stride == 4 && locs.len() == 1 {
                if let Loc::Vector(locals) = locs[0] {
                    self.w().local_get(address).v128_load(word(offset + 16 * group as u32)).local_set(locals[group]);
                }
                continue;
            }
            let addresses: [At; 4] = std::array::from_fn(|lane| {
                let apart = stride * (4 * group as i32 + lane as i32);
                if stride >= 0 {
                    return At::Scalar(address, offset + apart as u32);
                }
                // Downwards: the offset of an access cannot be negative.
                self.get(address);
                self.w().i32_const(apart).i32_add();
                At::Scalar(self.hold_scalar(Kind::Int), offset)
            });
            self.load_lanes(&addresses, locs, group);
        }
    }

    fn load_anyhow(&mut self, place: &Place, locs: &[Loc]) {
        for group in 0..self.groups {
            if place.space == Space::Scratch {
                // The words of a lane lie a row apart.
                for (index, loc) in locs.iter().enumerate().filter(|(_, loc)| **loc != Loc::None) {
                    let row = Place { offset: place.offset + index as u32, ..place.clone() };
                    let addresses = self.lane_addresses(&row, group, false);
                    self.load_lanes(&lanes_of(addresses), std::slice::from_ref(loc), group);
                }
                continue;
            }
            let addresses = self.lane_addresses(place, group, false);
            self.load_lanes(&lanes_of(addresses), locs, group);
        }
    }

    /// Loads consecutive words for four lanes.
    fn load_lanes(&mut self, at: &[At; 4], locs: &[Loc], group: usize) {
        let wanted: Vec<(usize, u32)> = locs
            .iter()
            .enumerate()
            .filter_map(|(index, loc)| if let Loc::Vector(locals) = loc { Some((index, locals[group])) } else { None })
            .collect();
        match (wanted.as_slice(), locs.len()) {
            ([], _) => {}
            ([(index, local)], _) => {
                let offset = 4 * *index as u32;
                self.push_at(at[0]);
                self.w().v128_load32_zero(word(at[0].offset() + offset)).local_set(*local);
                for lane in 1..4_u8 {
                    let at = at[lane as usize];
                    self.push_at(at);
                    self.w().local_get(*local).v128_load32_lane(word(at.offset() + offset), lane).local_set(*local);
                }
            }
            (_, 2) => {
                let halves = [self.local(ValType::V128), self.local(ValType::V128)];
                for (half, local) in halves.into_iter().enumerate() {
                    let (first, second) = (at[2 * half], at[2 * half + 1]);
                    self.push_at(first);
                    self.w().v128_load64_zero(word(first.offset())).local_set(local);
                    self.push_at(second);
                    self.w().local_get(local).v128_load64_lane(word(second.offset()), 1).local_set(local);
                }
                for (index, local) in wanted {
                    let index = index as u8;
                    self.w()
                        .local_get(halves[0])
                        .local_get(halves[1])
                        .i8x16_shuffle(shuffle_words([index, 2 + index, 4 + index, 6 + index]))
                        .local_set(local);
                }
            }
            _ => {
                let rows: Vec<u32> = at
                    .iter()
                    .map(|at| {
                        let row = self.local(ValType::V128);
                        self.push_at(*at);
                        self.w().v128_load(word(at.offset())).local_set(row);
                        row
                    })
                    .collect();
                self.transpose([rows[0], rows[1], rows[2], rows[3]], &wanted);
            }
        }
    }

    /// Columns of four rows: (column, local that receives it).
    fn transpose(&mut self, rows: [u32; 4], wanted: &[(usize, u32)]) {
        for half in [0_u8, 1] {
            let columns: Vec<_> = wanted.iter().filter(|(index, _)| *index as u8 / 2 == half).collect();
            if columns.is_empty() {
                continue;
            }
            let pairs = [self.local(ValType::V128), self.local(ValType::V128)];
            for (pair, local) in pairs.into_iter().enumerate() {
                self.w()
                    .local_get(rows[2 * pair])
                    .local_get(rows[2 * pair + 1])
                    .i8x16_shuffle(shuffle_words([2 * half, 4 + 2 * half, 2 * half + 1, 5 + 2 * half]))
                    .local_set(local);
            }
            for (index, local) in columns {
                let lanes = if index % 2 == 0 { [0, 1, 4, 5] } else { [2, 3, 6, 7] };
                self.w().local_get(pairs[0]).local_get(pairs[1]).i8x16_shuffle(shuffle_words(lanes)).local_set(*local);
            }
        }
    }

    /// Has a vector computed here. Cranelift computes what is pure where it is first used, which is once for each of several branches that use it; a store, which
    /// has an effect, fixes the place for the price of one instruction.
    pub(super) fn pin(&mut self, vector: u32) {
        let sink = self.bases.sink;
        self.w().local_get(sink).local_get(vector).v128_store(word(0));
    }

    // ---- stores

    pub(super) fn store(&mut self, place: &Place, values: &[Value], line: u32) {
        self.record(place, AccessKind::Write, values.len() as u32, line);
        match self.pattern(place) {
            Pattern::Uniform => self.store_uniform(place, values),
            Pattern::Even { stride, clamps } if place.space == Space::Scratch || stride > 0 => {
                if place.space == Space::Scratch {
                    return self.store_scratch(place, values);
                }
                let mask = self.mask;
                if clamps.is_empty() && mask == Mask::All {
                    return self.store_even(place, stride, values);
                }
                if !clamps.is_empty() {
                    self.push_unclamped(&clamps);
                }
                if let Mask::Some(mask) = mask {
                    self.push_all(mask);
                    if !clamps.is_empty() {
                        self.w().i32_and();
                    }
                }
                self.if_();
                self.store_even(place, stride, values);
                self.else_();
                self.store_anyhow(place, values);
                self.end();
            }
            _ => self.store_anyhow(place, values),
        }
    }

    /// All lanes to one place: one store where they agree, else the last one that is on wins, as if they had stored one after the other.
    fn store_uniform(&mut self, place: &Place, values: &[Value]) {
        if values.iter().all(|value| self.is_uniform(*value)) {
            let address = self.address(place);
            let (_, offset) = self.base(place);
            let guarded = self.open_if_any();
            for (index, value) in values.iter().enumerate() {
                self.get(address);
                self.push_scalar(*value);
                let at = word(offset + 4 * index as u32);
                if self.body.kind(*value) == Kind::Float {
                    self.w().f32_store(at);
                } else {
                    self.w().i32_store(at);
                }
            }
            if guarded {
                self.end();
            }
            return;
        }
        self.store_anyhow(place, values);
    }

    /// Opens an `if` around what must not happen when no lane is on; false where some lane is always on.
    pub(super) fn open_if_any(&mut self) -> bool {
        let Mask::Some(mask) = self.mask else { return false };
        self.push_any(mask);
        self.if_();
        true
    }

    fn store_even(&mut self, place: &Place, stride: i32, values: &[Value]) {
        let address = self.address(place);
        let (_, offset) = self.base(place);
        for group in 0..self.groups {
            let at = |lane: u32| word(offset + stride as u32 * (4 * group as u32 + lane));
            match values {
                [value] if stride == 4 => {
                    self.get(address);
                    self.push_vector(*value, group);
                    self.w().v128_store(at(0));
                }
                [value] => {
                    let vector = self.vector_of(*value, group);
                    for lane in 0..4 {
                        self.w().local_get(address).local_get(vector).v128_store32_lane(at(lane), lane as u8);
                    }
                }
                values => {
                    let rows = self.rows(values, group);
                    for lane in 0..4 {
                        let at = At::Scalar(address, offset + stride as u32 * (4 * group as u32 + lane));
                        self.store_row(at, rows[lane as usize], values.len());
                    }
                }
            }
        }
    }

    /// The lanes' words one after the other: a vector for each lane.
    fn rows(&mut self, values: &[Value], group: usize) -> [u32; 4] {
        let columns: Vec<u32> = (0..4).map(|index| self.vector_of(values[index.min(values.len() - 1)], group)).collect();
        let mut rows = [0; 4];
        let wanted: Vec<(usize, u32)> = rows
            .iter_mut()
            .enumerate()
            .map(|(index, row)| {
                *row = self.local(ValType::V128);
                (index, *row)
            })
            .collect();
        self.transpose([columns[0], columns[1], columns[2], columns[3]], &wanted);
        rows
    }

    fn store_row(&mut self, at: At, row: u32, words: usize) {
        let offset = at.offset();
        self.push_at(at);
        if words == 4 {
            self.w().local_get(row).v128_store(word(offset));
            return;
        }
        self.w().local_get(row).v128_store64_lane(word(offset), 0);
        if words == 3 {
            self.push_at(at);
            self.w().local_get(row).v128_store32_lane(word(offset + 8), 2);
        }
    }

    /// Stores lane by lane, without branches: lanes that are off write to the sink.
    fn store_anyhow(&mut self, place: &Place, values: &[Value]) {
        for group in 0..self.groups {
            if place.space == Space::Scratch || values.len() == 1 {
                for (index, value) in values.iter().enumerate() {
                    let row = Place { offset: place.offset + index as u32, ..place.clone() };
                    let addresses = self.lane_addresses(&row, group, true);
                    let vector = self.vector_of(*value, group);
                    for at in lanes_of(addresses) {
                        self.push_at(at);
                        let At::Lane(_, lane) = at else { continue };
                        self.w().local_get(vector).v128_store32_lane(word(0), lane);
                    }
                }
                continue;
            }
            let addresses = self.lane_addresses(place, group, true);
            let rows = self.rows(values, group);
            for (at, row) in lanes_of(addresses).into_iter().zip(rows) {
                self.store_row(at, row, values.len());
            }
        }
    }

    /// A local with one bit for each lane of a group that is on.
    pub(super) fn push_bits(&mut self, group: usize) -> Option<u32> {
        let Mask::Some(mask) = self.mask else { return None };
        self.get(mask[group]);
        self.w().i32x4_bitmask();
        Some(self.hold_scalar(Kind::Int))
    }

    pub(super) fn open_if_lane(&mut self, bits: Option<u32>, lane: u8) {
        if let Some(bits) = bits {
            self.w().local_get(bits).i32_const(1 << lane).i32_and();
            self.if_();
        }
    }

    /// One's own memory: lanes that are off keep what they have.
    fn store_scratch(&mut self, place: &Place, values: &[Value]) {
        let address = self.address(place);
        let (_, offset) = self.base(place);
        let row = 4 * self.lanes();
        for (index, value) in values.iter().enumerate() {
            for group in 0..self.groups {
                let at = word(offset + index as u32 * row + 16 * group as u32);
                self.get(address);
                self.push_vector(*value, group);
                if let Mask::Some(mask) = self.mask {
                    self.w().local_get(address).v128_load(at).local_get(mask[group]).v128_bitselect();
                }
                self.w().v128_store(at);
            }
        }
    }

    pub(super) fn zero_scratch(&mut self, offset: u32, words: u32) {
        let row = 4 * self.lanes();
        let at = self.scratch_offset + offset * row;
        let frame = self.bases.frame;
        match self.mask {
            Mask::All => {
                self.w().local_get(frame).i32_const(at as i32).i32_add().i32_const(0).i32_const((words * row) as i32).memory_fill(0);
            }
            Mask::Some(mask) => {
                // for address in frame + at ..: keep the lanes that are off
                let address = self.local(ValType::I32);
                let last = self.local(ValType::I32);
                self.w().local_get(frame).i32_const(at as i32).i32_add().local_tee(address);
                self.w().i32_const((words * row) as i32).i32_add().local_set(last);
                self.w().loop_(BlockType::Empty);
                for group in 0..self.groups {
                    let here = word(16 * group as u32);
                    self.w().local_get(address).local_get(address).v128_load(here).local_get(mask[group]).v128_andnot().v128_store(here);
                }
                self.w().local_get(address).i32_const(row as i32).i32_add().local_tee(address).local_get(last).i32_lt_u().br_if(0).end();
            }
        }
    }

    // ---- atomics

    /// Loads or stores of a pack's frame: `slot` of the spilled values.
    pub(super) fn frame_load(&mut self, slot: u32, loc: Loc, kind: Kind) {
        let frame = self.bases.frame;
        let at = slot * 16 * self.groups as u32;
        match loc {
            Loc::None => {}
            Loc::Scalar(local) => {
                self.get(frame);
                if kind == Kind::Float {
                    self.w().f32_load(word(at));
                } else {
                    self.w().i32_load(word(at));
                }
                self.set(local);
            }
            Loc::Vector(locals) => self.frame_load_mask(slot, locals),
        }
    }

    pub(super) fn frame_load_mask(&mut self, slot: u32, locals: [u32; GROUPS_MAX]) {
        let frame = self.bases.frame;
        let at = slot * 16 * self.groups as u32;
        for group in 0..self.groups {
            self.w().local_get(frame).v128_load(word(at + 16 * group as u32)).local_set(locals[group]);
        }
    }

    pub(super) fn frame_save(&mut self, slot: u32, loc: Loc, kind: Kind) {
        let frame = self.bases.frame;
        let at = slot * 16 * self.groups as u32;
        match loc {
            Loc::None => {}
            Loc::Scalar(local) => {
                self.w().local_get(frame).local_get(local);
                if kind == Kind::Float {
                    self.w().f32_store(word(at));
                } else {
                    self.w().i32_store(word(at));
                }
            }
            Loc::Vector(locals) => {
                for group in 0..self.groups {
                    self.w().local_get(frame).local_get(locals[group]).v128_store(word(at + 16 * group as u32));
                }
            }
        }
    }

    pub(super) fn unsupported(&mut self, what: &str) {
        if self.failure.is_none() {
            self.failure = Some(Failure::Unsupported(what.to_owned()));
        }
    }
}
