//! Operations, and how bytes become operations.

/// Bytes that make one operation.
pub const OP_BYTES: usize = 16;

/// One call. Handles are numbers that may or may not be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Open { fd: u32, path: String, oflags: u16, rights: u64, inheriting: u64, fdflags: u16 },
    Close { fd: u32 },
    Read { fd: u32, lengths: [u32; 2] },
    Pread { fd: u32, offset: u64, length: u32 },
    Write { fd: u32, lengths: [u32; 2] },
    Pwrite { fd: u32, offset: u64, length: u32 },
    Seek { fd: u32, delta: i64, whence: u8 },
    Tell { fd: u32 },
    MakeDirectory { fd: u32, path: String },
    RemoveDirectory { fd: u32, path: String },
    Unlink { fd: u32, path: String },
    Rename { fd: u32, old: String, new_fd: u32, new: String },
    Stat { fd: u32, path: String },
    Fstat { fd: u32 },
    SetSize { fd: u32, size: u64 },
    Allocate { fd: u32, offset: u64, length: u64 },
    SetTimes { fd: u32, times: [u64; 2], flags: u16 },
    PathSetTimes { fd: u32, path: String, times: [u64; 2], flags: u16 },
    Readdir { fd: u32, cookie: u64, length: u32 },
    Renumber { fd: u32, to: u32 },
    Fdstat { fd: u32 },
    SetFlags { fd: u32, flags: u16 },
    SetRights { fd: u32, rights: u64, inheriting: u64 },
    Readlink { fd: u32, path: String },
    Tick,
}

/// Every right of the standard.
pub const ALL_RIGHTS: u64 = 0x3fff_ffff;

/// Offsets at which something could go wrong.
const OFFSETS: [u64; 12] = [0, 1, 5, 20, 39, 40, 41, 1 << 20, 1 << 62, i64::MAX as u64 - 1, i64::MAX as u64, u64::MAX];

impl Op {
    /// What every sequence begins with, so that few operations reach deep states: two directories, two files with bytes, a handle on a directory.
    pub fn prologue() -> Vec<Self> {
        let open = |path: &str, oflags| Self::Open {
            fd: 3,
            path: path.to_owned(),
            oflags,
            rights: ALL_RIGHTS,
            inheriting: ALL_RIGHTS,
            fdflags: 0,
        };
        let directory = |path: &str| Self::MakeDirectory { fd: 3, path: path.to_owned() };
        vec![
            directory("tmp/a"),
            directory("out/a"),
            open("tmp/a/b", 1),
            open("out/b", 1),
            open("tmp/a", 2),
            Self::Write { fd: 4, lengths: [7, 3] },
            Self::Write { fd: 5, lengths: [12, 0] },
        ]
    }

    /// The operation that these bytes mean.
    pub fn decode(bytes: &[u8; OP_BYTES]) -> Self {
        let [kind, f, g, p0, p1, p2, q0, q1, q2, a, b, c, d, e, ..] = *bytes;
        let (fd, from) = (open_handle(f), directory_handle(f));
        let path = path([p0, p1, p2]);
        let offset = OFFSETS[usize::from(a) % OFFSETS.len()];
        let lengths = [u32::from(b % 16), u32::from(c % 8)];
        let flags = [0, 1, 2, 4, 5, 8, 9, 10, 3][usize::from(d) % 9];
        match kind % 40 {
            0..8 => {
                let oflags = [1, 1, 1, 1, 0, 2, 5, 8, 9, 9, 3, 13][usize::from(c) % 12];
                Self::Open { fd: from, path, oflags, rights: rights(d), inheriting: rights(e), fdflags: u16::from(a % 8) }
            }
            8 => Self::Close { fd },
            9 => Self::Read { fd, lengths },
            10 => Self::Pread { fd, offset, length: lengths[0] },
            11..14 => Self::Write { fd, lengths },
            14 => Self::Pwrite { fd, offset, length: lengths[0] },
            15 | 16 => Self::Seek { fd, delta: i64::from(b as i8) * if c > 240 { i64::MAX / 128 } else { 1 }, whence: d % 3 },
            17 => Self::Tell { fd },
            18..21 => Self::MakeDirectory { fd: from, path },
            21 | 22 => Self::RemoveDirectory { fd: from, path },
            23 | 24 => Self::Unlink { fd: from, path },
            25..30 => Self::Rename { fd: from, old: path, new_fd: directory_handle(g), new: self::path([q0, q1, q2]) },
            30 => Self::Stat { fd: from, path },
            31 => Self::Fstat { fd },
            32 => Self::SetSize { fd, size: offset },
            33 => Self::Allocate { fd, offset, length: u64::from(b % 8) },
            34 => Self::SetTimes { fd, times: [u64::from(a), u64::from(b)], flags },
            35 => Self::PathSetTimes { fd: from, path, times: [u64::from(a), u64::from(b)], flags },
            36 => Self::Readdir { fd: directory_handle(f), cookie: u64::from(a % 6), length: u32::from(b) },
            37 if g < 64 => Self::Renumber { fd, to: open_handle(c) },
            37 => Self::Tick,
            38 if g < 128 => Self::SetFlags { fd, flags: [0, 1, 4, 5, 2, 31][usize::from(a) % 6] },
            // What a file can have, or a directory.
            38 if g < 160 => Self::SetRights { fd, rights: rights(d) & [0x08e0_01ff, 0x07bf_fe19][usize::from(a) % 2], inheriting: 0 },
            38 => Self::Fdstat { fd },
            _ => Self::Readlink { fd: from, path },
        }
    }
}

/// Mostly the first handles that are opened.
fn open_handle(byte: u8) -> u32 {
    match byte {
        0..245 => 4 + u32::from(byte % 5),
        _ => u32::from(byte % 11),
    }
}

/// Mostly the root, and the handle on a directory that the prologue opens.
fn directory_handle(byte: u8) -> u32 {
    match byte {
        0..200 => 3,
        200..235 => 6,
        _ => open_handle(byte.wrapping_mul(13)),
    }
}

/// Mostly all rights.
fn rights(byte: u8) -> u64 {
    match byte {
        0..200 => ALL_RIGHTS,
        // Read only; without the right to seek; write only.
        200..220 => ALL_RIGHTS & !(1 << 6 | 1 << 8 | 1 << 22),
        220..225 => ALL_RIGHTS & !(1 << 2),
        225..230 => ALL_RIGHTS & !(1 << 1 | 1 << 5),
        _ => ALL_RIGHTS & !(1 << (byte % 30)) & !(1 << (byte / 8 % 30)),
    }
}

fn path([prefix, first, second]: [u8; 3]) -> String {
    const PREFIXES: [&str; 8] = ["tmp/", "out/", "tmp/", "out/", "tmp/a/", "out/a/", "tmp/b/", ""];
    let name = |byte: u8| match byte {
        0..110 => "a".to_owned(),
        110..180 => "b".to_owned(),
        180..230 => "c".to_owned(),
        230..236 => "..".to_owned(),
        236..240 => ".".to_owned(),
        240 => String::new(),
        241..243 => "tmp".to_owned(),
        243..245 => "out".to_owned(),
        245 => "in/a".to_owned(),
        246 => "\u{7f}".to_owned(),
        247 => "n\0".to_owned(),
        248 => "n".repeat(256),
        249 => "x/".repeat(2048),
        _ => char::from(b'a' + byte % 8).to_string(),
    };
    let mut path = PREFIXES[usize::from(prefix) % PREFIXES.len()].to_owned() + &name(first);
    if second < 30 {
        path = path + "/" + &name(second * 8);
    } else if second > 240 {
        path.push('/');
    }
    path
}
