//! Providers, their devices, their stake.

use assay_settlement_interface::instruction::{
    AddDevice, AttestDevice, AttestProvider, RegisterProvider, RequestUnstake, Stake, UpdateDevice, UpdateProvider, Withdraw,
};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::call;
use crate::address::{Addresses, wallet_tokens};

impl Addresses {
    /// Registers a wallet as a provider.
    pub fn register_provider(&self, owner: &Pubkey, country: [u8; 2], continent: [u8; 2]) -> Instruction {
        call!(self, RegisterProvider { country, continent }, [owner: *owner, provider: self.provider(owner)])
    }

    /// Changes a provider's status and region.
    pub fn update_provider(&self, owner: &Pubkey, update: &UpdateProvider) -> Instruction {
        call!(self, UpdateProvider, update, [owner: *owner, provider: self.provider(owner)])
    }

    /// Blocks or unblocks a provider's account, and states its tier.
    pub fn attest_provider(&self, guardian: &Pubkey, provider: &Pubkey, blocked: bool, tier: u8) -> Instruction {
        call!(self, AttestProvider { blocked: blocked.into(), tier }, [guardian: *guardian, provider: *provider])
    }

    /// Adds device number `index`, which is `Provider.devices`.
    pub fn add_device(&self, owner: &Pubkey, index: u32, device: &AddDevice) -> Instruction {
        let provider = self.provider(owner);
        call!(self, AddDevice, device, [
            owner: *owner, provider: provider, model: self.model(device.model), device: self.device(&provider, index),
        ])
    }

    /// Changes device number `index`, which is of model `model`.
    pub fn update_device(&self, owner: &Pubkey, index: u32, model: u16, update: &UpdateDevice) -> Instruction {
        let provider = self.provider(owner);
        call!(self, UpdateDevice, update, [
            owner: *owner, provider: provider, model: self.model(model), device: self.device(&provider, index),
        ])
    }

    /// Attests device number `index` of a provider's account, or takes that back.
    pub fn attest_device(&self, guardian: &Pubkey, provider: &Pubkey, index: u32, attested: bool) -> Instruction {
        let device = self.device(provider, index);
        call!(self, AttestDevice { attested: attested.into() }, [guardian: *guardian, provider: *provider, device: device])
    }

    /// Stakes base units of IO.
    pub fn stake(&self, owner: &Pubkey, amount: u64) -> Instruction {
        let source = wallet_tokens(owner, &self.io_mint);
        call!(self, Stake { amount }, [owner: *owner, provider: self.provider(owner), source: source])
    }

    /// Starts to unbond base units of IO.
    pub fn request_unstake(&self, owner: &Pubkey, amount: u64) -> Instruction {
        call!(self, RequestUnstake { amount }, [owner: *owner, provider: self.provider(owner)])
    }

    /// Pays out what is ripe.
    pub fn withdraw(&self, owner: &Pubkey) -> Instruction {
        let destination = wallet_tokens(owner, &self.io_mint);
        call!(self, Withdraw {}, [owner: *owner, provider: self.provider(owner), destination: destination])
    }
}
