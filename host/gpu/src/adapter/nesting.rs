//! Drivers that lose what is nested deeply.
//!
//! Mesa's llvmpipe keeps the masks of enclosing conditions in a stack of 80, and does not look at a condition beyond: what stands there is done by all invocations, and nobody is told. Its
//! shaders are one function, with functions copied to where they are called, and its compiler nests more than the text does: what follows a `return`, `continue` or `break` is put under a
//! condition of its own. So the depth that counts is at most
//!
//! ```text
//! depth(function) = its returns + depth(body)          but those that end the body, which have nothing after them
//! depth(loop)     = 1 + its breaks and continues + depth(body)
//! depth(switch)   = 1 + its breaks + depth(deepest case)
//! depth(if)       = 1 + depth(deeper side)
//! depth(call)     = depth(function)
//! ```
//!
//! On a driver that is watched ([`crate::adapter::loops`]), a kernel that is deeper than [`TRUSTED`] runs on the CPU.

use std::collections::HashMap;

use naga::{Block, Function, Handle, Module, Statement};

/// Depth that is trusted: less than the stack holds, for what a compiler may yet put around.
pub(crate) const TRUSTED: u64 = 64;

/// How deep the conditions of `module` are nested, at most.
pub(crate) fn depth(module: &Module) -> u64 {
    let mut depths = Depths { module, known: HashMap::new() };
    module.entry_points.iter().map(|entry| depths.body(&entry.function.body)).max().unwrap_or_default()
}

struct Depths<'a> {
    module: &'a Module,
    known: HashMap<Handle<Function>, u64>,
}

impl Depths<'_> {
    fn body(&mut self, body: &Block) -> u64 {
        count(body, Jump::Return).saturating_sub(returns_at_end(body)).saturating_add(self.block(body))
    }

    fn block(&mut self, block: &Block) -> u64 {
        block.iter().map(|statement| self.statement(statement)).max().unwrap_or_default()
    }

    fn statement(&mut self, statement: &Statement) -> u64 {
        let (own, inside) = match statement {
            Statement::Block(inner) => (0, self.block(inner)),
            Statement::If { accept, reject, .. } => (1, self.block(accept).max(self.block(reject))),
            Statement::Switch { cases, .. } => {
                let breaks = cases.iter().map(|case| count(&case.body, Jump::Break)).fold(0_u64, u64::saturating_add);
                (breaks.saturating_add(1), cases.iter().map(|case| self.block(&case.body)).max().unwrap_or_default())
            }
            Statement::Loop { body, continuing, .. } => {
                let jumps = count(body, Jump::Break).saturating_add(count(body, Jump::Continue));
                (jumps.saturating_add(1), self.block(body).max(self.block(continuing)))
            }
            Statement::Call { function, .. } => (0, self.function(*function)),
            _ => (0, 0),
        };
        own.saturating_add(inside)
    }

    fn function(&mut self, handle: Handle<Function>) -> u64 {
        if let Some(depth) = self.known.get(&handle) {
            return *depth;
        }
        let module = self.module;
        let depth = self.body(&module.functions[handle].body);
        self.known.insert(handle, depth);
        depth
    }
}

/// Returns at the end of a body, or of the sides of a condition that stands there: naga writes one wherever a function may end.
fn returns_at_end(body: &Block) -> u64 {
    match body.last() {
        Some(Statement::Return { .. }) => 1,
        Some(Statement::Block(inner)) => returns_at_end(inner),
        Some(Statement::If { accept, reject, .. }) => returns_at_end(accept).saturating_add(returns_at_end(reject)),
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Jump {
    Break,
    Continue,
    Return,
}

/// Jumps in `block` that leave what it is the body of: a `break` in an inner loop leaves that one.
fn count(block: &Block, jump: Jump) -> u64 {
    let of = |statement: &Statement| match statement {
        Statement::Break => u64::from(jump == Jump::Break),
        Statement::Continue => u64::from(jump == Jump::Continue),
        Statement::Return { .. } => u64::from(jump == Jump::Return),
        Statement::Block(inner) => count(inner, jump),
        Statement::If { accept, reject, .. } => count(accept, jump).saturating_add(count(reject, jump)),
        Statement::Switch { cases, .. } if jump != Jump::Break => {
            cases.iter().fold(0, |sum: u64, case| sum.saturating_add(count(&case.body, jump)))
        }
        Statement::Loop { body, continuing, .. } if jump == Jump::Return => count(body, jump).saturating_add(count(continuing, jump)),
        _ => 0,
    };
    block.iter().fold(0, |sum, statement| sum.saturating_add(of(statement)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_of(functions: &str, body: &str) -> u64 {
        let text = format!("var<private> n: u32; {functions} @compute @workgroup_size(1) fn main() {{ {body} }}");
        depth(&naga::front::wgsl::parse_str(&text).expect("it parses"))
    }

    #[test]
    fn structure_and_jumps_count() {
        assert_eq!(depth_of("", "n = 1u;"), 0);
        assert_eq!(depth_of("", "if n == 1u { if n == 2u { n = 3u; } } if n == 4u { n = 5u; }"), 2);
        assert_eq!(depth_of("", "if n == 1u { n = 2u; } else if n == 3u { n = 4u; } else if n == 5u { n = 6u; }"), 3);
        assert_eq!(depth_of("", "if n == 1u { return; } if n == 2u { return; } n = 3u;"), 3);
        assert_eq!(depth_of("", "loop { if n == 1u { break; } if n == 2u { continue; } n = 3u; }"), 4);
        // A break of the inner loop is none of the outer one's: 1 + 1, and in it 1 + 1 + 1.
        assert_eq!(depth_of("", "loop { loop { if n == 1u { break; } } break; }"), 5);
        // A break at the end of a case is one in naga's form of it.
        assert!(depth_of("", "switch n { case 1u { if n == 2u { break; } n = 3u; } default { } }") >= 3);
    }

    #[test]
    fn functions_count_where_they_are_called() {
        let functions =
            "fn deep() -> u32 { if n == 1u { return 2u; } return 3u; } fn deeper() -> u32 { if n == 4u { return deep(); } return 5u; }";
        assert_eq!(depth_of(functions, "n = deep();"), 2);
        assert_eq!(depth_of(functions, "if n == 6u { n = deeper(); }"), 5);
    }
}
