//! `assay job open`: asks for a job to be run, and pays for it into escrow.

use std::convert::identity;
use std::path::Path;

use assay_protocol::Hash;
use assay_protocol::package::{self, Package};
use assay_protocol::receipt::{MAX_FILE_BYTES, ReceiptFile};
use assay_settlement::{Filter, Reads};
use assay_settlement_interface::account::Job;
use assay_settlement_interface::account::state::{ANY_MODEL, job as state};
use assay_settlement_interface::instruction::OpenJob;
use assay_settlement_interface::params::Param;
use assay_settlement_interface::rules::fees::Terms;
use serde_json::json;

use crate::cli::Open;
use crate::failure::Failure;
use crate::job_files;
use crate::settlement::act::Act;
use crate::settlement::session::{Session, offset};
use crate::settlement::{limits, models, names, show};

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Open) -> Result<(), Failure> {
    let token = arguments.price.token;
    let currency =
        token.currency().ok_or_else(|| Failure::usage(format!("jobs are not paid in {token}")).hint("in IO or IOSD: --price 0.5IOSD"))?;
    let (package, job_id) = identify(arguments)?;
    if job_id.0 == [0; 32] {
        return Err(
            Failure::usage("--job is all zeros, which is the id of no job").hint("`assay run` and `assay inspect RECEIPT` show a job's id")
        );
    }
    let model = match &arguments.model {
        None => ANY_MODEL,
        Some(name) => models::find(&session.models()?, name)?.id,
    };
    limits::job(arguments.price.units, arguments.hours, session.param(Param::HoursMax))?;
    let terms = Terms::new(arguments.price.units, arguments.hours, currency, &{ session.config.params })?;
    let escrow = terms.escrow()?;
    let asked = OpenJob {
        nonce: arguments.nonce.unwrap_or(0),
        currency,
        model,
        tier: arguments.tier.number(),
        country: arguments.country.unwrap_or([0; 2]),
        package: package.0,
        job: job_id.0,
        price_hour: arguments.price.units,
        hours: arguments.hours,
    };
    let details = [&asked.to_bytes()[..], &[u8::from(arguments.nonce.is_some())]].concat();
    let pending = session.begin("job open", &details, || arguments.nonce.map_or_else(|| next_nonce(session), Ok))?;
    let asked = OpenJob { nonce: pending.number, ..asked };
    let me = session.me()?;
    let act = Act::new("job open", vec![session.at.open_job(&me, &asked)]).takes("escrow", token.units(escrow)).once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let address = session.at.job(&me, asked.nonce);
    let job = match session.ledger().find::<Job>("job", &address)? {
        Some(job) if is_asked(&job, &asked) => job,
        // Numbers are used again: what has this one now, if anything, was opened by another command.
        _ if sent.is_of_before(session)? => {
            session.forget();
            return Err(Failure::failed(format!("job {}, which this command opened when it was run before, was closed since", {
                asked.nonce
            }))
            .by("job.closed")
            .hint("nothing was opened now: run the command again to open another job"));
        }
        _ => session.ledger().job(&address)?,
    };
    let times = session.times()?;
    let paid = |units: u64| show::paid(currency, units);
    let since = match job.state {
        state::OPEN => String::new(),
        other => format!(" when the command was run before; it is {} now. Run it again to open another", names::job(other)),
    };
    let lines = [
        format!("job {} opened, at {address}{since}", { asked.nonce }),
        format!("  job id    {job_id}"),
        format!("  package   {package}"),
        format!(
            "  escrow    {} = {} for {} h + {} reservation + {} foreign payment + {} verification",
            paid(escrow),
            paid(terms.price),
            { job.hours },
            paid(terms.reservation),
            paid(terms.foreign),
            paid(terms.verification)
        ),
        format!("  a provider may accept it until {}", times.due(job.accept_by)),
    ];
    let shown = if job.state == state::OPEN { lines.len() } else { lines.len() - 1 };
    let own = json!({
        "job": address.to_string(), "nonce": identity(asked.nonce), "job_id": job_id.to_string(), "package": package.to_string(), "state": names::job(job.state),
        "escrow": show::paid_json(currency, escrow), "price": show::paid_json(currency, terms.price), "accept_by": times.json(job.accept_by),
    });
    session.done("job open", &[sent], own, lines.get(..shown).unwrap_or(&lines));
    Ok(())
}

/// Whether a job is the one that was asked for.
fn is_asked(job: &Job, asked: &OpenJob) -> bool {
    let same = job.package == asked.package && job.job == asked.job && job.currency == asked.currency;
    same && { job.price_hour } == asked.price_hour
        && { job.hours } == asked.hours
        && { job.model } == asked.model
        && job.tier == asked.tier
        && job.country == asked.country
}

/// The number after the largest that one's jobs on the ledger have.
fn next_nonce(session: &Session) -> Result<u64, Failure> {
    let me = session.me()?;
    let filter = Filter { at: offset(Job::FIELDS, "requester"), bytes: me.as_ref() };
    let last = session.ledger().all::<Job>("job", &[filter])?.into_iter().map(|(_, job)| job.nonce).max();
    match last {
        None => Ok(1),
        Some(last) => {
            last.checked_add(1).ok_or_else(|| Failure::usage("there is no number after your last job's").hint("choose one with --nonce"))
        }
    }
}

/// Hash of the package's manifest, and the job's id.
fn identify(arguments: &Open) -> Result<(Hash, Hash), Failure> {
    let file = job_files::read(&arguments.package, "package", package::MAX_BYTES)?;
    let package = Package::read(&file).map_err(|refusal| super::run::unreadable(&arguments.package, refusal))?;
    let id = match (&arguments.job, &arguments.receipt) {
        (Some(id), _) => *id,
        (None, Some(path)) => {
            let receipt = read_receipt(path)?;
            receipt.is_of(&package.manifest).map_err(|refusal| {
                Failure::from(refusal)
                    .about(path.display())
                    .hint("give the package this receipt is about: `assay inspect` shows its hash for both")
            })?;
            receipt.receipt.job
        }
        (None, None) => super::run::job_of(&package, &arguments.given, &arguments.limits)?.id(),
    };
    Ok((package.hash, id))
}

/// A receipt whose checks hold.
pub(super) fn read_receipt(path: &Path) -> Result<ReceiptFile, Failure> {
    let bytes = job_files::read(path, "receipt", MAX_FILE_BYTES)?;
    ReceiptFile::read(&bytes).map_err(|refusal| super::verify::refused_receipt(path, refusal))
}
