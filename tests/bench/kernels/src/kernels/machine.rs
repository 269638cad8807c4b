//! A bytecode interpreter: a loop around a jump table.

use crate::fold;

#[derive(Clone, Copy)]
enum Op {
    Push(i64),
    Load(u8),
    Store(u8),
    Add,
    Sub,
    Mul,
    Rem,
    Less,
    JumpIfZero(u16),
    Jump(u16),
    Halt,
}

/// Runs a program that sums `i * i % 7919 - i` while `i < n`.
#[inline(never)]
pub(crate) fn interpreter(n: u32) -> u64 {
    let program = [
        Op::Load(0),
        Op::Push(i64::from(n)),
        Op::Less,
        Op::JumpIfZero(17),
        Op::Load(1),
        Op::Load(0),
        Op::Load(0),
        Op::Mul,
        Op::Push(7919),
        Op::Rem,
        Op::Add,
        Op::Load(0),
        Op::Sub,
        Op::Store(1),
        Op::Jump(18),
        Op::Halt,
        Op::Halt,
        Op::Halt,
        Op::Load(0),
        Op::Push(1),
        Op::Add,
        Op::Store(0),
        Op::Jump(0),
    ];
    let variables = execute(std::hint::black_box(&program));
    fold(u64::from(n), variables[1].cast_unsigned())
}

fn execute(program: &[Op]) -> [i64; 4] {
    let mut variables = [0_i64; 4];
    let mut stack: Vec<i64> = Vec::with_capacity(16);
    let mut at = 0_usize;
    loop {
        let op = program[at];
        at += 1;
        let mut binary = |f: fn(i64, i64) -> i64| {
            let right = stack.pop().unwrap_or(0);
            let left = stack.pop().unwrap_or(0);
            stack.push(f(left, right));
        };
        match op {
            Op::Add => binary(i64::wrapping_add),
            Op::Sub => binary(i64::wrapping_sub),
            Op::Mul => binary(i64::wrapping_mul),
            Op::Rem => binary(|a, b| a.checked_rem(b).unwrap_or(0)),
            Op::Less => binary(|a, b| i64::from(a < b)),
            Op::Push(value) => stack.push(value),
            Op::Load(slot) => stack.push(variables[usize::from(slot & 3)]),
            Op::Store(slot) => variables[usize::from(slot & 3)] = stack.pop().unwrap_or(0),
            Op::JumpIfZero(target) if stack.pop() == Some(0) => at = usize::from(target),
            Op::JumpIfZero(_) => {}
            Op::Jump(target) => at = usize::from(target),
            Op::Halt => return variables,
        }
    }
}
