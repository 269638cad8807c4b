//! Jobs, from escrow to payment. What exists already is passed as it was read, so that its own fields say which accounts go with it.

use assay_settlement_interface::account::{Dispute, Job, state};
use assay_settlement_interface::instruction::{AcceptJob, CancelJob, CloseJob, ExpireJob, OpenJob, Prove, Settle};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;

use super::{call, changes, more};
use crate::address::Addresses;

impl Addresses {
    /// The account of a job that was read.
    pub fn of_job(&self, job: &Job) -> Pubkey {
        self.job(&job.requester.into(), job.nonce)
    }

    /// Where the requester's money goes back to.
    fn refund(&self, job: &Job) -> Pubkey {
        self.wallet(&job.requester.into(), job.currency)
    }

    /// Opens a job.
    pub fn open_job(&self, requester: &Pubkey, job: &OpenJob) -> Instruction {
        call!(self, OpenJob, job, [
            requester: *requester,
            job: self.job(requester, job.nonce),
            source: self.wallet(requester, job.currency),
            escrow: self.escrow(job.currency),
        ])
    }

    /// Accepts a job's account for device number `device` of the wallet's provider.
    pub fn accept_job(&self, owner: &Pubkey, device: u32, job: &Pubkey) -> Instruction {
        let provider = self.provider(owner);
        call!(self, AcceptJob {}, [owner: *owner, provider: provider, device: self.device(&provider, device), job: *job])
    }

    /// Proves a job that was accepted.
    pub fn prove(&self, owner: &Pubkey, job: &Job, proof: &Prove) -> Instruction {
        call!(self, Prove, proof, [
            owner: *owner, provider: job.provider.into(), device: job.device.into(), job: self.of_job(job),
        ])
    }

    /// Ends an open job; or an accepted one, whose provider's wallet is then passed: it is paid for the hours begun.
    pub fn cancel_job(&self, job: &Job, owner: Option<&Pubkey>) -> Instruction {
        let ends = call!(self, CancelJob {}, [
            requester: job.requester.into(), job: self.of_job(job), escrow: self.escrow(job.currency), refund: self.refund(job),
        ]);
        let accepted = owner
            .map(|owner| [job.provider.into(), job.device.into(), self.wallet(owner, job.currency), self.fees(job.currency)].map(changes));
        more(ends, accepted.into_iter().flatten())
    }

    /// Ends a job whose time is over.
    pub fn expire_job(&self, job: &Job) -> Instruction {
        let ends = call!(self, ExpireJob {}, [job: self.of_job(job), escrow: self.escrow(job.currency), refund: self.refund(job)]);
        let accepted = (job.state == state::job::ACCEPTED).then(|| [job.provider.into(), job.device.into()].map(changes));
        more(ends, accepted.into_iter().flatten())
    }

    /// Pays a job out; `owner` is the wallet of its provider.
    pub fn settle(&self, job: &Job, owner: &Pubkey) -> Instruction {
        call!(self, Settle {}, [
            job: self.of_job(job),
            provider: job.provider.into(),
            escrow: self.escrow(job.currency),
            payout: self.wallet(owner, job.currency),
            refund: self.refund(job),
            fees: self.fees(job.currency),
        ])
    }

    /// Closes a job that has ended, with its dispute if there was one.
    pub fn close_job(&self, job: &Job, dispute: Option<&Dispute>) -> Instruction {
        let address = self.of_job(job);
        let closes = call!(self, CloseJob {}, [job: address, requester: job.requester.into()]);
        let dispute = dispute.map(|dispute| [self.dispute(&address), dispute.payer.into()].map(changes));
        more(closes, dispute.into_iter().flatten())
    }
}
