//! # What was signed and may land (ledger-files.md, section 6)

use std::collections::BTreeMap;

use super::{data, option, write_data, write_option};
use crate::Refused;
use crate::encoding::{Malformed, Reader, Writer};

/// A transaction that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The first one.
    pub signature: [u8; 64],
    /// What it is to bring about.
    pub intent: Option<[u8; 32]>,
    /// A height.
    pub last_valid: u64,
    /// A slot.
    pub signed: u64,
    /// Itself, or nothing.
    pub wire: Vec<u8>,
}

/// How one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// 0
    Landed {
        /// Compute units.
        units: u64,
        /// Lamports.
        fee: u64,
        /// Where it is.
        slot: u64,
    },
    /// 1
    Failed,
    /// 2
    Refused,
    /// 3
    Expired,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// 0
    Begun(Begun),
    /// 1
    Ended([u8; 64], End),
}

/// What an outbox says: open transactions by signature, and by each intent that is met the transaction that met it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    /// What may still land.
    pub open: BTreeMap<[u8; 64], Begun>,
    /// What has landed.
    pub met: BTreeMap<[u8; 32], (Begun, End)>,
}

impl Begun {
    fn keeps_the_rules(&self) -> bool {
        let named = self.wire.len() >= 65 && (1..128).contains(&self.wire[0]) && self.wire[1..65] == self.signature;
        self.wire.is_empty() || named && self.wire.len() <= 1_232
    }
}

impl End {
    fn read(reader: &mut Reader<'_>) -> Result<End, Malformed> {
        match reader.u8()? {
            0 => Ok(End::Landed { units: reader.u64()?, fee: reader.u64()?, slot: reader.u64()? }),
            1 => Ok(End::Failed),
            2 => Ok(End::Refused),
            3 => Ok(End::Expired),
            other => Err(Malformed::because(format!("no end has the tag {other}"))),
        }
    }
}

impl Entry {
    fn decode(body: &[u8]) -> Result<Entry, Malformed> {
        let mut reader = Reader::new(body);
        let entry = match reader.u8()? {
            0 => Entry::Begun(Begun {
                signature: reader.array()?,
                intent: option(&mut reader, |reader| reader.array())?,
                last_valid: reader.u64()?,
                signed: reader.u64()?,
                wire: data(&mut reader)?,
            }),
            1 => Entry::Ended(reader.array()?, End::read(&mut reader)?),
            other => return Err(Malformed::because(format!("no entry has the tag {other}"))),
        };
        reader.end()?;
        Ok(entry)
    }

    /// Reads a body. Checks: `outbox.decode`, `outbox.rules`.
    pub fn read(body: &[u8]) -> Result<Entry, Refused> {
        match Entry::decode(body) {
            Err(why) => Err(Refused::by("outbox.decode", why)),
            Ok(Entry::Begun(begun)) if !begun.keeps_the_rules() => Err(Refused::by("outbox.rules", "bytes of another transaction")),
            Ok(entry) => Ok(entry),
        }
    }

    /// The body, whether or not it keeps the rules.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match self {
            Entry::Begun(begun) => {
                writer.u8(0);
                writer.raw(&begun.signature);
                write_option(&mut writer, begun.intent.as_ref(), |writer, intent| writer.raw(intent));
                writer.u64(begun.last_valid);
                writer.u64(begun.signed);
                write_data(&mut writer, &begun.wire);
            }
            Entry::Ended(signature, end) => {
                writer.u8(1);
                writer.raw(signature);
                match end {
                    End::Landed { units, fee, slot } => {
                        writer.u8(0);
                        writer.u64(*units);
                        writer.u64(*fee);
                        writer.u64(*slot);
                    }
                    End::Failed => writer.u8(1),
                    End::Refused => writer.u8(2),
                    End::Expired => writer.u8(3),
                }
            }
        }
        writer.bytes
    }
}

impl Outbox {
    /// What bodies say, in their order.
    pub fn read(bodies: &[Vec<u8>]) -> Result<Outbox, Refused> {
        let mut outbox = Outbox::default();
        for body in bodies {
            match Entry::read(body)? {
                Entry::Begun(begun) => {
                    outbox.open.insert(begun.signature, begun);
                }
                Entry::Ended(signature, end) => {
                    let ended = outbox.open.remove(&signature);
                    if let (Some(begun), End::Landed { .. }) = (ended, end)
                        && let Some(intent) = begun.intent
                    {
                        outbox.met.insert(intent, (Begun { wire: vec![], ..begun }, end));
                    }
                }
            }
        }
        if outbox.open.values().any(|begun| begun.wire.is_empty()) {
            return Err(Refused::by("outbox.rules", "an open transaction that is not there"));
        }
        Ok(outbox)
    }

    /// The fewest bodies that say the same.
    pub fn fewest(&self) -> Vec<Vec<u8>> {
        let mut bodies = Vec::new();
        for (begun, end) in self.met.values() {
            bodies.push(Entry::Begun(begun.clone()).write());
            bodies.push(Entry::Ended(begun.signature, *end).write());
        }
        bodies.extend(self.open.values().map(|begun| Entry::Begun(begun.clone()).write()));
        bodies
    }
}
