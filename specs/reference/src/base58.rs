//! # How a public key is shown (encoding.md, section 4)
//!
//! Base58 reads the bytes as one big-endian number and writes it in 58 digits; each leading zero byte
//! becomes a leading `1`, since a number has no leading zeros to keep. No 0, O, I or l: people
//! read keys aloud. Only encoding is needed: nothing here is ever parsed back.

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// `bytes` in base58, Bitcoin alphabet.
pub fn encode(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::new(); // of the number so far, lowest first, 0 to 57 each
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) * 256;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    let leading_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let ones = std::iter::repeat_n('1', leading_zeros);
    let number = digits.iter().rev().map(|digit| char::from(DIGITS[usize::from(*digit)]));
    ones.chain(number).collect()
}
