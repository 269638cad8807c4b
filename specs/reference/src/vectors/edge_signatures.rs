//! Signatures at the edges of Ed25519, where implementations are known to disagree.
//!
//! They need arithmetic on the curve, which the reference has no other use for, so they stand here as numbers. Made
//! once, over the message of kind "receipt" for the hash [`HASH`]:
//!
//! - small A: T is a point of small order; r counts up from 1,000 until k = H(R ‖ A ‖ M) makes k·T
//!   neutral; R = r·B, S = r. Plain verification accepts it, and nobody holds a secret.
//! - mixed A: A = a·B + T with T of order 8, a the scalar of the seed 32 times 09; R = r·B, S = r + k·a. Where k is a multiple of 8 the
//!   equation S·B = R + k·A holds; otherwise only 8·S·B = 8·R + 8·k·A does.
//! - small and mixed R: A = a·B, R = T or R = r·B + T, S = r + k·a.
//!
//! (S above the group order, wrong kinds, wrong keys need no such arithmetic: keys.rs makes them.)

use crate::hashing::Hash;

/// The hash that all of them sign.
pub(super) const HASH: Hash = [0x11; 32];

const SMALL: &str = "a public key of small order: plain verification accepts it";
const NON_CANONICAL: &str = "a public key with a second encoding, and of small order";
const NON_CANONICAL_R: &str = "an R with a second encoding, and of small order";
const SMALL_R: &str = "an R of small order";
const MIXED: &str = "an implementation that refuses more than small orders";
const COFACTOR: &str = "an implementation that multiplies the equation by the cofactor";

/// Name, what it guards against, public key, signature, whether it verifies.
pub(super) const CASES: [(&str, &str, &str, &str, bool); 21] = [
    (
        "A of order 1",
        SMALL,
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e7caaa83373a94afae43fec59b447c99ba282b19a7616c24c785ad8966a1e10ee803000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 8, first",
        SMALL,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "cc8e0f4a137b210fd1ed95194ec559e3b9c9f7f4bb7543eb27544ccaf5c8ba58fa03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 4, first",
        SMALL,
        "0000000000000000000000000000000000000000000000000000000000000080",
        "e6050df522ee2d93ab024997bee05d000a4c6dcf2f3acb8c6cc79499ed9422dbe903000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 8, second",
        SMALL,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "f10367b0afc6a352860626af9107651d7b392d5b07e571c437778caaedd3d970f003000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 2",
        SMALL,
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "78021b25eb446235a4af5246fa0f72589a72c7d78f77da0bb35c8cefd541819aea03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 8, third",
        SMALL,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "a6c0381cc655b64838b4b8b4f60b6f074a0ab8ffc7721699704bfd077262d1f3ec03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 4, second",
        SMALL,
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0e40848715696e4a7483a9320ee48ec06c80ca946c1148b966e76337cd95bc17eb03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 8, fourth",
        SMALL,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "78021b25eb446235a4af5246fa0f72589a72c7d78f77da0bb35c8cefd541819aea03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 1 with y = p + 1",
        NON_CANONICAL,
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e7caaa83373a94afae43fec59b447c99ba282b19a7616c24c785ad8966a1e10ee803000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 4 with y = p",
        NON_CANONICAL,
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "78021b25eb446235a4af5246fa0f72589a72c7d78f77da0bb35c8cefd541819aea03000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 1 with a sign on x = 0",
        NON_CANONICAL,
        "0100000000000000000000000000000000000000000000000000000000000080",
        "e7caaa83373a94afae43fec59b447c99ba282b19a7616c24c785ad8966a1e10ee803000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 2 with a sign on x = 0",
        NON_CANONICAL,
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "e7caaa83373a94afae43fec59b447c99ba282b19a7616c24c785ad8966a1e10ee803000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 4 with y = p and a sign",
        NON_CANONICAL,
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "e6050df522ee2d93ab024997bee05d000a4c6dcf2f3acb8c6cc79499ed9422dbe903000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A of order 1 with y = p + 1 and a sign on x = 0",
        NON_CANONICAL,
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "e7caaa83373a94afae43fec59b447c99ba282b19a7616c24c785ad8966a1e10ee803000000000000000000000000000000000000000000000000000000000000",
        false,
    ),
    (
        "A with a part of order 8, the equation holds",
        MIXED,
        "d0d31a3cb4bf59a067bce65dbb4e453eb75450b39b1f8a15bd2cce95fa47c958",
        "c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd602232dc96deebfd2e771488fa928fa8ca4b7c5bb9f23f449c9b080f7c74afc4d107",
        true,
    ),
    (
        "A with a part of order 8, the equation holds only times 8",
        COFACTOR,
        "d0d31a3cb4bf59a067bce65dbb4e453eb75450b39b1f8a15bd2cce95fa47c958",
        "58666666666666666666666666666666666666666666666666666666666666666d9f4a5f6fa808a10c9640e45f50304a055934b5e74ada7c2cc0ccf2611f3f09",
        false,
    ),
    (
        "R of order 1, the equation holds",
        SMALL_R,
        "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        "01000000000000000000000000000000000000000000000000000000000000000e8c7d04e909a71f86865762e16566e35c3a830d4d0e6ce4fbb34da352db3f0c",
        false,
    ),
    (
        "R of order 8, the equation holds only times 8",
        SMALL_R,
        "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a9a3cbdf027f76b96fab9a60b0cf4d418f4185c9fe915a5acdb2e221733352c02",
        false,
    ),
    (
        "R of order 2, the equation holds only times 8",
        SMALL_R,
        "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f89c4573f8bf13950e52fe60a702df2e599284e6cd238048cfd609e47ba771f0c",
        false,
    ),
    (
        "R with a part of order 8, the equation holds only times 8",
        COFACTOR,
        "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        "4c09ae0bb152ce1900464b0c9307316e1f761f80aaf20226936f0aa6a0bd49e4611d6bf05a8c44f00d81836afbf54c5cf96452c5930878bb8418dc5e0d999a0b",
        false,
    ),
    (
        "R of order 1 with y = p + 1, the equation holds",
        NON_CANONICAL_R,
        "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f27ffce1d80351be9e54e57f3478e4a8c2aa5d45db583d66611ff53b63fd99403",
        false,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{Kind, message};
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    /// A case guards nothing if a careless implementation refuses it too: each equation that is said to hold does.
    #[test]
    fn plain_verification_accepts_what_strict_verification_must_refuse() {
        let message = message(Kind::Receipt, &HASH);
        let mut accepted = 0;
        for (name, guards, public_key, signature, strict) in CASES {
            let [public_key, signature] = [public_key, signature].map(|text| hex::decode(text).expect("hexadecimal"));
            let key = VerifyingKey::from_bytes(public_key.as_slice().try_into().expect("32 bytes")).expect("a point");
            let signature = Signature::from_slice(&signature).expect("64 bytes");
            let holds = [SMALL, NON_CANONICAL, MIXED].contains(&guards) || name == "R of order 1, the equation holds";
            assert_eq!(key.verify(&message, &signature).is_ok(), holds, "{name}");
            accepted += u32::from(holds && !strict);
        }
        assert_eq!(accepted, 15, "14 public keys and one R of small order");
    }
}
