//! The functions that a module may import: their names, their wasm types, what each argument is, and how each is called.
//!
//! One table gives all four. The types in it are passed to the functions that wiggle generates from the standard, so a type that is not the standard's
//! does not compile.

use super::Host;
use super::abi::wasi_snapshot_preview1 as wasi;
use super::argument::Argument::{
    self, Any, Buffer, Constants, Data, Enum, Flags, Gather, OpenFlags, Out, Path, Ranges, Scatter, SocketGather, Strings, Subscriptions,
    TimeFlags,
};
use super::argument::{FDFLAGS, List, RIGHTS, SDFLAGS};
use super::failure::Failure;
use super::gpu;

/// A wasm type that occurs in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `i32`
    I32,
    /// `i64`
    I64,
}

/// The wasm type of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Types of the parameters.
    pub params: &'static [ValueType],
    /// Type of the result: the errno, or nothing.
    pub result: Option<ValueType>,
}

/// Most parameters that any function has.
pub(crate) const PARAMS_MAX: usize = 9;

struct Row {
    module: &'static str,
    name: &'static str,
    full_name: &'static str,
    signature: Signature,
    arguments: &'static [Argument],
}

macro_rules! value_type {
    (i32) => {
        ValueType::I32
    };
    (i64) => {
        ValueType::I64
    };
}

macro_rules! functions {
    (
        wasi { $($variant:ident $name:ident ($($type:ident)*) [$($argument:expr),*];)* }
        gpu { $($gpu:ident $gpu_name:ident ($($gpu_type:ident)*) [$($gpu_argument:expr),*];)* }
    ) => {
        /// A function of the host.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function {
            $(#[doc = concat!("`wasi_snapshot_preview1.", stringify!($name), "`")] $variant,)*
            /// `wasi_snapshot_preview1.proc_exit`
            ProcExit,
            /// `assay_v1.progress`
            Progress,
            $(#[doc = concat!("`assay_v1.", stringify!($gpu_name), "`")] $gpu,)*
        }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)* Self::ProcExit, Self::Progress, $(Self::$gpu,)*];

            /// Whether it is a call of `specs/guest-interface.md`.
            pub(crate) fn is_gpu(self) -> bool {
                matches!(self, $(Self::$gpu)|*)
            }

            fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => &Row {
                        module: "wasi_snapshot_preview1",
                        name: stringify!($name),
                        full_name: concat!("wasi_snapshot_preview1.", stringify!($name)),
                        signature: Signature { params: &[$(value_type!($type)),*], result: Some(ValueType::I32) },
                        arguments: &[$($argument),*],
                    },)*
                    Self::ProcExit => &Row {
                        module: "wasi_snapshot_preview1",
                        name: "proc_exit",
                        full_name: "wasi_snapshot_preview1.proc_exit",
                        signature: Signature { params: &[ValueType::I32], result: None },
                        arguments: &[Any],
                    },
                    Self::Progress => &Row {
                        module: "assay_v1",
                        name: "progress",
                        full_name: "assay_v1.progress",
                        signature: Signature { params: &[ValueType::I64, ValueType::I64], result: None },
                        arguments: &[Any, Any],
                    },
                    $(Self::$gpu => &Row {
                        module: "assay_v1",
                        name: stringify!($gpu_name),
                        full_name: concat!("assay_v1.", stringify!($gpu_name)),
                        signature: Signature { params: &[$(value_type!($gpu_type)),*], result: Some(ValueType::I32) },
                        arguments: &[$($gpu_argument),*],
                    },)*
                }
            }

            /// Calls the function. `Ok(None)` is a function without errno that returned.
            pub(crate) fn invoke(
                self,
                host: &mut Host,
                memory: &mut wiggle::GuestMemory<'_>,
                args: &[u64],
            ) -> wiggle::error::Result<Option<i32>> {
                let mut words = args.iter().copied();
                // The number of arguments has been checked against the signature.
                let mut next = || words.next().unwrap_or(0);
                match self {
                    $(Self::$variant => wasi::$name(host, memory, $(next() as $type),*).map(Some),)*
                    Self::ProcExit => wasi::proc_exit(host, memory, next() as i32).map(|()| None),
                    Self::Progress => {
                        let (done, total) = (next(), next());
                        host.observer.progress(done, total);
                        Ok(None)
                    }
                    $(Self::$gpu)|* => match gpu::call(host, memory, self, args) {
                        Ok(()) => Ok(Some(0)),
                        Err(Failure::Errno(errno)) => Ok(Some(errno as i32)),
                        Err(Failure::Halt(halt)) => Err(host.halt(halt)),
                    },
                }
            }
        }
    };
}

const SIZE: Argument = Out { bytes: 4, align: 4 };
const LONG: Argument = Out { bytes: 8, align: 8 };
const FILESTAT: Argument = Out { bytes: 64, align: 8 };
const LOOKUP: Argument = Flags(1);

functions! {
    wasi {
        ArgsGet args_get(i32 i32) [Strings(List::Arguments)];
        ArgsSizesGet args_sizes_get(i32 i32) [SIZE, SIZE];
        EnvironGet environ_get(i32 i32) [Strings(List::Environment)];
        EnvironSizesGet environ_sizes_get(i32 i32) [SIZE, SIZE];
        ClockResGet clock_res_get(i32 i32) [Enum(4), LONG];
        ClockTimeGet clock_time_get(i32 i64 i32) [Enum(4), Any, LONG];
        FdAdvise fd_advise(i32 i64 i64 i32) [Any, Any, Any, Enum(6)];
        FdAllocate fd_allocate(i32 i64 i64) [Any, Any, Any];
        FdClose fd_close(i32) [Any];
        FdDatasync fd_datasync(i32) [Any];
        FdFdstatGet fd_fdstat_get(i32 i32) [Any, Out { bytes: 24, align: 8 }];
        FdFdstatSetFlags fd_fdstat_set_flags(i32 i32) [Any, Flags(FDFLAGS)];
        FdFdstatSetRights fd_fdstat_set_rights(i32 i64 i64) [Any, Flags(RIGHTS), Flags(RIGHTS)];
        FdFilestatGet fd_filestat_get(i32 i32) [Any, FILESTAT];
        FdFilestatSetSize fd_filestat_set_size(i32 i64) [Any, Any];
        FdFilestatSetTimes fd_filestat_set_times(i32 i64 i64 i32) [Any, Any, Any, TimeFlags];
        FdPread fd_pread(i32 i32 i32 i64 i32) [Any, Scatter, Any, SIZE];
        FdPrestatGet fd_prestat_get(i32 i32) [Any, Out { bytes: 8, align: 4 }];
        FdPrestatDirName fd_prestat_dir_name(i32 i32 i32) [Any, Buffer];
        FdPwrite fd_pwrite(i32 i32 i32 i64 i32) [Any, Gather, Any, SIZE];
        FdRead fd_read(i32 i32 i32 i32) [Any, Scatter, SIZE];
        FdReaddir fd_readdir(i32 i32 i32 i64 i32) [Any, Buffer, Any, SIZE];
        FdRenumber fd_renumber(i32 i32) [Any, Any];
        FdSeek fd_seek(i32 i64 i32 i32) [Any, Any, Enum(3), LONG];
        FdSync fd_sync(i32) [Any];
        FdTell fd_tell(i32 i32) [Any, LONG];
        FdWrite fd_write(i32 i32 i32 i32) [Any, Gather, SIZE];
        PathCreateDirectory path_create_directory(i32 i32 i32) [Any, Path];
        PathFilestatGet path_filestat_get(i32 i32 i32 i32 i32) [Any, LOOKUP, Path, FILESTAT];
        PathFilestatSetTimes path_filestat_set_times(i32 i32 i32 i32 i64 i64 i32) [Any, LOOKUP, Path, Any, Any, TimeFlags];
        PathLink path_link(i32 i32 i32 i32 i32 i32 i32) [Any, LOOKUP, Path, Any, Path];
        PathOpen path_open(i32 i32 i32 i32 i32 i64 i64 i32 i32) [Any, LOOKUP, Path, OpenFlags, Flags(RIGHTS), Flags(RIGHTS), Flags(FDFLAGS), SIZE];
        PathReadlink path_readlink(i32 i32 i32 i32 i32 i32) [Any, Path, Buffer, SIZE];
        PathRemoveDirectory path_remove_directory(i32 i32 i32) [Any, Path];
        PathRename path_rename(i32 i32 i32 i32 i32 i32) [Any, Path, Any, Path];
        PathSymlink path_symlink(i32 i32 i32 i32 i32) [Path, Any, Path];
        PathUnlinkFile path_unlink_file(i32 i32 i32) [Any, Path];
        PollOneoff poll_oneoff(i32 i32 i32 i32) [Subscriptions, SIZE];
        ProcRaise proc_raise(i32) [Enum(31)];
        SchedYield sched_yield() [];
        RandomGet random_get(i32 i32) [Buffer];
        SockAccept sock_accept(i32 i32 i32) [Any, Flags(FDFLAGS), SIZE];
        SockRecv sock_recv(i32 i32 i32 i32 i32 i32) [Any, Scatter, Flags(3), SIZE, Out { bytes: 2, align: 2 }];
        SockSend sock_send(i32 i32 i32 i32 i32) [Any, SocketGather, Flags(0xffff), SIZE];
        SockShutdown sock_shutdown(i32 i32) [Any, Flags(SDFLAGS)];
    }
    gpu {
        GpuBufferCreate gpu_buffer_create(i64 i32) [Any, SIZE];
        GpuBufferDestroy gpu_buffer_destroy(i32) [Any];
        GpuBufferWrite gpu_buffer_write(i32 i64 i32 i32) [Any, Any, Data];
        GpuBufferRead gpu_buffer_read(i32 i64 i32 i32) [Any, Any, Buffer];
        GpuBufferCopy gpu_buffer_copy(i32 i64 i32 i64 i64) [Any, Any, Any, Any, Any];
        GpuBufferClear gpu_buffer_clear(i32 i64 i64) [Any, Any, Any];
        GpuShaderCreate gpu_shader_create(i32 i32 i32) [Data, SIZE];
        GpuShaderDestroy gpu_shader_destroy(i32) [Any];
        GpuPipelineCreate gpu_pipeline_create(i32 i32 i32 i32 i32 i32) [Any, Data, Constants, SIZE];
        GpuPipelineDestroy gpu_pipeline_destroy(i32) [Any];
        GpuDispatch gpu_dispatch(i32 i32 i32 i32 i32 i32) [Any, Ranges, Any, Any, Any];
        GpuLastError gpu_last_error(i32 i32 i32) [Buffer, SIZE];
    }
}

impl Function {
    /// The function that an import names, if there is one.
    pub fn find(module: &str, name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.module() == module && function.name() == name)
    }

    /// Name of its module.
    pub fn module(self) -> &'static str {
        self.row().module
    }

    /// Name in its module.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// `module.name`, as transcripts have it.
    pub fn full_name(self) -> &'static str {
        self.row().full_name
    }

    /// Its wasm type.
    pub fn signature(self) -> Signature {
        self.row().signature
    }

    /// Its arguments.
    pub(crate) fn arguments(self) -> &'static [Argument] {
        self.row().arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_names_are_found() {
        let witx = include_str!("../../witx/wasi_snapshot_preview1.witx");
        let exported: Vec<&str> = witx.split("(export \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(exported.len(), 46);
        for name in &exported {
            assert!(Function::find("wasi_snapshot_preview1", name).is_some(), "{name}");
        }
        assert_eq!(Function::ALL.len(), 46 + 1 + 12);
        assert_eq!(Function::find("assay_v1", "progress"), Some(Function::Progress));
        assert_eq!(Function::find("assay_v1", "fd_write"), None);
        assert_eq!(Function::find("env", "progress"), None);
    }

    #[test]
    fn every_word_of_a_call_belongs_to_an_argument() {
        for function in Function::ALL {
            let words: usize = function.arguments().iter().map(Argument::words).sum();
            assert_eq!(words, function.signature().params.len(), "{function:?}");
            assert!(words <= PARAMS_MAX);
            assert_eq!(function.full_name(), format!("{}.{}", function.module(), function.name()));
        }
    }
}
