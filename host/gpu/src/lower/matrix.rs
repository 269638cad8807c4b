//! Matrices: columns, in order, first to last.

use naga::{BinaryOperator, Expression, Handle, Scalar, TypeInner, VectorSize};

use super::Lowering;
use super::rewrite::{Copier, Finding, Step};
use super::shape::{self, Shape, component};

type Value = Handle<Expression>;

impl Lowering<'_, '_> {
    /// An operator with a matrix on at least one side.
    pub fn matrix_binary(
        &mut self,
        copier: &mut Copier<'_, '_>,
        op: BinaryOperator,
        left: (Value, &TypeInner),
        right: (Value, &TypeInner),
    ) -> Step<Value> {
        let (a, b) = (copier.value(self, left.0)?, copier.value(self, right.0)?);
        match (op, left.1, right.1) {
            (BinaryOperator::Multiply, &TypeInner::Matrix { columns, rows, .. }, TypeInner::Vector { .. }) => {
                Ok(matrix_vector(copier, a, (columns, rows), b))
            }
            (BinaryOperator::Multiply, TypeInner::Vector { .. }, &TypeInner::Matrix { columns, rows, .. }) => {
                let shape = Shape { size: Some(columns), scalar: Scalar::F32 };
                let mut components = Vec::new();
                for index in 0..columns as u32 {
                    let column = column(copier, b, index);
                    components.push(dot(copier, a, column, rows as u32));
                }
                shape::compose(copier, shape, components)
            }
            (BinaryOperator::Multiply, &TypeInner::Matrix { columns, rows, .. }, &TypeInner::Matrix { columns: count, .. }) => {
                let mut made = Vec::new();
                for index in 0..count as u32 {
                    let vector = column(copier, b, index);
                    made.push(matrix_vector(copier, a, (columns, rows), vector));
                }
                Ok(compose(copier, count, rows, made))
            }
            (BinaryOperator::Multiply, &TypeInner::Matrix { columns, rows, .. }, TypeInner::Scalar(_)) => {
                let factor = copier.build.splat(Some(rows), b);
                Ok(columnwise(copier, columns, rows, |copier, index| {
                    let column = column(copier, a, index);
                    copier.build.binary(op, column, factor)
                }))
            }
            (BinaryOperator::Multiply, TypeInner::Scalar(_), &TypeInner::Matrix { columns, rows, .. }) => {
                let factor = copier.build.splat(Some(rows), a);
                Ok(columnwise(copier, columns, rows, |copier, index| {
                    let column = column(copier, b, index);
                    copier.build.binary(op, factor, column)
                }))
            }
            (BinaryOperator::Add | BinaryOperator::Subtract, &TypeInner::Matrix { columns, rows, .. }, TypeInner::Matrix { .. }) => {
                Ok(columnwise(copier, columns, rows, |copier, index| {
                    let (left, right) = (column(copier, a, index), column(copier, b, index));
                    copier.build.binary(op, left, right)
                }))
            }
            _ => Err(Finding::internal("an operator on matrices that WGSL does not have")),
        }
    }

    /// `transpose(m)`.
    pub fn transpose(&mut self, copier: &mut Copier<'_, '_>, matrix: Value, columns: VectorSize, rows: VectorSize) -> Step<Value> {
        let shape = Shape { size: Some(columns), scalar: Scalar::F32 };
        let mut made = Vec::new();
        for row in 0..rows as u32 {
            let mut components = Vec::new();
            for index in 0..columns as u32 {
                let column = column(copier, matrix, index);
                components.push(component(copier, column, row));
            }
            made.push(shape::compose(copier, shape, components)?);
        }
        Ok(compose(copier, rows, columns, made))
    }

    /// `determinant(m)`: Laplace's expansion along the first row of columns, recursively.
    pub fn determinant(&mut self, copier: &mut Copier<'_, '_>, matrix: Value, size: VectorSize) -> Value {
        let count = size as u32;
        let mut elements = Vec::new();
        for index in 0..count {
            let column = column(copier, matrix, index);
            elements.push((0..count).map(|row| component(copier, column, row)).collect::<Vec<_>>());
        }
        let columns: Vec<usize> = (0..count as usize).collect();
        minor(copier, &elements, &columns, 0)
    }
}

/// Determinant of the rows from `row` on of `columns`: `((m0 * d0 - m1 * d1) + m2 * d2) - m3 * d3`.
fn minor(copier: &mut Copier<'_, '_>, elements: &[Vec<Value>], columns: &[usize], row: usize) -> Value {
    if let [only] = columns {
        return elements[*only][row];
    }
    let mut sum: Option<Value> = None;
    for (position, &column) in columns.iter().enumerate() {
        let others: Vec<usize> = columns.iter().copied().filter(|&other| other != column).collect();
        let factor = elements[column][row];
        let rest = minor(copier, elements, &others, row + 1);
        let product = copier.build.binary(BinaryOperator::Multiply, factor, rest);
        let op = if position % 2 == 0 { BinaryOperator::Add } else { BinaryOperator::Subtract };
        sum = Some(sum.map_or(product, |sum| copier.build.binary(op, sum, product)));
    }
    sum.unwrap_or(elements[0][0])
}

fn column(copier: &mut Copier<'_, '_>, matrix: Value, index: u32) -> Value {
    match copier.build.function.expressions[matrix] {
        Expression::Compose { ref components, .. } if components.len() > index as usize => components[index as usize],
        _ => copier.build.at(matrix, index),
    }
}

fn compose(copier: &mut Copier<'_, '_>, columns: VectorSize, rows: VectorSize, components: Vec<Value>) -> Value {
    let ty = shape::ty(copier, TypeInner::Matrix { columns, rows, scalar: Scalar::F32 });
    copier.build.append(Expression::Compose { ty, components })
}

fn columnwise(
    copier: &mut Copier<'_, '_>,
    columns: VectorSize,
    rows: VectorSize,
    mut made: impl FnMut(&mut Copier<'_, '_>, u32) -> Value,
) -> Value {
    let components = (0..columns as u32).map(|index| made(copier, index)).collect();
    compose(copier, columns, rows, components)
}

/// `(m[0] * v.x + m[1] * v.y) + …`
fn matrix_vector(copier: &mut Copier<'_, '_>, matrix: Value, (columns, rows): (VectorSize, VectorSize), vector: Value) -> Value {
    let product = |copier: &mut Copier<'_, '_>, index: u32| {
        let column = column(copier, matrix, index);
        let factor = component(copier, vector, index);
        let factor = copier.build.splat(Some(rows), factor);
        copier.build.binary(BinaryOperator::Multiply, column, factor)
    };
    let mut sum = product(copier, 0);
    for index in 1..columns as u32 {
        let next = product(copier, index);
        sum = copier.build.binary(BinaryOperator::Add, sum, next);
    }
    sum
}

/// `(a.x * b.x + a.y * b.y) + …`
pub fn dot(copier: &mut Copier<'_, '_>, a: Value, b: Value, count: u32) -> Value {
    let product = |copier: &mut Copier<'_, '_>, index: u32| {
        let (x, y) = (component(copier, a, index), component(copier, b, index));
        copier.build.binary(BinaryOperator::Multiply, x, y)
    };
    let mut sum = product(copier, 0);
    for index in 1..count {
        let next = product(copier, index);
        sum = copier.build.binary(BinaryOperator::Add, sum, next);
    }
    sum
}
