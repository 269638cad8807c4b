//! How an adapter reaches strictness: the tier, and within it a way for each primitive.
//!
//! Strict IR leaves a back end a handful of float primitives to get right. On most adapters the hardware does most of them; where the self-test finds one that it does not
//! (an `fma` that is not fused, a quotient off by one unit), that primitive alone goes another way. The tier says how the rest is kept from the compiler's hands.

use std::fmt;

/// How float operations are kept exact, in the order in which the tiers are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// The hardware's operations, with SPIR-V's decorations and execution modes.
    Native,
    /// The same, and every operand passes a word that the compiler cannot know, so that no two operations can be seen together.
    Guarded,
    /// Integers only.
    Soft,
}

impl Tier {
    /// All, best first.
    pub const ALL: [Self; 3] = [Self::Native, Self::Guarded, Self::Soft];
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Guarded => "guarded",
            Self::Soft => "soft",
        })
    }
}

/// Operations of strict IR that go the same way on an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Primitive {
    /// `+`, `-`, `*`
    Arithmetic,
    /// `/`
    Divide,
    /// `sqrt`
    Sqrt,
    /// `fma`
    Fma,
    /// `==`, `!=`, `<`, `<=`, `>`, `>=`
    Compare,
    /// Unary minus, `abs`
    Sign,
    /// `floor`, `ceil`, `trunc`, `round`
    Round,
    /// Integer to float
    FromInteger,
    /// Float to integer
    ToInteger,
    /// What a compiler makes of constants that are zero
    Constants,
    /// Loops that run to their end, conditions that hold however deep they stand
    Loops,
}

impl Primitive {
    /// All.
    pub const ALL: [Self; 11] = [
        Self::Arithmetic,
        Self::Divide,
        Self::Sqrt,
        Self::Fma,
        Self::Compare,
        Self::Sign,
        Self::Round,
        Self::FromInteger,
        Self::ToInteger,
        Self::Constants,
        Self::Loops,
    ];
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arithmetic => "add, subtract and multiply",
            Self::Divide => "division",
            Self::Sqrt => "sqrt",
            Self::Fma => "fma",
            Self::Compare => "comparison",
            Self::Sign => "negation and abs",
            Self::Round => "floor, ceil, trunc and round",
            Self::FromInteger => "integer to float",
            Self::ToInteger => "float to integer",
            Self::Constants => "constant zeros",
            Self::Loops => "long loops and deep nesting",
        })
    }
}

/// A way to do a primitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The hardware's own.
    Hardware,
    /// The hardware's own, on opaque operands; for constants: taken from a word that the compiler cannot know; for loops: watched, and a dispatch
    /// whose loops may have been cut short is done again on the CPU, as is what is nested deeply.
    Guarded,
    /// The hardware's, repaired by the remainder that `fma` gives.
    Residual,
    /// The hardware's, repaired by an integer remainder.
    Remainder,
    /// By f64.
    Double,
    /// By integers.
    Integer,
}

impl Way {
    /// How `primitive` goes this way, for people.
    pub fn of(self, primitive: Primitive) -> String {
        match (primitive, self) {
            (Primitive::Constants, Self::Guarded) => "constant zeros from memory".to_owned(),
            (Primitive::Loops, Self::Guarded) => "long loops and deep nesting on the CPU".to_owned(),
            _ => format!("{primitive} by {self}"),
        }
    }

    /// First part of the names of its functions in `exact.wgsl` and `soft.wgsl`; `None` for the operation itself.
    pub(crate) fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Hardware => None,
            Self::Guarded => Some("guarded"),
            Self::Residual => Some("residual"),
            Self::Remainder => Some("remainder"),
            Self::Double => Some("double"),
            Self::Integer => Some("integer"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hardware => "hardware",
            Self::Guarded => "hardware on opaque operands",
            Self::Residual => "hardware repaired by fma",
            Self::Remainder => "hardware repaired by integers",
            Self::Double => "f64",
            Self::Integer => "integers",
        })
    }
}

/// The ways of `primitive` in `tier`, best first. `doubles`: the adapter has f64.
pub(crate) fn ways(tier: Tier, primitive: Primitive, doubles: bool) -> Vec<Way> {
    let own = match tier {
        Tier::Native => Way::Hardware,
        Tier::Guarded => Way::Guarded,
        // Operands are opaque, or integers; what is selected between is neither.
        Tier::Soft if matches!(primitive, Primitive::Constants | Primitive::Loops) => return vec![Way::Hardware, Way::Guarded],
        Tier::Soft => return vec![Way::Integer],
    };
    match primitive {
        Primitive::Arithmetic => vec![own],
        Primitive::Divide | Primitive::Sqrt => vec![own, Way::Residual, Way::Remainder, Way::Integer],
        Primitive::Fma if doubles => vec![own, Way::Double, Way::Integer],
        Primitive::Fma | Primitive::Compare | Primitive::Round => vec![own, Way::Integer],
        Primitive::Constants | Primitive::Loops => vec![Way::Hardware, Way::Guarded],
        // Bits in, bits out: there is nothing to guard.
        Primitive::Sign | Primitive::FromInteger | Primitive::ToInteger => vec![Way::Hardware, Way::Integer],
    }
}

/// A tier with a way for each primitive: all that decides what an adapter makes of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// The tier.
    pub tier: Tier,
    ways: [Way; Primitive::ALL.len()],
}

impl Plan {
    /// `tier` with the best way for everything.
    pub fn best(tier: Tier, doubles: bool) -> Self {
        Self { tier, ways: Primitive::ALL.map(|primitive| ways(tier, primitive, doubles)[0]) }
    }

    /// How `primitive` goes.
    pub fn way(&self, primitive: Primitive) -> Way {
        self.ways[primitive as usize]
    }

    /// The same plan with `primitive` going `way`.
    #[must_use]
    pub fn with(mut self, primitive: Primitive, way: Way) -> Self {
        self.ways[primitive as usize] = way;
        self
    }

    /// The plan with the next way for `primitive`; `None` after the last.
    pub(crate) fn next(self, primitive: Primitive, doubles: bool) -> Option<Self> {
        let ways = ways(self.tier, primitive, doubles);
        let at = ways.iter().position(|way| *way == self.way(primitive))?;
        Some(self.with(primitive, *ways.get(at + 1)?))
    }

    /// Primitives that do not go the tier's first way.
    pub fn detours(&self) -> Vec<(Primitive, Way)> {
        let all = Primitive::ALL.into_iter().map(|primitive| (primitive, self.way(primitive)));
        all.filter(|(primitive, way)| ways(self.tier, *primitive, true).first() != Some(way)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primitives_stand_at_their_own_index() {
        for (index, primitive) in Primitive::ALL.into_iter().enumerate() {
            assert_eq!(primitive as usize, index);
        }
    }

    #[test]
    fn every_way_is_tried_once_and_the_last_is_integers() {
        for tier in Tier::ALL {
            for primitive in Primitive::ALL {
                let mut plan = Plan::best(tier, true);
                let mut tried = vec![plan.way(primitive)];
                while let Some(next) = plan.next(primitive, true) {
                    plan = next;
                    assert!(!tried.contains(&plan.way(primitive)));
                    tried.push(plan.way(primitive));
                }
                assert!(
                    matches!(primitive, Primitive::Arithmetic | Primitive::Constants | Primitive::Loops)
                        || tried.last() == Some(&Way::Integer),
                    "{tier} {primitive}"
                );
            }
        }
    }
}
