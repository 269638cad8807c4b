//! The job natively: the shaders run on the CPU executor, and are held against the plain triple loop.

use assay_guest::testing::{Job, Ran};
use assay_guest::{Error, Result};
use matmul::{Element, Factor, INPUTS, Matrix, Numbers, Random, Request, element, job, multiply};

fn refusal(ran: &Ran<(), Error>) -> String {
    ran.result.as_ref().expect_err("it is refused").to_string()
}

/// The whole product of matrices of these sides, held against the plain loop; `bits` makes elements comparable to the last bit.
fn agrees<T: Factor>([rows, inner, columns]: [usize; 3], mut random: impl FnMut() -> T, bits: fn(T::Product) -> u32) {
    let a = Matrix::from_fn(rows, inner, |_, _| random());
    let b = Matrix::from_fn(inner, columns, |_, _| random());
    let c = multiply(&a, &b).expect("the device multiplies");
    let expected = Matrix::from_fn(rows, columns, |row, column| element(&a, &b, row, column));
    assert_eq!((c.rows, c.columns), (rows, columns));
    for (at, (found, expected)) in c.values.iter().zip(&expected.values).enumerate() {
        assert_eq!(bits(*found), bits(*expected), "{rows}×{inner} · {inner}×{columns}: row {}, column {}", at / columns, at % columns);
    }
}

/// Whole tiles, parts of tiles, single rows and columns.
const SIDES: [[usize; 3]; 5] = [[128, 64, 192], [1, 1, 1], [65, 17, 3], [1, 300, 70], [63, 129, 64]];

#[test]
fn floats_are_those_of_the_plain_loop() {
    let mut random = Random::new(7);
    for sides in SIDES {
        agrees(sides, || random.unit(), f32::to_bits);
    }
    // Magnitudes so far apart that another order of summation would give other bits.
    agrees([64, 200, 64], || random.unit() * f32::from_bits((((random.word() >> 8) & 31) + 112) << 23), f32::to_bits);
}

#[test]
fn bytes_are_those_of_the_plain_loop() {
    let mut random = Random::new(8);
    for sides in SIDES {
        agrees(sides, || random.byte(), |sum| sum as u32);
    }
    agrees([3, 500, 5], || -128i8, |sum| sum as u32);
}

/// The test can tell: summed the other way round, f32 differs.
#[test]
fn the_order_of_a_sum_shows() {
    let mut random = Random::new(9);
    let a = Matrix::from_fn(64, 64, |_, _| random.unit());
    let b = Matrix::from_fn(64, 64, |_, _| random.unit());
    let backwards = |row, column| (0..64).rev().fold(0.0, |sum: f32, k| sum + a.at(row, k) * b.at(k, column));
    let c = multiply(&a, &b).expect("the device multiplies");
    let other = (0..64 * 64).filter(|at| backwards(at / 64, at % 64) != c.values[*at]).count();
    assert!(other > 1000, "{other} of 4096 elements differ");
}

#[test]
fn a_seed_gives_a_product() {
    let args = ["--rows", "100", "--inner", "40", "--columns", "30"];
    let ran = Job::new().args(args).run(job);
    ran.result.as_ref().expect("the job succeeds");
    let c = Matrix::<f32>::from_npy("c.npy", ran.output("c.npy")).expect("a matrix");
    assert_eq!((c.rows, c.columns), (100, 30));
    let hash = blake3::hash(ran.output("c.npy"));
    let expected =
        format!("f32: 100×40 · 40×30, 0.000 billion operations\n64 elements again in plain Rust: the same\nc.npy: 100×30, BLAKE3 {hash}\n");
    assert_eq!(ran.stdout_text(), expected);
    assert_eq!(Job::new().args(args).run(job).outputs, ran.outputs, "the same again");
    assert_ne!(Job::new().args(args).args(["--seed", "2"]).run(job).outputs, ran.outputs);
    let bytes = Job::new().args(args).args(["--type", "int8"]).run(job);
    assert!(Matrix::<i32>::from_npy("c.npy", bytes.output("c.npy")).is_ok());
}

/// A file with any shape in its header.
fn npy_of(shape: &str, descr: &str, numbers: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), format!("{header:<117}\n").as_bytes(), numbers].concat()
}

fn npy<T: Element>(rows: usize, columns: usize, values: &[T]) -> Vec<u8> {
    Matrix { rows, columns, values: values.to_vec() }.to_npy()
}

#[test]
fn inputs_are_multiplied() {
    let ran = Job::new().input("a.npy", npy(2, 2, &[1.0f32, 2.0, 3.0, 4.0])).input("b.npy", npy(2, 1, &[10.0f32, 100.0])).run(job);
    ran.result.as_ref().expect("the job succeeds");
    assert_eq!(
        Matrix::from_npy("c.npy", ran.output("c.npy")).expect("a matrix"),
        Matrix { rows: 2, columns: 1, values: vec![210.0f32, 430.0] }
    );
    // Infinity and NaN are numbers like any other, and are not spread by the zeros that fill up the tiles.
    let a = npy(3, 2, &[f32::INFINITY, 1.0, 1.0, 1.0, f32::INFINITY, f32::NEG_INFINITY]);
    let ran = Job::new().input("a.npy", a).input("b.npy", npy(2, 1, &[1.0f32, 1.0])).run(job);
    let c = Matrix::<f32>::from_npy("c.npy", ran.output("c.npy")).expect("a matrix").values;
    assert_eq!(c[..2], [f32::INFINITY, 2.0]);
    // NaN has one pattern, whatever the machine's is.
    assert_eq!(c[2].to_bits(), 0x7fc0_0000);
}

/// The file of `numpy.save("a.npy", numpy.array([[1, -2, 3]], dtype="i1"))`, byte for byte.
#[test]
fn files_are_those_of_numpy() {
    let file = npy_of("(1, 3)", "|i1", &[1, 254, 3]);
    let matrix = Matrix { rows: 1, columns: 3, values: vec![1i8, -2, 3] };
    assert_eq!(Matrix::from_npy("a.npy", &file).expect("a matrix"), matrix);
    assert_eq!(matrix.to_npy(), file);
}

#[test]
fn bad_input_is_refused_by_name() {
    let good = npy(2, 2, &[1.0f32; 4]);
    let with = |a: &[u8], b: &[u8]| refusal(&Job::new().input(INPUTS[0], a).input(INPUTS[1], b).run(job));
    assert!(with(b"", &good).contains("a.npy is no .npy file"));
    assert!(with(&good, &good[..40]).contains("b.npy is no .npy file"));
    assert!(with(&good, &good[..good.len() - 1]).contains("b.npy ends with 15 bytes of numbers, 2×2 take 16"));
    assert!(with(&good, &npy(2, 2, &[1i8; 4])).contains("b.npy holds |i1"));
    assert!(with(&good, &npy(3, 2, &[1.0f32; 6])).contains("A is 2×2 and B 3×2"));
    assert!(with(&npy(0, 2, &[0.0f32; 0]), &good).contains("a.npy is 0×2"));
    let shapes = [
        ("(2,)", "has 1 dimensions"),
        ("(1, 2, 2)", "has 3 dimensions"),
        ("(2, x)", "is no .npy file"),
        ("(2, -1)", "is no .npy file"),
        ("(4097, 4097)", "sides are from 1 to 4096"),
        ("(18446744073709551615, 2)", "sides are from 1 to 4096"),
    ];
    for (shape, wrong) in shapes {
        let said = with(&npy_of(shape, "<f4", &[0; 16]), &good);
        assert!(said.contains("a.npy") && said.contains(wrong), "{shape}: {said}");
    }
    assert!(refusal(&Job::new().input(INPUTS[0], &good).run(job)).contains("b.npy"));
}

#[test]
fn arguments() -> Result<()> {
    let parse = |args: &[&str]| Request::parse(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
    assert_eq!(parse(&[])?, Request { numbers: Numbers::Float, rows: 512, inner: 512, columns: 512, seed: 1 });
    let request = parse(&["--type", "int8", "--rows", "1", "--inner", "4096", "--columns", "3", "--seed", "18446744073709551615"])?;
    assert_eq!(request, Request { numbers: Numbers::Int8, rows: 1, inner: 4096, columns: 3, seed: u64::MAX });
    for bad in
        [&["--type"][..], &["--type", "f16"], &["--rows", "0"], &["--inner", "4097"], &["--columns", "-1"], &["--seed", "x"], &["-n", "3"]]
    {
        let error = parse(bad).expect_err("refused").to_string();
        assert!(error.contains(bad[0]), "{error}");
    }
    Ok(())
}
