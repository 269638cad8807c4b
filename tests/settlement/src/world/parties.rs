//! Wallets, and what they have before anything is sent.

use assay_reference::settlement::ledger::{Mint as ModelMint, Tokens as ModelTokens};
use assay_settlement_interface::instruction::{AddDevice, SetModel};
use assay_settlement_interface::params::Param;
use solana_program_pack::Pack;
use solana_sdk::account::Account;
use solana_sdk::program_option::COption;
use solana_sdk::pubkey::Pubkey;
use spl_token_interface::state::{Account as Tokens, AccountState, Mint};

use super::World;

/// How many wallets there are.
pub const WALLETS: u8 = 60;
/// The first wallet that may hold a seat: seat i is wallet `HOLDERS + i`'s.
pub const HOLDERS: u8 = 20;

/// The wallet of this number.
pub const fn wallet(n: u8) -> Pubkey {
    let mut key = [0x77; 32];
    key[0] = n;
    Pubkey::new_from_array(key)
}

/// May pause, block and attest.
pub const GUARDIAN: Pubkey = wallet(1);
/// Pays for accounts that anyone may pay for.
pub const PAYER: Pubkey = wallet(2);
/// A provider's.
pub const OWNER: Pubkey = wallet(3);
/// Another provider's.
pub const OTHER_OWNER: Pubkey = wallet(4);
/// A requester's.
pub const REQUESTER: Pubkey = wallet(5);
/// Another requester's.
pub const OTHER_REQUESTER: Pubkey = wallet(6);
/// A challenger's.
pub const CHALLENGER: Pubkey = wallet(7);
/// Of someone who has nothing to do with it.
pub const STRANGER: Pubkey = wallet(8);
/// Pays the fees of transactions, and is named by no instruction.
pub const FEES: Pubkey = Pubkey::new_from_array([0x99; 32]);

/// What each wallet has of each token.
pub const EACH: u64 = 1 << 53;
/// Lamports of each wallet.
pub const LAMPORTS: u64 = 1_000_000_000_000;
/// A model of GPUs.
pub const GPU: u16 = 7;
/// A model of CPUs.
pub const CPU: u16 = 8;
/// What a device asks an hour, in each currency.
pub const PRICES: [u64; 2] = [10_000_000, 3_000_000];
/// What a seat is taken with: more than it needs, so that a penalty does not end it.
pub const SEAT_STAKE: u64 = 300_000_000_000;

/// Text of a model's name.
pub fn name(text: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name
}

/// A device of this many processors.
pub fn device_of(model: u16, quantity: u32) -> AddDevice {
    AddDevice { model, quantity, price_io: PRICES[0], price_iosd: PRICES[1] }
}

fn packed<T: Pack>(state: T, lamports: u64) -> Account {
    let mut data = vec![0; T::LEN];
    state.pack_into_slice(&mut data);
    Account { lamports, data, owner: spl_token_interface::ID, executable: false, rent_epoch: 0 }
}

impl World {
    pub(super) fn make_mints(&mut self) {
        for currency in [0, 1] {
            let address = self.at.mint(currency);
            let authority = if currency == 0 { self.at.vault } else { STRANGER };
            self.make_mint(&address, authority, EACH * u64::from(WALLETS));
        }
    }

    /// Makes a mint on both sides, with a supply that somebody holds.
    pub fn make_mint(&mut self, address: &Pubkey, authority: Pubkey, supply: u64) {
        let mint =
            Mint { mint_authority: COption::Some(authority), supply, decimals: 6, is_initialized: true, freeze_authority: COption::None };
        let rent = self.svm.minimum_balance_for_rent_exemption(Mint::LEN);
        self.svm.set_account(*address, packed(mint, rent)).expect("it is there");
        self.model.mints.insert(address.to_bytes(), ModelMint { supply, authority: authority.to_bytes() });
    }

    pub(super) fn make_wallet(&mut self, wallet: &Pubkey) {
        for address in [wallet, &FEES] {
            self.svm.set_account(*address, Account { lamports: LAMPORTS, ..Account::default() }).expect("it is there");
        }
        for currency in [0, 1] {
            let (address, mint) = (self.at.wallet(wallet, currency), self.at.mint(currency));
            self.make_tokens(&address, &mint, wallet, EACH);
        }
    }

    /// Makes a token account on both sides. Its tokens come from nowhere.
    pub fn make_tokens(&mut self, address: &Pubkey, mint: &Pubkey, owner: &Pubkey, amount: u64) {
        let tokens = Tokens {
            mint: *mint,
            owner: *owner,
            amount,
            delegate: COption::None,
            state: AccountState::Initialized,
            is_native: COption::None,
            delegated_amount: 0,
            close_authority: COption::None,
        };
        let rent = self.svm.minimum_balance_for_rent_exemption(Tokens::LEN);
        self.svm.set_account(*address, packed(tokens, rent)).expect("it is there");
        let modelled = ModelTokens { mint: mint.to_bytes(), owner: owner.to_bytes(), amount };
        self.model.tokens.insert(address.to_bytes(), modelled);
    }

    /// Adds both models.
    pub fn add_models(&mut self) {
        for (id, model_kind, multiplier_milli, text) in [(GPU, 0, 1_250, "A GPU"), (CPU, 1, 500, "A CPU")] {
            let model = SetModel { id, model_kind, enabled: 1, multiplier_milli, name: name(text) };
            self.must(self.at.set_model(&GUARDIAN, &model));
        }
    }

    /// Registers a provider with one attested device, and all the stake that it needs.
    pub fn add_provider(&mut self, owner: &Pubkey) {
        let provider = self.at.provider(owner);
        self.must(self.at.register_provider(owner, *b"DE", *b"EU"));
        self.must(self.at.add_device(owner, 0, &device_of(GPU, 2)));
        self.must(self.at.stake(owner, 3 * self.param(Param::StakePerUnit)));
        self.must(self.at.attest_device(&GUARDIAN, &provider, 0, true));
    }

    /// Opens the next seats, each of another holder.
    pub fn add_seats(&mut self, seats: u32) {
        for index in self.totals().seats..self.totals().seats + seats {
            let holder = holder(index);
            self.must(self.at.register_seat(&holder, index, SEAT_STAKE));
        }
        // A judge has to be there before what it judges.
        self.pass_slots(1);
    }

    /// Models, two providers and so many seats, with the parameters of the page.
    pub fn ready(seats: u32) -> Self {
        let mut world = Self::new(&assay_settlement_interface::params::DEFAULTS);
        world.add_models();
        world.add_provider(&OWNER);
        world.add_provider(&OTHER_OWNER);
        world.add_seats(seats);
        world
    }
}

/// Who holds a seat at first.
pub const fn holder(index: u32) -> Pubkey {
    wallet(HOLDERS + index as u8)
}
