//! Lives of jobs that end as section 5 says.

use super::world::{GUARDIAN, World, pda, purse, wallet};
use crate::settlement::draw::{self, Verdict};
use crate::settlement::instructions::Instruction as I;
use crate::settlement::layout::Key;
use crate::settlement::parameters as p;
use crate::settlement::refusals as r;

const OWNER: Key = wallet(2);
const REQUESTER: Key = wallet(3);
const CHALLENGER: Key = wallet(4);
const PROOF: Key = [0xaa; 32];
const OTHER: Key = [0xbb; 32];
const PRICE: u64 = 1_000_003;
const HOURS: u32 = 3;
const SEATS: u32 = 20;

/// Holder of a seat.
fn holder(seat: u32) -> Key {
    wallet(20 + seat as u8)
}

fn seat(index: u32) -> Key {
    pda(&[b"seat", &index.to_le_bytes()])
}

fn provider() -> Key {
    pda(&[b"provider", &OWNER])
}

fn device() -> Key {
    pda(&[b"device", &provider(), &0_u32.to_le_bytes()])
}

fn job() -> Key {
    pda(&[b"job", &REQUESTER, &0_u64.to_le_bytes()])
}

fn round(number: u8) -> Key {
    pda(&[b"round", &job(), &[number]])
}

fn dispute() -> Key {
    pda(&[b"dispute", &job()])
}

/// A provider with a device, and seats.
fn begun(changes: &[(usize, u64)]) -> World {
    let mut world = World::new(changes);
    let model = pda(&[b"model", &7_u16.to_le_bytes()]);
    world.must(I::SetModel { id: 7, model_kind: 0, enabled: 1, multiplier_milli: 1_500, name: [0; 32] }, &[("model", model)], &[]);
    let own = [("owner", OWNER), ("provider", provider()), ("model", model), ("device", device()), ("source", purse(&OWNER, 0))];
    world.must(I::RegisterProvider { country: *b"DE", continent: *b"EU" }, &own, &[]);
    world.must(I::AddDevice { model: 7, quantity: 2, price_io: 1, price_iosd: 1 }, &own, &[]);
    world.must(I::Stake { amount: 60_000_000_000 }, &own, &[]);
    for index in 0..SEATS {
        world.take(index);
    }
    world
}

fn own() -> [(&'static str, Key); 4] {
    [("owner", OWNER), ("provider", provider()), ("device", device()), ("job", job())]
}

/// Up to an accepted job.
fn accepted(changes: &[(usize, u64)]) -> World {
    let mut world = begun(changes);
    let open = I::OpenJob {
        nonce: 0,
        currency: 1,
        model: 65_535,
        tier: 0,
        country: *b"DE",
        package: [5; 32],
        job: [6; 32],
        price_hour: PRICE,
        hours: HOURS,
    };
    let escrow = pda(&[b"tokens", &[2]]);
    world.must(open, &[("requester", REQUESTER), ("job", job()), ("source", purse(&REQUESTER, 1)), ("escrow", escrow)], &[]);
    world.must(I::AcceptJob {}, &own(), &[]);
    world
}

/// Up to a proof.
fn proved(changes: &[(usize, u64)]) -> World {
    let mut world = accepted(changes);
    world.prove();
    world
}

fn paid() -> [(&'static str, Key); 7] {
    let (escrow, fees) = (pda(&[b"tokens", &[2]]), pda(&[b"tokens", &[4]]));
    [
        ("job", job()),
        ("provider", provider()),
        ("escrow", escrow),
        ("fees", fees),
        ("payout", purse(&OWNER, 1)),
        ("refund", purse(&REQUESTER, 1)),
        ("requester", REQUESTER),
    ]
}

impl World {
    fn prove(&mut self) {
        self.must(I::Prove { outcome: PROOF, transcript: [7; 32], fuel: 9, profile: [0; 16] }, &own(), &[]);
    }

    fn redraw(&mut self, number: u8) {
        let named = [("payer", GUARDIAN), ("job", job()), ("round", round(number)), ("next", round(number + 1))];
        self.must(I::Redraw {}, &named, &[]);
        self.pass(60);
        self.draw_all(number + 1, 0);
    }

    /// These seats are vacated, as fast as that goes.
    fn vacate(&mut self, seats: &[u32]) {
        let named = |index: u32| {
            let holder = holder(index);
            [("owner", holder), ("seat", seat(index)), ("destination_io", purse(&holder, 0)), ("destination_iosd", purse(&holder, 1))]
        };
        for index in seats {
            self.must(I::LeaveSeat {}, &named(*index), &[]);
        }
        self.pass(self.ledger.seats[&seat(seats[0])].free_at - self.ledger.clock.unix_timestamp);
        for index in seats {
            self.must(I::WithdrawSeat {}, &named(*index), &[]);
        }
    }

    fn take(&mut self, index: u32) {
        let named = [("owner", holder(index)), ("seat", seat(index)), ("source", purse(&holder(index), 0))];
        self.must(I::RegisterSeat { amount: 250_000_000_000 }, &named, &[]);
    }

    fn state(&self) -> u8 {
        self.ledger.jobs[&job()].state
    }

    fn sampled(&mut self) {
        self.pass(60);
        self.must(I::Sample {}, &[("payer", GUARDIAN), ("provider", provider()), ("job", job()), ("round", round(0))], &[]);
    }

    fn draw_all(&mut self, number: u8, previous: u8) {
        let named = [("provider", provider()), ("job", job()), ("round", round(number)), ("previous", round(previous))];
        self.must(I::Draw {}, &named, &[]);
        while self.ledger.rounds[&round(number)].head.state == 1 {
            let head = self.ledger.rounds[&round(number)].head.clone();
            let next = draw::candidate(&head.seed, head.cursor, head.seats).expect("there are seats");
            self.must(I::Draw {}, &named, &[seat(next)]);
        }
    }

    fn members(&self, number: u8) -> Vec<u32> {
        let round = &self.ledger.rounds[&round(number)];
        round.members[..usize::from(round.head.drawn)].iter().map(|member| member.seat).collect()
    }

    /// Each member says this; `None`: nothing.
    fn vote(&mut self, number: u8, says: &[Option<(u8, Key)>]) {
        let members = self.members(number);
        let opened_at = self.ledger.jobs[&job()].opened_at;
        let verdict = |seat: u32, code: u8, outcome: Key| {
            let receipt = if code == 1 { [8; 32] } else { [0; 32] };
            Verdict { job: job(), opened_at, number, seat, code, outcome, receipt, call: 5, salt: [9; 32] }
        };
        let named = |index: u32| [("owner", holder(index)), ("seat", seat(index)), ("job", job()), ("round", round(number))];
        for (index, says) in members.iter().zip(says) {
            if let Some((code, outcome)) = says {
                let commitment = verdict(*index, *code, *outcome).commitment();
                self.must(I::Commit { commitment }, &named(*index), &[]);
            }
        }
        if says.contains(&None) {
            let until = self.ledger.rounds[&round(number)].head.commit_by - self.ledger.clock.unix_timestamp + 1;
            self.pass(until);
        }
        for (index, says) in members.iter().zip(says) {
            if let Some((code, outcome)) = says {
                let v = verdict(*index, *code, *outcome);
                let reveal = I::Reveal { code: *code, outcome: *outcome, receipt: v.receipt, call: v.call, salt: v.salt };
                self.must(reveal, &named(*index), &[]);
            }
        }
        self.tally(number);
    }

    fn tally(&mut self, number: u8) {
        let mark = pda(&[b"package", &[5; 32]]);
        let previous = round(self.ledger.rounds[&round(number)].head.previous);
        let named = [
            ("payer", GUARDIAN),
            ("provider", provider()),
            ("job", job()),
            ("round", round(number)),
            ("previous", previous),
            ("dispute", dispute()),
            ("mark", mark),
        ];
        let seats: Vec<Key> = self.members(number).into_iter().map(seat).collect();
        self.must(I::Tally {}, &named, &seats);
    }

    fn challenge(&mut self, number: u8) {
        self.must(I::Challenge {}, &doubted(number), &[]);
        self.pass(60);
        self.draw_all(number, 0);
    }

    fn appeal(&mut self, number: u8, previous: u8) {
        let named = [
            ("owner", OWNER),
            ("provider", provider()),
            ("job", job()),
            ("dispute", dispute()),
            ("round", round(number)),
            ("source", purse(&OWNER, 0)),
        ];
        self.must(I::Appeal {}, &named, &[]);
        self.pass(60);
        self.draw_all(number, previous);
    }

    fn slash(&mut self, number: u8) {
        let seats: Vec<Key> = self.members(number).into_iter().map(seat).collect();
        let named: Vec<_> = paid().into_iter().chain([("dispute", dispute()), ("round", round(number))]).collect();
        self.must(I::ExecuteSlash {}, &named, &seats);
    }

    fn close(&mut self, rounds: u8, disputed: bool) {
        for number in 0..rounds {
            let head = self.ledger.rounds[&round(number)].head.clone();
            let destination = purse(&head.opener, 0);
            let named = [("job", job()), ("round", round(number)), ("payer", head.payer), ("destination", destination)];
            self.must(I::CloseRound {}, &named, &[]);
        }
        let more = if disputed { vec![dispute(), GUARDIAN] } else { Vec::new() };
        self.must(I::CloseJob {}, &[("job", job()), ("requester", REQUESTER)], &more);
        assert!(self.ledger.rounds.is_empty() && self.ledger.disputes.is_empty() && self.ledger.jobs.is_empty());
        let provider = &self.ledger.providers[&provider()];
        assert_eq!((provider.jobs, provider.disputes, provider.hired, provider.frozen), (0, 0, 0, 0));
        assert!(self.ledger.seats.values().all(|seat| seat.busy == 0));
    }

    /// What a wallet has gained or lost of IOSD.
    fn change(&self, wallet: &Key) -> i128 {
        i128::from(self.ledger.tokens[&purse(wallet, 1)].amount) - (1 << 50)
    }
}

fn doubted(number: u8) -> [(&'static str, Key); 4] {
    [("challenger", CHALLENGER), ("job", job()), ("round", round(number)), ("source", purse(&CHALLENGER, 0))]
}

/// Five verdicts without a quorum.
const TORN: [Option<(u8, Key)>; 5] = [Some((1, PROOF)), Some((1, OTHER)), Some((3, [0; 32])), Some((2, [0; 32])), None];

const P: i128 = PRICE as i128 * HOURS as i128;

fn up(bps: i128) -> i128 {
    (P * bps + 9_999) / 10_000
}

#[test]
fn a_job_that_verifiers_confirm() {
    let mut world = proved(&[]);
    world.refused(
        r::SLOT_NOT_YET,
        I::Sample {},
        &[("payer", GUARDIAN), ("provider", provider()), ("job", job()), ("round", round(0))],
        &[],
    );
    world.refused(r::NOT_DRAWN, I::Settle {}, &paid(), &[]);
    world.sampled();
    world.draw_all(0, 0);
    world.vote(0, &[Some((1, PROOF)), Some((1, PROOF)), None]);
    world.refused(r::TOO_EARLY, I::Settle {}, &paid(), &[]);
    world.pass(90_000);
    world.must(I::Settle {}, &paid(), &[]);
    let verified = up(1_000) / 2 * 2;
    assert_eq!(world.change(&OWNER), P - up(25));
    assert_eq!(world.change(&REQUESTER), -(P + up(25) + up(200) + verified));
    assert_eq!(world.ledger.providers[&provider()].good, 1);
    assert_eq!(world.ledger.burned, 10_000_000_000);
    world.close(1, false);
}

#[test]
fn a_lie_that_a_challenger_finds() {
    let mut world = proved(&[]);
    world.sampled();
    world.draw_all(0, 0);
    world.vote(0, &[Some((1, PROOF)), Some((1, PROOF)), Some((1, PROOF))]);
    world.challenge(1);
    world.vote(1, &[Some((1, OTHER)), Some((1, OTHER)), Some((1, OTHER)), Some((1, PROOF)), Some((3, [0; 32]))]);
    let frozen = world.ledger.providers[&provider()].frozen;
    assert_eq!(frozen, 60_000_000_000);
    world.refused(r::STAKE_BUSY, I::RequestUnstake { amount: 1 }, &own(), &[]);
    world.pass(2_592_001);
    world.slash(1);
    assert_eq!(world.ledger.rounds[&round(1)].head.bond, 50_000_000_000 + frozen / 10);
    assert_eq!(world.ledger.providers[&provider()].stake, 0);
    world.close(2, true);
}

#[test]
fn an_appeal_that_is_won_and_one_that_is_lost() {
    for (says, state) in [((1, PROOF), 4), ((2, [0; 32]), 4), ((1, OTHER), 2)] {
        let mut world = proved(&[]);
        world.challenge(0);
        world.vote(0, &[Some((1, OTHER)); 5]);
        world.appeal(1, 0);
        let once: std::collections::BTreeSet<u32> = world.members(0).into_iter().chain(world.members(1)).collect();
        assert_eq!(once.len(), 14, "nobody judges itself");
        world.vote(1, &[Some(says); 9]);
        assert_eq!(world.ledger.disputes[&dispute()].state, state);
        if state == 2 {
            world.slash(0);
            world.close(2, true);
            continue;
        }
        world.pass(86_400);
        world.must(I::Settle {}, &paid(), &[]);
        assert_eq!(world.ledger.providers[&provider()].stake, 110_000_000_000);
        if says.0 == 1 {
            let close = [("job", job()), ("round", round(0)), ("payer", CHALLENGER), ("destination", purse(&CHALLENGER, 0))];
            world.refused(r::PUNISHABLE, I::CloseRound {}, &close, &[]);
            for (position, index) in (0..).zip(world.members(0)) {
                world.must(I::Punish { position }, &[("round", round(0)), ("seat", seat(index))], &[]);
                world.refused(r::NOT_PUNISHABLE, I::Punish { position }, &[("round", round(0)), ("seat", seat(index))], &[]);
                assert_eq!(world.ledger.seats[&seat(index)].stake, 200_000_000_000);
            }
        }
        world.close(2, true);
    }
}

#[test]
fn no_quorum_until_the_redraws_are_used_up() {
    // As many for the proof as against it: the provider is paid. More against it: in doubt the requester has its money back. Nobody is slashed.
    let against = [Some((1, OTHER)), Some((1, PROOF)), Some((1, OTHER)), Some((2, [0; 32])), None];
    for (says, contradicted) in [(TORN, 0), (against, 1)] {
        no_quorum(&says, contradicted);
    }
}

fn no_quorum(says: &[Option<(u8, Key)>], contradicted: u8) {
    let mut world = proved(&[]);
    world.challenge(0);
    for number in 0..4 {
        world.vote(number, says);
        let named = [("payer", GUARDIAN), ("job", job()), ("round", round(number)), ("next", round(number + 1))];
        if number == 3 {
            world.refused(r::JOB_STATE, I::Redraw {}, &named, &[]);
            break;
        }
        world.must(I::Redraw {}, &named, &[]);
        world.refused(r::ROUND_STATE, I::Redraw {}, &named, &[]);
        world.pass(60);
        world.draw_all(number + 1, 0);
    }
    // The last tally has opened the window anew.
    world.refused(r::TOO_EARLY, I::Settle {}, &paid(), &[]);
    world.pass(86_401);
    world.must(I::Settle {}, &paid(), &[]);
    assert_eq!(world.change(&OWNER) == 0, contradicted == 1);
    assert_eq!(world.ledger.jobs[&job()].contradicted, contradicted);
    world.close(4, false);
    assert_eq!(world.ledger.tokens[&purse(&CHALLENGER, 0)].amount, 1 << 50);
}

#[test]
fn a_round_without_seats_is_void() {
    let mut world = proved(&[(p::SEAT_STAKE, 1)]);
    for index in 0..SEATS {
        world.must(I::LeaveSeat {}, &[("owner", holder(index)), ("seat", seat(index))], &[]);
    }
    world.sampled();
    world.draw_all(0, 0);
    let head = &world.ledger.rounds[&round(0)].head;
    assert_eq!((head.state, head.drawn, head.cursor), (2, 0, 40));
    world.tally(0);
    assert_eq!(world.ledger.rounds[&round(0)].head.state, 6);
}

#[test]
fn who_takes_a_seat_after_the_proof_judges_it_not() {
    let mut world = accepted(&[(p::APPEAL_S, 60), (p::SEAT_UNBONDING_S, 61)]);
    let all: Vec<u32> = (0..SEATS).collect();
    world.vacate(&all);
    world.prove();
    world.pass(1);
    for index in 0..SEATS + 5 {
        world.take(index);
    }
    world.sampled();
    world.draw_all(0, 0);
    let head = world.ledger.rounds[&round(0)].head.clone();
    assert_eq!((head.state, head.drawn, head.cursor, head.seats), (2, 0, 40, SEATS));
    world.tally(0);
    // The next committee is one of those who are there when it is called for.
    world.redraw(0);
    let head = world.ledger.rounds[&round(1)].head.clone();
    assert_eq!((head.state, head.drawn, head.seats), (2, 3, SEATS + 5));
    assert!(head.since > world.ledger.jobs[&job()].proved_slot);
}

#[test]
fn an_undecided_job_that_is_challenged() {
    let mut world = proved(&[(p::REDRAWS_MAX, 1), (p::CHALLENGE_S, 2_592_000)]);
    world.sampled();
    world.draw_all(0, 0);
    world.vote(0, &TORN[..3]);
    world.redraw(0);
    world.vote(1, &TORN[..3]);
    assert_eq!((world.state(), world.ledger.jobs[&job()].round_open), (6, 0));
    world.refused(r::TOO_EARLY, I::Settle {}, &paid(), &[]);
    world.challenge(2);
    world.refused(r::ROUND_OPEN, I::Settle {}, &paid(), &[]);
    world.vote(2, &TORN);
    world.redraw(2);
    world.vote(3, &[Some((1, OTHER)); 5]);
    assert_eq!(world.state(), 5);
    world.pass(2_592_001);
    world.slash(3);
    assert_eq!(world.change(&REQUESTER), 0);
    world.close(4, true);
}

#[test]
fn an_appeal_that_nobody_decides_ends_all_doubt() {
    for says in [&TORN[..], &[Some((2, [0; 32])); 9]] {
        let mut world = proved(&[(p::REDRAWS_MAX, 0), (p::CHALLENGE_S, 2_592_000)]);
        world.challenge(0);
        world.vote(0, &[Some((1, OTHER)); 5]);
        world.appeal(1, 0);
        let says: Vec<_> = says.iter().copied().chain([None; 4]).take(9).collect();
        world.vote(1, &says);
        let undecided = says.contains(&None);
        assert_eq!(world.state(), if undecided { 6 } else { 4 });
        world.refused(r::TOO_LATE, I::Challenge {}, &doubted(2), &[]);
        world.must(I::Settle {}, &paid(), &[]);
        assert_eq!((world.state(), world.change(&REQUESTER) == 0), if undecided { (8, true) } else { (7, false) });
        assert_eq!(world.ledger.providers[&provider()].stake, 110_000_000_000);
        world.close(2, true);
        assert_eq!(world.ledger.tokens[&purse(&CHALLENGER, 0)].amount, 1 << 50);
    }
}

#[test]
fn what_nobody_checked_counts_for_nothing() {
    let mut world = proved(&[(p::TRUSTED_AFTER, 1), (p::SAMPLE_FLOOR_PPM, 1)]);
    world.ledger.providers.get_mut(&provider()).expect("it is there").good = 1_000_000;
    world.pass(60);
    world.must(I::Sample {}, &[("payer", GUARDIAN), ("provider", provider()), ("job", job()), ("round", round(0))], &[]);
    assert_eq!(world.ledger.jobs[&job()].sampled, 1);
    world.pass(90_000);
    world.must(I::Settle {}, &paid(), &[]);
    assert_eq!(world.ledger.providers[&provider()].good, 1_000_000);
    world.close(0, false);
}

#[test]
fn after_128_rounds_nobody_challenges() {
    let mut world = proved(&[]);
    world.ledger.jobs.get_mut(&job()).expect("it is there").rounds = 128;
    world.refused(r::OVERFLOW, I::Challenge {}, &doubted(128), &[]);
    world.ledger.jobs.get_mut(&job()).expect("it is there").rounds = 127;
    world.must(I::Challenge {}, &doubted(127), &[]);
}

#[test]
fn who_takes_a_seat_after_the_tally_has_no_part_in_its_reward() {
    let mut world = proved(&[(p::APPEAL_S, 60), (p::SEAT_UNBONDING_S, 61)]);
    world.challenge(0);
    world.vote(0, &[Some((1, OTHER)); 5]);
    let members = world.members(0);
    world.vacate(&members[..2]);
    world.take(members[0]);
    assert!(world.ledger.clock.unix_timestamp < world.ledger.rounds[&round(0)].head.commit_by, "they have said all long before");
    let burned = world.ledger.burned;
    world.slash(0);
    // 20 % of 600 IO: half of it the challenger's, the rest in five parts.
    let each = 1_200_000_000;
    let earned: Vec<u64> = members.iter().map(|index| world.ledger.seats[&seat(*index)].earned[0]).collect();
    assert_eq!(earned, [0, 0, each, each, each]);
    assert_eq!(world.ledger.burned - burned, 48_000_000_000 + 2 * each);
    world.close(1, true);
}

#[test]
fn a_job_that_is_cancelled_or_expires() {
    let mut world = accepted(&[]);
    world.pass(3_601);
    let named: Vec<Key> = paid().iter().filter(|(name, _)| ["provider", "payout", "fees"].contains(name)).map(|(_, key)| *key).collect();
    let [of, fees, payout] = named[..] else { panic!("three accounts") };
    let mut cancelled = world.clone();
    cancelled.must(I::CancelJob {}, &paid(), &[of, device(), payout, fees]);
    assert_eq!(cancelled.change(&OWNER), 2 * i128::from(PRICE) - up(25));
    assert_eq!(cancelled.change(&REQUESTER), -(2 * i128::from(PRICE) + up(25) + up(200)));
    cancelled.close(0, false);
    world.refused(r::TOO_EARLY, I::ExpireJob {}, &paid(), &[of, device()]);
    world.pass(3 * 3_600);
    world.must(I::ExpireJob {}, &paid(), &[of, device()]);
    assert_eq!((world.change(&OWNER), world.change(&REQUESTER)), (0, 0));
    world.close(0, false);
}

#[test]
fn rewards_follow_score_and_time() {
    let mut world = begun(&[]);
    world.must(I::AttestDevice { attested: 1 }, &own(), &[]);
    world.must(I::Heartbeat {}, &own(), &[]);
    world.pass(3_600);
    world.refused(r::EPOCH_BEHIND, I::Heartbeat {}, &own(), &[]);
    world.must(I::Advance {}, &[], &[]);
    world.refused(r::EPOCH_CURRENT, I::Advance {}, &[], &[]);
    world.must(I::Heartbeat {}, &own(), &[]);
    let earned = world.ledger.providers[&provider()].earned;
    assert!(365_296_767_123 - earned <= 1, "{earned}");
    world.must(I::Claim {}, &[("owner", OWNER), ("provider", provider()), ("destination", purse(&OWNER, 0))], &[]);
    world.pass(10_000);
    world.must(I::Advance {}, &[], &[]);
    world.must(I::Lapse {}, &own(), &[]);
    assert_eq!((world.ledger.providers[&provider()].earned, world.ledger.totals[&pda(&[b"totals"])].score_gpu), (0, 0));
}
