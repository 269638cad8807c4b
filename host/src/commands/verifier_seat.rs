//! `assay verifier register`, `topup`, `leave`, `withdraw`, `claim`, `status`: seats.

use assay_settlement::call::Committee;
use assay_settlement::token::Token;
use assay_settlement::{Filter, Reads};
use assay_settlement_interface::account::state::{currency, round as round_state, seat as state};
use assay_settlement_interface::account::{Round, Seat, tokens};
use assay_settlement_interface::error::Refusal;
use assay_settlement_interface::params::Param;
use serde_json::{Value, json};
use std::convert::identity;

use crate::failure::Failure;
use crate::report;
use crate::say::out;
use crate::settlement::act::Act;
use crate::settlement::sent::Sent;
use crate::settlement::session::{Session, offset};
use crate::settlement::show::Times;
use crate::settlement::{limits, names, show};

/// One of one's seats: the named one, or the only one.
fn own(session: &Session, named: Option<u32>) -> Result<Seat, Failure> {
    let me = session.me()?;
    let seats = session.seats_of(&me)?;
    match (named, &seats[..]) {
        (Some(number), seats) => {
            seats.iter().find(|seat| seat.index == number).copied().ok_or_else(|| {
                Failure::usage(format!("{me} does not hold seat {number}")).hint("`assay verifier status` lists one's seats")
            })
        }
        (None, [one]) => Ok(*one),
        (None, []) => Err(Failure::usage(format!("{me} holds no seat")).hint("`assay verifier register` takes one")),
        (None, seats) => {
            let numbers: Vec<String> = seats.iter().map(|seat| { seat.index }.to_string()).collect();
            Err(Failure::usage(format!("which of your seats: {}?", numbers.join(", "))).hint("name it with --seat"))
        }
    }
}

/// Takes a seat.
pub fn register(session: &mut Session, stake: Option<u64>) -> Result<(), Failure> {
    let me = session.me()?;
    let amount = stake.unwrap_or_else(|| session.param(Param::SeatStake));
    limits::seat(session, amount)?;
    let pending = session.begin("verifier register", &amount.to_le_bytes(), || next_seat(session))?;
    let number = u32::try_from(pending.number).map_err(|_| Failure::from(Refusal::Overflow))?;
    let act = Act::new("verifier register", vec![session.at.register_seat(&me, number, amount)])
        .takes("stake", Token::Io.units(amount))
        .once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    still_held(session, &sent, number)?;
    let lines = [
        format!("{me} holds seat {number}, with a stake of {}", show::io(amount)),
        "  `assay verifier status` shows the rounds that wait for it".to_owned(),
    ];
    session.done("verifier register", &[sent], json!({ "seat": number, "owner": me.to_string(), "stake": show::io_json(amount) }), &lines);
    Ok(())
}

/// Seats are left and taken by others: one that an earlier run has taken may have been since.
fn still_held(session: &Session, sent: &Sent, number: u32) -> Result<(), Failure> {
    if !sent.is_again() {
        return Ok(());
    }
    let (me, seat) = (session.me()?, session.ledger().seat(&session.at, number)?);
    if seat.owner == me.to_bytes() && seat.state == state::ACTIVE {
        return Ok(());
    }
    if !sent.is_of_before(session)? {
        return Err(Failure::abstained(format!(
            "{me} took seat {number} when this command was run before, and the ledger does not show it yet"
        ))
        .hint("run the command again in a minute"));
    }
    session.forget();
    Err(Failure::failed(format!("{me} took seat {number} when this command was run before, and has left it since"))
        .by("seat.left")
        .hint("nothing was taken now: run the command again to take a seat"))
}

/// A vacant seat, or the next one if none is.
fn next_seat(session: &Session) -> Result<u64, Failure> {
    let totals = session.totals()?;
    if totals.vacant == 0 {
        return Ok(u64::from(totals.seats));
    }
    let vacant = Filter { at: offset(Seat::FIELDS, "state"), bytes: &[state::VACANT] };
    let found = session.ledger().all::<Seat>("seat", &[vacant])?.into_iter().map(|(_, seat)| seat.index).min();
    Ok(u64::from(found.unwrap_or(totals.seats)))
}

/// Adds to a seat's stake.
pub fn top_up(session: &mut Session, amount: u64, named: Option<u32>) -> Result<(), Failure> {
    let (me, seat) = (session.me()?, own(session, named)?);
    limits::more_than_nothing("the amount", amount)?;
    // A seat that was left and taken again is another one.
    let details = [&seat.index.to_le_bytes()[..], &seat.taken_slot.to_le_bytes(), &amount.to_le_bytes()].concat();
    let pending = session.begin("verifier topup", &details, || Ok(0))?;
    let act = Act::new("verifier topup", vec![session.at.top_up_seat(&me, seat.index, amount)])
        .takes("stake", Token::Io.units(amount))
        .once(pending);
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let seat = session.ledger().seat(&session.at, seat.index)?;
    session.done(
        "verifier topup",
        &[sent],
        json!({ "seat": identity(seat.index), "stake": show::io_json(seat.stake) }),
        &[format!("seat {} has a stake of {}", { seat.index }, show::io(seat.stake))],
    );
    Ok(())
}

/// Starts to leave.
pub fn leave(session: &mut Session, named: Option<u32>) -> Result<(), Failure> {
    let (me, seat) = (session.me()?, own(session, named)?);
    let Some(sent) = session.carry_out(Act::new("verifier leave", vec![session.at.leave_seat(&me, seat.index)]))? else { return Ok(()) };
    let (seat, times) = (session.ledger().seat(&session.at, seat.index)?, session.times()?);
    let lines = [format!("seat {} is free {}: `assay verifier withdraw` then", { seat.index }, times.due(seat.free_at))];
    session.done("verifier leave", &[sent], json!({ "seat": identity(seat.index), "free_at": times.json(seat.free_at) }), &lines);
    Ok(())
}

/// Takes stake and earnings out.
pub fn withdraw(session: &mut Session, named: Option<u32>) -> Result<(), Failure> {
    let (me, seat, times) = (session.me()?, own(session, named)?, session.times()?);
    if seat.state == state::LEAVING && times.now < seat.free_at && !session.chain.dry_run {
        return Err(Failure::from(Refusal::TooEarly)
            .about(format!("seat {}", { seat.index }))
            .hint(format!("it is free {}", times.due(seat.free_at))));
    }
    let accounts = [session.token_account(&me, currency::IO)?, session.token_account(&me, currency::IOSD)?];
    let act = Act::new("verifier withdraw", vec![session.at.withdraw_seat(&me, seat.index)]).after(accounts.into_iter().flatten());
    let Some(sent) = session.carry_out(act)? else { return Ok(()) };
    let [stake, io, iosd] = seat.earned;
    let own = json!({ "seat": identity(seat.index), "stake": show::io_json(seat.stake), "earned_io": show::io_json(stake.saturating_add(io)), "earned_iosd": show::paid_json(currency::IOSD, iosd) });
    let line = format!(
        "seat {} is vacant: paid out {} of stake, {} and {} of earnings",
        { seat.index },
        show::io(seat.stake),
        show::io(stake.saturating_add(io)),
        show::paid(currency::IOSD, iosd)
    );
    session.done("verifier withdraw", &[sent], own, &[line]);
    Ok(())
}

/// Takes earnings out of one's seats.
pub fn claim(session: &mut Session, named: Option<u32>) -> Result<(), Failure> {
    let me = session.me()?;
    let seats = match named {
        Some(_) => vec![own(session, named)?],
        None => session.seats_of(&me)?,
    };
    let (mut io, mut iosd, mut instructions) = (0_u64, 0_u64, Vec::new());
    for seat in &seats {
        for (from, earned) in (tokens::STAKE..).zip(seat.earned).filter(|(_, earned)| *earned > 0) {
            instructions.push(session.at.claim_seat(&me, seat.index, from));
            let sum = if from == tokens::ESCROW_IOSD { &mut iosd } else { &mut io };
            *sum = sum.saturating_add(earned);
        }
    }
    if instructions.is_empty() {
        return Err(Failure::from(Refusal::NothingToPay)
            .about(format!("the seats of {me}"))
            .hint("a seat earns when its verdict is with the quorum"));
    }
    let mut accounts = Vec::new();
    for (currency, sum) in [(currency::IO, io), (currency::IOSD, iosd)] {
        if sum > 0 {
            accounts.extend(session.token_account(&me, currency)?);
        }
    }
    instructions.splice(0..0, accounts);
    let acts = Act::several("verifier claim", &instructions, 6);
    let Some(sent) = session.carry_out_all(acts)? else { return Ok(()) };
    let own = json!({ "paid_io": show::io_json(io), "paid_iosd": show::paid_json(currency::IOSD, iosd) });
    session.done("verifier claim", &sent, own, &[format!("paid out {} and {}", show::io(io), show::paid(currency::IOSD, iosd))]);
    Ok(())
}

/// One's seats, and the rounds that wait for them.
pub fn status(session: &Session) -> Result<(), Failure> {
    let (me, times) = (session.me()?, session.times()?);
    let seats = session.seats_of(&me)?;
    let open = Filter { at: offset(Round::FIELDS, "state"), bytes: &[round_state::VOTING] };
    let holds = |committee: &Committee| committee.members.iter().any(|member| seats.iter().any(|seat| seat.index == member.seat));
    let rounds: Vec<Committee> = session.ledger().rounds(&[open])?.into_iter().map(|(_, committee)| committee).filter(holds).collect();
    if session.as_json {
        let seats_json: Vec<Value> = seats.iter().map(|seat| seat_json(session, seat, &times)).collect();
        let waits: Vec<Value> = rounds.iter().flat_map(|committee| waiting(&seats, committee)).map(|wait| wait.json(&times)).collect();
        report::print_json(&json!({ "owner": me.to_string(), "seats": seats_json, "paused": times.pause_json(), "rounds": waits }));
        return Ok(());
    }
    if seats.is_empty() {
        out!("{me} holds no seat: `assay verifier register` takes one");
    }
    seats.iter().for_each(|seat| out!("{}", seat_line(session, seat, &times)));
    if let Some(line) = times.pause_line() {
        out!("  {line}");
        return Ok(());
    }
    rounds.iter().flat_map(|committee| waiting(&seats, committee)).for_each(|wait| out!("{}", wait.line(&times)));
    Ok(())
}

fn seat_line(session: &Session, seat: &Seat, times: &Times) -> String {
    let [stake, io, iosd] = seat.earned;
    let mut line = format!(
        "seat {} · {} · stake {} · earned {} and {} · {} verdicts with the quorum",
        { seat.index },
        names::seat(seat.state),
        show::io(seat.stake),
        show::io(stake.saturating_add(io)),
        show::paid(currency::IOSD, iosd),
        { seat.good }
    );
    if seat.state == state::LEAVING {
        line.push_str(&format!(" · free {}", times.due(seat.free_at)));
    } else if seat.stake < session.param(Param::SeatStake) {
        line.push_str(&format!(" · not drawn until it has {}: `assay verifier topup`", show::io(session.param(Param::SeatStake))));
    }
    line
}

fn seat_json(session: &Session, seat: &Seat, times: &Times) -> Value {
    let [stake, io, iosd] = seat.earned;
    json!({
        "seat": identity(seat.index), "state": names::seat(seat.state), "stake": show::io_json(seat.stake), "busy": identity(seat.busy), "good": identity(seat.good),
        "drawn": seat.state == state::ACTIVE && seat.stake >= session.param(Param::SeatStake), "taken_at": times.json(seat.taken_at), "free_at": times.json(seat.free_at),
        "earned": { "stake_io": show::io_json(stake), "escrow_io": show::io_json(io), "escrow_iosd": show::paid_json(currency::IOSD, iosd) },
    })
}

/// A round that waits for a seat.
struct Wait {
    job: String,
    round: u8,
    seat: u32,
    command: &'static str,
    until: i64,
}

impl Wait {
    fn line(&self, times: &Times) -> String {
        format!(
            "  seat {} · round {} of job {}: `assay verifier {} {}` until {}",
            self.seat,
            self.round,
            self.job,
            self.command,
            self.job,
            times.due(self.until)
        )
    }

    fn json(&self, times: &Times) -> Value {
        json!({ "job": self.job, "round": self.round, "seat": identity(self.seat), "command": self.command, "until": times.json(self.until) })
    }
}

fn waiting(seats: &[Seat], committee: &Committee) -> Vec<Wait> {
    let round = committee.round;
    let own = committee.members.iter().filter(|member| seats.iter().any(|seat| seat.index == member.seat));
    let wait = |member: &assay_settlement_interface::account::Member| {
        let (command, until) = match member.commitment == [0; 32] {
            true => ("commit", round.commit_by),
            false if member.code == 0 => ("reveal", round.reveal_by),
            false => return None,
        };
        Some(Wait { job: show::key(&round.job), round: round.number, seat: member.seat, command, until })
    };
    own.filter_map(wait).collect()
}
