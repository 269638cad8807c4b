//! Checks of accounts. Nothing is read from an account that did not pass one of these.

use crate::Outcome;
use assay_settlement_interface::Key;
use assay_settlement_interface::account::{self, Account};
use assay_settlement_interface::error::Refusal;
use core::mem::ManuallyDrop;
use pinocchio::account::{Ref, RefMut};
use pinocchio::{AccountView, Address};

/// Names what an account holds, where it lies: `held!(job: mut Job = view, program);` makes `job` a `&mut Job`, or refuses.
///
/// Whatever is changed is changed in the account itself: a refusal afterwards undoes it, as it undoes the whole transaction. So it stays borrowed to the end of the instruction, and nothing is done to give it back:
/// an account that is passed for two is refused as a duplicate.
macro_rules! held {
    ($name:ident: mut $kind:ty = $view:expr, $program:expr) => {
        let mut view = *$view;
        let mut bytes = accounts::keep_mut::<$kind>(&mut view, $program)?;
        let $name: &mut $kind = accounts::exactly_mut(&mut bytes)?;
    };
    ($name:ident: $kind:ty = $view:expr, $program:expr) => {
        let view = *$view;
        let bytes = accounts::keep::<$kind>(&view, $program)?;
        let $name: &$kind = accounts::exactly(&bytes)?;
    };
    // A round, and the places of its members behind it.
    ($name:ident, $members:ident: mut Round = $view:expr, $program:expr) => {
        let mut view = *$view;
        let mut bytes = accounts::keep_mut::<assay_settlement_interface::account::Round>(&mut view, $program)?;
        let ($name, $members) = accounts::round_mut(&mut bytes)?;
    };
}
pub(crate) use held;

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

/// The fields of an account of ours: the owner, the kind and the version are checked. Refused as well if the same account was passed as another one that changes.
#[inline(never)]
pub fn fields<'a>(view: &'a AccountView, program: &Address, kind: u8) -> Outcome<Ref<'a, [u8]>> {
    ours(view, program)?;
    let bytes = view.try_borrow().map_err(|_| Refusal::Duplicate)?;
    Ref::filter_map(bytes, |bytes| account::fields(bytes, kind)).map_err(|_| Refusal::WrongKind)
}

/// The same, to be changed.
#[inline(never)]
pub fn fields_mut<'a>(view: &'a mut AccountView, program: &Address, kind: u8) -> Outcome<RefMut<'a, [u8]>> {
    writable(view)?;
    ours(view, program)?;
    let bytes = view.try_borrow_mut().map_err(|_| Refusal::Duplicate)?;
    RefMut::filter_map(bytes, |bytes| account::fields_mut(bytes, kind)).map_err(|_| Refusal::WrongKind)
}

/// The fields of an account of kind `A`, to the end of the instruction.
#[inline(always)]
pub fn keep<'a, A: Account>(view: &'a AccountView, program: &Address) -> Outcome<ManuallyDrop<Ref<'a, [u8]>>> {
    fields(view, program, A::KIND).map(ManuallyDrop::new)
}

/// The same, to be changed.
#[inline(always)]
pub fn keep_mut<'a, A: Account>(view: &'a mut AccountView, program: &Address) -> Outcome<ManuallyDrop<RefMut<'a, [u8]>>> {
    fields_mut(view, program, A::KIND).map(ManuallyDrop::new)
}

/// Fields as what they are: their length is checked.
#[inline(always)]
pub fn exactly<A: Account>(fields: &[u8]) -> Outcome<&A> {
    bytemuck::try_from_bytes(fields).map_err(|_| Refusal::WrongKind)
}

/// The same, to be changed.
#[inline(always)]
pub fn exactly_mut<A: Account>(fields: &mut [u8]) -> Outcome<&mut A> {
    bytemuck::try_from_bytes_mut(fields).map_err(|_| Refusal::WrongKind)
}

pub use assay_settlement_interface::account::{round, round_mut};

/// Looks at an account of ours that is to be closed: nothing stays borrowed.
pub fn look<A: Account, T>(view: &AccountView, program: &Address, at: impl FnOnce(&A) -> Outcome<T>) -> Outcome<T> {
    let bytes = fields(view, program, A::KIND)?;
    at(exactly(&bytes)?)
}

/// Writes an account that was just created.
#[inline(always)]
pub fn write<A: Account>(view: &mut AccountView, account: &A) -> Outcome {
    fill(view, A::KIND, bytemuck::bytes_of(account))
}

#[inline(never)]
fn fill(view: &mut AccountView, kind: u8, fields: &[u8]) -> Outcome {
    let mut bytes = view.try_borrow_mut().map_err(|_| Refusal::Duplicate)?;
    account::fill(&mut bytes, kind, fields)
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
