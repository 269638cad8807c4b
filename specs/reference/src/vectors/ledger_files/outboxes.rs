//! Entries of an outbox, and what all of them say.

use super::{content, refused, uneven, with};
use crate::ledger_files::outbox::{Begun, End, Entry, Outbox};
use crate::vectors::json::{Json, Vector};

/// A transaction as it is sent: a count, signatures, and what else there is.
fn wire(signature: &[u8; 64], length: usize) -> Vec<u8> {
    let rest = uneven::<1_300>(40);
    [&[1], &signature[..], &rest].concat()[..length].to_vec()
}

fn begun(first: usize, intent: Option<usize>) -> Begun {
    let signature = uneven(first);
    Begun {
        signature,
        intent: intent.map(uneven),
        last_valid: 0x0102_0304_0506_0708,
        signed: 0x1112_1314_1516_1718,
        wire: wire(&signature, 90),
    }
}

const LANDED: End = End::Landed { units: 0x0102_0304_0506_0708, fee: 0x1112_1314_1516_1718, slot: 0x2122_2324_2526_2728 };

pub(super) fn entries() -> Vec<Vector> {
    let vector = |name: &str, guards: &str, body: &[u8]| Vector::new(name, guards).bytes("body", body);
    let accept = |name: &str, guards: &str, entry: &Entry| {
        let body = entry.write();
        assert_eq!(Entry::read(&body).as_ref(), Ok(entry), "{name}");
        vector(name, guards, &body).with("entry", content::outbox_entry(entry))
    };
    let reject = |check, name: &str, guards: &str, body: &[u8]| refused(vector(name, guards, body), name, check, Entry::read(body));
    let of = |change: &dyn Fn(&mut Begun)| {
        let mut begun = begun(1, Some(2));
        change(&mut begun);
        Entry::Begun(begun)
    };
    let good = of(&|_| {}).write();
    let ended = |end| Entry::Ended(uneven(1), end);
    let resized = |length: usize| of(&|begun| begun.wire = wire(&begun.signature, length));
    const OTHER: &str = "a transaction that is watched by one name and sent as another lands unseen, and is paid again";
    const MEMORY: &str = "memory reserved for a length that a stranger wrote";
    vec![
        accept("begun", "order and width of every field", &of(&|_| {})),
        accept("begun without an intent", "an intent of zeros", &Entry::Begun(begun(1, None))),
        accept("begun, without its bytes", "what a journal that was written anew holds", &of(&|begun| begun.wire.clear())),
        accept("a transaction of 1,232 bytes", "one less than may be", &resized(1_232)),
        accept("a transaction that is its signature alone", "the shortest there is", &resized(65)),
        accept("a transaction of 127 signatures", "the highest count in a byte", &of(&|begun| begun.wire[0] = 127)),
        accept("landed", "order and width of every field", &ended(LANDED)),
        accept("failed", "each end", &ended(End::Failed)),
        accept("refused", "each end", &ended(End::Refused)),
        accept("expired", "each end", &ended(End::Expired)),
        reject("outbox.decode", "no bytes", "reading from nothing", &[]),
        reject("outbox.decode", "the tag after the last", "an entry that is not defined yet", &with(&good, 0, &[2])),
        reject("outbox.decode", "tag 255", "a tag with a sign", &with(&good, 0, &[255])),
        reject("outbox.decode", "begun, a byte more", "bytes after the end", &[&good[..], &[0]].concat()),
        reject("outbox.decode", "begun, a byte less", "a last field that is cut", &good[..good.len() - 1]),
        reject("outbox.decode", "an intent that starts with 2", "an option that is not 0 or 1", &with(&good, 65, &[2])),
        reject("outbox.decode", "a transaction of 2^32 - 1 bytes", MEMORY, &with(&good, 114, &[0xff; 4])),
        reject("outbox.decode", "the end after the last", "an end that is not defined yet", &with(&ended(End::Expired).write(), 65, &[4])),
        reject("outbox.decode", "landed, a byte less", "a last field that is cut", &ended(LANDED).write()[..88]),
        reject("outbox.decode", "failed, a byte more", "bytes after the end", &[ended(End::Failed).write(), vec![0]].concat()),
        reject("outbox.decode", "ended, and no end", "an end read where there is none", &ended(End::Failed).write()[..65]),
        reject("outbox.rules", "a transaction of 1,233 bytes", "one more than a cluster takes", &resized(1_233).write()),
        reject("outbox.rules", "a transaction of another signature", OTHER, &of(&|begun| begun.wire[1] ^= 1).write()),
        reject("outbox.rules", "a flipped bit of the signature's end", OTHER, &of(&|begun| begun.wire[64] ^= 0x80).write()),
        reject("outbox.rules", "a transaction that ends in its signature", OTHER, &resized(64).write()),
        reject("outbox.rules", "a transaction of one byte", OTHER, &resized(1).write()),
        reject("outbox.rules", "no signatures", OTHER, &of(&|begun| begun.wire[0] = 0).write()),
        reject(
            "outbox.rules",
            "128 signatures",
            "a count of two bytes, behind which the signature starts elsewhere",
            &of(&|begun| begun.wire[0] = 128).write(),
        ),
    ]
}

pub(super) fn whole() -> Vec<Vector> {
    let list = |bodies: &[Vec<u8>]| Json::List(bodies.iter().map(|body| Json::bytes(body)).collect());
    let written = |entries: &[Entry]| entries.iter().map(Entry::write).collect::<Vec<_>>();
    let accept = |name: &str, guards: &str, entries: &[Entry]| {
        let bodies = written(entries);
        let outbox = Outbox::read(&bodies).unwrap_or_else(|why| panic!("{name}: {why}"));
        let fewest = outbox.fewest();
        assert_eq!(Outbox::read(&fewest).as_ref(), Ok(&outbox), "{name}");
        let [open, met] = content::outbox(&outbox);
        Vector::new(name, guards).with("bodies", list(&bodies)).with(open.0, open.1).with(met.0, met.1).with("fewest", list(&fewest))
    };
    let reject = |check, name: &str, guards: &str, bodies: &[Vec<u8>]| {
        refused(Vector::new(name, guards).with("bodies", list(bodies)), name, check, Outbox::read(bodies))
    };
    let start = |first: usize, intent: Option<usize>| Entry::Begun(begun(first, intent));
    let end = |first: usize, end: End| Entry::Ended(uneven(first), end);
    let bare = |first: usize, intent: Option<usize>| Entry::Begun(Begun { wire: vec![], ..begun(first, intent) });
    let again = Entry::Begun(Begun { intent: Some(uneven(9)), signed: 77, ..begun(1, None) });
    vec![
        accept("nothing", "an outbox that was just made", &[]),
        accept("open", "what may have landed is forgotten", &[start(1, Some(2))]),
        accept("open, and landed with an intent", "a payment that is made twice", &[start(1, Some(2)), start(3, Some(4)), end(1, LANDED)]),
        accept("landed without an intent", "what has ended, kept for ever", &[start(1, None), end(1, LANDED)]),
        accept(
            "failed, refused, expired",
            "an intent that is taken for met",
            &[start(1, Some(2)), start(3, Some(4)), start(5, Some(6)), end(3, End::Failed), end(1, End::Refused), end(5, End::Expired)],
        ),
        accept(
            "expired, then landed",
            "what is signed anew",
            &[start(1, Some(2)), end(1, End::Expired), start(3, Some(2)), end(3, LANDED)],
        ),
        accept("an end of none", "an end without a beginning that makes one", &[end(1, LANDED), start(3, None), end(5, End::Failed)]),
        accept("landed twice", "an end that is applied again", &[start(1, Some(2)), end(1, LANDED), end(1, End::Expired)]),
        accept("begun twice", "a signature that stands for two transactions", &[start(1, Some(2)), again]),
        accept(
            "an intent that is met twice",
            "which of two is kept",
            &[start(1, Some(2)), end(1, LANDED), start(3, Some(2)), end(3, LANDED)],
        ),
        accept(
            "written anew",
            "what the fewest frames say is what all said",
            &[bare(1, Some(2)), end(1, LANDED), start(3, Some(4)), start(5, None)],
        ),
        reject("outbox.rules", "open, without its bytes", "what cannot be sent again", &written(&[start(1, None), bare(3, Some(4))])),
        reject(
            "outbox.rules",
            "bytes of another, in the second place",
            "looking at the first alone",
            &[start(1, None).write(), Entry::Begun(Begun { signature: uneven(8), ..begun(3, None) }).write()],
        ),
        reject(
            "outbox.decode",
            "a body that is none, behind one that is open without its bytes",
            "the order of the checks",
            &[bare(1, None).write(), vec![7]],
        ),
    ]
}
