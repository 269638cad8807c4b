//! The command line, as a contract: names, arguments, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub mod settlement;

pub use self::settlement::*;

use crate::gpu::{Choice, Rate};
use crate::job_files::{InputArgument, env_argument, limit_argument};
use crate::shader::plan::{self, Groups, Size};

/// Runs strangers' WebAssembly jobs in a deterministic sandbox and proves the answer.
///
/// The same job gives the same outcome hash on every machine; whoever doubts a result runs it again and compares 32 bytes.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "Exit codes: 0 ok, 1 the job failed, hashes differ or the ledger refuses, 2 usage, 3 refused input, 4 this machine abstains or the ledger does not answer.\n\
                  Environment: ASSAY_KEY (key file), ASSAY_CACHE (folder of compiled modules), ASSAY_GPU and ASSAY_GPU_RECHECK (defaults of --gpu and --gpu-recheck), ASSAY_LEDGER and ASSAY_PROGRAM (defaults of --url and --program), ASSAY_LOG (log filter, for example debug)."
)]
pub struct Cli {
    /// Print one JSON object on stdout, errors included.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new job that builds, runs and has a test.
    New(New),
    /// Compile a job, pack it and sign it: target/assay/NAME.assay.
    Build(Build),
    /// Run a package, or a bare .wasm module.
    Run(Run),
    /// Check a receipt, and run the job again to compare.
    Verify(Verify),
    /// Run a package's test cases, each twice.
    Check(Check),
    /// Explain a package, a receipt, a transcript or a module.
    ///
    /// Of a module, also what its functions cost, before anything runs.
    Inspect(Inspect),
    /// Try out a WGSL shader: is it strict, and does every back end agree?
    #[command(subcommand)]
    Shader(Shader),
    /// Make or show a key.
    #[command(subcommand)]
    Keys(Keys),
    /// The ledger that stake, escrow and verdicts are on: make one, look at it, guard it.
    Ledger(Ledger),
    /// A provider's side of the ledger: stake, devices, rewards.
    Provider(Provider),
    /// Jobs on the ledger: open, accept, prove, settle.
    Job(Job),
    /// A verifier's side of the ledger: seats, committees, verdicts.
    Verifier(Verifier),
    /// Proofs that were contradicted.
    Dispute(Dispute),
    /// Proposals and votes.
    Gov(Gov),
    /// Say what this machine can do and what is missing.
    Doctor,
    /// Print a completion script for a shell.
    Completions(Completions),
    /// Build, run, verify and attack the example jobs, to see all of it at work.
    Demo,
}

/// `assay new`
#[derive(Debug, Args)]
pub struct New {
    /// Name of the job, and of the folder that is made: a-z, 0-9 and -.
    pub name: String,
    /// Make a job that computes on the GPU, with a shader in WGSL.
    #[arg(long)]
    pub gpu: bool,
    /// Folder of the guest SDK; by default the one of the source this program was built from.
    #[arg(long, value_name = "DIR")]
    pub sdk: Option<PathBuf>,
}

/// `assay build`
#[derive(Debug, Args)]
pub struct Build {
    /// Folder with job.toml.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Key that signs the manifest.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// What a job is given; the same for run and verify.
#[derive(Debug, Args)]
pub struct JobArguments {
    /// An input: the job reads it as /in/NAME (the name `stdin` also as standard input).
    #[arg(long = "input", value_name = "NAME=PATH")]
    pub inputs: Vec<InputArgument>,
    /// An environment variable of the job.
    #[arg(long = "env", value_name = "K=V", value_parser = env_argument)]
    pub env: Vec<(String, String)>,
    /// Arguments of the job.
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
}

/// Where GPU calls run; the same for run, verify and check. What comes out of a job does not depend on it.
#[derive(Debug, Args)]
pub struct GpuArguments {
    /// Where GPU calls run: on the best GPU that is admitted or else the CPU (auto), the CPU, an adapter, or not at all (off). It changes no result.
    #[arg(long, value_name = "auto|cpu|off|ADAPTER", env = "ASSAY_GPU", hide_env_values = true, default_value = "auto")]
    pub gpu: Choice,
    /// Share of an adapter's dispatches that the CPU repeats, to compare.
    #[arg(long, value_name = "RATE", env = "ASSAY_GPU_RECHECK", hide_env_values = true, default_value = "1/64")]
    pub gpu_recheck: Rate,
}

/// `assay run`
#[derive(Debug, Args)]
pub struct Run {
    /// A .assay package, or a .wasm module (which runs unsigned and gets no receipt).
    #[arg(value_name = "PACKAGE|MODULE.wasm")]
    pub file: PathBuf,
    #[command(flatten)]
    pub job: JobArguments,
    /// Folder for the outputs. Without it they are hashed and dropped.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a signed receipt.
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Write the transcript: every host call's hashes, to find where two runs part.
    #[arg(long, value_name = "FILE")]
    pub transcript: Option<PathBuf>,
    /// Write where the fuel went, as folded stacks for flamegraph tools, and print the functions that used most. The outcome is the same; the run is slower, and gives no receipt.
    #[arg(long, value_name = "FILE", conflicts_with = "receipt")]
    pub profile: Option<PathBuf>,
    /// Key that signs the receipt.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A limit: for a package at most the manifest's, for a module at most the ceiling. Names as in job.toml.
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = limit_argument)]
    pub limits: Vec<(String, u64)>,
    /// Abstain when the job has run for this long.
    #[arg(long, value_name = "SECONDS")]
    pub deadline: Option<u64>,
    #[command(flatten)]
    pub gpu: GpuArguments,
}

/// `assay verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt.
    pub receipt: PathBuf,
    /// The package it is about.
    pub package: PathBuf,
    #[command(flatten)]
    pub job: JobArguments,
    /// Also check the files in this folder against the outputs the receipt claims.
    #[arg(long, value_name = "DIR")]
    pub outputs: Option<PathBuf>,
    /// The provider's transcript: if the runs differ, names the first host call that does.
    #[arg(long, value_name = "FILE")]
    pub transcript: Option<PathBuf>,
    /// Abstain when the job has run for this long.
    #[arg(long, value_name = "SECONDS")]
    pub deadline: Option<u64>,
    #[command(flatten)]
    pub gpu: GpuArguments,
}

/// `assay check`
#[derive(Debug, Args)]
pub struct Check {
    /// The package.
    pub package: PathBuf,
    #[command(flatten)]
    pub gpu: GpuArguments,
}

/// `assay shader`
#[derive(Debug, Subcommand)]
pub enum Shader {
    /// Say whether a shader is strict, and if it is, run it on made-up data on every back end and compare.
    Check(ShaderCheck),
    /// Print the strict WGSL that a shader is lowered to.
    Lower(ShaderLower),
}

/// Which shader, and how it is lowered.
#[derive(Debug, Args)]
pub struct ShaderArguments {
    /// A WGSL file.
    #[arg(value_name = "FILE.wgsl")]
    pub file: PathBuf,
    /// Only this entry point.
    #[arg(long, value_name = "NAME")]
    pub entry: Option<String>,
    /// The value of an override, by name or by @id.
    #[arg(long = "constant", value_name = "NAME=VALUE", value_parser = plan::constant)]
    pub constants: Vec<(String, f64)>,
    /// Loop budget of one invocation.
    #[arg(long, value_name = "N", default_value_t = 1 << 20, value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    pub loop_iterations: u32,
}

/// `assay shader check`
#[derive(Debug, Args)]
pub struct ShaderCheck {
    #[command(flatten)]
    pub shader: ShaderArguments,
    /// Workgroups in x, y, z; by default 16 of them.
    #[arg(long, value_name = "X,Y,Z")]
    pub dispatch: Option<Groups>,
    /// Seed of the data.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Bytes of a binding, named 0:1 (group:binding) or by its variable; by default one element for each invocation.
    #[arg(long = "size", value_name = "BINDING=BYTES")]
    pub sizes: Vec<Size>,
    /// Values of the data: floats from -1 to 1 and small integers, or any bit patterns.
    #[arg(long, value_name = "moderate|any", default_value = "moderate", hide_possible_values = true)]
    pub data: Data,
    /// What to run on besides the CPU: all adapters that are admitted, the one of this name, or nothing (cpu).
    #[arg(long, value_name = "all|cpu|ADAPTER", default_value = "all")]
    pub backend: String,
    /// Also run the shader unlowered, as plain WebGPU does, and compare.
    #[arg(long)]
    pub raw: bool,
    /// Data races: say them (warn), fail for them (deny), or do not look (off).
    #[arg(long, value_name = "warn|deny|off", default_value = "warn", hide_possible_values = true)]
    pub races: RaceRule,
    /// Abstain when it has taken this long.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub deadline: u64,
}

/// Which values made-up data takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Data {
    /// Floats from -1 to 1, small integers.
    Moderate,
    /// All bit patterns.
    Any,
}

/// What is made of data races.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RaceRule {
    /// They are said.
    Warn,
    /// They are a failure.
    Deny,
    /// Nobody looks.
    Off,
}

/// `assay shader lower`
#[derive(Debug, Args)]
pub struct ShaderLower {
    #[command(flatten)]
    pub shader: ShaderArguments,
}

/// `assay inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// A package, receipt, transcript or module.
    pub file: PathBuf,
}

/// `assay keys`
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a new key file, as solana-keygen would write it.
    New {
        /// Where; by default this program's own key.
        file: Option<PathBuf>,
        /// Replace a key that is there.
        #[arg(long)]
        force: bool,
    },
    /// Show the public key, and which file it is from.
    Show {
        /// The key file; by default the one that would sign.
        file: Option<PathBuf>,
    },
}

/// `assay completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}
