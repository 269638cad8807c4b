//! # Initialise, pause, models, votes (settlement.md, sections 2, 11, 12)

use super::accounts::{Config, Model, Proposal, Totals, Vote};
use super::amounts;
use super::layout::Key;
use super::ledger::{Ledger, Params, Tokens, fees};
use super::parameters::{self as p, COUNT, TABLE};
use super::refusals::{
    ACTION, EXISTS, NOT_ENOUGH_STAKE, NOT_GUARDIAN, NOT_PAUSED, PARAMETER, PAUSE_TOO_SOON, TOO_EARLY, VALUE, VOTE_OVER, VOTED, WRONG_TOKENS,
};
use super::turn::{Step, Turn};

/// A model's number that stands for any model.
const ANY_MODEL: u16 = 65_535;

/// What a proposal does.
enum Action {
    SetParam { number: usize, value: u64 },
    SetModel { id: u16, model_kind: u8, enabled: u8, multiplier_milli: u32, name: Key },
    SetGuardian { guardian: Key },
    PayFees { currency: u8, amount: u64, owner: Key },
}

impl Action {
    /// The action of a payload. It is laid out as the fields of an instruction are, and zeros follow.
    fn of(action: u8, payload: &[u8; 64]) -> Option<Action> {
        fn part<const N: usize>(payload: &[u8; 64], from: usize) -> [u8; N] {
            std::array::from_fn(|place| payload.get(from + place).copied().unwrap_or(0))
        }
        let (action, used) = match action {
            0 => (Action::SetParam { number: usize::from(payload[0]), value: u64::from_le_bytes(part(payload, 1)) }, 9),
            1 => {
                let (id, multiplier_milli) = (u16::from_le_bytes(part(payload, 0)), u32::from_le_bytes(part(payload, 4)));
                let (model_kind, enabled) = (payload[2], payload[3]);
                if !model_values(id, model_kind, enabled) {
                    return None;
                }
                (Action::SetModel { id, model_kind, enabled, multiplier_milli, name: part(payload, 8) }, 40)
            }
            2 => (Action::SetGuardian { guardian: part(payload, 0) }, 32),
            3 if payload[0] <= 1 => {
                (Action::PayFees { currency: payload[0], amount: u64::from_le_bytes(part(payload, 1)), owner: part(payload, 9) }, 41)
            }
            _ => return None,
        };
        payload[used..].iter().all(|byte| *byte == 0).then_some(action)
    }
}

fn model_values(id: u16, model_kind: u8, enabled: u8) -> bool {
    id != ANY_MODEL && model_kind <= 1 && enabled <= 1
}

impl Ledger {
    pub(super) fn initialise(&mut self, turn: &mut Turn, guardian: &Key, params: &Params) -> Step {
        let (config_key, totals_key, vault) = (turn.key("config")?, turn.key("totals")?, turn.key("vault")?);
        let config_bump = turn.derived("config", &[b"config"])?;
        let totals_bump = turn.derived("totals", &[b"totals"])?;
        let vault_bump = turn.derived("vault", &[b"vault"])?;
        let (io_mint, iosd_mint) = (turn.key("io_mint")?, turn.key("iosd_mint")?);
        self.differ(turn, "io_mint", "iosd_mint")?;
        let mut tokens = [[0; 32]; 5];
        for (n, name) in (0_u8..).zip(["stake_tokens", "escrow_io", "escrow_iosd", "fees_io", "fees_iosd"]) {
            turn.derived(name, &[b"tokens", &[n]])?;
            tokens[usize::from(n)] = turn.key(name)?;
        }
        let there = [config_key, totals_key].iter().chain(&tokens).any(|key| self.exists(key));
        turn.refuse(there, EXISTS);
        turn.refuse(!p::in_range(params) || !p::keeps_rules(params), PARAMETER);
        let (io, iosd) = (self.mints.get(&io_mint).copied(), self.mints.get(&iosd_mint).copied());
        turn.refuse(io.is_none_or(|io| io.authority != vault) || iosd.is_none(), WRONG_TOKENS);
        turn.go()?;

        for (n, key) in tokens.iter().enumerate() {
            let mint = if [2, 4].contains(&n) { iosd_mint } else { io_mint };
            self.tokens.insert(*key, Tokens { mint, owner: vault, amount: 0 });
        }
        let config = Config {
            bump: config_bump,
            guardian: *guardian,
            io_mint,
            iosd_mint,
            vault,
            vault_bump,
            tokens,
            paused: 0,
            paused_at: 0,
            paused_s: 0,
            resumed_at: 0,
            genesis: self.clock.unix_timestamp,
            params: *params,
        };
        self.configs.insert(config_key, config);
        let totals = Totals {
            bump: totals_bump,
            staked: 0,
            seats: 0,
            vacant: 0,
            score_gpu: 0,
            score_cpu: 0,
            per_score_gpu: 0,
            per_score_cpu: 0,
            epoch: 0,
            month: 0,
            emission: if params[p::MONTHS] > 0 { params[p::EMISSION_FIRST] } else { 0 },
            emitted: 0,
            minted: 0,
            proposals: 0,
        };
        self.totals.insert(totals_key, totals);
        self.supply = [io, iosd].map(|mint| mint.map_or(0, |mint| mint.supply));
        Ok(())
    }

    pub(super) fn pause(&mut self, turn: &mut Turn) -> Step {
        let mut config = self.config(turn)?;
        let other = turn.key("guardian")? != config.guardian;
        turn.refuse(other, NOT_GUARDIAN);
        turn.refuse(self.clock.unix_timestamp < config.after(config.resumed_at, p::PAUSE_S), PAUSE_TOO_SOON);
        turn.go()?;
        config.paused = 1;
        config.paused_at = self.clock.unix_timestamp;
        self.configs.insert(turn.key("config")?, config);
        Ok(())
    }

    pub(super) fn resume(&mut self, turn: &mut Turn) -> Step {
        let mut config = turn.account(&self.configs, "config")?;
        turn.refuse(config.paused == 0, NOT_PAUSED);
        let other = turn.key("signer")? != config.guardian;
        turn.refuse(other && self.clock.unix_timestamp < config.after(config.paused_at, p::PAUSE_S), TOO_EARLY);
        turn.go()?;
        let lasted = u64::try_from(self.clock.unix_timestamp.saturating_sub(config.paused_at)).unwrap_or(0);
        config.paused = 0;
        config.paused_s = turn.sum(config.paused_s.checked_add(lasted))?;
        config.resumed_at = self.clock.unix_timestamp;
        self.configs.insert(turn.key("config")?, config);
        Ok(())
    }

    pub(super) fn set_model(&mut self, turn: &mut Turn, id: u16, model_kind: u8, enabled: u8, multiplier_milli: u32, name: &Key) -> Step {
        let config = self.config(turn)?;
        let other = turn.key("guardian")? != config.guardian;
        turn.refuse(other, NOT_GUARDIAN);
        turn.refuse(!model_values(id, model_kind, enabled), VALUE);
        let bump = turn.derived("model", &[b"model", &id.to_le_bytes()])?;
        let key = turn.key("model")?;
        turn.refuse(self.exists(&key), EXISTS);
        turn.go()?;
        self.models.insert(key, Model { bump, id, model_kind, enabled, multiplier_milli, name: *name });
        Ok(())
    }

    pub(super) fn propose(&mut self, turn: &mut Turn, action: u8, payload: &[u8; 64]) -> Step {
        let config = self.config(turn)?;
        let mut totals = turn.account(&self.totals, "totals")?;
        let provider = self.own_provider(turn)?;
        turn.refuse(provider.free_stake() < config.params[p::PROPOSAL_STAKE], NOT_ENOUGH_STAKE);
        match Action::of(action, payload) {
            None => turn.refuse(true, ACTION),
            Some(Action::SetParam { number, value }) => {
                let within = TABLE.get(number).is_some_and(|row| (row.least..=row.most).contains(&value));
                turn.refuse(!within || p::FIXED.contains(&number), PARAMETER);
            }
            Some(_) => {}
        }
        let bump = turn.derived("proposal", &[b"proposal", &totals.proposals.to_le_bytes()])?;
        turn.go()?;
        let vote_until = config.after(self.now(&config), p::VOTING_S);
        let proposal = Proposal {
            bump,
            id: totals.proposals,
            proposer: turn.key("owner")?,
            action,
            payload: *payload,
            vote_until,
            execute_at: config.after(vote_until, p::TIMELOCK_S),
            staked: totals.staked,
            yes: 0,
            no: 0,
            state: 0,
        };
        self.proposals.insert(turn.key("proposal")?, proposal);
        totals.proposals = turn.sum(totals.proposals.checked_add(1))?;
        self.totals.insert(turn.key("totals")?, totals);
        Ok(())
    }

    pub(super) fn cast_vote(&mut self, turn: &mut Turn, yes: u8) -> Step {
        let config = self.config(turn)?;
        let provider = self.own_provider(turn)?;
        let provider_key = turn.key("provider")?;
        let mut proposal = turn.account(&self.proposals, "proposal")?;
        let bump = turn.derived("vote", &[b"vote", &proposal.id.to_le_bytes(), &provider_key])?;
        let key = turn.key("vote")?;
        turn.refuse(self.exists(&key), VOTED);
        turn.refuse(self.now(&config) > proposal.vote_until || proposal.state != 0, VOTE_OVER);
        turn.refuse(yes > 1, VALUE);
        let weight = provider.free_stake();
        turn.refuse(weight == 0, NOT_ENOUGH_STAKE);
        turn.go()?;
        let side = if yes == 1 { &mut proposal.yes } else { &mut proposal.no };
        *side = turn.sum(side.checked_add(weight))?;
        self.votes.insert(key, Vote { bump, proposal: proposal.id, provider: provider_key, yes, weight });
        self.proposals.insert(turn.key("proposal")?, proposal);
        Ok(())
    }

    pub(super) fn execute(&mut self, turn: &mut Turn) -> Step {
        let mut config = self.config(turn)?;
        let mut proposal = turn.account(&self.proposals, "proposal")?;
        turn.refuse(self.now(&config) <= proposal.execute_at, TOO_EARLY);
        turn.refuse(proposal.state != 0, VOTE_OVER);
        let carried = amounts::carried(proposal.yes, proposal.no, proposal.staked, config.params[p::VOTE_QUORUM_BPS]);
        proposal.state = if carried { 1 } else { 2 };
        match Action::of(proposal.action, &proposal.payload).filter(|_| carried) {
            None => turn.refuse(carried, ACTION),
            Some(Action::SetParam { number, value }) => {
                if let Some(param) = config.params.get_mut(number) {
                    *param = value;
                }
                let fixed = number >= COUNT || p::FIXED.contains(&number);
                turn.refuse(fixed || !p::in_range(&config.params) || !p::keeps_rules(&config.params), PARAMETER);
            }
            Some(Action::SetModel { id, model_kind, enabled, multiplier_milli, name }) => {
                turn.more(&["model", "system_program"])?;
                let bump = turn.derived("model", &[b"model", &id.to_le_bytes()])?;
                self.models.insert(turn.key("model")?, Model { bump, id, model_kind, enabled, multiplier_milli, name });
            }
            Some(Action::SetGuardian { guardian }) => config.guardian = guardian,
            Some(Action::PayFees { currency, amount, owner }) => {
                turn.more(&["fees", "destination", "vault", "token_program"])?;
                turn.names("vault", &config.vault)?;
                let from = self.ours(turn, "fees", &config, fees(currency))?;
                let to = self.theirs(turn, "destination", config.mint(currency), &owner)?;
                turn.go()?;
                self.transfer(turn, &from, &to, amount)?;
            }
        }
        turn.go()?;
        self.configs.insert(turn.key("config")?, config);
        self.proposals.insert(turn.key("proposal")?, proposal);
        Ok(())
    }

    pub(super) fn close_vote(&mut self, turn: &mut Turn) -> Step {
        let config = self.config(turn)?;
        let proposal = turn.account(&self.proposals, "proposal")?;
        let provider = turn.account(&self.providers, "provider")?;
        let vote = turn.account(&self.votes, "vote")?;
        turn.names("provider", &vote.provider)?;
        turn.names("owner", &provider.owner)?;
        turn.refuse(vote.proposal != proposal.id, super::refusals::WRONG_ADDRESS);
        // "Over" is what VoteOver calls so; who waits for an execution that never comes would lose the rent.
        turn.refuse(self.now(&config) <= proposal.vote_until, VOTE_OVER);
        turn.go()?;
        self.votes.remove(&turn.key("vote")?);
        Ok(())
    }
}
