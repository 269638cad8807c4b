//! `execution.json`: the rules of execution.md that are pure functions.

use super::json::{Json, Vector};
use super::{render, samples};
use crate::clock::{self, ClockId, REALTIME_ORIGIN_NS};
use crate::hashing::Hash;
use crate::poll::{self, Subscription};
use crate::{charge, random};

/// The file's text.
pub(super) fn file() -> String {
    render("specs/execution.md", vec![("random", randoms()), ("clock", clocks()), ("poll", polls()), ("charge", charges())])
}

fn randoms() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, job: Hash, offset: u64, count: usize| {
        Vector::new(name, guards).bytes("job_id", &job).u64("offset", offset).bytes("bytes", &random::stream(&job, offset, count))
    };
    let id = samples::job().id();
    vec![
        vector("the first 64 bytes", "context and mode of the stream", [0; 32], 0, 64),
        vector("the first 64 bytes of the sample job", "the stream is keyed by the job id", id, 0, 64),
        vector("the next 64 bytes", "the stream goes on: it does not begin anew at each call", id, 64, 64),
        vector("1 byte", "one byte of the stream for one byte asked for", id, 0, 1),
        vector("bytes 1 to 63", "bytes thrown away at the end of a call", id, 1, 63),
        vector("across a block: 32 bytes from 48", "blocks of 64 bytes", id, 48, 32),
        vector("across a chunk: 64 bytes from 1,000", "chunks of 1,024 bytes", id, 1_000, 64),
        vector("16 bytes from 2³²", "an offset of 32 bits", id, 1 << 32, 16),
    ]
}

const CLOCKS: [(u32, &str); 4] = [(0, "realtime"), (1, "monotonic"), (2, "process_cputime_id"), (3, "thread_cputime_id")];

/// Sequences of `clock_time_get`, each with what it shows and T after it.
fn clocks() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, start: u64, clocks: &[u32]| {
        let mut t = start;
        let mut reads = Vec::new();
        for number in clocks {
            let Some(clock) = ClockId::from_number(*number) else {
                // An error changes nothing, so T stays.
                reads.push(Json::Object(vec![
                    ("clock", Json::Number(*number)),
                    ("errno", Json::Text("inval".into())),
                    ("t_after", Json::u64(t)),
                ]));
                continue;
            };
            let (shown, after) = clock::time_get(t, clock);
            t = after;
            reads.push(Json::Object(vec![("clock", Json::Number(*number)), ("shown", Json::u64(shown)), ("t_after", Json::u64(t))]));
        }
        Vector::new(name, guards).u64("t", start).with("reads", Json::List(reads))
    };
    let near_end = u64::MAX - 1_500;
    let realtime_end = u64::MAX - REALTIME_ORIGIN_NS;
    vec![
        vector("the first time", "T is shown before it moves", 0, &[1]),
        vector("every clock once", "one T for all clocks; only realtime has another origin", 0, &[0, 1, 2, 3]),
        vector("monotonic three times", "1,000 ns for each look", 0, &[1, 1, 1]),
        vector("after a sleep of a second", "a sleep moves every clock", 1_000_000_000, &[0, 1]),
        vector("unknown clocks", "an error moves nothing", 5, &[4, u32::MAX, 1]),
        vector("at the end of time", "T saturates instead of wrapping to 0", near_end, &[1, 1, 1, 1]),
        vector("realtime at its end", "realtime saturates before T does", realtime_end - 1_000, &[0, 0, 0, 1]),
    ]
}

fn subscription(subscription: &Subscription) -> Json {
    match *subscription {
        Subscription::Clock { clock, timeout, absolute } => {
            let (number, _) = CLOCKS[clock as usize];
            Json::Object(vec![("clock", Json::Number(number)), ("timeout", Json::u64(timeout)), ("absolute", Json::Bool(absolute))])
        }
        Subscription::Readable(left) => Json::Object(vec![("readable", Json::u64(left))]),
        Subscription::Writable => Json::Object(vec![("writable", Json::Bool(true))]),
        Subscription::BadDescriptor => Json::Object(vec![("bad_descriptor", Json::Bool(true))]),
    }
}

fn poll_vector(name: &str, guards: &str, t: u64, subscriptions: &[Subscription]) -> Vector {
    let vector = Vector::new(name, guards).u64("t", t);
    // 4,096 equal subscriptions are told by their number.
    let vector = match subscriptions {
        [first, .., last] if subscriptions.len() > 16 && first == last => {
            let times = u32::try_from(subscriptions.len()).expect("a few thousand");
            vector.with("subscription", subscription(first)).with("times", Json::Number(times))
        }
        _ => vector.with("subscriptions", Json::List(subscriptions.iter().map(subscription).collect())),
    };
    match poll::poll(t, subscriptions) {
        Err(errno) => vector.text("errno", errno),
        Ok((after, events)) if events.len() > 16 => {
            let count = u32::try_from(events.len()).expect("a few thousand");
            vector.u64("t_after", after).with("event_count", Json::Number(count))
        }
        Ok((after, events)) => {
            let event = |event: &poll::Event| {
                let place = u32::try_from(event.subscription).expect("a few");
                Json::Object(vec![
                    ("subscription", Json::Number(place)),
                    ("errno", Json::Text(event.errno.into())),
                    ("nbytes", Json::u64(event.nbytes)),
                ])
            };
            vector.u64("t_after", after).with("events", Json::List(events.iter().map(event).collect()))
        }
    }
}

fn polls() -> Vec<Vector> {
    use Subscription::{BadDescriptor, Readable, Writable};
    let on = |clock: ClockId, timeout: u64, absolute: bool| Subscription::Clock { clock, timeout, absolute };
    let sleep = |timeout: u64| on(ClockId::Monotonic, timeout, false);
    let until = |deadline: u64| on(ClockId::Monotonic, deadline, true);
    let real_until = |deadline: u64| on(ClockId::Realtime, deadline, true);
    const T: u64 = 5_000;
    const DUE: &str = "a deadline that is T is due";
    const EARLIEST: &str = "T becomes the earliest deadline, and only what is due by then gives an event";
    const FILES: &str = "a descriptor is always ready, so nothing is waited for";
    const END: &str = "T saturates instead of wrapping";
    vec![
        poll_vector("no subscriptions", "a wait for nothing", T, &[]),
        poll_vector("4,096 subscriptions", "the most", T, &vec![Writable; 4_096]),
        poll_vector("4,097 subscriptions", "one above the most", T, &vec![Writable; 4_097]),
        poll_vector("4,097 sleeps", "one above the most: T stays", T, &vec![sleep(1); 4_097]),
        poll_vector("sleep 0", DUE, T, &[sleep(0)]),
        poll_vector("sleep 1", "a sleep moves T by just as much", T, &[sleep(1)]),
        poll_vector("until T − 1", "a deadline in the past is due; T does not go back", T, &[until(T - 1)]),
        poll_vector("until T", DUE, T, &[until(T)]),
        poll_vector("until T + 1", DUE, T, &[until(T + 1)]),
        poll_vector("until 0", "a deadline in the past", T, &[until(0)]),
        poll_vector("sleeps of 30, 10, 20", EARLIEST, T, &[sleep(30), sleep(10), sleep(20)]),
        poll_vector("sleeps of 10, 20, 10", EARLIEST, T, &[sleep(10), sleep(20), sleep(10)]),
        poll_vector("sleep 20 and until T + 20", EARLIEST, T, &[sleep(20), until(T + 20), until(T + 21)]),
        poll_vector("one is due already", "if one is due, T stays", T, &[sleep(10), until(T - 10), sleep(0)]),
        poll_vector("realtime, sleep 7", "a time counted from now has no origin", T, &[on(ClockId::Realtime, 7, false)]),
        poll_vector("realtime until origin + T + 7", "realtime minus its origin is T", T, &[real_until(REALTIME_ORIGIN_NS + T + 7)]),
        poll_vector("realtime until origin + T", DUE, T, &[real_until(REALTIME_ORIGIN_NS + T)]),
        poll_vector("realtime until origin − 1", "below the origin, the difference wraps", T, &[real_until(REALTIME_ORIGIN_NS - 1)]),
        poll_vector("realtime until 0", "below the origin, the difference wraps", T, &[real_until(0)]),
        poll_vector(
            "realtime and monotonic, one instant",
            "one T for all clocks",
            T,
            &[real_until(REALTIME_ORIGIN_NS + T + 9), until(T + 9)],
        ),
        poll_vector(
            "process and thread time",
            "they are clocks like monotonic",
            T,
            &[on(ClockId::ProcessCputime, 4, false), on(ClockId::ThreadCputime, T + 4, true)],
        ),
        poll_vector("sleep 2⁶⁴−1", END, T, &[sleep(u64::MAX)]),
        poll_vector("until 2⁶⁴−1", END, T, &[until(u64::MAX)]),
        poll_vector("sleep 1 at the end of time", END, u64::MAX, &[sleep(1), sleep(0)]),
        poll_vector("sleep to the end of time and past it", END, u64::MAX - 10, &[sleep(11), sleep(10)]),
        poll_vector("a file and a sleep", FILES, T, &[Readable(42), sleep(10)]),
        poll_vector("a sleep and a file", FILES, T, &[sleep(10), Readable(42)]),
        poll_vector("a file and what is due", "ready and due, in the order of the call", T, &[until(1), Readable(42), sleep(0), sleep(1)]),
        poll_vector("stdin at its end", "a reader at the end is ready, with nothing to read", T, &[Readable(0)]),
        poll_vector("stdout", "65,536 bytes can always be written", T, &[Writable]),
        poll_vector("a bad descriptor", "the call succeeds, the event has the errno", T, &[BadDescriptor]),
        poll_vector("a bad descriptor and a sleep", "a bad descriptor is subscribed too: T stays", T, &[BadDescriptor, sleep(10)]),
        poll_vector("the same descriptor twice", "one event for each subscription", T, &[Readable(3), Readable(3)]),
    ]
}

fn charges() -> Vec<Vector> {
    let vector = |(arguments, results): (u64, u64)| {
        Vector::new(format!("{arguments} and {results} bytes"), "rounding: once, down, after adding")
            .u64("argument_bytes", arguments)
            .u64("result_bytes", results)
            .u64("before", charge::BEFORE)
            .u64("after", charge::after(arguments, results))
    };
    [(0, 0), (3, 0), (0, 3), (3, 1), (2, 2), (3, 3), (4, 4), (8, 4), (u64::MAX, u64::MAX)].into_iter().map(vector).collect()
}
