//! What stands in a file, as JSON.

use crate::ledger_files::entries::{Account, Change, Entry};
use crate::ledger_files::outbox::{self, Begun, End, Outbox};
use crate::ledger_files::snapshot::{Done, Snapshot};
use crate::vectors::json::Json;

fn list<'a, T: 'a>(all: impl IntoIterator<Item = &'a T>, one: impl Fn(&T) -> Json) -> Json {
    Json::List(all.into_iter().map(one).collect())
}

fn or_null<T>(value: Option<&T>, some: impl Fn(&T) -> Json) -> Json {
    value.map_or(Json::Null, some)
}

fn account(account: &Account) -> Json {
    Json::Object(vec![
        ("lamports", Json::u64(account.lamports)),
        ("owner", Json::bytes(&account.owner)),
        ("data", Json::bytes(&account.data)),
    ])
}

fn changes(changes: &[Change]) -> Json {
    list(changes, |change| {
        Json::Object(vec![("address", Json::bytes(&change.address)), ("account", or_null(change.account.as_ref(), account))])
    })
}

/// Entries of an embedded ledger.
pub(super) fn entries(entries: &[Entry]) -> Json {
    list(entries, |entry| {
        Json::Object(match entry {
            Entry::Transaction { signature, intent, units, fee, changes: all } => vec![
                ("entry", Json::Text("Transaction".into())),
                ("signature", Json::bytes(signature)),
                ("intent", or_null(intent.as_ref(), |intent| Json::bytes(intent))),
                ("units", Json::u64(*units)),
                ("fee", Json::u64(*fee)),
                ("changes", changes(all)),
            ],
            Entry::Pass { slots, seconds } => {
                vec![("entry", Json::Text("Pass".into())), ("slots", Json::u64(*slots)), ("seconds", Json::u64(*seconds))]
            }
            Entry::Written { changes: all } => vec![("entry", Json::Text("Written".into())), ("changes", changes(all))],
        })
    })
}

fn done(done: &Done) -> Json {
    Json::Object(vec![
        ("intent", Json::bytes(&done.intent)),
        ("signature", Json::bytes(&done.signature)),
        ("units", Json::u64(done.units)),
        ("fee", Json::u64(done.fee)),
        ("slot", Json::u64(done.slot)),
    ])
}

/// A snapshot's file.
pub(super) fn snapshot(of: &Snapshot) -> Json {
    Json::Object(vec![
        ("id", Json::bytes(&of.id)),
        ("frames", Json::u64(of.frames)),
        ("program", Json::bytes(&of.program)),
        ("io_mint", Json::bytes(&of.io_mint)),
        ("iosd_mint", Json::bytes(&of.iosd_mint)),
        ("slot", Json::u64(of.slot)),
        ("time", Json::Text(of.time.to_string())),
        ("hashes", list(&of.hashes, |(slot, hash)| Json::Object(vec![("slot", Json::u64(*slot)), ("hash", Json::bytes(hash))]))),
        (
            "recent",
            list(&of.recent, |(slot, signature)| Json::Object(vec![("slot", Json::u64(*slot)), ("signature", Json::bytes(signature))])),
        ),
        ("done", list(&of.done, done)),
        ("accounts", list(&of.accounts, |(address, of)| Json::Object(vec![("address", Json::bytes(address)), ("account", account(of))]))),
    ])
}

fn begun(of: &Begun) -> Vec<(&'static str, Json)> {
    vec![
        ("signature", Json::bytes(&of.signature)),
        ("intent", or_null(of.intent.as_ref(), |intent| Json::bytes(intent))),
        ("last_valid", Json::u64(of.last_valid)),
        ("signed", Json::u64(of.signed)),
        ("wire", Json::bytes(&of.wire)),
    ]
}

fn end(of: &End) -> Json {
    Json::Object(match of {
        End::Landed { units, fee, slot } => {
            vec![("end", Json::Text("Landed".into())), ("units", Json::u64(*units)), ("fee", Json::u64(*fee)), ("slot", Json::u64(*slot))]
        }
        End::Failed => vec![("end", Json::Text("Failed".into()))],
        End::Refused => vec![("end", Json::Text("Refused".into()))],
        End::Expired => vec![("end", Json::Text("Expired".into()))],
    })
}

/// An entry of an outbox.
pub(super) fn outbox_entry(entry: &outbox::Entry) -> Json {
    Json::Object(match entry {
        outbox::Entry::Begun(of) => [vec![("entry", Json::Text("Begun".into()))], begun(of)].concat(),
        outbox::Entry::Ended(signature, of) => {
            vec![("entry", Json::Text("Ended".into())), ("signature", Json::bytes(signature)), ("end", end(of))]
        }
    })
}

/// What an outbox says.
pub(super) fn outbox(of: &Outbox) -> [(&'static str, Json); 2] {
    let open = list(of.open.values(), |one| Json::Object(begun(one)));
    let met = list(of.met.values(), |(one, how)| Json::Object([begun(one), vec![("end", end(how))]].concat()));
    [("open", open), ("met", met)]
}
