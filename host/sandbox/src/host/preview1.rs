//! The 46 functions of WASI preview 1: from pointers and numbers to what the file system, the clocks and the streams do, and back.
//!
//! Values and ranges have been checked before ([`super::argument`]). Each function that succeeds hands its result bytes to the record, in the order of its
//! arguments; the generated code writes results of fixed size to guest memory.

use wiggle::{GuestMemory, GuestPtr};

use super::Host;
use super::abi::types as t;
use super::abi::wasi_snapshot_preview1::WasiSnapshotPreview1;
use super::clock::{ClockKind, TICK_NS};
use super::errno::Errno;
use super::failure::{Failure, Halt};
use super::filesystem::rights::{self, Rights};
use super::filesystem::{FileType, Open, SetTimes, Stat, Whence};
use super::guest::{bytes_mut, text};
use super::strings::Strings;

type Answer<T = ()> = Result<T, Failure>;

/// Calls that do nothing in this profile.
fn not_supported<T>() -> Answer<T> {
    Err(Errno::Notsup.into())
}

impl WasiSnapshotPreview1 for Host {
    fn args_get(&mut self, memory: &mut GuestMemory<'_>, argv: GuestPtr<GuestPtr<u8>>, buffer: GuestPtr<u8>) -> Answer {
        let pointers = self.arguments.pointers(buffer.offset());
        write_strings(memory, argv.offset(), &pointers, buffer.offset(), &self.arguments)?;
        self.results.push(&pointers);
        self.results.push(self.arguments.bytes());
        Ok(())
    }

    fn args_sizes_get(&mut self, _: &mut GuestMemory<'_>) -> Answer<(u32, u32)> {
        let sizes = (self.arguments.count(), self.arguments.byte_count());
        Ok(self.give_sizes(sizes))
    }

    fn environ_get(&mut self, memory: &mut GuestMemory<'_>, environ: GuestPtr<GuestPtr<u8>>, buffer: GuestPtr<u8>) -> Answer {
        let pointers = self.environment.pointers(buffer.offset());
        write_strings(memory, environ.offset(), &pointers, buffer.offset(), &self.environment)?;
        self.results.push(&pointers);
        self.results.push(self.environment.bytes());
        Ok(())
    }

    fn environ_sizes_get(&mut self, _: &mut GuestMemory<'_>) -> Answer<(u32, u32)> {
        let sizes = (self.environment.count(), self.environment.byte_count());
        Ok(self.give_sizes(sizes))
    }

    fn clock_res_get(&mut self, _: &mut GuestMemory<'_>, _: t::Clockid) -> Answer<u64> {
        Ok(self.give_long(TICK_NS))
    }

    fn clock_time_get(&mut self, _: &mut GuestMemory<'_>, id: t::Clockid, _precision: u64) -> Answer<u64> {
        let now = self.clock.read(clock_kind(id));
        Ok(self.give_long(now))
    }

    fn fd_advise(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, offset: u64, length: u64, _: t::Advice) -> Answer {
        Ok(self.files.advise(fd.into(), offset, length)?)
    }

    fn fd_allocate(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, offset: u64, length: u64) -> Answer {
        Ok(self.files.allocate(fd.into(), offset, length, self.clock.realtime())?)
    }

    fn fd_close(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer {
        Ok(self.files.close(fd.into())?)
    }

    fn fd_datasync(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer {
        Ok(self.files.check_right(fd.into(), rights::FD_DATASYNC)?)
    }

    fn fd_fdstat_get(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer<t::Fdstat> {
        let stat = self.files.handle_stat(fd.into())?;
        self.results.push(&[stat.file_type as u8]);
        self.results.push(&stat.flags.to_le_bytes());
        self.results.push(&stat.rights.0.to_le_bytes());
        self.results.push(&stat.inheriting.0.to_le_bytes());
        Ok(t::Fdstat {
            fs_filetype: file_type(stat.file_type),
            fs_flags: t::Fdflags::from_bits_truncate(stat.flags),
            fs_rights_base: t::Rights::from_bits_truncate(stat.rights.0),
            fs_rights_inheriting: t::Rights::from_bits_truncate(stat.inheriting.0),
        })
    }

    fn fd_fdstat_set_flags(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, flags: t::Fdflags) -> Answer {
        Ok(self.files.set_flags(fd.into(), flags.bits())?)
    }

    fn fd_fdstat_set_rights(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, base: t::Rights, inheriting: t::Rights) -> Answer {
        Ok(self.files.set_rights(fd.into(), Rights(base.bits()), Rights(inheriting.bits()))?)
    }

    fn fd_filestat_get(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer<t::Filestat> {
        let stat = self.files.stat(fd.into(), super::clock::VirtualClock::realtime_at_start())?;
        Ok(self.give_stat(stat))
    }

    fn fd_filestat_set_size(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, size: u64) -> Answer {
        Ok(self.files.set_size(fd.into(), size, self.clock.realtime())?)
    }

    fn fd_filestat_set_times(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, accessed: u64, modified: u64, flags: t::Fstflags) -> Answer {
        let now = self.clock.realtime();
        Ok(self.files.set_times(fd.into(), set_times(accessed, modified, flags, now), now)?)
    }

    fn fd_pread(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, _: GuestPtr<[t::Iovec]>, offset: u64) -> Answer<u32> {
        self.read_buffers(memory, fd.into(), Some(offset))
    }

    fn fd_prestat_get(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer<t::Prestat> {
        let pr_name_len = self.files.preopened(fd.into())?.len() as u32;
        self.results.push(&[0]);
        self.results.push(&pr_name_len.to_le_bytes());
        Ok(t::Prestat::Dir(t::PrestatDir { pr_name_len }))
    }

    fn fd_prestat_dir_name(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, path: GuestPtr<u8>, length: u32) -> Answer {
        let name = self.files.preopened(fd.into())?;
        let room = bytes_mut(memory, path.offset(), length)?;
        let room = room.get_mut(..name.len()).ok_or(Errno::Nametoolong)?;
        room.copy_from_slice(name.as_bytes());
        self.results.push(name.as_bytes());
        Ok(())
    }

    fn fd_pwrite(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, _: GuestPtr<[t::Ciovec]>, offset: u64) -> Answer<u32> {
        self.write_buffers(memory, fd.into(), Some(offset))
    }

    fn fd_read(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, _: GuestPtr<[t::Iovec]>) -> Answer<u32> {
        self.read_buffers(memory, fd.into(), None)
    }

    fn fd_readdir(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, buffer: GuestPtr<u8>, length: u32, cookie: u64) -> Answer<u32> {
        let listing = self.files.list(fd.into(), cookie)?;
        let buffer = bytes_mut(memory, buffer.offset(), length)?;
        let written = listing.write(cookie, buffer);
        self.results.push(buffer.get(..written).unwrap_or_default());
        Ok(self.give_size(written as u32))
    }

    fn fd_renumber(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, to: t::Fd) -> Answer {
        Ok(self.files.renumber(fd.into(), to.into())?)
    }

    fn fd_seek(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd, offset: i64, whence: t::Whence) -> Answer<u64> {
        let whence = match whence {
            t::Whence::Set => Whence::Start,
            t::Whence::Cur => Whence::Current,
            t::Whence::End => Whence::End,
        };
        let position = self.files.seek(fd.into(), offset, whence)?;
        Ok(self.give_long(position))
    }

    fn fd_sync(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer {
        Ok(self.files.check_right(fd.into(), rights::FD_SYNC)?)
    }

    fn fd_tell(&mut self, _: &mut GuestMemory<'_>, fd: t::Fd) -> Answer<u64> {
        let position = self.files.tell(fd.into())?;
        Ok(self.give_long(position))
    }

    fn fd_write(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, _: GuestPtr<[t::Ciovec]>) -> Answer<u32> {
        self.write_buffers(memory, fd.into(), None)
    }

    fn path_create_directory(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, path: GuestPtr<str>) -> Answer {
        let path = text(memory, path)?;
        Ok(self.files.create_directory(fd.into(), path, self.clock.realtime())?)
    }

    fn path_filestat_get(
        &mut self,
        memory: &mut GuestMemory<'_>,
        fd: t::Fd,
        _: t::Lookupflags,
        path: GuestPtr<str>,
    ) -> Answer<t::Filestat> {
        let stat = self.files.stat_path(fd.into(), text(memory, path)?)?;
        Ok(self.give_stat(stat))
    }

    fn path_filestat_set_times(
        &mut self,
        memory: &mut GuestMemory<'_>,
        fd: t::Fd,
        _: t::Lookupflags,
        path: GuestPtr<str>,
        accessed: u64,
        modified: u64,
        flags: t::Fstflags,
    ) -> Answer {
        let now = self.clock.realtime();
        let times = set_times(accessed, modified, flags, now);
        Ok(self.files.set_times_path(fd.into(), text(memory, path)?, times, now)?)
    }

    fn path_link(
        &mut self,
        memory: &mut GuestMemory<'_>,
        _: t::Fd,
        _: t::Lookupflags,
        old: GuestPtr<str>,
        _: t::Fd,
        new: GuestPtr<str>,
    ) -> Answer {
        text(memory, old)?;
        text(memory, new)?;
        not_supported()
    }

    fn path_open(
        &mut self,
        memory: &mut GuestMemory<'_>,
        fd: t::Fd,
        _: t::Lookupflags,
        path: GuestPtr<str>,
        oflags: t::Oflags,
        base: t::Rights,
        inheriting: t::Rights,
        fdflags: t::Fdflags,
    ) -> Answer<t::Fd> {
        let open = Open {
            creat: oflags.contains(t::Oflags::CREAT),
            directory: oflags.contains(t::Oflags::DIRECTORY),
            excl: oflags.contains(t::Oflags::EXCL),
            trunc: oflags.contains(t::Oflags::TRUNC),
            rights: Rights(base.bits()),
            inheriting: Rights(inheriting.bits()),
            flags: fdflags.bits(),
        };
        let opened = self.files.open(fd.into(), text(memory, path)?, open, self.clock.realtime())?;
        Ok(self.give_size(opened).into())
    }

    fn path_readlink(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, path: GuestPtr<str>, _: GuestPtr<u8>, _: u32) -> Answer<u32> {
        self.files.read_link(fd.into(), text(memory, path)?)?;
        Ok(self.give_size(0))
    }

    fn path_remove_directory(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, path: GuestPtr<str>) -> Answer {
        let path = text(memory, path)?;
        Ok(self.files.remove_directory(fd.into(), path, self.clock.realtime())?)
    }

    fn path_rename(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, old: GuestPtr<str>, new_fd: t::Fd, new: GuestPtr<str>) -> Answer {
        let (old, new) = (text(memory, old)?, text(memory, new)?);
        Ok(self.files.rename(fd.into(), old, new_fd.into(), new, self.clock.realtime())?)
    }

    fn path_symlink(&mut self, memory: &mut GuestMemory<'_>, old: GuestPtr<str>, _: t::Fd, new: GuestPtr<str>) -> Answer {
        text(memory, old)?;
        text(memory, new)?;
        not_supported()
    }

    fn path_unlink_file(&mut self, memory: &mut GuestMemory<'_>, fd: t::Fd, path: GuestPtr<str>) -> Answer {
        let path = text(memory, path)?;
        Ok(self.files.unlink_file(fd.into(), path, self.clock.realtime())?)
    }

    fn poll_oneoff(
        &mut self,
        memory: &mut GuestMemory<'_>,
        subscriptions: GuestPtr<t::Subscription>,
        events: GuestPtr<t::Event>,
        count: u32,
    ) -> Answer<u32> {
        self.poll_guest(memory, subscriptions, events, count)
    }

    fn proc_exit(&mut self, _: &mut GuestMemory<'_>, code: u32) -> wiggle::error::Error {
        self.halt(Halt::Exit(code))
    }

    fn proc_raise(&mut self, _: &mut GuestMemory<'_>, _: t::Signal) -> Answer {
        not_supported()
    }

    fn sched_yield(&mut self, _: &mut GuestMemory<'_>) -> Answer {
        Ok(())
    }

    fn random_get(&mut self, memory: &mut GuestMemory<'_>, buffer: GuestPtr<u8>, length: u32) -> Answer {
        let buffer = bytes_mut(memory, buffer.offset(), length)?;
        self.random.fill(buffer);
        self.results.push(buffer);
        Ok(())
    }

    fn sock_accept(&mut self, _: &mut GuestMemory<'_>, _: t::Fd, _: t::Fdflags) -> Answer<t::Fd> {
        not_supported()
    }

    fn sock_recv(&mut self, _: &mut GuestMemory<'_>, _: t::Fd, _: GuestPtr<[t::Iovec]>, _: t::Riflags) -> Answer<(u32, t::Roflags)> {
        not_supported()
    }

    fn sock_send(&mut self, _: &mut GuestMemory<'_>, _: t::Fd, _: GuestPtr<[t::Ciovec]>, _: u16) -> Answer<u32> {
        not_supported()
    }

    fn sock_shutdown(&mut self, _: &mut GuestMemory<'_>, _: t::Fd, _: t::Sdflags) -> Answer {
        not_supported()
    }
}

impl Host {
    fn give_size(&mut self, size: u32) -> u32 {
        self.results.push(&size.to_le_bytes());
        size
    }

    fn give_sizes(&mut self, (count, bytes): (u32, u32)) -> (u32, u32) {
        (self.give_size(count), self.give_size(bytes))
    }

    fn give_long(&mut self, value: u64) -> u64 {
        self.results.push(&value.to_le_bytes());
        value
    }

    fn give_stat(&mut self, stat: Stat) -> t::Filestat {
        const DEVICE: u64 = 1;
        const LINKS: u64 = 1;
        let times = stat.times;
        self.give_long(DEVICE);
        self.give_long(stat.ino);
        self.results.push(&[stat.file_type as u8]);
        for value in [LINKS, stat.size, times.accessed, times.modified, times.changed] {
            self.give_long(value);
        }
        t::Filestat {
            dev: DEVICE,
            ino: stat.ino,
            filetype: file_type(stat.file_type),
            nlink: LINKS,
            size: stat.size,
            atim: times.accessed,
            mtim: times.modified,
            ctim: times.changed,
        }
    }
}

fn write_strings(memory: &mut GuestMemory<'_>, table: u32, pointers: &[u8], base: u32, strings: &Strings) -> Answer {
    bytes_mut(memory, table, pointers.len() as u32)?.copy_from_slice(pointers);
    bytes_mut(memory, base, strings.byte_count())?.copy_from_slice(strings.bytes());
    Ok(())
}

/// Which zero a clock of the standard counts from.
pub(crate) fn clock_kind(id: t::Clockid) -> ClockKind {
    match id {
        t::Clockid::Realtime => ClockKind::Realtime,
        t::Clockid::Monotonic | t::Clockid::ProcessCputimeId | t::Clockid::ThreadCputimeId => ClockKind::SinceStart,
    }
}

fn file_type(file_type: FileType) -> t::Filetype {
    match file_type {
        FileType::CharacterDevice => t::Filetype::CharacterDevice,
        FileType::Directory => t::Filetype::Directory,
        FileType::RegularFile => t::Filetype::RegularFile,
    }
}

fn set_times(accessed: u64, modified: u64, flags: t::Fstflags, now: u64) -> SetTimes {
    let time = |told: t::Fstflags, value: u64, at_once: t::Fstflags| {
        if flags.contains(at_once) { Some(now) } else { flags.contains(told).then_some(value) }
    };
    SetTimes {
        accessed: time(t::Fstflags::ATIM, accessed, t::Fstflags::ATIM_NOW),
        modified: time(t::Fstflags::MTIM, modified, t::Fstflags::MTIM_NOW),
    }
}
