//! Keys: base58, key files, signatures (encoding.md, sections 3 and 4).

use super::edge_signatures::{CASES, HASH};
use super::json::{Json, Vector};
use super::samples::{self, flipped, malleated, replace};
use crate::base58;
use crate::keyfile;
use crate::signing::{self, Kind};

/// The group `base58`.
pub(super) fn base58() -> Vec<Vector> {
    let cases: [(&str, &[u8]); 8] = [
        ("nothing", &[]),
        ("one zero", &[0]),
        ("leading zeros are kept", &[0, 0, 0, 1]),
        ("57 is one digit", &[57]),
        ("58 is two digits", &[58]),
        ("a zero inside", &[1, 0, 0]),
        ("32 zeros: the address of Solana's system program", &[0; 32]),
        ("32 times FF: the longest", &[0xff; 32]),
    ];
    let vector = |(name, bytes): (&str, &[u8])| {
        Vector::new(name, "a digit lost, added or out of place").bytes("bytes", bytes).text("base58", &base58::encode(bytes))
    };
    cases.into_iter().map(vector).collect()
}

/// The group `keys`.
pub(super) fn keys() -> Vec<Vector> {
    let seeds = [("publisher", samples::PUBLISHER), ("requester", samples::REQUESTER), ("provider", samples::PROVIDER), ("zeros", [0; 32])];
    let vector = |(name, seed): (&str, [u8; 32])| {
        let public_key = signing::public_key(&seed);
        Vector::new(name, "seed, public key, how it is shown, what its key file holds")
            .bytes("seed", &seed)
            .bytes("public_key", &public_key)
            .text("base58", &base58::encode(&public_key))
            .text("key_file", &keyfile::write(&seed))
    };
    seeds.into_iter().map(vector).collect()
}

/// The group `key_files`.
pub(super) fn key_files() -> Vec<Vector> {
    let good = keyfile::write(&samples::PUBLISHER);
    let inner = &good[1..good.len() - 1];
    let numbers: Vec<&str> = inner.split(',').collect();
    let first = |number: &str| format!("[{number},{}]", numbers[1..].join(","));
    let padded = |length: usize| format!("{good}{}", " ".repeat(length - good.len()));
    let other = keyfile::write(&samples::REQUESTER);
    let other_numbers: Vec<&str> = other[1..other.len() - 1].split(',').collect();
    let mixed = format!("[{},{}]", numbers[..32].join(","), other_numbers[32..].join(","));
    let swapped = format!("[{},{}]", numbers[32..].join(","), numbers[..32].join(","));
    const COUNT: &str = "any other count";
    const VALUE: &str = "any other value";
    const HALVES: &str = "a damaged file that signs with a key its owner does not expect";
    let accepted = [
        ("as solana-keygen writes it", "reading what Solana's tools write", good.clone()),
        ("with spaces and line ends", "a reader that is no JSON reader", format!(" [\n{}\r\n]\t\n", numbers.join(" ,\n "))),
        ("4,096 bytes", "the longest key file", padded(4096)),
    ];
    let refused = [
        ("4,097 bytes", "one byte above the longest", padded(4097)),
        ("empty", "reading from nothing", String::new()),
        ("[]", COUNT, "[]".to_string()),
        ("63 numbers", COUNT, format!("[{}]", numbers[..63].join(","))),
        ("65 numbers", COUNT, format!("[{inner},0]")),
        ("32 numbers: the seed alone", COUNT, format!("[{}]", numbers[..32].join(","))),
        ("256", VALUE, first("256")),
        ("−1", VALUE, first("-1")),
        ("7.0", VALUE, first("7.0")),
        ("0.7e1", VALUE, first("0.7e1")),
        ("−0", VALUE, first("-0")),
        ("2⁶⁴ + 7", "a number that wraps to the right one", first("18446744073709551623")),
        ("263", "a number that wraps to the right one", first("263")),
        ("null", VALUE, first("null")),
        ("true", VALUE, first("true")),
        ("a string", VALUE, first("\"7\"")),
        ("a list in the list", VALUE, first("[7]")),
        ("07", "numbers that are not JSON", first("07")),
        ("0x07", "numbers that are not JSON", first("0x07")),
        ("a comma at the end", "what is not JSON", format!("[{inner},]")),
        ("no bracket at the end", "a file cut off", good[..good.len() - 1].to_string()),
        ("something after the list", "a file with two meanings", format!("{good} 1")),
        ("two lists", "a file with two meanings", format!("{good}{good}")),
        ("a byte order mark", "what is not JSON", format!("\u{feff}{good}")),
        ("an object", "another kind of file", format!("{{\"key\": {good}}}")),
        ("a string of base58", "another kind of file", format!("{:?}", base58::encode(&samples::PUBLISHER))),
        ("hexadecimal", "another kind of file", hex::encode(samples::PUBLISHER)),
        ("brackets to the end", "recursion without an end", "[".repeat(4096)),
        ("the public key of another seed", HALVES, mixed),
        ("public key first", HALVES, swapped),
        ("seed with another bit", HALVES, first("6")),
    ];
    let mut vectors = Vec::new();
    for (name, guards, text) in accepted {
        let seed = keyfile::parse(text.as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}"));
        vectors.push(Vector::new(name, guards).text("text", &text).bytes("public_key", &signing::public_key(&seed)));
    }
    for (name, guards, text) in refused {
        assert!(keyfile::parse(text.as_bytes()).is_err(), "{name}");
        vectors.push(Vector::new(name, guards).text("text", &text).refused("key file"));
    }
    vectors
}

/// One case of the group `signatures`: what is verified, against whose key.
struct Case<'a> {
    name: String,
    guards: &'a str,
    public_key: [u8; 32],
    kind: Kind,
    hash: [u8; 32],
    signature: [u8; 64],
    valid: bool,
}

impl Case<'_> {
    fn vector(self) -> Vector {
        let answer = signing::verifies(&self.public_key, self.kind, &self.hash, &self.signature);
        assert_eq!(answer.is_ok(), self.valid, "{}: {answer:?}", self.name);
        let vector = Vector::new(self.name, self.guards)
            .bytes("public_key", &self.public_key)
            .text("kind", self.kind.word())
            .bytes("hash", &self.hash)
            .bytes("message", &signing::message(self.kind, &self.hash))
            .bytes("signature", &self.signature);
        match self.valid {
            true => vector.with("verifies", Json::Bool(true)),
            false => vector.refused("signature"),
        }
    }
}

/// The group `signatures`.
pub(super) fn signatures() -> Vec<Vector> {
    let seed = samples::PUBLISHER;
    let public_key = signing::public_key(&seed);
    let good = signing::sign(&seed, Kind::Receipt, &HASH);
    let case = |name: &str, guards: &'static str, signature: [u8; 64]| Case {
        name: name.to_string(),
        guards,
        public_key,
        kind: Kind::Receipt,
        hash: HASH,
        signature,
        valid: false,
    };
    let flip = |place: usize| <[u8; 64]>::try_from(flipped(&good, place)).expect("as long as before");
    let bare = ed25519_dalek::Signer::sign(&ed25519_dalek::SigningKey::from_bytes(&seed), &HASH).to_bytes();
    let message = signing::message(Kind::Receipt, &HASH);
    let without_ff =
        ed25519_dalek::Signer::sign(&ed25519_dalek::SigningKey::from_bytes(&seed), &replace(&message, b"\xff", b"")).to_bytes();
    let (neutral, by_nobody) = samples::small_order_key_and_signature();
    let mut cases = vec![
        case("a bit of R", "a signature that is not compared", flip(0)),
        case("a bit of S", "a signature that is not compared", flip(32)),
        case("S plus the group order", "malleable: two signatures for one message", malleated(&good)),
        case("all zeros", "a signature that nobody made", [0; 64]),
        case("all FF", "S far above the group order", [0xff; 64]),
        case("over the bare hash", "a signature without the domain: a wallet tricked into signing 32 bytes", bare),
        case("without 0xFF in front", "a message that may be a Solana transaction", without_ff),
        Case {
            name: "key of small order that plain Ed25519 accepts".into(),
            public_key: neutral,
            ..case("", "a key that signs everything", by_nobody)
        },
        Case {
            name: "another key".into(),
            public_key: signing::public_key(&samples::REQUESTER),
            ..case("", "a signature of somebody else", good)
        },
        Case { name: "another hash".into(), hash: [0x12; 32], ..case("", "a signature over something else", good) },
        Case { name: "key that is no point".into(), public_key: [2; 32], ..case("", "a key that cannot be decompressed", good) },
    ];
    for made_for in Kind::ALL {
        let signature = signing::sign(&seed, made_for, &HASH);
        for kind in Kind::ALL {
            let name = format!("made for a {}, shown as a {}", made_for.word(), kind.word());
            let guards = "a signature over one kind of object that passes for another";
            cases.push(Case { name, guards, public_key, kind, hash: HASH, signature, valid: kind == made_for });
        }
    }
    for (name, guards, public_key, signature, valid) in CASES {
        let array = |text: &str| hex::decode(text).expect("a constant in hexadecimal");
        let public_key = array(public_key).try_into().expect("32 bytes");
        let signature = array(signature).try_into().expect("64 bytes");
        cases.push(Case { name: name.to_string(), guards, public_key, kind: Kind::Receipt, hash: HASH, signature, valid });
    }
    cases.into_iter().map(Case::vector).collect()
}
