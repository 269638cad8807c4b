//! Host against reference on the files of a ledger (`specs/ledger-files.md`): both read the same, refuse by the same check, and write what they read as it was.

pub mod made_up;

use assay_protocol::Refusal;
use assay_protocol::ledger_files::journal::{self, Header};
use assay_protocol::ledger_files::outbox::{self, Sent};
use assay_protocol::ledger_files::snapshot::Saved;
use assay_protocol::ledger_files::{Broken, entry, passed_over};
use assay_reference::Refused;
use assay_reference::ledger_files as reference;

/// What was read, or the check that refuses.
pub type Verdict<T> = Result<T, &'static str>;

/// A journal as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its header.
    pub header: Header,
    /// The bodies of its frames.
    pub bodies: Vec<Vec<u8>>,
    /// Up to where it is good.
    pub good: usize,
}

fn broken(broken: Broken) -> &'static str {
    broken.check()
}

fn refusal(refusal: Refusal) -> &'static str {
    refusal.check
}

fn refused(refused: Refused) -> &'static str {
    refused.check
}

/// What the host says of a journal.
pub fn host_journal(file: &[u8], magic: [u8; 8]) -> Verdict<Journal> {
    let header = Header::read(file, magic).map_err(broken)?;
    let frames = journal::frames(file, &header).map_err(broken)?;
    let bodies = frames.bodies.into_iter().map(|body| file[body].to_vec()).collect();
    Ok(Journal { header, bodies, good: frames.good })
}

/// Oracle: a journal, as one of a ledger and as one of an outbox.
pub fn journals(file: &[u8]) {
    for magic in [journal::LEDGER_MAGIC, journal::OUTBOX_MAGIC] {
        let host = host_journal(file, magic);
        let model = reference::journal::read(file, magic).map_err(refused).map(|read| Journal {
            header: Header { magic, id: read.header.id, base: read.header.base },
            bodies: read.bodies,
            good: read.good,
        });
        assert_eq!(host, model, "host and reference on a journal");
        let Ok(read) = host else { continue };
        let mut again = read.header.to_bytes().to_vec();
        for (body, number) in read.bodies.iter().zip(read.header.base..) {
            journal::write(&mut again, &read.header.id, number, body).expect("what was read can be written");
        }
        assert!(again == file[..read.good], "a journal is written otherwise than it was read");
    }
}

/// Oracle: every prefix of a good journal is torn and never damaged, and holds the frames that are whole in it. At most `cuts` of them are looked at.
pub fn prefixes(file: &[u8], magic: [u8; 8], cuts: usize) {
    let whole = host_journal(file, magic).expect("a good journal");
    assert_eq!(whole.good, file.len(), "a good journal ends with its last frame");
    let lengths = whole.bodies.iter().map(|body| body.len() + journal::FRAME_LEN);
    let ends: Vec<usize> = lengths.scan(journal::HEADER_LEN, |end, length| Some(std::mem::replace(end, *end + length))).collect();
    let step = (file.len() / cuts.max(1)).max(1);
    for cut in (journal::HEADER_LEN..file.len()).step_by(step) {
        let read = host_journal(&file[..cut], magic).unwrap_or_else(|check| panic!("cut at {cut} of {}: {check}", file.len()));
        // A frame starts where the one before it ends; the last one is never whole.
        let count = ends.iter().skip(1).filter(|end| **end <= cut).count();
        assert!(read.bodies == whole.bodies[..count], "cut at {cut}: {} bodies, not {count}", read.bodies.len());
    }
}

/// Oracle: a frame's body of an embedded ledger.
pub fn entries(body: &[u8]) {
    let host = entry::from_body(body).map_err(refusal).map(|read| entry::to_body(&read).expect("what was read can be written"));
    let model = reference::entries::read(body).map_err(refused).map(|read| reference::entries::write(&read));
    assert_eq!(host, model, "host and reference on entries");
    assert!(host.is_err() || host.as_deref() == Ok(body), "entries are written otherwise than they were read");
}

/// Oracle: a snapshot's file.
pub fn snapshot(file: &[u8]) {
    let host = Saved::read(file).map_err(broken).map(|read| read.to_bytes().expect("what was read can be written"));
    let model = reference::snapshot::Snapshot::read(file).map_err(refused).map(|read| read.write());
    assert_eq!(host, model, "host and reference on a snapshot");
    assert!(host.is_err() || host.as_deref() == Ok(file), "a snapshot is written otherwise than it was read");
}

/// What the host says is to be applied to a snapshot of a journal. Both have to be good.
pub fn host_applied(snapshot: &[u8], file: &[u8]) -> Verdict<Vec<Vec<u8>>> {
    let saved = Saved::read(snapshot).map_err(broken)?;
    let read = host_journal(file, journal::LEDGER_MAGIC)?;
    let passed = passed_over(&saved, &read.header, read.bodies.len()).map_err(refusal)?;
    Ok(read.bodies[passed..].to_vec())
}

/// Oracle: a snapshot and a journal together.
pub fn together(snapshot: &[u8], file: &[u8]) {
    let model = || {
        let saved = reference::snapshot::Snapshot::read(snapshot).map_err(refused)?;
        let read = reference::journal::read(file, journal::LEDGER_MAGIC).map_err(refused)?;
        saved.go_on(&read).map_err(refused).map(<[Vec<u8>]>::to_vec)
    };
    assert_eq!(host_applied(snapshot, file), model(), "host and reference on a snapshot with a journal");
}

/// Oracle: a frame's body of an outbox.
pub fn outbox_entry(body: &[u8]) {
    let host = outbox::Entry::from_body(body).map_err(refusal).map(|read| read.to_body().expect("what was read can be written"));
    let model = reference::outbox::Entry::read(body).map_err(refused).map(|read| read.write());
    assert_eq!(host, model, "host and reference on an entry of an outbox");
    assert!(host.is_err() || host.as_deref() == Ok(body), "an entry of an outbox is written otherwise than it was read");
}

/// The bodies of an outbox that is written anew.
pub fn fewest(sent: &Sent) -> Vec<Vec<u8>> {
    sent.entries().iter().map(|entry| entry.to_body().expect("what was read can be written")).collect()
}

/// Oracle: all bodies of an outbox.
pub fn outbox(bodies: &[Vec<u8>]) {
    let host = Sent::read(bodies.iter().map(Vec::as_slice)).map_err(refusal);
    let model = reference::outbox::Outbox::read(bodies).map_err(refused);
    // The fewest entries hold everything that is said.
    let shown = |sent: &Sent| (sent.open.len(), sent.met.len(), fewest(sent));
    let model_shown = model.map(|model| (model.open.len(), model.met.len(), model.fewest()));
    assert_eq!(host.as_ref().map(shown).map_err(|check| *check), model_shown, "host and reference on an outbox");
    let Ok(sent) = host else { return };
    let anew = fewest(&sent);
    assert_eq!(Sent::read(anew.iter().map(Vec::as_slice)), Ok(sent), "an outbox that is written anew says something else");
}
