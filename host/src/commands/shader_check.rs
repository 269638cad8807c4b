//! `assay shader check`: is a shader strict, and does every back end here give the same bits for it?
//!
//! The CPU executor says what is right; each admitted adapter is held against it. A dispatch that passes its loop budget has no defined contents: then the back ends
//! must agree on that, and on nothing more.

use assay_gpu::data::Values;
use assay_gpu::{DeviceError, DispatchEnd};
use serde_json::{Value, json};

use crate::cli::RaceRule;
use crate::failure::{Code, Failure};
use crate::gpu::{self, BackEnd};
use crate::report::grouped;
use crate::say::out;
use crate::shader::diagnostics::harmless;
use crate::shader::plan::{self, Plan, access_of, number_of};
use crate::shader::source::{self, Settings, Source};
use crate::shader::trial::{self, Difference, Trial};
use crate::{cli, report};

/// Most races of an entry point that are shown to people.
const RACES_SHOWN_MAX: usize = 5;

/// Runs the command.
pub fn run(arguments: &cli::ShaderCheck, as_json: bool) -> Result<(), Failure> {
    let deadline = super::Deadline::start(Some(arguments.deadline), as_json);
    let from = Source::read(&arguments.shader.file)?;
    let shader = from.shader(as_json)?;
    let settings = Settings { constants: &arguments.shader.constants, loop_iterations: arguments.shader.loop_iterations };
    let mut plans = Vec::new();
    for entry in source::entry_points(&shader, arguments.shader.entry.as_deref())? {
        let kernel = from.kernel(&shader, &entry.name, &settings, as_json)?;
        plans.push(Plan::new(&entry.name, kernel, arguments.dispatch, &arguments.sizes)?);
    }
    plan::all_sizes_used(&arguments.sizes, &plans)?;
    let mut back_ends = gpu::back_ends(&arguments.backend)?;
    if !as_json {
        let count = plans.len();
        out!("{}: strict · {count} entry point{}", harmless(&from.name), if count == 1 { "" } else { "s" });
    }
    let mut tries = Vec::new();
    for mut plan in plans {
        plan.fill(arguments.seed, values(arguments.data));
        let tried = try_out(&plan, &mut back_ends, arguments);
        if !as_json {
            tried.say(&plan, arguments.seed);
        }
        tries.push((tried.verdict(), tried.as_json(&plan)));
    }
    deadline.call_off();
    let verdict = tries.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Same);
    if as_json {
        let entries: Vec<Value> = tries.into_iter().map(|(_, shown)| shown).collect();
        report::print_json(&json!({
            "file": from.name, "strict": true, "reasons": [], "verdict": verdict.name(), "seed": arguments.seed,
            "loop_iterations": arguments.shader.loop_iterations, "entry_points": entries,
        }));
    } else {
        out!("{}", verdict.said(back_ends.len(), &arguments.backend));
    }
    match verdict {
        Verdict::Same => Ok(()),
        Verdict::Abstained => Err(Failure::silent(Code::Abstained)),
        Verdict::Racy | Verdict::Differs => Err(Failure::silent(Code::Failed)),
    }
}

fn values(data: cli::Data) -> Values {
    match data {
        cli::Data::Moderate => Values::Moderate,
        cli::Data::Any => Values::Any,
    }
}

/// What the whole of it comes to; the worst decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Same,
    Abstained,
    Racy,
    Differs,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Abstained => "abstained",
            Self::Racy => "racy",
            Self::Differs => "differs",
        }
    }

    fn said(self, back_ends: usize, wanted: &str) -> String {
        match self {
            Self::Same if back_ends == 1 && wanted != "cpu" => {
                "strict; run on the CPU alone: no adapter is admitted here (`assay doctor` says why)".to_owned()
            }
            Self::Same if back_ends == 1 => "strict; run on the CPU alone".to_owned(),
            Self::Same => format!("strict; the same bits on all {back_ends} back ends"),
            Self::Abstained => "strict; but a back end gave no result".to_owned(),
            Self::Racy => {
                "strict, but racy: invocations of one dispatch touch the same words in no defined order, so no result is right".to_owned()
            }
            Self::Differs => "DIFFERS: a back end gives other bits than the CPU; please report this, with the shader".to_owned(),
        }
    }
}

/// One entry point on one back end.
struct Tried {
    name: String,
    tier: Option<String>,
    driver: Option<String>,
    came: Result<Came, DeviceError>,
}

/// What came of a trial, without its contents.
struct Came {
    end: DispatchEnd,
    seconds: f64,
    compile_seconds: f64,
    on_cpu: bool,
    /// BLAKE3 of what is in each binding that can be written, at the end.
    hashes: Vec<(usize, blake3::Hash)>,
    differences: Vec<Difference>,
    same_end: bool,
}

impl Came {
    fn new(trial: &Trial, right: Option<&Trial>) -> Self {
        let same_end = right.is_none_or(|right| right.end == trial.end);
        let comparable = same_end && trial.end == DispatchEnd::Done;
        Self {
            end: trial.end,
            seconds: trial.took.as_secs_f64(),
            compile_seconds: trial.compiled_in.as_secs_f64(),
            on_cpu: trial.on_cpu,
            hashes: trial.written.iter().map(|(place, data)| (*place, blake3::hash(data))).collect(),
            differences: right.filter(|_| comparable).map(|right| trial::differences(right, trial)).unwrap_or_default(),
            same_end,
        }
    }

    fn same(&self) -> bool {
        self.same_end && self.differences.is_empty()
    }
}

/// One entry point on all back ends.
struct Entry {
    strict: Vec<Tried>,
    raw: Vec<Tried>,
    races: Option<Result<Vec<String>, DeviceError>>,
    /// Whether a race is a failure when the back ends agree.
    races_fail: bool,
}

fn try_out(plan: &Plan, back_ends: &mut [BackEnd], arguments: &cli::ShaderCheck) -> Entry {
    let mut right: Option<Trial> = None;
    let mut strict = Vec::new();
    for back_end in back_ends.iter_mut() {
        let came = back_end.device().and_then(|device| trial::run(device, plan)).map(|trial| {
            let came = Came::new(&trial, right.as_ref());
            right.get_or_insert(trial);
            came
        });
        strict.push(tried(back_end, came));
    }
    let mut raw = Vec::new();
    // Unlowered, a shader has no loop budget: one that passes it here could hang the adapter.
    if let Some(right) = right.as_ref().filter(|right| arguments.raw && right.end == DispatchEnd::Done) {
        for back_end in back_ends.iter().filter(|back_end| back_end.is_adapter()) {
            let came = back_end.raw(&arguments.shader.constants).and_then(|mut device| trial::run(device.as_mut(), plan));
            raw.push(tried(back_end, came.map(|trial| Came::new(&trial, Some(right)))));
        }
    }
    let races = (arguments.races != RaceRule::Off).then(|| gpu::races(plan));
    Entry { strict, raw, races, races_fail: arguments.races == RaceRule::Deny }
}

fn tried(back_end: &BackEnd, came: Result<Came, DeviceError>) -> Tried {
    Tried { name: back_end.name.clone(), tier: back_end.tier.clone(), driver: back_end.driver.clone(), came }
}

impl Entry {
    fn verdict(&self) -> Verdict {
        let of = |tried: &Tried| match &tried.came {
            Ok(came) if came.same() => Verdict::Same,
            Ok(_) => Verdict::Differs,
            Err(_) => Verdict::Abstained,
        };
        let races = match &self.races {
            Some(Err(_)) => Verdict::Abstained,
            _ if self.is_racy() && self.races_fail => Verdict::Racy,
            _ => Verdict::Same,
        };
        // Two back ends may give different bits for a racy dispatch: that is the shader's fault, and is said as such.
        match self.strict.iter().map(of).max().unwrap_or(Verdict::Same) {
            Verdict::Differs if self.is_racy() => Verdict::Racy,
            strict => strict.max(races),
        }
    }

    fn is_racy(&self) -> bool {
        self.races.as_ref().is_some_and(|races| races.as_ref().is_ok_and(|races| !races.is_empty()))
    }

    /// How long the strict run took on the adapter of this name.
    fn strict_seconds(&self, name: &str) -> Option<f64> {
        self.strict.iter().find(|tried| tried.name == name).and_then(|tried| tried.came.as_ref().ok()).map(|came| came.seconds)
    }

    fn say(&self, plan: &Plan, seed: u64) {
        let three = |[x, y, z]: [u32; 3]| format!("{x},{y},{z}");
        out!("{} · workgroup {} · dispatch {} · seed {seed}", harmless(&plan.entry), three(plan.kernel.workgroup_size), three(plan.groups));
        let hashes = self.strict.iter().find_map(|tried| tried.came.as_ref().ok()).map(|came| came.hashes.as_slice()).unwrap_or_default();
        let done = self.strict.iter().any(|tried| tried.came.as_ref().is_ok_and(|came| came.end == DispatchEnd::Done));
        for (place, (binding, data)) in plan.kernel.bindings.iter().zip(&plan.data).enumerate() {
            let hash = match hashes.iter().find(|(written, _)| *written == place) {
                Some(_) if !done => "not defined".to_owned(),
                Some((_, hash)) => hash.to_string(),
                None => blake3::hash(data).to_string(),
            };
            let bytes = format!("{} bytes", grouped(data.len() as u64));
            out!("  {:<5} {:<12} {:<10} {bytes:>17}  {hash}", number_of(binding), harmless(&binding.name), access_of(binding));
        }
        for tried in &self.strict {
            tried.say(plan, None);
        }
        for tried in &self.raw {
            tried.say(plan, Some(self.strict_seconds(&tried.name)));
        }
        match &self.races {
            None => {}
            Some(Ok(races)) if races.is_empty() => out!("  races  none"),
            Some(Ok(races)) => {
                for race in races.iter().take(RACES_SHOWN_MAX) {
                    out!("  race   {}", harmless(race));
                }
                let more = races.len().saturating_sub(RACES_SHOWN_MAX);
                let more = if more > 0 { format!("and {more} more (--json has all); ") } else { String::new() };
                out!(
                    "         {more}with this data and dispatch the result is not defined; give those of your program (--dispatch, --size)"
                );
            }
            Some(Err(error)) => out!("  races  not looked for: {}", harmless(&error.0)),
        }
    }

    fn as_json(&self, plan: &Plan) -> Value {
        let bindings: Vec<Value> = plan
            .kernel
            .bindings
            .iter()
            .zip(&plan.data)
            .map(|(binding, data)| {
                json!({
                    "group": binding.group, "binding": binding.binding, "name": binding.name, "access": access_of(binding),
                    "bytes": data.len(), "blake3_before": blake3::hash(data).to_string(),
                })
            })
            .collect();
        let races = self.races.as_ref().map(|races| match races {
            Ok(races) => json!({ "found": races }),
            Err(error) => json!({ "abstained": error.0 }),
        });
        json!({
            "name": plan.entry,
            "verdict": self.verdict().name(),
            "fingerprint": hex::encode(plan.kernel.fingerprint),
            "workgroup_size": plan.kernel.workgroup_size,
            "dispatch": plan.groups,
            "bindings": bindings,
            "back_ends": self.strict.iter().map(|tried| tried.as_json(plan, None)).collect::<Vec<_>>(),
            "raw": self.raw.iter().map(|tried| tried.as_json(plan, Some(self.strict_seconds(&tried.name)))).collect::<Vec<_>>(),
            "races": races,
        })
    }
}

impl Tried {
    /// `raw` is the time of the strict run on the same adapter, where this is a raw one.
    fn say(&self, plan: &Plan, raw: Option<Option<f64>>) {
        let name = harmless(&self.name);
        let kind = match (raw, &self.tier) {
            (Some(_), _) => " raw".to_owned(),
            (None, Some(tier)) => format!(" {tier}"),
            (None, None) => String::new(),
        };
        let came = match &self.came {
            Err(error) => return out!("  {name}{kind}: no result: {}", harmless(&error.0)),
            Ok(came) => came,
        };
        let ended = match came.end {
            DispatchEnd::Done => "",
            DispatchEnd::LoopBudgetExceeded => " · an invocation passed the loop budget, which ends a job",
        };
        let words = || came.differences.iter().fold((0, 0), |(words, of), found| (words + found.words, of + found.of_words));
        let mut judged = match raw {
            Some(strict) => {
                let all: usize = plan.written().filter_map(|(place, _)| plan.data.get(place)).map(|data| data.len() / 4).sum();
                let ratio = strict.map(|strict| format!(" · strict takes {:.2} times as long", strict / came.seconds.max(1e-9)));
                format!(" · {} of {} words differ{}", grouped(words().0), grouped(all as u64), ratio.unwrap_or_default())
            }
            None if !came.same_end => " · DIFFERS: the CPU's dispatch ended otherwise".to_owned(),
            None if !came.differences.is_empty() => " · DIFFERS".to_owned(),
            None => String::new(),
        };
        if came.on_cpu {
            judged.push_str(" · done on the CPU: its loops, its nesting or its size are more than this driver is trusted with");
        }
        judged.push_str(ended);
        out!("  {name}{kind}: {:.6} s · compiled in {:.3} s{judged}", came.seconds, came.compile_seconds);
        for found in &came.differences {
            out!("    {}", described(plan, found));
        }
        if raw.is_none() && !came.differences.is_empty() {
            for (place, hash) in &came.hashes {
                out!("    {} is {hash}", plan.kernel.bindings.get(*place).map(number_of).unwrap_or_default());
            }
        }
    }

    fn as_json(&self, plan: &Plan, raw: Option<Option<f64>>) -> Value {
        let mut shown = json!({ "name": self.name, "tier": if raw.is_some() { None } else { self.tier.clone() }, "driver": self.driver });
        let came = match &self.came {
            Err(error) => {
                shown["end"] = json!("abstained");
                shown["why"] = json!(error.0);
                return shown;
            }
            Ok(came) => came,
        };
        let number = |place: usize| plan.kernel.bindings.get(place).map(number_of).unwrap_or_default();
        shown["end"] = json!(match came.end {
            DispatchEnd::Done => "done",
            DispatchEnd::LoopBudgetExceeded => "loop_budget_exceeded",
        });
        shown["same"] = json!(came.same());
        shown["seconds"] = json!(came.seconds);
        shown["compile_seconds"] = json!(came.compile_seconds);
        shown["done_on_cpu"] = json!(came.on_cpu);
        if let Some(strict) = raw {
            shown["strict_to_raw"] = json!(strict.map(|strict| strict / came.seconds.max(1e-9)));
        }
        if came.end == DispatchEnd::Done {
            shown["blake3"] = came.hashes.iter().map(|(place, hash)| (number(*place), json!(hash.to_string()))).collect();
        }
        shown["differences"] = came
            .differences
            .iter()
            .map(|found| {
                json!({
                    "binding": number(found.place), "words": found.words, "of_words": found.of_words, "first_word": found.first,
                    "cpu": found.values.0, "here": found.values.1,
                })
            })
            .collect();
        shown
    }
}

/// A difference in words: the first word as bits, and as a float.
fn described(plan: &Plan, found: &Difference) -> String {
    let binding = plan.kernel.bindings.get(found.place);
    let value = |bits: u32| format!("{bits:#010x} ({:?} as f32)", f32::from_bits(bits));
    format!(
        "{} {}: {} of {} words; first word {}: CPU {}, here {}",
        binding.map(number_of).unwrap_or_default(),
        harmless(binding.map_or("", |binding| &binding.name)),
        grouped(found.words),
        grouped(found.of_words),
        grouped(found.first),
        value(found.values.0),
        value(found.values.1)
    )
}
