//! # A ledger as a whole (ledger-files.md, section 5)

use super::entries::Account;
use super::journal::Journal;
use super::{Start, hash};
use crate::Refused;
use crate::encoding::{Malformed, Reader, Writer};

const MAGIC: [u8; 8] = *b"ASSAYSNP";

/// A transaction with an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it was to bring about.
    pub intent: [u8; 32],
    /// The first one.
    pub signature: [u8; 64],
    /// Compute units.
    pub units: u64,
    /// Lamports.
    pub fee: u64,
    /// Where it is.
    pub slot: u64,
}

/// The file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose it is.
    pub id: [u8; 16],
    /// n: it is the ledger after the frames below n.
    pub frames: u64,
    /// The settlement program.
    pub program: [u8; 32],
    /// The mint of IO.
    pub io_mint: [u8; 32],
    /// The mint of IOSD.
    pub iosd_mint: [u8; 32],
    /// The slot that is being made.
    pub slot: u64,
    /// Seconds since 1970.
    pub time: i64,
    /// The newest first.
    pub hashes: Vec<(u64, [u8; 32])>,
    /// The oldest first.
    pub recent: Vec<(u64, [u8; 64])>,
    /// The oldest first.
    pub done: Vec<Done>,
    /// By address.
    pub accounts: Vec<([u8; 32], Account)>,
}

impl Done {
    fn read(reader: &mut Reader<'_>) -> Result<Done, Malformed> {
        Ok(Done { intent: reader.array()?, signature: reader.array()?, units: reader.u64()?, fee: reader.u64()?, slot: reader.u64()? })
    }

    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.intent);
        writer.raw(&self.signature);
        writer.u64(self.units);
        writer.u64(self.fee);
        writer.u64(self.slot);
    }
}

/// Whether each is below the next.
fn rises<T: PartialOrd>(all: &[T]) -> bool {
    all.windows(2).all(|pair| pair[0] < pair[1])
}

impl Snapshot {
    /// The file, whether or not its content keeps the rules.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u32(1);
        writer.raw(&self.id);
        writer.u64(self.frames);
        writer.raw(&self.program);
        writer.raw(&self.io_mint);
        writer.raw(&self.iosd_mint);
        writer.u64(self.slot);
        writer.raw(&self.time.to_le_bytes());
        writer.list(&self.hashes, |writer, (slot, hash)| {
            writer.u64(*slot);
            writer.raw(hash);
        });
        writer.list(&self.recent, |writer, (slot, signature)| {
            writer.u64(*slot);
            writer.raw(signature);
        });
        writer.list(&self.done, |writer, done| done.write(writer));
        writer.list(&self.accounts, |writer, (address, account)| {
            writer.raw(address);
            account.write(writer);
        });
        sealed(writer.bytes)
    }

    /// Reads a file. Checks: `snapshot.length`, `snapshot.magic`, `snapshot.version`, `snapshot.hash`, `snapshot.decode`, `snapshot.rules`.
    pub fn read(file: &[u8]) -> Result<Snapshot, Refused> {
        let start = Start { length: "snapshot.length", magic: "snapshot.magic", version: "snapshot.version" };
        start.check(file, &MAGIC)?;
        let (content, stated) = file.split_at(file.len() - 32);
        if hash(&[content]) != stated {
            return Err(Refused::by("snapshot.hash", "another hash"));
        }
        let snapshot = Snapshot::decode(&content[12..]).map_err(|why| Refused::by("snapshot.decode", why))?;
        match snapshot.broken() {
            Some(why) => Err(Refused::by("snapshot.rules", why)),
            None => Ok(snapshot),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Snapshot, Malformed> {
        let mut reader = Reader::new(bytes);
        let snapshot = Snapshot {
            id: reader.array()?,
            frames: reader.u64()?,
            program: reader.array()?,
            io_mint: reader.array()?,
            iosd_mint: reader.array()?,
            slot: reader.u64()?,
            time: i64::from_le_bytes(reader.array()?),
            hashes: reader.list(|reader| Ok((reader.u64()?, reader.array()?)))?,
            recent: reader.list(|reader| Ok((reader.u64()?, reader.array()?)))?,
            done: reader.list(Done::read)?,
            accounts: reader.list(|reader| Ok((reader.array()?, Account::read(reader)?)))?,
        };
        reader.end()?;
        Ok(snapshot)
    }

    /// The rule that is broken, if one is: the table of section 5, row by row.
    fn broken(&self) -> Option<&'static str> {
        let slots = |slots: Vec<u64>| rises(&slots) && slots.last().is_none_or(|last| *last < self.slot);
        let hashes: Vec<u64> = self.hashes.iter().rev().map(|(slot, _)| *slot).collect();
        if !(1..=512).contains(&hashes.len()) || !slots(hashes) {
            return Some("hashes");
        }
        let recent: Vec<u64> = self.recent.iter().map(|(slot, _)| *slot).collect();
        let far = !recent.is_empty() && recent.iter().any(|slot| recent[recent.len() - 1].saturating_sub(*slot) > 150);
        if far || !slots(recent) {
            return Some("recent");
        }
        let mut intents: Vec<[u8; 32]> = self.done.iter().map(|done| done.intent).collect();
        intents.sort_unstable();
        if self.done.len() > 1 << 20 || !rises(&intents) || !slots(self.done.iter().map(|done| done.slot).collect()) {
            return Some("done");
        }
        let addresses: Vec<[u8; 32]> = self.accounts.iter().map(|(address, _)| *address).collect();
        if !rises(&addresses) || self.accounts.iter().any(|(_, account)| account.broken().is_some()) {
            return Some("accounts");
        }
        None
    }

    /// The bodies of a journal's frames that are to be applied to it. Checks: `ledger.id`, `ledger.frames`.
    pub fn go_on<'j>(&self, journal: &'j Journal) -> Result<&'j [Vec<u8>], Refused> {
        if journal.header.id != self.id {
            return Err(Refused::by("ledger.id", "two ledgers"));
        }
        let (base, n, m) = (u128::from(journal.header.base), u128::from(self.frames), journal.bodies.len() as u128);
        if n < base || n > base + m {
            return Err(Refused::by("ledger.frames", format!("{m} frames from {base} on, to be applied from {n} on")));
        }
        let passed = usize::try_from(n - base).expect("not more than there are frames");
        Ok(&journal.bodies[passed..])
    }
}

/// Content with the hash that a snapshot ends with.
pub fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    content.extend(hash(&[&content]));
    content
}
