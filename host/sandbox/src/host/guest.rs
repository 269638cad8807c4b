//! Moving bytes between guest memory and the host.

use wiggle::{GuestMemory, GuestPtr};

use super::Host;
use super::abi::types as t;
use super::argument::Buffer;
use super::errno::Refusal;
use super::failure::{Failure, Halt};
use super::filesystem::{Sink, Source};
use super::poll::{self, Subject, Subscription};
use super::preview1::clock_kind;

/// Memory that other threads could change would make results depend on their timing; admission refuses it, and no engine here makes it.
const SHARED: Refusal = Refusal::Internal("guest memory is shared between threads");

/// Bytes of guest memory.
pub(crate) fn bytes<'m>(memory: &'m GuestMemory<'_>, pointer: u32, length: u32) -> Result<&'m [u8], Failure> {
    Ok(memory.as_slice(GuestPtr::new((pointer, length)))?.ok_or(SHARED)?)
}

/// Bytes of guest memory, to be filled.
pub(crate) fn bytes_mut<'m>(memory: &'m mut GuestMemory<'_>, pointer: u32, length: u32) -> Result<&'m mut [u8], Failure> {
    Ok(memory.as_slice_mut(GuestPtr::new((pointer, length)))?.ok_or(SHARED)?)
}

/// A string of the guest's, `ilseq` unless it is UTF-8.
pub(crate) fn text<'m>(memory: &'m GuestMemory<'_>, text: GuestPtr<str>) -> Result<&'m str, Failure> {
    Ok(memory.as_str(text)?.ok_or(SHARED)?)
}

impl Host {
    fn buffer_bytes(&self) -> u64 {
        self.buffers.iter().map(|buffer| u64::from(buffer.length)).sum()
    }

    /// `fd_read` and `fd_pread`.
    pub(crate) fn read_buffers(&mut self, memory: &mut GuestMemory<'_>, fd: u32, offset: Option<u64>) -> Result<u32, Failure> {
        let plan = self.files.plan_read(fd, offset, self.buffer_bytes())?;
        let mut at = plan.offset;
        let end = plan.offset.saturating_add(plan.length);
        for Buffer { pointer, length } in &self.buffers {
            let take = u32::try_from(end - at).unwrap_or(u32::MAX).min(*length);
            let room = bytes_mut(memory, *pointer, take)?;
            match plan.what {
                Source::Nothing => {}
                Source::File(ino) => self.files.read(ino, at, room)?,
                Source::Input(index) if !room.is_empty() => {
                    let input = self.inputs.get_mut(index).ok_or(Refusal::Internal("an input is in the tree and not in the list"))?;
                    input.read_at(at, room)?;
                }
                Source::Input(_) => {}
            }
            self.results.push(room);
            at += u64::from(take);
        }
        if offset.is_none() {
            self.files.advance(fd, end)?;
        }
        // At most the bytes of all buffers, which have been checked to be a u32.
        let read = plan.length as u32;
        self.results.push(&read.to_le_bytes());
        Ok(read)
    }

    /// `fd_write` and `fd_pwrite`.
    pub(crate) fn write_buffers(&mut self, memory: &GuestMemory<'_>, fd: u32, offset: Option<u64>) -> Result<u32, Failure> {
        let plan = self.files.plan_write(fd, offset, self.buffer_bytes())?;
        match plan.what {
            Sink::Stdout | Sink::Stderr => self.write_stream(memory, plan.what)?,
            Sink::File(ino) => {
                let mut at = plan.offset;
                for buffer in &self.buffers {
                    self.files.write(ino, at, bytes(memory, buffer.pointer, buffer.length)?)?;
                    at = at.saturating_add(u64::from(buffer.length));
                }
                self.files.written(ino, plan.length, self.clock.realtime())?;
                if offset.is_none() && plan.length > 0 {
                    self.files.advance(fd, at)?;
                }
            }
        }
        let written = plan.length as u32;
        self.results.push(&written.to_le_bytes());
        Ok(written)
    }

    fn write_stream(&mut self, memory: &GuestMemory<'_>, sink: Sink) -> Result<(), Failure> {
        for buffer in &self.buffers {
            let data = bytes(memory, buffer.pointer, buffer.length)?;
            let stream = if sink == Sink::Stderr { &mut self.stderr } else { &mut self.stdout };
            let kept = stream.write(data)?;
            let (shown, lost) = data.split_at(kept.min(data.len()));
            let limit = stream.limit;
            if !shown.is_empty() {
                match sink {
                    Sink::Stderr => self.observer.stderr(shown),
                    Sink::Stdout | Sink::File(_) => self.observer.stdout(shown),
                }
            }
            if !lost.is_empty() {
                return Err(Failure::Halt(Halt::Limit(limit)));
            }
        }
        Ok(())
    }

    /// `poll_oneoff`: all subscriptions are read before the first event is written, since the two may overlap.
    pub(crate) fn poll_guest(
        &mut self,
        memory: &mut GuestMemory<'_>,
        from: GuestPtr<t::Subscription>,
        to: GuestPtr<t::Event>,
        count: u32,
    ) -> Result<u32, Failure> {
        let mut subscriptions = Vec::with_capacity(count as usize);
        for pointer in from.as_array(count).iter() {
            subscriptions.push(subscription(memory.read(pointer?)?));
        }
        let events = poll::poll(&subscriptions, &mut self.clock, &self.files)?;
        for (index, event) in (0..count).zip(&events) {
            let errno = event.errno.map_or(t::Errno::Success, Into::into);
            let type_ = event_type(event.subject);
            self.results.push(&event.userdata.to_le_bytes());
            self.results.push(&u16::from(errno).to_le_bytes());
            self.results.push(&[u8::from(type_)]);
            self.results.push(&event.bytes.to_le_bytes());
            self.results.push(&0_u16.to_le_bytes());
            let event = t::Event {
                userdata: event.userdata,
                error: errno,
                type_,
                fd_readwrite: t::EventFdReadwrite { nbytes: event.bytes, flags: t::Eventrwflags::empty() },
            };
            memory.write(to.add(index)?, event)?;
        }
        let count = events.len() as u32;
        self.results.push(&count.to_le_bytes());
        Ok(count)
    }
}

fn subscription(guest: t::Subscription) -> Subscription {
    let subject = match guest.u {
        t::SubscriptionU::Clock(clock) => Subject::Clock {
            clock: clock_kind(clock.id),
            timeout_ns: clock.timeout,
            absolute: clock.flags.contains(t::Subclockflags::SUBSCRIPTION_CLOCK_ABSTIME),
        },
        t::SubscriptionU::FdRead(handle) => Subject::Read { fd: handle.file_descriptor.into() },
        t::SubscriptionU::FdWrite(handle) => Subject::Write { fd: handle.file_descriptor.into() },
    };
    Subscription { userdata: guest.userdata, subject }
}

fn event_type(subject: Subject) -> t::Eventtype {
    match subject {
        Subject::Clock { .. } => t::Eventtype::Clock,
        Subject::Read { .. } => t::Eventtype::FdRead,
        Subject::Write { .. } => t::Eventtype::FdWrite,
    }
}
