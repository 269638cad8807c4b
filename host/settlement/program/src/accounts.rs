//! Checks of accounts. Nothing is read from an account that did not pass one of these.

use crate::Outcome;
use assay_settlement_interface::Key;
use assay_settlement_interface::account::{Account, Round, round_length};
use assay_settlement_interface::error::Refusal;
use pinocchio::account::{Ref, RefMut};
use pinocchio::{AccountView, Address};

/// Names what an account holds, in place: `held!(job: Job = accounts::read_mut(view, program));` makes `job` a `&mut Job`, or refuses.
///
/// A `?` would move it, and a move of a job on the stack is 46 loads and 46 stores: without them the program is a fifth smaller.
macro_rules! held {
    ($name:ident: $kind:ty = $read:expr) => {
        let mut $name: crate::Outcome<$kind> = $read;
        held!($name);
    };
    ($name:ident = $read:expr) => {
        let mut $name = $read;
        held!($name);
    };
    ($name:ident) => {
        #[allow(unused_variables)]
        let $name = match &mut $name {
            Ok(held) => held,
            Err(refusal) => return Err(*refusal),
        };
    };
}
pub(crate) use held;

/// Refuses what was read, if `by` finds something wrong with it.
#[inline(always)]
pub fn check<A>(read: &mut Outcome<A>, by: impl FnOnce(&A) -> Outcome) {
    if let Ok(own) = read
        && let Err(refusal) = by(own)
    {
        *read = Err(refusal);
    }
}

/// The first `N` accounts, and those that follow them.
#[inline(always)]
pub fn take<const N: usize>(accounts: &mut [AccountView]) -> Outcome<(&mut [AccountView; N], &mut [AccountView])> {
    accounts.split_first_chunk_mut().ok_or(Refusal::MissingAccount)
}

/// The address of an account, as bytes.
#[inline(always)]
pub fn key(view: &AccountView) -> &Key {
    view.address().as_array()
}

/// It signs.
#[inline(always)]
pub fn signer(view: &AccountView) -> Outcome {
    if view.is_signer() { Ok(()) } else { Err(Refusal::NotSigned) }
}

/// It may change.
#[inline(always)]
pub fn writable(view: &AccountView) -> Outcome {
    if view.is_writable() { Ok(()) } else { Err(Refusal::NotWritable) }
}

/// It is at `address`.
#[inline(never)]
pub fn at(view: &AccountView, address: &Key) -> Outcome {
    if key(view) == address { Ok(()) } else { Err(Refusal::WrongAddress) }
}

/// It is the wallet at `address`, and signs.
#[inline(never)]
pub fn signed_by(view: &AccountView, address: &Key) -> Outcome {
    at(view, address)?;
    signer(view)
}

/// Two accounts are not the same one.
#[inline(never)]
pub fn differ(one: &AccountView, other: &AccountView) -> Outcome {
    if key(one) == key(other) { Err(Refusal::Duplicate) } else { Ok(()) }
}

/// The bytes of an account. Refused only if the same account was passed as another one, which is borrowed to be changed.
#[inline(always)]
pub fn bytes(view: &AccountView) -> Outcome<Ref<'_, [u8]>> {
    view.try_borrow().map_err(|_| Refusal::Duplicate)
}

/// The same, to be changed.
#[inline(always)]
pub fn bytes_mut(view: &mut AccountView) -> Outcome<RefMut<'_, [u8]>> {
    writable(view)?;
    view.try_borrow_mut().map_err(|_| Refusal::Duplicate)
}

/// Reads an account of ours: the owner, the kind, the version and the length are checked.
#[inline(never)]
pub fn read<A: Account>(view: &AccountView, program: &Address) -> Outcome<A> {
    ours(view, program)?;
    let bytes = bytes(view)?;
    if bytes.len() != A::LENGTH {
        return Err(Refusal::WrongKind);
    }
    A::read(&bytes)
}

/// The same, of an account that will change.
#[inline(always)]
pub fn read_mut<A: Account>(view: &AccountView, program: &Address) -> Outcome<A> {
    writable(view)?;
    read(view, program)
}

/// Reads a round: its length goes with its size.
#[inline(never)]
pub fn read_round(view: &AccountView, program: &Address) -> Outcome<Round> {
    ours(view, program)?;
    let bytes = bytes(view)?;
    let round = Round::read(&bytes)?;
    if bytes.len() == round_length(round.size) { Ok(round) } else { Err(Refusal::WrongKind) }
}

/// The same, of a round that will change.
#[inline(always)]
pub fn read_round_mut(view: &AccountView, program: &Address) -> Outcome<Round> {
    writable(view)?;
    read_round(view, program)
}

/// Writes an account that was read or created.
#[inline(never)]
pub fn write<A: Account>(view: &mut AccountView, account: &A) -> Outcome {
    account.write(&mut bytes_mut(view)?)
}

/// It is owned by this program.
#[inline(always)]
pub fn ours(view: &AccountView, program: &Address) -> Outcome {
    if view.owned_by(program) { Ok(()) } else { Err(Refusal::NotOurs) }
}

/// It is the system program.
#[inline(never)]
pub fn system_program(view: &AccountView) -> Outcome {
    if view.address() == &pinocchio_system::ID { Ok(()) } else { Err(Refusal::WrongAddress) }
}

/// It is the SPL token program.
#[inline(never)]
pub fn token_program(view: &AccountView) -> Outcome {
    if view.address() == &pinocchio_token::ID { Ok(()) } else { Err(Refusal::WrongAddress) }
}

/// It is a token account of `owner` for `mint`, and may change.
#[inline(never)]
pub fn token_account(view: &AccountView, owner: &Key, mint: &Key) -> Outcome {
    writable(view)?;
    let account = pinocchio_token::state::Account::from_account_view(view).map_err(|_| Refusal::WrongTokens)?;
    let fits = account.is_initialized() && account.owner().as_array() == owner && account.mint().as_array() == mint;
    if fits { Ok(()) } else { Err(Refusal::WrongTokens) }
}

/// It is one of the program's own token accounts, whose address is fixed, and may change.
#[inline(never)]
pub fn own_tokens(view: &AccountView, address: &Key) -> Outcome {
    at(view, address)?;
    writable(view)
}
