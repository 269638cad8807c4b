//! Expressions of a wanted type, from what is in scope.

use arbitrary::Result;

use super::program::Writer;
use super::shape::{Scalar, Shape, Store};

/// An expression's text, and whether WGSL would evaluate it while compiling.
pub struct Expression {
    pub text: String,
    pub constant: bool,
}

impl Expression {
    fn run(text: impl Into<String>) -> Self {
        Self { text: text.into(), constant: false }
    }
}

const FLOATS: [&str; 16] = [
    "0.0f",
    "1.0f",
    "(-1.0f)",
    "0.5f",
    "2.0f",
    "3.1415927f",
    "1e-3f",
    "(-0.0f)",
    "16777216.0f",
    "1e20f",
    "(-7.25f)",
    "3.4e38f",
    "1e-38f",
    "0.1f",
    "255.0f",
    "(-1e-6f)",
];
const SIGNED: [&str; 10] = ["0i", "1i", "(-1i)", "2i", "7i", "31i", "32i", "2147483647i", "i32(-2147483648)", "(-77i)"];
const UNSIGNED: [&str; 10] = ["0u", "1u", "2u", "7u", "31u", "32u", "255u", "0x80000000u", "0xffffffffu", "2654435769u"];

/// Functions of one float, component by component.
const FLOAT_1: [&str; 32] = [
    "abs",
    "ceil",
    "floor",
    "round",
    "trunc",
    "fract",
    "sign",
    "sqrt",
    "inverseSqrt",
    "exp",
    "exp2",
    "log",
    "log2",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "saturate",
    "degrees",
    "radians",
    "quantizeToF16",
    "abs",
    "floor",
    "sqrt",
];
const FLOAT_2: [&str; 6] = ["min", "max", "pow", "atan2", "step", "min"];
const FLOAT_3: [&str; 6] = ["fma", "mix", "clamp", "smoothstep", "fma", "fma"];
const INTEGER_1: [&str; 8] =
    ["abs", "countOneBits", "reverseBits", "countLeadingZeros", "countTrailingZeros", "firstLeadingBit", "firstTrailingBit", "abs"];
const PACK: [(&str, u8, Scalar); 9] = [
    ("pack4x8snorm", 4, Scalar::F),
    ("pack4x8unorm", 4, Scalar::F),
    ("pack2x16snorm", 2, Scalar::F),
    ("pack2x16unorm", 2, Scalar::F),
    ("pack2x16float", 2, Scalar::F),
    ("pack4xI8", 4, Scalar::I),
    ("pack4xU8", 4, Scalar::U),
    ("pack4xI8Clamp", 4, Scalar::I),
    ("pack4xU8Clamp", 4, Scalar::U),
];
const UNPACK: [(&str, Shape); 7] = [
    ("unpack4x8snorm", Shape::Vector(4, Scalar::F)),
    ("unpack4x8unorm", Shape::Vector(4, Scalar::F)),
    ("unpack2x16snorm", Shape::Vector(2, Scalar::F)),
    ("unpack2x16unorm", Shape::Vector(2, Scalar::F)),
    ("unpack2x16float", Shape::Vector(2, Scalar::F)),
    ("unpack4xI8", Shape::Vector(4, Scalar::I)),
    ("unpack4xU8", Shape::Vector(4, Scalar::U)),
];

impl Writer<'_, '_> {
    /// An expression of type `want`, `depth` operations deep at most.
    pub fn expression(&mut self, want: Shape, depth: u32) -> Result<Expression> {
        if depth == 0 || self.nodes_left == 0 || self.below(6)? == 0 {
            return self.leaf(want);
        }
        self.nodes_left -= 1;
        let depth = depth - 1;
        match want {
            Shape::Matrix(columns, rows) => self.matrix(columns, rows, depth),
            _ if self.below(12)? == 0 => self.call(want, depth),
            _ if self.below(9)? == 0 => self.chosen(want, depth),
            Shape::Vector(size, scalar) if self.below(5)? == 0 => self.composed(size, scalar, depth),
            _ => match want.scalar() {
                Scalar::F => self.float(want, depth),
                Scalar::B => self.truth(want, depth),
                scalar => self.integer(want, scalar, depth),
            },
        }
    }

    /// The text of an expression that is evaluated when the shader runs.
    pub fn running(&mut self, want: Shape, depth: u32) -> Result<String> {
        let expression = self.expression(want, depth)?;
        if expression.constant { self.variable(want) } else { Ok(expression.text) }
    }

    /// The text of any expression.
    fn any(&mut self, want: Shape, depth: u32) -> Result<String> {
        Ok(self.expression(want, depth)?.text)
    }

    fn leaf(&mut self, want: Shape) -> Result<Expression> {
        if self.below(4)? != 0 {
            return Ok(Expression::run(self.variable(want)?));
        }
        let text = match want {
            Shape::One(scalar) => self.literal(scalar)?,
            Shape::Vector(_, scalar) => {
                let literal = self.literal(scalar)?;
                format!("{want}({literal})")
            }
            Shape::Matrix(..) => return Ok(Expression::run(self.variable(want)?)),
        };
        Ok(Expression { text, constant: true })
    }

    fn literal(&mut self, scalar: Scalar) -> Result<String> {
        let text = match scalar {
            Scalar::F => self.pick(&FLOATS)?,
            Scalar::I => self.pick(&SIGNED)?,
            Scalar::U => self.pick(&UNSIGNED)?,
            Scalar::B => self.pick(&["true", "false"])?,
        };
        Ok((*text).to_owned())
    }

    /// Something in scope that has, or contains, a value of that type.
    pub fn variable(&mut self, want: Shape) -> Result<String> {
        let mut found = Vec::new();
        for variable in self.variables.iter().filter(|variable| variable.readable) {
            reach(&variable.name, &variable.store, want, true, &mut found);
        }
        if found.is_empty() {
            return self.made(want);
        }
        let chosen = self.below(found.len())?;
        self.filled(&found[chosen])
    }

    /// What is there always.
    fn made(&mut self, want: Shape) -> Result<String> {
        Ok(match want {
            Shape::One(Scalar::F) => "params.f".to_owned(),
            Shape::One(Scalar::I) => "params.i".to_owned(),
            Shape::One(Scalar::U) => "params.u".to_owned(),
            Shape::One(Scalar::B) => "(params.u > 3u)".to_owned(),
            Shape::Vector(_, scalar) => format!("{want}({})", self.variable(Shape::One(scalar))?),
            Shape::Matrix(columns, rows) => {
                let column = self.variable(Shape::Vector(rows, Scalar::F))?;
                format!("{want}({})", vec![column; usize::from(columns)].join(", "))
            }
        })
    }

    /// A path with its indices and swizzles filled in.
    pub fn filled(&mut self, template: &str) -> Result<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['#', '%', '~']) {
            text += &rest[..at];
            let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).collect();
            let number: u32 = digits.parse().unwrap_or(1);
            match &rest[at..=at] {
                "#" => text += &self.index(number)?,
                "%" if self.below(2)? == 0 => {
                    let index = self.index(number)?;
                    text += &format!("[{index}]");
                }
                "%" => text += &format!(".{}", ["x", "y", "z", "w"][self.below(number as usize)?]),
                _ => {
                    // Two digits: the vector's size, the swizzle's.
                    let letters = &["x", "y", "z", "w"][..(number / 10) as usize];
                    for _ in 0..number % 10 {
                        text += letters[self.below(letters.len())?];
                    }
                }
            }
            rest = &rest[at + 1 + digits.len()..];
        }
        Ok(text + rest)
    }

    /// An index into `length` elements: often right, sometimes anything.
    fn index(&mut self, length: u32) -> Result<String> {
        self.nodes_left = self.nodes_left.saturating_sub(1);
        let depth = u32::from(self.nodes_left > 0) * 2;
        match self.below(5)? {
            0 => Ok(format!("{}u", self.below(length as usize)?)),
            1 if depth > 0 => self.running(Shape::One(Scalar::I), depth),
            2 if depth > 0 => self.running(Shape::One(Scalar::U), depth),
            3 if depth > 0 => Ok(format!("({} % {length}u)", self.running(Shape::One(Scalar::U), depth)?)),
            _ => Ok(["params.u", "me", "7u"][self.below(if length > 7 && self.in_main { 3 } else { 1 })?].to_owned()),
        }
    }

    fn call(&mut self, want: Shape, depth: u32) -> Result<Expression> {
        let fitting: Vec<usize> = (0..self.functions.len()).filter(|at| self.functions[*at].result == want).collect();
        if fitting.is_empty() || self.loops > 1 {
            return self.leaf(want);
        }
        let at = *self.pick(&fitting)?;
        let function = self.functions[at].clone();
        let mut arguments = Vec::new();
        let mut lent: Vec<String> = Vec::new();
        for parameter in &function.parameters {
            if let Store::Value(shape) = &parameter.store
                && !parameter.by_pointer
            {
                arguments.push(self.any(*shape, depth.min(2))?);
                continue;
            }
            let fits = |name: &String| !lent.contains(name);
            let locals = self.variables.iter().filter(|variable| variable.local && variable.writable && variable.store == parameter.store);
            let Some(name) = locals.map(|variable| variable.name.clone()).find(fits) else { return self.leaf(want) };
            arguments.push(format!("&{name}"));
            lent.push(name);
        }
        Ok(Expression::run(format!("{}({})", function.name, arguments.join(", "))))
    }

    fn chosen(&mut self, want: Shape, depth: u32) -> Result<Expression> {
        let condition = if self.below(2)? == 0 { Shape::One(Scalar::B) } else { want.of(Scalar::B) };
        let (no, yes) = (self.any(want, depth)?, self.any(want, depth)?);
        let condition = self.running(condition, depth)?;
        Ok(Expression::run(format!("select({no}, {yes}, {condition})")))
    }

    fn composed(&mut self, size: u8, scalar: Scalar, depth: u32) -> Result<Expression> {
        let want = Shape::Vector(size, scalar);
        let mut left = size;
        let mut parts = Vec::new();
        while left > 0 {
            let take = if left >= 2 && left < size && self.below(3)? == 0 { 2 } else { 1 };
            let part = if take == 2 { Shape::Vector(2, scalar) } else { Shape::One(scalar) };
            parts.push(if parts.is_empty() { self.running(part, depth)? } else { self.any(part, depth)? });
            left -= take;
        }
        Ok(Expression::run(format!("{want}({})", parts.join(", "))))
    }

    fn float(&mut self, want: Shape, depth: u32) -> Result<Expression> {
        let one = Shape::One(Scalar::F);
        let text = match self.below(20)? {
            0..=6 => self.arithmetic(want, &["+", "-", "*", "/", "+", "-", "*", "%"], depth)?,
            7 => format!("(-{})", self.running(want, depth)?),
            8..=10 => {
                let function = *self.pick(&FLOAT_1)?;
                format!("{function}({})", self.running(want, depth)?)
            }
            11 | 12 => {
                let function = *self.pick(&FLOAT_2)?;
                format!("{function}({}, {})", self.running(want, depth)?, self.any(want, depth)?)
            }
            13 => {
                let function = *self.pick(&FLOAT_3)?;
                format!("{function}({}, {}, {})", self.running(want, depth)?, self.running(want, depth)?, self.running(want, depth)?)
            }
            14 | 15 => {
                let from = *self.pick(&[Scalar::I, Scalar::U, Scalar::B])?;
                format!("{want}({})", self.running(want.of(from), depth)?)
            }
            16 => {
                let from = *self.pick(&[Scalar::I, Scalar::U])?;
                format!("bitcast<{want}>({})", self.running(want.of(from), depth)?)
            }
            17 => match want {
                Shape::One(_) => self.measured(depth)?,
                _ => self.geometric(want, depth)?,
            },
            18 => match want {
                Shape::One(_) => {
                    let part = *self.pick(&["modf(#).fract", "modf(#).whole", "frexp(#).fract", "ldexp(#, @)"])?;
                    let (value, exponent) = (self.running(one, depth)?, self.running(Shape::One(Scalar::I), depth)?);
                    part.replace('#', &value).replace('@', &exponent)
                }
                _ => self.unpacked(want, depth)?,
            },
            _ => match want {
                Shape::Vector(size, _) => {
                    let other = 2 + u8::try_from(self.below(3)?).unwrap_or(0);
                    if self.below(2)? == 0 {
                        format!(
                            "({} * {})",
                            self.any(Shape::Matrix(other, size), depth)?,
                            self.running(Shape::Vector(other, Scalar::F), depth)?
                        )
                    } else {
                        format!(
                            "({} * {})",
                            self.running(Shape::Vector(other, Scalar::F), depth)?,
                            self.any(Shape::Matrix(size, other), depth)?
                        )
                    }
                }
                _ => {
                    let size = 2 + u8::try_from(self.below(3)?).unwrap_or(0);
                    format!("determinant({})", self.any(Shape::Matrix(size, size), depth.min(1))?)
                }
            },
        };
        Ok(Expression::run(text))
    }

    /// A binary operator; of vectors, one side may be a scalar.
    fn arithmetic(&mut self, want: Shape, operators: &[&str], depth: u32) -> Result<String> {
        let operator = *self.pick(operators)?;
        let one = Shape::One(want.scalar());
        let mixes = ["+", "-", "*", "/", "%"].contains(&operator);
        let (left, right) = match self.below(6)? {
            0 if mixes && !matches!(want, Shape::One(_)) => (one, want),
            1 if mixes => (want, one),
            _ => (want, want),
        };
        let divides = want.scalar() != Scalar::F && ["/", "%"].contains(&operator);
        if divides && self.below(3)? == 0 {
            let by = *self.pick(&["2", "3", "7", "10", "16", "255", "641"])?;
            return Ok(format!("({} {operator} {})", self.running(want, depth)?, format_args!("{want}({by})")));
        }
        // One side at least is not constant, a divisor never is.
        if divides || self.below(2)? == 0 {
            let left = self.any(left, depth)?;
            return Ok(format!("({left} {operator} {})", self.running(right, depth)?));
        }
        let left = self.running(left, depth)?;
        Ok(format!("({left} {operator} {})", self.any(right, depth)?))
    }

    fn measured(&mut self, depth: u32) -> Result<String> {
        let vector = Shape::Vector(2 + u8::try_from(self.below(3)?).unwrap_or(0), Scalar::F);
        let first = self.running(vector, depth)?;
        Ok(match self.below(3)? {
            0 => format!("dot({first}, {})", self.any(vector, depth)?),
            1 => format!("length({first})"),
            _ => format!("distance({first}, {})", self.any(vector, depth)?),
        })
    }

    fn geometric(&mut self, want: Shape, depth: u32) -> Result<String> {
        let first = self.running(want, depth)?;
        Ok(match self.below(5)? {
            0 => format!("normalize({first})"),
            1 => format!("reflect({first}, {})", self.any(want, depth)?),
            2 => format!("refract({first}, {}, {})", self.any(want, depth)?, self.any(Shape::One(Scalar::F), depth)?),
            3 => format!("faceForward({first}, {}, {})", self.any(want, depth)?, self.any(want, depth)?),
            _ if want == Shape::Vector(3, Scalar::F) => format!("cross({first}, {})", self.any(want, depth)?),
            _ => format!("mix({first}, {}, {})", self.any(want, depth)?, self.any(Shape::One(Scalar::F), depth)?),
        })
    }

    fn unpacked(&mut self, want: Shape, depth: u32) -> Result<String> {
        let fitting: Vec<&str> = UNPACK.iter().filter(|(_, shape)| *shape == want).map(|(name, _)| *name).collect();
        if fitting.is_empty() {
            return self.running(want, depth);
        }
        let function = *self.pick(&fitting)?;
        Ok(format!("{function}({})", self.running(Shape::One(Scalar::U), depth)?))
    }

    fn truth(&mut self, want: Shape, depth: u32) -> Result<Expression> {
        let scalar = *self.pick(&[Scalar::F, Scalar::I, Scalar::U])?;
        let text = match (self.below(8)?, want) {
            (0, _) => format!("(!{})", self.running(want, depth)?),
            (1, Shape::One(_)) => {
                let operator = *self.pick(&["&&", "||"])?;
                format!("({} {operator} {})", self.running(want, depth)?, self.running(want, depth)?)
            }
            (1 | 2, _) => {
                let operator = *self.pick(&["&", "|", "==", "!="])?;
                format!("({} {operator} {})", self.running(want, depth)?, self.running(want, depth)?)
            }
            (3, Shape::One(_)) => {
                let function = *self.pick(&["any", "all"])?;
                let size = 2 + u8::try_from(self.below(3)?).unwrap_or(0);
                format!("{function}({})", self.running(Shape::Vector(size, Scalar::B), depth)?)
            }
            (4, _) => format!("{want}({})", self.running(want.of(scalar), depth)?),
            _ => {
                let operator = *self.pick(&["<", "<=", ">", ">=", "==", "!="])?;
                format!("({} {operator} {})", self.running(want.of(scalar), depth)?, self.any(want.of(scalar), depth)?)
            }
        };
        Ok(Expression::run(text))
    }

    fn integer(&mut self, want: Shape, scalar: Scalar, depth: u32) -> Result<Expression> {
        let other = if scalar == Scalar::I { Scalar::U } else { Scalar::I };
        let text = match self.below(18)? {
            0..=5 => self.arithmetic(want, &["+", "-", "*", "/", "%", "&", "|", "^", "+", "*"], depth)?,
            6 | 7 => {
                let operator = *self.pick(&["<<", ">>"])?;
                format!("({} {operator} {})", self.running(want, depth)?, self.running(want.of(Scalar::U), depth)?)
            }
            8 if scalar == Scalar::I => format!("(-{})", self.running(want, depth)?),
            8 | 9 => format!("(~{})", self.running(want, depth)?),
            10 => {
                let function = *self.pick(&INTEGER_1)?;
                format!("{function}({})", self.running(want, depth)?)
            }
            11 => {
                let function = *self.pick(&["min", "max"])?;
                format!("{function}({}, {})", self.running(want, depth)?, self.any(want, depth)?)
            }
            12 => {
                let place = (self.running(Shape::One(Scalar::U), depth)?, self.running(Shape::One(Scalar::U), depth)?);
                match self.below(3)? {
                    0 => format!("insertBits({}, {}, {}, {})", self.running(want, depth)?, self.any(want, depth)?, place.0, place.1),
                    1 => format!("extractBits({}, {}, {})", self.running(want, depth)?, place.0, place.1),
                    _ => format!("clamp({}, {}, {})", self.running(want, depth)?, self.running(want, depth)?, self.running(want, depth)?),
                }
            }
            13 => format!("{want}({})", self.running(want.of(other), depth)?),
            14 => format!("{want}({})", self.running(want.of(Scalar::F), depth)?),
            15 => {
                let from = *self.pick(&[Scalar::F, other])?;
                format!("bitcast<{want}>({})", self.running(want.of(from), depth)?)
            }
            16 => format!("{want}({})", self.running(want.of(Scalar::B), depth)?),
            _ => self.packed(want, scalar, depth)?,
        };
        Ok(Expression::run(text))
    }

    fn packed(&mut self, want: Shape, scalar: Scalar, depth: u32) -> Result<String> {
        let word = Shape::One(Scalar::U);
        match (want, scalar) {
            (Shape::Vector(..), _) => self.unpacked(want, depth),
            (_, Scalar::U) => match self.below(3)? {
                0 => Ok(format!("dot4U8Packed({}, {})", self.running(word, depth)?, self.any(word, depth)?)),
                _ => {
                    let (function, size, of) = *self.pick(&PACK)?;
                    Ok(format!("{function}({})", self.running(Shape::Vector(size, of), depth)?))
                }
            },
            _ => match self.below(4)? {
                0 => Ok(format!("dot4I8Packed({}, {})", self.running(word, depth)?, self.any(word, depth)?)),
                1 => Ok(format!("sign({})", self.running(want, depth)?)),
                2 => Ok(format!("frexp({}).exp", self.running(Shape::One(Scalar::F), depth)?)),
                _ => {
                    let vector = Shape::Vector(2 + u8::try_from(self.below(3)?).unwrap_or(0), Scalar::I);
                    Ok(format!("dot({}, {})", self.running(vector, depth)?, self.running(vector, depth)?))
                }
            },
        }
    }

    fn matrix(&mut self, columns: u8, rows: u8, depth: u32) -> Result<Expression> {
        let want = Shape::Matrix(columns, rows);
        let one = Shape::One(Scalar::F);
        let text = match self.below(7)? {
            0 => {
                let operator = *self.pick(&["+", "-"])?;
                format!("({} {operator} {})", self.any(want, depth)?, self.any(want, depth)?)
            }
            1 => format!("({} * {})", self.any(want, depth)?, self.any(one, depth)?),
            2 => format!("({} * {})", self.any(one, depth)?, self.any(want, depth)?),
            3 => {
                let inner = 2 + u8::try_from(self.below(3)?).unwrap_or(0);
                format!("({} * {})", self.any(Shape::Matrix(inner, rows), depth)?, self.any(Shape::Matrix(columns, inner), depth)?)
            }
            4 => format!("transpose({})", self.any(Shape::Matrix(rows, columns), depth)?),
            5 => {
                let mut list = vec![self.running(Shape::Vector(rows, Scalar::F), depth)?];
                for _ in 1..columns {
                    list.push(self.any(Shape::Vector(rows, Scalar::F), depth)?);
                }
                format!("{want}({})", list.join(", "))
            }
            _ => self.variable(want)?,
        };
        Ok(Expression::run(text))
    }
}

/// Paths from a variable to values of type `want`: `#n` stands for an index below n, `%n` for a component, `~mn` for a swizzle. Without `reading`, to places that can be
/// assigned.
pub fn reach(path: &str, store: &Store, want: Shape, reading: bool, found: &mut Vec<String>) {
    match store {
        Store::Value(shape) if *shape == want => found.push(path.to_owned()),
        Store::Value(Shape::Vector(size, scalar)) => {
            if want == Shape::One(*scalar) {
                found.push(format!("{path}%{size}"));
            }
            if let Shape::Vector(wanted, of) = want
                && reading
                && of == *scalar
            {
                found.push(format!("{path}.~{size}{wanted}"));
            }
        }
        Store::Value(Shape::Matrix(columns, rows)) => {
            let column = Store::Value(Shape::Vector(*rows, Scalar::F));
            if want.scalar() == Scalar::F && !matches!(want, Shape::Matrix(..)) {
                reach(&format!("{path}[#{columns}]"), &column, want, reading, found);
            }
        }
        Store::Value(_) => {}
        Store::Array(inner, length) | Store::Runtime(inner, length) => reach(&format!("{path}[#{length}]"), inner, want, reading, found),
        Store::Struct(_, members) => members.iter().for_each(|(name, store)| reach(&format!("{path}.{name}"), store, want, reading, found)),
        Store::Atomics(scalar, length) => {
            if want == Shape::One(*scalar) && reading {
                found.push(format!("atomicLoad(&{path}[#{length}])"));
            }
        }
    }
}
