//! A cluster in a process of Node's: the prebuilt package of its registry, which is installed here.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;

/// The package, exactly this one.
const PACKAGE: &str = "@solana/surfpool-linux-x64-gnu@1.5.0";
/// How long its installation may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// See above. It ends with this.
pub struct Surfnet {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Its URL.
    pub url: String,
    /// The program on it.
    pub program: Pubkey,
    /// A wallet with SOL.
    pub payer: Keypair,
}

/// Whether a command ends well, and in time.
fn ends_well(command: &mut Command, patience: Duration) -> Result<(), String> {
    let named = format!("{:?}", command.get_program());
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().map_err(|error| format!("{named} does not start: {error}"))?;
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{named} failed: {status}")),
            Ok(None) if started.elapsed() < patience => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{named} took more than {} s", patience.as_secs()));
            }
            Err(error) => return Err(format!("{named}: {error}")),
        }
    }
}

/// Installs the package, if it is not there. Nothing of it is run by that.
fn install(folder: &Path) -> Result<(), String> {
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))) {
        return Err("the package is for Linux on x86-64".into());
    }
    ends_well(Command::new("node").arg("--version"), Duration::from_secs(10))?;
    let of_package = folder.join("node_modules/@solana/surfpool-linux-x64-gnu/package.json");
    if std::fs::read_to_string(&of_package).is_ok_and(|text| text.contains("\"version\": \"1.5.0\"")) {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(folder).arg(PACKAGE);
    ends_well(&mut npm, PATIENCE)
}

impl Surfnet {
    /// Starts one. The error says what of it cannot be had on this machine.
    pub fn start(so: &Path) -> Result<Self, String> {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("surfnet");
        install(&folder)?;
        // The script lies beside the package, where Node looks for it.
        let script = folder.join("surfnet.js");
        std::fs::write(&script, include_str!("surfnet.js")).map_err(|error| error.to_string())?;
        let started = Command::new("node").arg(&script).arg(so).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| format!("node does not start: {error}"))?;
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().ok_or("node says nothing")?);
        let ready = line(&mut output)?;
        let text = |name: &str| ready[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name} in {ready}"));
        let secret: Vec<u8> =
            ready["payerSecret"].as_array().into_iter().flatten().filter_map(Value::as_u64).map(|byte| byte as u8).collect();
        let program = text("programId")?.parse().map_err(|error| format!("no address: {error}"))?;
        let payer = Keypair::try_from(&secret[..]).map_err(|error| format!("no key: {error}"))?;
        Ok(Self { url: text("rpc")?, program, payer, child, input, output })
    }

    fn ask(&mut self, what: &Value) {
        let input = self.input.as_mut().expect("it is open until the end");
        writeln!(input, "{what}").and_then(|()| input.flush()).expect("the cluster listens");
        let answer = line(&mut self.output).expect("the cluster answers");
        assert_eq!(answer["done"], true);
    }

    /// Travels to a time, in seconds since 1970.
    pub fn travel_to(&mut self, time: i64) {
        self.ask(&serde_json::json!({ "time": time * 1_000 }));
    }

    /// Gives a wallet lamports.
    pub fn fund(&mut self, wallet: &Pubkey, lamports: u64) {
        self.ask(&serde_json::json!({ "fund": wallet.to_string(), "lamports": lamports }));
    }

    /// Gives a wallet tokens, from nothing.
    #[allow(dead_code, reason = "one of the tests that have this module mints its tokens itself")]
    pub fn fund_tokens(&mut self, wallet: &Pubkey, mint: &Pubkey, units: u64) {
        self.ask(&serde_json::json!({ "fund": wallet.to_string(), "mint": mint.to_string(), "units": units }));
    }
}

/// The next line that is JSON: the cluster may say other things.
fn line(output: &mut impl BufRead) -> Result<Value, String> {
    loop {
        let mut text = String::new();
        if output.read_line(&mut text).map_err(|error| error.to_string())? == 0 {
            return Err("node ended before it was ready".into());
        }
        if let Ok(value) = serde_json::from_str(&text) {
            return Ok(value);
        }
    }
}

impl Drop for Surfnet {
    fn drop(&mut self) {
        // The end of its input ends it; what does not listen is stopped.
        drop(self.input.take());
        std::thread::sleep(Duration::from_millis(300));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
