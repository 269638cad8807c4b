//! Statements: declarations, assignments, branches, loops that end, calls, atomics.

use arbitrary::Result;

use super::expression::reach;
use super::program::Writer;
use super::shape::{Scalar, Shape, Store};

impl Writer<'_, '_> {
    /// Some statements, one level in; what they declare goes out of scope at the end, but for those of a function's outermost block.
    pub fn block(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        self.indent += 1;
        for _ in 0..=self.below(5)? {
            if self.statements_left == 0 {
                break;
            }
            self.statements_left -= 1;
            self.statement(structs, depth)?;
        }
        self.indent -= 1;
        Ok(())
    }

    /// A block in braces, whose variables end with it.
    fn inner(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        let kept = self.variables.len();
        self.block(structs, depth)?;
        self.variables.truncate(kept);
        Ok(())
    }

    fn statement(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        match self.below(16)? {
            0..=2 => self.local(structs),
            3..=6 => self.assignment(),
            7 => self.compound(),
            8 if depth > 0 => self.branch(structs, depth - 1),
            9 if depth > 0 => self.switch(structs, depth - 1),
            10 | 11 if depth > 0 && self.loops < 3 => self.repeat(structs, depth - 1),
            12 => self.pointer(),
            13 => self.count(),
            14 if depth < 2 => self.leave(),
            _ => self.assignment(),
        }
    }

    fn local(&mut self, structs: &[Store]) -> Result<()> {
        let name = self.name("v");
        if self.below(3)? == 0 {
            let shape = self.shape(true)?;
            let value = self.expression(shape, 3)?.text;
            self.line(&format!("let {name} = {value};"));
            self.declare(name, Store::Value(shape), false, false);
            return Ok(());
        }
        let store = self.store(structs, true)?;
        match &store {
            Store::Value(shape) if self.below(3)? != 0 => {
                let value = self.expression(*shape, 3)?.text;
                self.line(&format!("var {name}: {store} = {value};"));
            }
            _ => self.line(&format!("var {name}: {store};")),
        }
        self.declare(name, store, true, true);
        Ok(())
    }

    /// A place that can be assigned, with its type.
    fn place(&mut self) -> Result<Option<(String, Shape)>> {
        let shape = self.shape(true)?;
        let mut found = Vec::new();
        for variable in self.variables.iter().filter(|variable| variable.writable) {
            reach(&variable.name, &variable.store, shape, false, &mut found);
        }
        if found.is_empty() {
            return Ok(None);
        }
        let at = self.below(found.len())?;
        Ok(Some((self.filled(&found[at])?, shape)))
    }

    fn assignment(&mut self) -> Result<()> {
        let Some((place, shape)) = self.place()? else { return Ok(()) };
        let value = self.expression(shape, 4)?.text;
        self.line(&format!("{place} = {value};"));
        Ok(())
    }

    fn compound(&mut self) -> Result<()> {
        let Some((place, shape)) = self.place()? else { return Ok(()) };
        let text = match (shape.scalar(), shape) {
            (Scalar::B, _) => format!("{place} = !{place};"),
            (_, Shape::Matrix(..)) => format!("{place} *= {};", self.running(Shape::One(Scalar::F), 2)?),
            (Scalar::F, _) => {
                let operator = *self.pick(&["+=", "-=", "*=", "/=", "%="])?;
                format!("{place} {operator} {};", self.running(shape, 2)?)
            }
            (scalar, Shape::One(_)) if self.below(2)? == 0 => {
                let step = *self.pick(&["++", "--"])?;
                // Signed and unsigned alike: it wraps.
                let _ = scalar;
                format!("{place}{step};")
            }
            (_, _) => {
                let operator = *self.pick(&["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="])?;
                format!("{place} {operator} {};", self.running(shape, 2)?)
            }
        };
        self.line(&text);
        Ok(())
    }

    fn branch(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        let condition = self.expression(Shape::One(Scalar::B), 3)?.text;
        self.line(&format!("if {condition} {{"));
        self.inner(structs, depth)?;
        if self.below(3)? == 0 {
            let other = self.expression(Shape::One(Scalar::B), 2)?.text;
            self.line(&format!("}} else if {other} {{"));
            self.inner(structs, depth)?;
        }
        if self.below(2)? == 0 {
            self.line("} else {");
            self.inner(structs, depth)?;
        }
        self.line("}");
        Ok(())
    }

    fn switch(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        let signed = self.below(2)? == 0;
        let (scalar, suffix) = if signed { (Scalar::I, "i") } else { (Scalar::U, "u") };
        let selector = self.running(Shape::One(scalar), 2)?;
        let selector = if self.below(3)? == 0 { selector } else { format!("({selector} & 7{suffix})") };
        self.line(&format!("switch {selector} {{"));
        self.indent += 1;
        let default = self.below(4)?;
        for case in 0..4 {
            let label = if case == default {
                (*self.pick(&["default", "case 9, default", "case default, 0x7fffffff"])?).to_owned()
            } else if self.below(2)? == 0 {
                format!("case {}{suffix}", case * 2)
            } else {
                format!("case {}{suffix}, {}{suffix}", case * 2, case * 2 + 1)
            };
            self.line(&format!("{label}: {{"));
            self.inner(structs, depth)?;
            if self.below(4)? == 0 {
                self.line("    break;");
            }
            self.line("}");
        }
        self.indent -= 1;
        self.line("}");
        Ok(())
    }

    fn repeat(&mut self, structs: &[Store], depth: u32) -> Result<()> {
        let counter = self.name("c");
        let kept = self.variables.len();
        let most = self.below(5)?;
        self.loops += 1;
        match self.below(4)? {
            0 => {
                self.line(&format!("for (var {counter} = 0u; {counter} < {most}u; {counter}++) {{"));
                self.declare(counter, Store::Value(Shape::One(Scalar::U)), false, false);
                self.block(structs, depth)?;
                self.jump("continue;")?;
                self.line("}");
            }
            1 => {
                let bound = self.running(Shape::One(Scalar::I), 2)?;
                self.line(&format!("for (var {counter} = {most}i; {counter} > ({bound} & 3i); {counter} -= 1i) {{"));
                self.declare(counter, Store::Value(Shape::One(Scalar::I)), false, false);
                self.block(structs, depth)?;
                self.jump("break;")?;
                self.line("}");
            }
            2 => {
                let condition = self.running(Shape::One(Scalar::B), 2)?;
                self.line(&format!("var {counter} = 0u;"));
                self.line(&format!("while {counter} < {most}u && {condition} {{"));
                self.line(&format!("    {counter}++;"));
                self.declare(counter, Store::Value(Shape::One(Scalar::U)), false, false);
                self.block(structs, depth)?;
                self.jump("continue;")?;
                self.line("}");
            }
            _ => {
                self.line(&format!("var {counter} = 0u;"));
                self.line("loop {");
                self.line(&format!("    if {counter} >= {most}u {{ break; }}"));
                self.line(&format!("    {counter} += 1u;"));
                self.declare(counter, Store::Value(Shape::One(Scalar::U)), false, false);
                let scope = self.variables.len();
                self.block(structs, depth)?;
                self.jump("continue;")?;
                // What the body declares cannot be used after a `continue`.
                self.variables.truncate(scope);
                let returns = self.returns.take();
                self.line("    continuing {");
                self.indent += 1;
                self.indent += 1;
                self.assignment()?;
                if self.below(2)? == 0 {
                    let condition = self.running(Shape::One(Scalar::B), 2)?;
                    self.line(&format!("break if {condition};"));
                }
                self.indent -= 2;
                self.line("    }");
                self.returns = returns;
                self.line("}");
            }
        }
        self.loops -= 1;
        self.variables.truncate(kept);
        Ok(())
    }

    /// Perhaps a jump out of a loop's body, under a condition, and more after it.
    fn jump(&mut self, how: &str) -> Result<()> {
        if self.below(3)? == 0 {
            let condition = self.running(Shape::One(Scalar::B), 2)?;
            self.line(&format!("    if {condition} {{ {how} }}"));
            self.indent += 1;
            self.assignment()?;
            self.indent -= 1;
        }
        Ok(())
    }

    /// A pointer to a part of a local variable, read and written.
    fn pointer(&mut self) -> Result<()> {
        let Some((place, shape)) = self.place()? else { return Ok(()) };
        // WGSL has no pointers to components of vectors.
        let component = place.ends_with(['x', 'y', 'z', 'w']) || matches!(shape, Shape::One(_)) && place.ends_with(']');
        if component {
            return self.assignment();
        }
        let name = self.name("q");
        self.line(&format!("let {name} = &{place};"));
        let kept = self.variables.len();
        self.declare(format!("(*{name})"), Store::Value(shape), false, false);
        let value = self.expression(shape, 3)?.text;
        self.variables.truncate(kept);
        self.line(&format!("*{name} = {value};"));
        Ok(())
    }

    /// An atomic operation whose result is not used.
    fn count(&mut self) -> Result<()> {
        if self.counters.is_empty() {
            return self.assignment();
        }
        let at = self.below(self.counters.len())?;
        let (name, scalar, length, kind) = self.counters[at].clone();
        let function = *self.pick(kind)?;
        let place = self.filled(&format!("{name}[#{length}]"))?;
        let value = self.expression(Shape::One(scalar), 3)?.text;
        self.line(&format!("{function}(&{place}, {value});"));
        Ok(())
    }

    /// A return under a condition, where there is no barrier to come.
    fn leave(&mut self) -> Result<()> {
        let Some(result) = self.returns else { return self.assignment() };
        let condition = self.running(Shape::One(Scalar::B), 2)?;
        match result {
            Some(shape) => {
                let value = self.expression(shape, 2)?.text;
                self.line(&format!("if {condition} {{ return {value}; }}"));
            }
            None => self.line(&format!("if {condition} {{ return; }}")),
        }
        Ok(())
    }
}
