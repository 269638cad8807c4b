//! Instructions without order, at all sorts of times: whatever is taken, the invariants hold.

use super::world::{GUARDIAN, World, pda, purse, wallet};
use crate::settlement::accounts::Job;
use crate::settlement::draw::{self, Verdict};
use crate::settlement::instructions::Instruction as I;
use crate::settlement::layout::Key;
use crate::settlement::parameters as p;

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Short times and small stakes, so that everything happens within a few steps.
fn params() -> Vec<(usize, u64)> {
    vec![
        (p::STAKE_PER_UNIT, 1_000),
        (p::UNBONDING_S, 2_000),
        (p::VOTING_S, 1_000),
        (p::TIMELOCK_S, 60),
        (p::CHALLENGE_S, 20_000),
        (p::COMMIT_S, 60),
        (p::REVEAL_S, 2_000),
        (p::APPEAL_S, 3_000),
        (p::SEAT_UNBONDING_S, 4_000),
        (p::SEAT_STAKE, 1_000),
        (p::MISSED_PENALTY, 7),
        (p::WRONG_PENALTY, 131),
        (p::CHALLENGE_BOND, 101),
        (p::APPEAL_BOND, 103),
        (p::APPEAL_SIZE, 3),
        (p::APPEAL_QUORUM, 2),
        (p::CHALLENGE_SIZE, 3),
        (p::CHALLENGE_QUORUM, 2),
        (p::REDRAWS_MAX, 1),
        (p::PROPOSAL_STAKE, 1),
        (p::EPOCH_S, 2_000),
        (p::EPOCHS_PER_MONTH, 50),
        (p::HEARTBEAT_S, 4_500),
        (p::PAUSE_S, 60),
        (p::ACCEPT_S, 100_000),
    ]
}

const SEATS: u32 = 12;
const OUTCOMES: [Key; 2] = [[0xaa; 32], [0xbb; 32]];

fn holder(index: u32) -> Key {
    wallet(20 + index as u8)
}

/// Tag of the next instruction: mostly one that this job can take, so that some come to their end.
fn tag(dice: &mut Dice, job: Option<&Job>) -> u64 {
    if dice.below(8) == 0 {
        return [36, 37, 37, 38, 39][dice.below(5) as usize];
    }
    let likely: &[u64] = match job {
        Some(job) if job.has_ended() => &[28, 28, 28, 28, 29, 30, 35],
        Some(job) if job.round_open == 1 => &[19, 19, 20, 20, 20, 20, 21, 21, 21, 21, 22, 23],
        Some(job) if job.state == 5 => &[25, 27, 27],
        Some(job) if job.state >= 2 => &[18, 18, 24, 24, 26],
        Some(_) => &[14, 14, 15, 15, 15, 15, 17],
        None => &[13],
    };
    if dice.below(3) > 0 { likely[dice.below(likely.len() as u64) as usize] } else { dice.below(44) }
}

/// One step: any instruction, with accounts that mostly belong together.
fn step(world: &mut World, dice: &mut Dice) -> Option<&'static str> {
    let owner = wallet(2 + dice.below(2) as u8);
    let requester = wallet(4 + dice.below(2) as u8);
    let provider = pda(&[b"provider", &owner]);
    let model = pda(&[b"model", &7_u16.to_le_bytes()]);
    let job_key = pda(&[b"job", &requester, &dice.below(2).to_le_bytes()]);
    let job = world.ledger.jobs.get(&job_key).cloned();
    let currency = job.as_ref().map_or(0, |job| job.currency);
    let provider = job.as_ref().filter(|job| job.provider != [0; 32]).map_or(provider, |job| job.provider);
    let owner = world.ledger.providers.get(&provider).map_or(owner, |provider| provider.owner);
    let rounds = job.as_ref().map_or(0, |job| job.rounds);
    let round = |number: u8| pda(&[b"round", &job_key, &[number]]);
    let number = if dice.below(4) == 0 { dice.below(u64::from(rounds) + 1) as u8 } else { rounds.saturating_sub(1) };
    let dispute = pda(&[b"dispute", &job_key]);
    let contradicting = world.ledger.disputes.get(&dispute).map(|dispute| dispute.round);
    let tag = tag(dice, job.as_ref());
    let new = [18, 24, 25].contains(&tag);
    let number = if new { rounds } else { contradicting.filter(|_| tag == 27).unwrap_or(number) };
    let current = world.ledger.rounds.get(&round(number)).cloned();
    let members: Vec<u32> =
        current.iter().flat_map(|round| &round.members[..usize::from(round.head.drawn)]).map(|member| member.seat).collect();
    let pick = dice.below(u64::from(SEATS)) as u32;
    let index = if members.is_empty() || tag > 30 { pick } else { members[dice.below(members.len() as u64) as usize] };
    let seat = |index: u32| pda(&[b"seat", &index.to_le_bytes()]);
    let seat_owner = world.ledger.seats.get(&seat(index)).map_or(holder(index), |seat| seat.owner);
    let proposals = world.ledger.totals[&pda(&[b"totals"])].proposals;
    let proposal = if tag == 40 { proposals } else { proposals.saturating_sub(1) };
    let device_index = dice.below(2) as u32;
    let fresh = world.ledger.providers.get(&provider).map_or(0, |provider| provider.devices);
    let device_index = if tag == 7 { fresh } else { device_index };
    let hired = job.as_ref().filter(|job| job.state == 1).map(|job| job.device);
    let device = hired.unwrap_or_else(|| pda(&[b"device", &provider, &device_index.to_le_bytes()]));
    let verifies = (20..=21).contains(&tag) || (31..=35).contains(&tag);
    let signer = if verifies { if seat_owner == [0; 32] { holder(index) } else { seat_owner } } else { owner };
    let opener = current.as_ref().map_or([0; 32], |round| round.head.opener);
    let payer = current.as_ref().map_or(GUARDIAN, |round| round.head.payer);
    let spender = [("requester", requester), ("challenger", wallet(6))]
        .iter()
        .find(|(_, _)| [13, 24].contains(&tag))
        .map(|_| if tag == 13 { requester } else { wallet(6) });
    let code = 1 + dice.below(3).saturating_sub(1) as u8;
    let says = if dice.below(8) == 0 { code } else { 1 };
    // Most verifiers of a round agree.
    let outcome = if says == 1 { OUTCOMES[usize::from((number % 2 == 0) == (dice.below(6) > 0))] } else { [0; 32] };
    let opened_at = job.as_ref().map_or(0, |job| job.opened_at);
    let stored =
        current.iter().flat_map(|round| &round.members).find(|member| member.seat == index).map_or([0; 32], |member| member.commitment);
    let verdict = |code: u8, outcome: Key| Verdict {
        job: job_key,
        opened_at,
        number,
        seat: index,
        code,
        outcome,
        receipt: [0; 32],
        call: 3,
        salt: [4; 32],
    };
    let options = [(1, OUTCOMES[0]), (1, OUTCOMES[1]), (2, [0; 32]), (3, [0; 32])];
    let revealed = options.into_iter().find(|(code, outcome)| verdict(*code, *outcome).commitment() == stored).unwrap_or((1, OUTCOMES[0]));
    let mut payload = [0; 64];
    payload[0] = 19;
    payload[1] = 1 + dice.below(3) as u8;
    let amount = 1 + dice.below(4_000);
    let instruction = match tag {
        1 if dice.below(10) == 0 => I::Pause {},
        2 => I::Resume {},
        3 => I::SetModel { id: 7, model_kind: 0, enabled: 1, multiplier_milli: 1_250, name: [0; 32] },
        4 => I::RegisterProvider { country: *b"DE", continent: *b"EU" },
        5 => I::UpdateProvider { status: dice.below(2) as u8, country: *b"FR", continent: *b"EU" },
        6 => I::AttestProvider { blocked: u8::from(dice.below(9) == 0), tier: dice.below(4) as u8 },
        7 if fresh < 2 => I::AddDevice { model: 7, quantity: 1 + dice.below(2) as u32, price_io: 1, price_iosd: 1 },
        8 => I::UpdateDevice { status: dice.below(2) as u8, quantity: 1 + dice.below(2) as u32, price_io: 1, price_iosd: 2 },
        9 => I::AttestDevice { attested: 1 },
        10 => I::Stake { amount },
        11 => I::RequestUnstake { amount: 1 + amount / 10 },
        12 => I::Withdraw {},
        13 => I::OpenJob {
            nonce: dice.below(2),
            currency: u8::from(dice.below(3) > 0),
            model: 65_535,
            tier: 0,
            country: [0, 0],
            package: [5; 32],
            job: [6; 32],
            price_hour: amount,
            hours: 1 + dice.below(3) as u32,
        },
        14 => I::AcceptJob {},
        15 => I::Prove { outcome: OUTCOMES[0], transcript: [7; 32], fuel: 1, profile: [0; 16] },
        16 => I::CancelJob {},
        17 => I::ExpireJob {},
        18 => I::Sample {},
        19 => I::Draw {},
        20 => I::Commit { commitment: verdict(says, outcome).commitment() },
        21 => I::Reveal { code: revealed.0, outcome: revealed.1, receipt: [0; 32], call: 3, salt: [4; 32] },
        22 => I::Tally {},
        23 => I::Redraw {},
        24 => I::Challenge {},
        25 => I::Appeal {},
        26 => I::Settle {},
        27 => I::ExecuteSlash {},
        28 => I::Punish { position: members.iter().position(|member| *member == index).unwrap_or(0) as u8 },
        29 => I::CloseRound {},
        30 => I::CloseJob {},
        31 => I::RegisterSeat { amount: 1_000 + amount },
        32 => I::TopUpSeat { amount },
        33 if dice.below(20) == 0 => I::LeaveSeat {},
        34 => I::WithdrawSeat {},
        35 => I::ClaimSeat { tokens: dice.below(3) as u8 },
        36 => I::Advance {},
        37 => I::Heartbeat {},
        38 => I::Lapse {},
        39 => I::Claim {},
        40 => I::Propose { action: 0, payload },
        41 => I::CastVote { yes: u8::from(dice.below(3) > 0) },
        42 => I::Execute {},
        43 => I::CloseVote {},
        _ => return None,
    };
    let (currency, job_key) = match &instruction {
        I::OpenJob { nonce, currency, .. } => (*currency, pda(&[b"job", &requester, &nonce.to_le_bytes()])),
        _ => (currency, job_key),
    };
    let spends = spender.unwrap_or(signer);
    let source = purse(&spends, if tag == 13 { currency } else { 0 });
    let tokens = |n: u8| pda(&[b"tokens", &[n]]);
    let from = if let I::ClaimSeat { tokens: n } = instruction { tokens(n) } else { tokens(0) };
    let to = match (&instruction, opener) {
        (I::ClaimSeat { tokens: 2 }, _) => purse(&signer, 1),
        (I::CloseRound {}, opener) if opener != [0; 32] => purse(&opener, 0),
        _ => purse(&signer, 0),
    };
    let previous = current.as_ref().map_or(0, |round| round.head.previous);
    let named = [
        ("payer", if tag == 29 { payer } else { GUARDIAN }),
        ("signer", GUARDIAN),
        ("owner", signer),
        ("requester", requester),
        ("challenger", wallet(6)),
        ("provider", provider),
        ("model", model),
        ("device", device),
        ("job", job_key),
        ("round", round(number)),
        ("next", round(rounds)),
        ("previous", round(previous)),
        ("dispute", dispute),
        ("mark", pda(&[b"package", &[5; 32]])),
        ("seat", seat(index)),
        ("source", source),
        ("from", from),
        ("destination", to),
        ("destination_io", purse(&signer, 0)),
        ("destination_iosd", purse(&signer, 1)),
        ("escrow", tokens(1 + currency)),
        ("fees", tokens(3 + currency)),
        ("payout", purse(&owner, currency)),
        ("refund", purse(&requester, currency)),
        ("proposal", pda(&[b"proposal", &proposal.to_le_bytes()])),
        ("vote", pda(&[b"vote", &proposal.to_le_bytes(), &provider])),
    ];
    let more: Vec<Key> = match &instruction {
        I::CancelJob {} | I::ExpireJob {} if hired.is_some() => {
            vec![provider, device, purse(&owner, currency), tokens(3 + currency)]
        }
        I::Draw {} => {
            // Before the seed is set there are no candidates.
            let head = current.map(|round| round.head).filter(|head| head.state == 1);
            let next = |i: u16| head.as_ref().and_then(|head| draw::candidate(&head.seed, head.cursor + i, head.seats));
            (0..3).filter_map(next).map(seat).collect()
        }
        I::Tally {} | I::ExecuteSlash {} => members.into_iter().map(seat).collect(),
        I::CloseJob {} => vec![dispute, world.ledger.disputes.get(&dispute).map_or([0; 32], |dispute| dispute.payer)],
        _ => Vec::new(),
    };
    let name = instruction.name();
    world.send(instruction, &named, &more).is_ok().then_some(name)
}

#[test]
fn the_invariants_hold_whatever_is_sent() {
    let mut taken = std::collections::BTreeMap::new();
    for seed in 0..4 {
        let mut dice = Dice(seed);
        let mut world = World::new(&params());
        for index in 0..SEATS {
            let named = [("owner", holder(index)), ("seat", pda(&[b"seat", &index.to_le_bytes()])), ("source", purse(&holder(index), 0))];
            world.must(I::RegisterSeat { amount: 50_000 }, &named, &[]);
        }
        for _ in 0..8_000 {
            // Mostly a little time goes by, now and then a lot.
            match dice.below(60) {
                0 => world.pass(1_000),
                1..=2 => world.pass(20),
                4 if dice.below(8) == 0 => world.pass(9_000),
                5 if dice.below(12) == 0 => world.pass(120_000),
                _ => {}
            }
            if let Some(name) = step(&mut world, &mut dice) {
                *taken.entry(name).or_insert(0) += 1;
            }
        }
    }
    let missing: Vec<&str> =
        (1..44).map(|tag| crate::settlement::instructions::ALL[tag].1).filter(|name| !taken.contains_key(name)).collect();
    assert!(missing.is_empty(), "never taken: {missing:?} of {taken:?}");
}
