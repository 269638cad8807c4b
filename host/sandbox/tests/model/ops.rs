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
    /// The operation that these bytes mean.
    pub fn decode(bytes: &[u8; OP_BYTES]) -> Self {
        let [kind, f, g, p0, p1, p2, q0, q1, q2, a, b, c, d, e, ..] = *bytes;
        let fd = handle(f);
        let path = path([p0, p1, p2]);
        let offset = OFFSETS[usize::from(a) % OFFSETS.len()];
        let lengths = [u32::from(b % 16), u32::from(c % 8)];
        let flags = u16::from(d % 16);
        match kind % 40 {
            0..8 => {
                let oflags = if b % 4 == 0 { u16::from(c % 16) } else { u16::from(c & 1) };
                Self::Open { fd, path, oflags, rights: rights(d), inheriting: rights(e), fdflags: u16::from(a % 8) }
            }
            8 => Self::Close { fd },
            9 | 10 => Self::Read { fd, lengths },
            11 => Self::Pread { fd, offset, length: lengths[0] },
            12..15 => Self::Write { fd, lengths },
            15 => Self::Pwrite { fd, offset, length: lengths[0] },
            16 | 17 => Self::Seek { fd, delta: i64::from(b as i8) * if c > 240 { i64::MAX / 128 } else { 1 }, whence: d % 3 },
            18 => Self::Tell { fd },
            19..22 => Self::MakeDirectory { fd, path },
            22 => Self::RemoveDirectory { fd, path },
            23 | 24 => Self::Unlink { fd, path },
            25..29 => Self::Rename { fd, old: path, new_fd: handle(g), new: self::path([q0, q1, q2]) },
            29 => Self::Stat { fd, path },
            30 => Self::Fstat { fd },
            31 => Self::SetSize { fd, size: offset },
            32 => Self::Allocate { fd, offset, length: u64::from(b % 8) },
            33 => Self::SetTimes { fd, times: [u64::from(a), u64::from(b)], flags },
            34 => Self::PathSetTimes { fd, path, times: [u64::from(a), u64::from(b)], flags },
            35 => Self::Readdir { fd, cookie: u64::from(a % 6), length: u32::from(b) },
            36 if g < 64 => Self::Renumber { fd, to: handle(c) },
            36 => Self::Tick,
            37 => Self::SetFlags { fd, flags: u16::from(a % 32) },
            38 if g < 64 => Self::SetRights { fd, rights: rights(d), inheriting: rights(e) },
            38 => Self::Readlink { fd, path },
            _ => Self::Fdstat { fd },
        }
    }
}

/// Mostly the root and the first handles that are opened.
fn handle(byte: u8) -> u32 {
    match byte {
        0..100 => 3,
        100..240 => 4 + u32::from(byte % 6),
        _ => u32::from(byte % 16),
    }
}

/// Mostly all rights.
fn rights(byte: u8) -> u64 {
    match byte {
        0..180 => ALL_RIGHTS,
        // Read only; without the right to seek; write only.
        180..210 => ALL_RIGHTS & !(1 << 6 | 1 << 8 | 1 << 22),
        210..220 => ALL_RIGHTS & !(1 << 2),
        220..230 => ALL_RIGHTS & !(1 << 1 | 1 << 5),
        _ => ALL_RIGHTS & !(1 << (byte % 30)) & !(1 << (byte / 8 % 30)),
    }
}

fn path([prefix, first, second]: [u8; 3]) -> String {
    const PREFIXES: [&str; 8] = ["tmp/", "out/", "tmp/", "out/", "", "in/", "tmp/a/", "out/a/"];
    let name = |byte: u8| match byte {
        0..80 => "a".to_owned(),
        80..140 => "b".to_owned(),
        140..180 => "c".to_owned(),
        180..200 => "..".to_owned(),
        200..210 => ".".to_owned(),
        210..215 => String::new(),
        215..220 => "tmp".to_owned(),
        220..225 => "out".to_owned(),
        225..230 => "\u{7f}".to_owned(),
        230..233 => "n\0".to_owned(),
        233..236 => "n".repeat(256),
        236..240 => "x/".repeat(2048),
        _ => char::from(b'a' + byte % 8).to_string(),
    };
    let mut path = PREFIXES[usize::from(prefix) % PREFIXES.len()].to_owned() + &name(first);
    if second < 120 {
        path = path + "/" + &name(second.wrapping_mul(2));
    } else if second > 235 {
        path.push('/');
    }
    path
}
