//! A ledger that is open, with what every command asks of it.

use std::cell::{OnceCell, RefCell};
use std::time::{Duration, Instant};

use assay_settlement::address;
use assay_settlement::call::Committee;
use assay_settlement::{Addresses, Filter, Ledger, Reads};
use assay_settlement_interface::FieldInfo;
use assay_settlement_interface::account::{self, Config, Job, Provider, Seat, Totals};
use assay_settlement_interface::params::{DEFAULTS, Param};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::connect::{Open, Place};
use super::job_state::Whole;
use super::models::{Kind, Model};
use super::pending::Pending;
use super::reference::JobReference;
use super::rehearsal::Rehearsed;
use super::sent::Sent;
use super::show::{self, Times};
use crate::cli::Chain;
use crate::failure::Failure;
use crate::key_files;

/// How long a cluster may take to make the slot that draws.
const SLOT_WAIT: Duration = Duration::from_secs(60);

/// See above.
pub struct Session {
    /// What was asked for.
    pub chain: Chain,
    /// Where it is.
    pub place: Place,
    /// The ledger.
    pub open: Open,
    /// Where its accounts are.
    pub at: Addresses,
    /// Its configuration, as it was when it was opened.
    pub config: Config,
    /// Whether programs read what is printed.
    pub as_json: bool,
    wallet: OnceCell<Keypair>,
    /// What was carried out and is not reported yet.
    pub(super) unreported: RefCell<Vec<Pending>>,
    /// What was sent and is not reported yet.
    pub(super) sent: RefCell<Vec<Sent>>,
    /// What a dry run has tried and not shown yet.
    pub(super) rehearsal: RefCell<Vec<Rehearsed>>,
    /// What it cannot try.
    pub(super) unrehearsed: RefCell<Vec<Rehearsed>>,
}

/// The key that signs, as Solana's crates want it.
pub fn keypair(chain: &Chain) -> Result<Keypair, Failure> {
    // A key is made where there is none; a dry run makes nothing.
    if chain.dry_run && !key_files::has_wallet(chain.keypair.as_deref())? {
        return Err(Failure::usage("there is no key to sign with yet, and a dry run makes none")
            .hint("`assay keys new FILE` makes one; name it with --keypair"));
    }
    let key = key_files::wallet(chain.keypair.as_deref())?;
    Keypair::try_from(&key.key.to_keypair_bytes()[..])
        .map_err(|e| Failure::refused("key.file", format!("{}: {e}", key.path.display())).hint("make one with `assay keys new FILE`"))
}

/// Why a program has no configuration: it is not there, it is none, or nobody has initialised it.
pub fn uninitialised(place: &Place, open: &Open) -> Failure {
    let (program, shown) = (open.ledger().program(), place.shown());
    match open.ledger().account(&program) {
        Err(error) => error.into(),
        Ok(None) => Failure::usage(format!("there is no program {program} on {shown}")).hint(
            "check --program and --url; `solana program deploy host/settlement/program/assay_settlement.so` puts the program on a cluster",
        ),
        Ok(Some(account)) if !account.executable => Failure::usage(format!("{program} on {shown} is an account, and no program"))
            .hint("name the settlement program with --program ADDRESS, or in ASSAY_PROGRAM"),
        Ok(Some(_)) => Failure::usage(format!("the program {program} on {shown} is not initialised, or is another program"))
            .hint("`assay ledger init --url … --program …` initialises the settlement program"),
    }
}

impl Session {
    /// Opens the ledger that is meant.
    pub fn open(chain: &Chain, as_json: bool) -> Result<Self, Failure> {
        let place = Place::of(chain)?;
        let open = place.open(chain)?;
        Self::with(chain, place, open, as_json)
    }

    /// With a ledger that is open.
    pub fn with(chain: &Chain, place: Place, open: Open, as_json: bool) -> Result<Self, Failure> {
        let Some(config) = open.ledger().find::<Config>("configuration", &address::config(&open.ledger().program()))? else {
            return Err(uninitialised(&place, &open));
        };
        let at = Addresses::new(open.ledger().program(), config.io_mint.into(), config.iosd_mint.into());
        Ok(Self::new(chain, place, open, at, config, as_json))
    }

    /// With a program that is not initialised yet: parameters are the defaults.
    pub fn unconfigured(chain: &Chain, place: Place, open: Open, at: Addresses, as_json: bool) -> Self {
        let config = Config {
            bump: 0,
            guardian: [0; 32],
            io_mint: at.io_mint.to_bytes(),
            iosd_mint: at.iosd_mint.to_bytes(),
            vault: at.vault.to_bytes(),
            vault_bump: 0,
            tokens: [0; 160],
            paused: 0,
            paused_at: 0,
            paused_s: 0,
            resumed_at: 0,
            genesis: 0,
            params: DEFAULTS,
        };
        Self::new(chain, place, open, at, config, as_json)
    }

    fn new(chain: &Chain, place: Place, open: Open, at: Addresses, config: Config, as_json: bool) -> Self {
        Self {
            chain: chain.clone(),
            place,
            open,
            at,
            config,
            as_json,
            wallet: OnceCell::new(),
            unreported: RefCell::default(),
            sent: RefCell::default(),
            rehearsal: RefCell::default(),
            unrehearsed: RefCell::default(),
        }
    }

    /// The ledger, to look at.
    pub fn ledger(&self) -> &dyn Ledger {
        self.open.ledger()
    }

    /// The key that signs.
    pub fn wallet(&self) -> Result<&Keypair, Failure> {
        if let Some(wallet) = self.wallet.get() {
            return Ok(wallet);
        }
        let read = keypair(&self.chain)?;
        Ok(self.wallet.get_or_init(|| read))
    }

    /// Its public half.
    pub fn me(&self) -> Result<Pubkey, Failure> {
        Ok(self.wallet()?.pubkey())
    }

    /// Protocol time, and how it is shown. The configuration is read anew: this command may have begun or ended a pause.
    pub fn times(&self) -> Result<Times, Failure> {
        Ok(Times::new(&self.ledger().config()?, self.ledger().clock()?.unix_timestamp))
    }

    /// A parameter.
    pub fn param(&self, param: Param) -> u64 {
        self.config.param(param)
    }

    /// The totals.
    pub fn totals(&self) -> Result<Totals, Failure> {
        Ok(self.ledger().totals(&self.at)?)
    }

    /// The address of a provider's account: named by its wallet or by itself, or one's own.
    fn provider_at(&self, address: Option<&Pubkey>) -> Result<Pubkey, Failure> {
        let Some(address) = address else { return Ok(self.at.provider(&self.me()?)) };
        let own = self.ledger().account(address)?.is_some_and(|found| found.owner == self.at.program);
        Ok(if own { *address } else { self.at.provider(address) })
    }

    /// A provider that must be there: named by its wallet or account, or one's own.
    pub fn provider(&self, address: Option<&Pubkey>) -> Result<(Pubkey, Provider), Failure> {
        let at = self.provider_at(address)?;
        match self.ledger().find("provider", &at)? {
            Some(found) => Ok((at, found)),
            None => {
                let who = address.map_or_else(|| self.me(), |address| Ok(*address))?;
                Err(Failure::usage(format!("{who} is no provider on this ledger"))
                    .hint("`assay provider register` makes one; name another by its wallet or account"))
            }
        }
    }

    /// One's own provider, which must be there.
    pub fn my_provider(&self) -> Result<(Pubkey, Provider), Failure> {
        let me = self.me()?;
        let address = self.at.provider(&me);
        let found = self.ledger().find("provider", &address)?.ok_or_else(|| {
            Failure::usage(format!("{me} is no provider on this ledger"))
                .hint("`assay provider register`, or sign with the provider's key by --keypair")
        })?;
        Ok((address, found))
    }

    /// A job by what people call it.
    pub fn job(&self, named: &JobReference) -> Result<(Pubkey, Job), Failure> {
        let address = match named {
            JobReference::Address(address) => *address,
            JobReference::Nonce(nonce) => self.at.job(&self.me()?, *nonce),
        };
        let found = self.ledger().find("job", &address)?.ok_or_else(|| {
            Failure::usage(format!("there is no job {named} on this ledger"))
                .hint("`assay job list` lists all; one that was closed is gone")
        })?;
        Ok((address, found))
    }

    /// A round of a job, if it is there.
    pub fn round(&self, job: &Pubkey, number: u8) -> Result<Option<Committee>, Failure> {
        let at = self.at.round(job, number);
        Ok(match self.ledger().account(&at)? {
            Some(_) => Some(self.ledger().round(&at)?),
            None => None,
        })
    }

    /// A job with what stands beside it.
    pub fn whole(&self, named: &JobReference) -> Result<(Pubkey, Whole), Failure> {
        let (address, job) = self.job(named)?;
        let mut rounds = Vec::new();
        for number in 0..job.rounds {
            rounds.extend(self.round(&address, number)?);
        }
        Ok((address, Whole { job, rounds, dispute: self.ledger().dispute(&self.at, &address)? }))
    }

    /// All models of the ledger, by number.
    pub fn models(&self) -> Result<Vec<Model>, Failure> {
        let found = self.ledger().all::<account::Model>("model", &[])?;
        let mut models: Vec<Model> = found
            .iter()
            .map(|(_, model)| Model {
                id: model.id,
                name: show::text(&model.name),
                kind: if model.model_kind == 0 { Kind::Gpu } else { Kind::Cpu },
                multiplier_milli: model.multiplier_milli,
            })
            .collect();
        models.sort_by_key(|model| model.id);
        Ok(models)
    }

    /// Seats that a wallet holds, by number.
    pub fn seats_of(&self, wallet: &Pubkey) -> Result<Vec<Seat>, Failure> {
        let filter = Filter { at: offset(Seat::FIELDS, "owner"), bytes: wallet.as_ref() };
        let mut seats: Vec<Seat> = self.ledger().all::<Seat>("seat", &[filter])?.into_iter().map(|(_, seat)| seat).collect();
        seats.sort_by_key(|seat| seat.index);
        Ok(seats)
    }

    /// Makes a wallet's token account for a currency, if it has none.
    pub fn token_account(&self, wallet: &Pubkey, currency: u8) -> Result<Option<Instruction>, Failure> {
        if self.ledger().account(&self.at.wallet(wallet, currency))?.is_some() {
            return Ok(None);
        }
        Ok(Some(spl_associated_token_account_interface::instruction::create_associated_token_account_idempotent(
            &self.me()?,
            wallet,
            &self.at.mint(currency),
            &spl_token_interface::ID,
        )))
    }

    /// Waits until a slot at or after `slot` has its hash: a cluster makes it by itself, an embedded ledger when it is told to.
    pub fn wait_for_slot(&mut self, slot: u64) -> Result<(), Failure> {
        let started = Instant::now();
        while self.ledger().slot_hashes()?.first().is_none_or(|(newest, _)| *newest < slot) {
            let at = self.ledger().clock()?.slot;
            match &mut self.open {
                Open::Embedded(embedded) => embedded.skip(slot.saturating_sub(at).saturating_add(1))?,
                Open::Cluster { .. } if started.elapsed() > SLOT_WAIT => {
                    return Err(Failure::abstained(format!(
                        "slot {slot}, which draws, has not come in {} s; the cluster is at {at}",
                        SLOT_WAIT.as_secs()
                    ))
                    .hint("nothing has changed: run the command again later"));
                }
                Open::Cluster { .. } => std::thread::sleep(Duration::from_millis(400)),
            }
        }
        Ok(())
    }
}

/// Where a field of a layout starts. One that does not exist is nowhere, so that nothing matches it.
pub fn offset(fields: &[FieldInfo], name: &str) -> usize {
    fields.iter().find(|field| field.name == name).map_or(usize::MAX, |field| field.at)
}
