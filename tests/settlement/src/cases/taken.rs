//! One call of every instruction that is taken, in a world that has two of everything.

use assay_settlement::call::Action;
use assay_settlement_interface::instruction::{INSTRUCTIONS, SetModel, UpdateDevice, UpdateProvider};
use assay_settlement_interface::params::{DEFAULTS, Param};

use super::Situation;
use super::ways::*;
use crate::world::*;

/// The call of an instruction that is taken, by name, and what comes before it. Some have several forms: 0 is the first, none follows the last.
pub fn taken(of: &str, form: usize) -> Option<Situation> {
    let forms: &[Situation] = match of {
        "Initialise" => &[|| {
            let world = World::bare();
            let call = world.at.initialise(&PAYER, &GUARDIAN, &DEFAULTS);
            (world, call)
        }],
        "Pause" => &[|| with(0, |world| world.at.pause(&GUARDIAN))],
        "Resume" => &[
            || {
                with(0, |world| {
                    world.must(world.at.pause(&GUARDIAN));
                    world.pass(100);
                    world.at.resume(&GUARDIAN)
                })
            },
            || {
                with(0, |world| {
                    let longest = world.param(Param::PauseS) as i64;
                    world.must(world.at.pause(&GUARDIAN));
                    world.pass(longest);
                    world.at.resume(&STRANGER)
                })
            },
        ],
        "SetModel" => &[|| {
            with(0, |world| {
                let model = SetModel { id: 9, model_kind: 0, enabled: 1, multiplier_milli: 2_000, name: crate::world::name("Another GPU") };
                world.at.set_model(&GUARDIAN, &model)
            })
        }],
        "RegisterProvider" => &[|| with(0, |world| world.at.register_provider(&STRANGER, *b"FR", *b"EU"))],
        "UpdateProvider" => {
            &[|| with(0, |world| world.at.update_provider(&OWNER, &UpdateProvider { status: 1, country: *b"US", continent: *b"NA" }))]
        }
        "AttestProvider" => &[|| with(0, |world| world.at.attest_provider(&GUARDIAN, &world.at.provider(&OWNER), true, 3))],
        "AddDevice" => &[|| with(0, |world| world.at.add_device(&OWNER, 1, &device_of(CPU, 64)))],
        "UpdateDevice" => &[|| {
            with(0, |world| world.at.update_device(&OWNER, 0, GPU, &UpdateDevice { status: 1, quantity: 3, price_io: 5, price_iosd: 0 }))
        }],
        "AttestDevice" => &[|| with(0, |world| world.at.attest_device(&GUARDIAN, &world.at.provider(&OWNER), 0, false))],
        "Stake" => &[|| with(0, |world| world.at.stake(&OWNER, 12_345))],
        "RequestUnstake" => &[|| with(0, |world| world.at.request_unstake(&OWNER, 12_345))],
        "Withdraw" => &[|| {
            with(0, |world| {
                for amount in [1, 20, 300, 4_000] {
                    world.must(world.at.request_unstake(&OWNER, amount));
                }
                world.pass(DEFAULTS[Param::UnbondingS as usize] as i64);
                world.at.withdraw(&OWNER)
            })
        }],
        "OpenJob" => &[
            || with(0, |world| world.at.open_job(&REQUESTER, &plain(1, 0))),
            || with(0, |world| world.at.open_job(&REQUESTER, &plain(1, 1))),
        ],
        "AcceptJob" => &[|| twins(0, |world, nonce| world.opened(nonce), |world, job| world.at.accept_job(&OWNER, 0, &job))],
        "Prove" => &[|| {
            with(1, |world| {
                let job = world.accepted(1);
                world.at.prove(&OWNER, &world.job(&job), &proof())
            })
        }],
        "CancelJob" => &[
            || twins(0, |world, nonce| world.opened(nonce), |world, job| world.at.cancel_job(&world.job(&job), None)),
            || {
                with(0, |world| {
                    let job = world.accepted(1);
                    world.pass(3_601);
                    world.at.cancel_job(&world.job(&job), Some(&OWNER))
                })
            },
        ],
        "ExpireJob" => &[
            || {
                twins(
                    0,
                    |world, nonce| world.opened(nonce),
                    |world, job| {
                        world.at_protocol_time(world.job(&job).accept_by + 1);
                        world.at.expire_job(&world.job(&job))
                    },
                )
            },
            || {
                with(0, |world| {
                    let job = world.accepted(1);
                    world.at_protocol_time(world.job(&job).prove_by + 1);
                    world.at.expire_job(&world.job(&job))
                })
            },
        ],
        "Sample" => &[|| {
            twins(
                5,
                |world, nonce| world.proved(nonce),
                |world, job| {
                    world.wait_for_draw();
                    world.at.sample(&PAYER, &world.job(&job))
                },
            )
        }],
        "Draw" => &[
            || {
                twins(9, waiting, |world, job| {
                    world.wait_for_draw();
                    world.draw_call(&job, &world.last_round(&job), 8)
                })
            },
            || {
                with(26, |world| {
                    let job = world.appealed(1);
                    world.wait_for_draw();
                    world.draw_call(&job, &world.last_round(&job), 20)
                })
            },
        ],
        "Commit" => &[|| {
            twins(9, drawn, |world, job| {
                let committee = world.round(&world.last_round(&job));
                let seat = committee.members[0].seat;
                let commitment = world.commitment(&committee.round, seat, &world.verdict(Say::Same));
                world.at.commit(&holder(seat), seat, &committee.round, commitment)
            })
        }],
        "Reveal" => &[|| twins(9, committed, |world, job| world.reveal_call(&world.last_round(&job), 0, Say::Same))],
        "Tally" => &[
            || tallied(&[Say::Same; 3]),
            || tallied(&[Say::Other(9), Say::Other(9), Say::Same]),
            || tallied(&[Say::Racy; 3]),
            || tallied(&[Say::Abstain, Say::Silent, Say::Same]),
            || appeal_tallied(Say::Same),
            || appeal_tallied(Say::Other(9)),
            || appeal_tallied(Say::Racy),
        ],
        "Redraw" => &[|| {
            twins(9, without_quorum, |world, job| {
                let round = world.round(&world.last_round(&job)).round;
                world.at.redraw(&PAYER, &world.job(&job), &round)
            })
        }],
        "Challenge" => &[|| twins(9, |world, nonce| world.proved(nonce), |world, job| world.at.challenge(&CHALLENGER, &world.job(&job)))],
        "Appeal" => &[|| twins(9, |world, nonce| world.disputed(nonce), |world, job| world.at.appeal(&OWNER, &world.job(&job)))],
        "Settle" => &[|| {
            twins(9, confirmed, |world, job| {
                world.at_protocol_time(world.job(&job).challenge_until + 1);
                world.at.settle(&world.job(&job), &OWNER)
            })
        }],
        "ExecuteSlash" => &[
            || {
                twins(
                    9,
                    |world, nonce| world.disputed(nonce),
                    |world, job| {
                        world.at_protocol_time(world.dispute(&job).appeal_until + 1);
                        world.at.execute_slash(&world.job(&job), &world.dispute(&job), &world.round(&world.last_round(&job)))
                    },
                )
            },
            || {
                with(26, |world| {
                    let job = world.proved(1);
                    world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
                    world.judge(&job, &[Say::Other(9)]);
                    world.must(world.at.appeal(&OWNER, &world.job(&job)));
                    world.judge(&job, &[Say::Other(8)]);
                    let round = world.at.round(&job, world.dispute(&job).round);
                    world.at.execute_slash(&world.job(&job), &world.dispute(&job), &world.round(&round))
                })
            },
        ],
        "Punish" => &[|| {
            with(30, |world| {
                world.overturned(2);
                let job = world.overturned(1);
                let committee = world.round(&world.at.round(&job, 0));
                world.at.punish(&committee.round, 0, committee.members[0].seat)
            })
        }],
        "CloseRound" => &[
            || {
                twins(
                    9,
                    |world, nonce| world.settled(nonce),
                    |world, job| world.at.close_round(&world.round(&world.last_round(&job)).round),
                )
            },
            || {
                with(9, |world| {
                    let job = world.proved(1);
                    world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
                    world.judge(&job, &[Say::Other(9)]);
                    world.at_protocol_time(world.dispute(&job).appeal_until + 1);
                    let committee = world.round(&world.last_round(&job));
                    world.must(world.at.execute_slash(&world.job(&job), &world.dispute(&job), &committee));
                    world.at.close_round(&world.round(&world.last_round(&job)).round)
                })
            },
        ],
        "CloseJob" => &[
            || twins(9, closed_rounds, |world, job| world.at.close_job(&world.job(&job), None)),
            || {
                with(9, |world| {
                    let job = world.disputed(1);
                    world.at_protocol_time(world.dispute(&job).appeal_until + 1);
                    let committee = world.round(&world.last_round(&job));
                    world.must(world.at.execute_slash(&world.job(&job), &world.dispute(&job), &committee));
                    world.must(world.at.close_round(&committee.round));
                    let dispute = world.dispute(&job);
                    world.at.close_job(&world.job(&job), Some(&dispute))
                })
            },
        ],
        "RegisterSeat" => &[
            || with(3, |world| world.at.register_seat(&STRANGER, 3, SEAT_STAKE)),
            || {
                with(3, |world| {
                    vacate(world, 1);
                    world.at.register_seat(&STRANGER, 1, SEAT_STAKE)
                })
            },
        ],
        "TopUpSeat" => &[|| with(3, |world| world.at.top_up_seat(&holder(1), 1, 12_345))],
        "LeaveSeat" => &[|| with(3, |world| world.at.leave_seat(&holder(1), 1))],
        "WithdrawSeat" => &[|| {
            with(3, |world| {
                world.must(world.at.leave_seat(&holder(1), 1));
                world.at_protocol_time(world.seat(1).free_at);
                world.at.withdraw_seat(&holder(1), 1)
            })
        }],
        "ClaimSeat" => &[
            || earned(0, |world, seat| world.at.claim_seat(&holder(seat), seat, 1)),
            || earned(1, |world, seat| world.at.claim_seat(&holder(seat), seat, 2)),
            || {
                with(9, |world| {
                    let job = world.proved(1);
                    world.must(world.at.challenge(&CHALLENGER, &world.job(&job)));
                    world.judge(&job, &[Say::Same]);
                    let seat = world.round(&world.last_round(&job)).members[0].seat;
                    world.at.claim_seat(&holder(seat), seat, 0)
                })
            },
        ],
        "Advance" => &[|| {
            with(0, |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.pass(3 * 3_600);
                world.at.advance()
            })
        }],
        "Heartbeat" => &[|| {
            with(0, |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.pass(3_700);
                world.must(world.at.advance());
                world.at.heartbeat(&OWNER)
            })
        }],
        "Lapse" => &[|| {
            with(0, |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.must(world.at.heartbeat(&OTHER_OWNER));
                world.pass(5_000);
                world.must(world.at.advance());
                world.at.lapse(&world.at.provider(&OWNER))
            })
        }],
        "Claim" => &[|| {
            with(0, |world| {
                world.must(world.at.heartbeat(&OWNER));
                world.pass(3_700);
                world.must(world.at.advance());
                world.must(world.at.heartbeat(&OWNER));
                world.at.claim(&OWNER)
            })
        }],
        "Propose" => &[|| {
            with(0, |world| {
                rich(world);
                world.at.propose(&OWNER, 0, &Action::SetParam { number: 5, value: 100 })
            })
        }],
        "CastVote" => &[|| {
            with(0, |world| {
                proposed(world, &Action::SetParam { number: 5, value: 100 });
                world.at.cast_vote(&OTHER_OWNER, 0, false)
            })
        }],
        "Execute" => &[
            || with(0, |world| carried(world, &Action::SetParam { number: 5, value: 100 })),
            || with(0, |world| carried(world, &Action::SetGuardian(STRANGER.to_bytes()))),
            || with(0, |world| carried(world, &a_model(9))),
            || with(0, |world| carried(world, &a_model(GPU))),
            || {
                with(9, |world| {
                    world.settled(1);
                    carried(world, &Action::PayFees { currency: 0, amount: 5, owner: STRANGER.to_bytes() })
                })
            },
            || {
                with(0, |world| {
                    proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
                    world.at_protocol_time(world.proposal(0).execute_at + 1);
                    world.at.execute(&PAYER, &world.proposal(0))
                })
            },
        ],
        "CloseVote" => &[|| {
            with(0, |world| {
                proposed(world, &Action::SetGuardian(STRANGER.to_bytes()));
                world.must(world.at.cast_vote(&OWNER, 0, true));
                world.at_protocol_time(world.proposal(0).vote_until + 1);
                world.at.close_vote(0, &OWNER)
            })
        }],
        other => panic!("{other} is not one of the {} instructions", INSTRUCTIONS.len()),
    };
    forms.get(form).copied()
}
