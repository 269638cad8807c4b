//! Outputs: buffered writers that do not lose bytes in silence.
//!
//! A buffered writer that is dropped writes its last bytes when nobody listens any more. An [`Output`] that cannot write them on drop keeps
//! the error for [`crate::run`], which then fails the job: an output cut short never comes with exit code 0.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use crate::error::{Error, Result};
use crate::names::is_output_name;
use crate::place::Place;
use crate::run::keep_lost;

/// Bytes handed over at once. Each hand-over is a host call, which costs fuel and a line in the transcript, so few large ones are best.
const BUFFER_BYTES: usize = 64 * 1024;

/// An output, open for writing, buffered. Also what [`crate::stdout`] gives.
///
/// Errors of writing come as [`io::Error`] and turn into [`Error`] by `?`. The last bytes are written by [`Output::finish`], or on drop.
pub struct Output {
    name: String,
    target: String,
    /// None once finished.
    writer: Option<BufWriter<Sink>>,
}

pub(crate) enum Sink {
    File(File),
    Stdout(io::Stdout),
    #[cfg(not(target_family = "wasm"))]
    Memory(crate::testing::memory::Writer),
}

/// Creates the output `name`, folders in front of it included. An output of that name is replaced.
///
/// # Errors
/// [`Error::OutputName`] if no output can have that name, [`Error::Create`] if the file system refuses.
///
/// ```
/// use std::io::Write;
///
/// # let ran = assay_guest::testing::Job::new().run(|| -> assay_guest::Result<()> {
/// let mut table = assay_guest::output("tables/squares.csv")?;
/// for n in 1..=3 {
///     writeln!(table, "{n},{}", n * n)?;
/// }
/// table.finish()?;
/// # Ok(()) });
/// # ran.result.unwrap();
/// # assert_eq!(ran.outputs["tables/squares.csv"], b"1,1\n2,4\n3,9\n");
/// ```
pub fn output(name: &str) -> Result<Output> {
    if !is_output_name(name) {
        return Err(Error::OutputName { name: name.to_owned() });
    }
    let create = || match Place::here() {
        Place::Folders { outputs, .. } => {
            let path = outputs.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            File::create(path).map(Sink::File)
        }
        #[cfg(not(target_family = "wasm"))]
        Place::Memory(memory) => crate::testing::memory::Writer::output(memory, name).map(Sink::Memory),
    };
    let sink = create().map_err(|source| Error::Create { name: name.to_owned(), source })?;
    Ok(Output::new(name, format!("output `{name}`"), sink))
}

impl Output {
    pub(crate) fn new(name: &str, target: String, sink: Sink) -> Output {
        Output { name: name.to_owned(), target, writer: Some(BufWriter::with_capacity(BUFFER_BYTES, sink)) }
    }

    /// The output's name; `stdout` for stdout.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what is left and closes. Without it the same happens on drop, where an error reaches only [`crate::run`].
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<()> {
        self.close()
    }

    fn close(&mut self) -> Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let flushed = writer.flush();
        // Taken apart, so that what could not be written is not tried again when the buffer is dropped.
        drop(writer.into_parts());
        flushed.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { target: self.target.clone(), source }
    }

    fn with(&mut self, act: impl FnOnce(&mut BufWriter<Sink>) -> io::Result<usize>) -> io::Result<usize> {
        let result = match &mut self.writer {
            Some(writer) => act(writer),
            None => Err(io::Error::other("it is closed")),
        };
        result.map_err(|source| self.failed(source).into())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|writer| writer.write(bytes))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.with(|writer| writer.write_all(bytes).map(|()| bytes.len())).map(|_| ())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|writer| writer.flush().map(|()| 0)).map(|_| ())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            keep_lost(error);
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::File(file) => file.write(bytes),
            Sink::Stdout(stdout) => stdout.write(bytes),
            #[cfg(not(target_family = "wasm"))]
            Sink::Memory(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::File(file) => file.flush(),
            Sink::Stdout(stdout) => stdout.flush(),
            #[cfg(not(target_family = "wasm"))]
            Sink::Memory(writer) => writer.flush(),
        }
    }
}
