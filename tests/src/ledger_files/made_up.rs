//! Journals, snapshots and outboxes that are nearly good: few bytes that a fuzzer makes up have the hashes that let them in.
//!
//! Numbers are small and signatures few, so that frames come in turn, slots meet their limits, and what ends was begun.

use arbitrary::{Result, Unstructured};
use assay_reference::ledger_files as reference;
use reference::entries::{Account, Change, Entry};
use reference::journal::{Header, LEDGER, OUTBOX, frame, head};
use reference::outbox::{self, Begun, End};
use reference::snapshot::{Done, Snapshot, sealed};

/// A journal's magic, id and first number: one of few.
fn header(u: &mut Unstructured<'_>) -> Result<([u8; 8], Header)> {
    let magic = *u.choose(&[LEDGER, OUTBOX])?;
    let base = *u.choose(&[0, 1, 3, u64::MAX - 2, u64::MAX])?;
    Ok((magic, Header { id: [*u.choose(&[1, 2])?; 16], base }))
}

/// Bytes, some of which are frames of the journal that they go into.
fn body(u: &mut Unstructured<'_>, header: &Header, due: u64) -> Result<Vec<u8>> {
    let length = u.int_in_range(0..=40)?;
    let plain = u.bytes(length)?.to_vec();
    Ok(match u.int_in_range(0..=3)? {
        0 => frame(&header.id, due.wrapping_add(u.int_in_range(0..=2)?), &plain),
        1 => [head(&header.id, u.int_in_range(0..=200)?, due.wrapping_add(u.int_in_range(0..=2)?)), plain].concat(),
        _ => plain,
    })
}

/// A good journal, and its magic.
pub fn good_journal(u: &mut Unstructured<'_>) -> Result<([u8; 8], Vec<u8>)> {
    let (magic, header) = header(u)?;
    let header = Header { base: header.base.min(u64::MAX - 8), ..header };
    let mut file = header.write(magic);
    for number in header.base..header.base + u.int_in_range(0..=6)? {
        file.extend(frame(&header.id, number, &body(u, &header, number)?));
    }
    Ok((magic, file))
}

/// A journal in which anything may have happened to any frame.
pub fn journal(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let (magic, header) = header(u)?;
    let mut file = header.write(magic);
    let mut due = header.base;
    for _ in 0..u.int_in_range(0..=6)? {
        let body = body(u, &header, due)?;
        let number = if u.ratio(1, 6)? { due.wrapping_sub(u.int_in_range(0..=3)?) } else { due };
        let id = if u.ratio(1, 12)? { [3; 16] } else { header.id };
        let mut piece = frame(&id, number, &body);
        let place = u.int_in_range(0..=piece.len() - 1)?;
        match u.int_in_range(0..=11)? {
            0 => piece[place] ^= 1 << u.int_in_range(0..=7)?,
            1 => piece.truncate(place),
            2 => piece[place..].fill(0),
            3 => piece[..place].fill(0),
            4 => drop(piece.remove(place)),
            5 => piece.insert(place, u.arbitrary()?),
            6 => piece.extend(u.bytes(u.len().min(30))?),
            _ => {}
        }
        file.extend(piece);
        due = due.wrapping_add(1);
    }
    Ok(file)
}

fn key<const N: usize>(u: &mut Unstructured<'_>) -> Result<[u8; N]> {
    Ok([u.int_in_range(0..=3)?; N])
}

fn account(u: &mut Unstructured<'_>) -> Result<Account> {
    let length = u.int_in_range(0..=5)?;
    Ok(Account { lamports: u.int_in_range(0..=20)?, owner: key(u)?, executable: u.ratio(1, 20)?, data: u.bytes(length)?.to_vec() })
}

fn some<T>(u: &mut Unstructured<'_>, most: usize, mut one: impl FnMut(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| one(u)).collect()
}

/// Entries, whose accounts may break a rule.
pub fn entries(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let change = |u: &mut Unstructured<'_>| Ok(Change { address: key(u)?, account: if u.arbitrary()? { Some(account(u)?) } else { None } });
    let entry = |u: &mut Unstructured<'_>| {
        Ok(match u.int_in_range(0..=2)? {
            0 => Entry::Transaction {
                signature: key(u)?,
                intent: if u.arbitrary()? { Some(key(u)?) } else { None },
                units: u.arbitrary()?,
                fee: u.arbitrary()?,
                changes: some(u, 3, change)?,
            },
            1 => Entry::Pass { slots: u.arbitrary()?, seconds: u.arbitrary()? },
            _ => Entry::Written { changes: some(u, 3, change)? },
        })
    };
    Ok(reference::entries::write(&some(u, 4, entry)?))
}

/// Slots that mostly rise.
fn rising(u: &mut Unstructured<'_>) -> Result<Vec<u64>> {
    let mut slot: u64 = 0;
    some(u, 5, |u| {
        slot = slot.saturating_add(*u.choose(&[1, 1, 1, 2, 75, 149, 150, 151, 0])?);
        Ok(slot)
    })
}

/// A snapshot that may break a rule, or bytes with its header and hash.
pub fn snapshot(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let (hashes, recent, done) = (rising(u)?, rising(u)?, rising(u)?);
    let mut accounts = some(u, 4, |u| Ok(([u.arbitrary()?; 32], account(u)?)))?;
    if u.ratio(3, 4)? {
        accounts.sort_by_key(|(address, _)| *address);
    }
    let intents =
        done.iter().enumerate().map(|(place, slot)| Ok((if u.ratio(1, 8)? { 0 } else { u8::try_from(place).unwrap_or(0) }, *slot)));
    let intents = intents.collect::<Result<Vec<_>>>()?;
    let snapshot = Snapshot {
        id: [*u.choose(&[1, 2])?; 16],
        frames: u.int_in_range(0..=9)?,
        program: key(u)?,
        io_mint: key(u)?,
        iosd_mint: key(u)?,
        slot: u.int_in_range(0..=700)?,
        time: u.arbitrary()?,
        hashes: hashes.into_iter().rev().map(|slot| (slot, [7; 32])).collect(),
        recent: recent.into_iter().map(|slot| (slot, [8; 64])).collect(),
        done: intents.into_iter().map(|(intent, slot)| Done { intent: [intent; 32], signature: [9; 64], units: 1, fee: 2, slot }).collect(),
        accounts,
    };
    let file = snapshot.write();
    if u.ratio(3, 4)? {
        return Ok(file);
    }
    // The same with a piece of it changed, and the hash made right.
    let mut content = file[..file.len() - 32].to_vec();
    let place = u.int_in_range(0..=content.len() - 1)?;
    match u.int_in_range(0..=2)? {
        0 => content.truncate(place),
        1 => content.insert(place, u.arbitrary()?),
        _ => content[place] = u.arbitrary()?,
    }
    Ok(sealed(content))
}

/// Bodies of an outbox.
pub fn outbox(u: &mut Unstructured<'_>) -> Result<Vec<Vec<u8>>> {
    some(u, 8, |u| {
        let signature: [u8; 64] = key(u)?;
        let entry = if u.arbitrary()? {
            let wire = match u.int_in_range(0..=11)? {
                0 => vec![],
                1 => [&[u.arbitrary()?], &signature[..]].concat(),
                2 => [&[1], &signature[..], &vec![0; u.int_in_range(1_160..=1_175)?]].concat(),
                3 => vec![1; u.int_in_range(0..=70)?],
                _ => [&[1], &signature[..], &[5; 30]].concat(),
            };
            let intent = if u.arbitrary()? { Some(key(u)?) } else { None };
            outbox::Entry::Begun(Begun { signature, intent, last_valid: u.arbitrary()?, signed: u.arbitrary()?, wire })
        } else {
            let landed = End::Landed { units: u.arbitrary()?, fee: u.arbitrary()?, slot: u.arbitrary()? };
            outbox::Entry::Ended(signature, *u.choose(&[landed, landed, End::Failed, End::Refused, End::Expired])?)
        };
        let mut body = entry.write();
        let place = u.int_in_range(0..=body.len() - 1)?;
        match u.int_in_range(0..=39)? {
            0 => body[place] = u.arbitrary()?,
            1 => body.truncate(place),
            2 => body.push(u.arbitrary()?),
            _ => {}
        }
        Ok(body)
    })
}
