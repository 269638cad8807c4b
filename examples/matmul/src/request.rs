//! What the arguments ask for.

use assay_guest::{Error, Result};

use crate::matrix::SIDE_MAX;

/// Type of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// binary32, summed in binary32.
    Float,
    /// Signed bytes, summed in i32.
    Int8,
}

/// The arguments, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Type of the numbers.
    pub numbers: Numbers,
    /// Rows of A and C, where A is made here.
    pub rows: usize,
    /// Columns of A, rows of B.
    pub inner: usize,
    /// Columns of B and C.
    pub columns: usize,
    /// Seed of the random numbers.
    pub seed: u64,
}

const USAGE: &str = "there are --type f32|int8, --rows, --inner, --columns and --seed";

impl Request {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Names the argument at fault and what it may be.
    pub fn parse(args: &[String]) -> Result<Request> {
        let mut request = Request { numbers: Numbers::Float, rows: 512, inner: 512, columns: 512, seed: 1 };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let text = args.next().ok_or_else(|| Error::job(format!("argument `{flag}`: {USAGE}")))?;
            let side = || {
                let number = text.parse::<usize>().ok().filter(|number| (1..=SIDE_MAX).contains(number));
                number.ok_or_else(|| Error::job(format!("{flag} `{text}`: give it a whole number from 1 to {SIDE_MAX}")))
            };
            match (flag.as_str(), text.as_str()) {
                ("--type", "f32") => request.numbers = Numbers::Float,
                ("--type", "int8") => request.numbers = Numbers::Int8,
                ("--type", _) => return Err(Error::job(format!("--type `{text}`: give it f32 or int8"))),
                ("--rows", _) => request.rows = side()?,
                ("--inner", _) => request.inner = side()?,
                ("--columns", _) => request.columns = side()?,
                ("--seed", _) => request.seed = text.parse().map_err(|_| Error::job(format!("--seed `{text}`: give it a whole number")))?,
                _ => return Err(Error::job(format!("unknown argument `{flag}`: {USAGE}"))),
            }
        }
        Ok(request)
    }
}
