//! # What an embedded ledger commits (ledger-files.md, section 4)

use super::{data, option, write_data, write_option};
use crate::Refused;
use crate::encoding::{Malformed, Reader, Writer};

/// An account as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// At least 1.
    pub lamports: u64,
    /// Its program.
    pub owner: [u8; 32],
    /// 0.
    pub executable: bool,
    /// Its data.
    pub data: Vec<u8>,
}

/// What is at an address after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The address.
    pub address: [u8; 32],
    /// None: the account is gone.
    pub account: Option<Account>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// 0
    Transaction {
        /// The first one.
        signature: [u8; 64],
        /// What it is to bring about.
        intent: Option<[u8; 32]>,
        /// Compute units.
        units: u64,
        /// Lamports.
        fee: u64,
        /// Accounts after it.
        changes: Vec<Change>,
    },
    /// 1
    Pass {
        /// So many are over.
        slots: u64,
        /// Time is so much later.
        seconds: u64,
    },
    /// 2
    Written {
        /// Accounts after it.
        changes: Vec<Change>,
    },
}

impl Account {
    /// Reads one.
    pub fn read(reader: &mut Reader<'_>) -> Result<Account, Malformed> {
        let (lamports, owner) = (reader.u64()?, reader.array()?);
        let executable = match reader.u8()? {
            0 => false,
            1 => true,
            other => return Err(Malformed::because(format!("`executable` is {other}"))),
        };
        Ok(Account { lamports, owner, executable, data: data(reader)? })
    }

    /// Writes one.
    pub fn write(&self, writer: &mut Writer) {
        writer.u64(self.lamports);
        writer.raw(&self.owner);
        writer.u8(u8::from(self.executable));
        write_data(writer, &self.data);
    }

    /// What of it breaks a rule.
    pub fn broken(&self) -> Option<&'static str> {
        match self {
            Account { lamports: 0, .. } => Some("an account without lamports"),
            Account { executable: true, .. } => Some("a program"),
            _ => None,
        }
    }
}

impl Change {
    fn read(reader: &mut Reader<'_>) -> Result<Change, Malformed> {
        Ok(Change { address: reader.array()?, account: option(reader, Account::read)? })
    }

    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.address);
        write_option(writer, self.account.as_ref(), |writer, account| account.write(writer));
    }
}

impl Entry {
    fn read(reader: &mut Reader<'_>) -> Result<Entry, Malformed> {
        match reader.u8()? {
            0 => Ok(Entry::Transaction {
                signature: reader.array()?,
                intent: option(reader, |reader| reader.array())?,
                units: reader.u64()?,
                fee: reader.u64()?,
                changes: reader.list(Change::read)?,
            }),
            1 => Ok(Entry::Pass { slots: reader.u64()?, seconds: reader.u64()? }),
            2 => Ok(Entry::Written { changes: reader.list(Change::read)? }),
            other => Err(Malformed::because(format!("no entry has the tag {other}"))),
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Entry::Transaction { signature, intent, units, fee, changes } => {
                writer.u8(0);
                writer.raw(signature);
                write_option(writer, intent.as_ref(), |writer, intent| writer.raw(intent));
                writer.u64(*units);
                writer.u64(*fee);
                writer.list(changes, |writer, change| change.write(writer));
            }
            Entry::Pass { slots, seconds } => {
                writer.u8(1);
                writer.u64(*slots);
                writer.u64(*seconds);
            }
            Entry::Written { changes } => {
                writer.u8(2);
                writer.list(changes, |writer, change| change.write(writer));
            }
        }
    }

    /// Accounts after it.
    pub fn changes(&self) -> &[Change] {
        match self {
            Entry::Transaction { changes, .. } | Entry::Written { changes } => changes,
            Entry::Pass { .. } => &[],
        }
    }
}

/// The body of a frame.
pub fn write(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.list(entries, |writer, entry| entry.write(writer));
    writer.bytes
}

/// Reads the body of a frame. Checks: `entries.decode`, `entries.rules`.
pub fn read(body: &[u8]) -> Result<Vec<Entry>, Refused> {
    let malformed = |why| Refused::by("entries.decode", why);
    let mut reader = Reader::new(body);
    let entries = reader.list(Entry::read).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    let mut accounts = entries.iter().flat_map(Entry::changes).filter_map(|change| change.account.as_ref());
    let broken = if entries.is_empty() { Some("no entries") } else { accounts.find_map(Account::broken) };
    broken.map_or(Ok(entries), |why| Err(Refused::by("entries.rules", why)))
}
