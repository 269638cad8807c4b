//! One test for each rule of section 7 that concerns the tree, the handles and the quotas.

use super::rights as r;
use super::*;
use Errno::{Badf, Busy, Exist, Inval, Isdir, Mfile, Nametoolong, Noent, Nospc, Notcapable, Notdir, Notempty, Rofs, Spipe};

const NOW: u64 = 1_000;
const LATER: u64 = 2_000;
const ROOT: u32 = 3;

fn limits() -> Limits {
    Limits { outputs: 3, output_bytes: 100, scratch_bytes: 100, files: 8, handles: 10, ..Limits::default() }
}

fn files() -> Filesystem {
    Filesystem::new(&limits(), &[("b", 7), ("stdin", 5)], NOW)
}

fn opening(rights: Rights) -> Open {
    Open { creat: false, directory: false, excl: false, trunc: false, rights, inheriting: r::INHERITING, flags: 0 }
}

const READ: Rights =
    Rights(r::FD_READ.0 | r::FD_READDIR.0 | r::FD_SEEK.0 | r::FD_TELL.0 | r::FD_FILESTAT_GET.0 | r::FD_FILESTAT_SET_TIMES.0);

fn reading() -> Open {
    opening(READ | r::DIRECTORY)
}

fn creating() -> Open {
    Open { creat: true, ..opening(r::FILE) }
}

trait Told {
    type Value;
    fn told(self) -> Result<Self::Value, Errno>;
}

impl<T> Told for Result<T, Refusal> {
    type Value = T;
    fn told(self) -> Result<T, Errno> {
        self.map_err(|refusal| match refusal {
            Refusal::Errno(errno) => errno,
            other => panic!("the host failed: {other:?}"),
        })
    }
}

impl Filesystem {
    fn put(&mut self, path: &str, bytes: usize) -> Result<u32, Errno> {
        let fd = self.open(ROOT, path, creating(), NOW).told()?;
        self.append(fd, bytes)?;
        Ok(fd)
    }

    fn append(&mut self, fd: u32, bytes: usize) -> Result<(), Errno> {
        let plan = self.plan_write(fd, None, bytes as u64).told()?;
        let Sink::File(ino) = plan.what else { panic!("not a file") };
        self.write(ino, plan.offset, &vec![b'x'; bytes]).told()?;
        self.written(ino, plan.length, LATER).told()?;
        self.advance(fd, plan.offset + plan.length).told()
    }

    fn make(&mut self, path: &str) -> Result<(), Errno> {
        self.create_directory(ROOT, path, NOW).told()
    }

    fn mv(&mut self, old: &str, new: &str) -> Result<(), Errno> {
        self.rename(ROOT, old, ROOT, new, LATER).told()
    }

    fn rm(&mut self, path: &str) -> Result<(), Errno> {
        self.unlink_file(ROOT, path, LATER).told()
    }

    fn rmdir(&mut self, path: &str) -> Result<(), Errno> {
        self.remove_directory(ROOT, path, LATER).told()
    }

    fn size(&self, path: &str) -> Result<u64, Errno> {
        self.stat_path(ROOT, path).told().map(|stat| stat.size)
    }

    fn names(&mut self, fd: u32) -> Vec<(String, u64)> {
        let listing = self.list(fd, 0).told().expect("a directory");
        listing.0.iter().map(|entry| (entry.name.to_string(), entry.ino.0)).collect()
    }
}

#[test]
fn the_tree_at_the_start() {
    let mut files = files();
    let entries = |list: &[(&str, u64)]| list.iter().map(|(name, ino)| ((*name).to_owned(), *ino)).collect::<Vec<_>>();
    assert_eq!(files.names(ROOT), entries(&[(".", 1), ("..", 1), ("in", 2), ("out", 3), ("tmp", 4)]));
    let input = files.open(ROOT, "in", reading(), NOW).told().expect("opens");
    assert_eq!(files.names(input), entries(&[(".", 2), ("..", 1), ("b", 5), ("stdin", 6)]));
    assert_eq!(files.size("in/b"), Ok(7));
    assert_eq!(files.preopened(ROOT).told(), Ok("/"));
    assert_eq!(files.preopened(input).told(), Err(Badf));
    assert_eq!(files.plan_read(0, None, 100).told().map(|plan| (plan.what, plan.length)), Ok((Source::Input(1), 5)));
    files.check_books();
}

#[test]
fn only_out_and_tmp_are_writable() {
    let mut files = files();
    assert_eq!(files.put("x", 0), Err(Rofs));
    assert_eq!(files.put("in/x", 0), Err(Rofs));
    assert_eq!(files.put("in/b", 0), Err(Rofs), "opening for writing");
    assert_eq!(files.make("in/d"), Err(Rofs));
    assert_eq!(files.make("d"), Err(Rofs));
    assert_eq!(files.rm("in/b"), Err(Rofs));
    assert_eq!(files.rmdir("in/b"), Err(Rofs));
    assert_eq!(files.mv("in/b", "tmp/b"), Err(Rofs));
    files.put("tmp/a", 1).expect("room");
    assert_eq!(files.mv("tmp/a", "in/b"), Err(Rofs));
    let truncating = Open { trunc: true, ..reading() };
    assert_eq!(files.open(ROOT, "in/b", truncating, NOW).told(), Err(Rofs));
    for path in ["in/b", "in", ".", "out", "tmp"] {
        let times = SetTimes { accessed: Some(1), modified: None };
        assert_eq!(files.set_times_path(ROOT, path, times, NOW).told(), Err(Rofs), "{path}");
    }
    for path in ["in", "out", "tmp"] {
        assert_eq!(files.rm(path), Err(Busy));
        assert_eq!(files.rmdir(path), Err(Busy));
        assert_eq!(files.mv(path, "tmp/x"), Err(Busy));
        assert_eq!(files.mv("tmp/a", path), Err(Busy));
    }
    files.check_books();
}

#[test]
fn what_open_makes_of_its_flags() {
    let mut files = files();
    files.put("tmp/f", 3).expect("room");
    files.make("tmp/d").expect("room");
    let open = |files: &mut Filesystem, path: &str, open: Open| {
        let opened = files.open(ROOT, path, open, LATER).told();
        opened.map(|fd| files.close(fd).told().expect("open"))
    };
    let creating = Open { creat: true, ..reading() };
    assert_eq!(open(&mut files, "tmp/f", Open { excl: true, ..creating }), Err(Exist));
    assert_eq!(open(&mut files, "tmp/d", Open { excl: true, ..creating }), Err(Exist));
    assert_eq!(open(&mut files, "tmp/f", Open { excl: true, ..reading() }), Ok(()));
    assert_eq!(open(&mut files, "tmp/d", creating), Ok(()), "creat opens what exists");
    assert_eq!(open(&mut files, "tmp/f", Open { directory: true, ..reading() }), Err(Notdir));
    assert_eq!(open(&mut files, "tmp/f/", reading()), Err(Notdir));
    assert_eq!(open(&mut files, "tmp/f/.", reading()), Err(Notdir));
    assert_eq!(open(&mut files, "tmp/d/", reading()), Ok(()));
    assert_eq!(open(&mut files, "tmp/x", reading()), Err(Noent));
    assert_eq!(open(&mut files, "tmp/x/", creating), Err(Isdir));
    assert_eq!(open(&mut files, "tmp/x/y", creating), Err(Noent));
    assert_eq!(open(&mut files, "tmp/f/y", creating), Err(Notdir));
    assert_eq!(open(&mut files, "tmp/.", creating), Ok(()));
    assert_eq!(open(&mut files, "tmp/x\u{1}", reading()), Err(Noent));
    assert_eq!(open(&mut files, "tmp/x\u{1}", creating), Err(Inval));
    let truncating = |rights| Open { trunc: true, ..opening(rights) };
    assert_eq!(open(&mut files, "tmp/d", truncating(r::FILE)), Err(Isdir));
    assert_eq!(open(&mut files, "tmp/f", truncating(r::FD_READ)), Err(Inval), "needs a file open for writing");
    assert_eq!(files.size("tmp/f"), Ok(3));
    assert_eq!(open(&mut files, "tmp/f", truncating(r::FD_WRITE)), Ok(()));
    assert_eq!(files.size("tmp/f"), Ok(0));
    files.check_books();
}

#[test]
fn rights_are_cut_and_needed() {
    let mut files = files();
    let all = Open { rights: Rights(u64::MAX), inheriting: Rights(u64::MAX), ..opening(r::NONE) };
    let directory = files.open(ROOT, "tmp", all, NOW).told().expect("opens");
    let told = files.handle_stat(directory).told().expect("open");
    assert_eq!((told.rights, told.inheriting), (r::DIRECTORY, r::INHERITING));
    let file = files.open(ROOT, "tmp/f", Open { creat: true, ..all }, NOW).told().expect("opens");
    let told = files.handle_stat(file).told().expect("open");
    assert_eq!((told.rights, told.inheriting), (r::FILE, r::NONE));

    let only = |rights| Open { creat: true, ..opening(rights) };
    let reads = files.open(ROOT, "tmp/f", only(r::FD_READ), NOW).told().expect("opens");
    assert_eq!(files.append(reads, 1), Err(Badf));
    assert_eq!(files.plan_read(reads, Some(0), 1).map(|_| ()).told(), Err(Notcapable), "pread needs seek");
    assert_eq!(files.seek(reads, 0, Whence::Start).told(), Err(Notcapable));
    assert_eq!(files.tell(reads).told(), Err(Notcapable));
    assert_eq!(files.set_size(reads, 0, NOW).told(), Err(Notcapable));
    assert_eq!(files.allocate(reads, 0, 1, NOW).told(), Err(Notcapable));
    assert_eq!(files.advise(reads, 0, 1).told(), Err(Notcapable));
    assert_eq!(files.stat(reads, NOW).map(|_| ()).told(), Err(Notcapable));
    assert_eq!(files.set_flags(reads, 0).told(), Err(Notcapable));
    assert_eq!(files.check_right(reads, r::FD_SYNC).told(), Err(Notcapable));
    let writes = files.open(ROOT, "tmp/f", only(r::FD_WRITE), NOW).told().expect("opens");
    assert_eq!(files.plan_read(writes, None, 1).map(|_| ()).told(), Err(Badf));

    // Taking away, from a directory, takes it from all that is opened through it.
    files.set_rights(directory, r::PATH_OPEN, r::FD_READ).told().expect("less");
    assert_eq!(files.set_rights(directory, r::PATH_OPEN | r::FD_READDIR, r::NONE).told(), Err(Notcapable));
    assert_eq!(files.set_rights(directory, r::PATH_OPEN, r::FD_READ | r::FD_SEEK).told(), Err(Notcapable));
    assert_eq!(files.open(directory, "x", creating(), NOW).told(), Err(Notcapable));
    assert_eq!(files.create_directory(directory, "x", NOW).told(), Err(Notcapable));
    assert_eq!(files.unlink_file(directory, "f", NOW).told(), Err(Notcapable));
    assert_eq!(files.remove_directory(directory, "f", NOW).told(), Err(Notcapable));
    assert_eq!(files.rename(directory, "f", ROOT, "tmp/g", NOW).told(), Err(Notcapable));
    assert_eq!(files.rename(ROOT, "tmp/f", directory, "g", NOW).told(), Err(Notcapable));
    assert_eq!(files.read_link(directory, "f").told(), Err(Notcapable));
    assert_eq!(files.stat_path(directory, "f").map(|_| ()).told(), Err(Notcapable));
    assert_eq!(files.list(directory, 0).map(|_| ()).told(), Err(Notcapable));
    files.close(reads).told().expect("open");
    let through = files.open(directory, "f", opening(r::FILE), NOW).told().expect("opens");
    assert_eq!(files.handle_stat(through).told().map(|told| told.rights), Ok(r::FD_READ));
    files.check_books();
}

#[test]
fn what_needs_a_directory_says_so() {
    let mut files = files();
    let file = files.put("tmp/f", 1).expect("room");
    for fd in [file, 0, 1] {
        assert_eq!(files.open(fd, "x", reading(), NOW).told(), Err(Notdir));
        assert_eq!(files.stat_path(fd, "x").map(|_| ()).told(), Err(Notdir));
        assert_eq!(files.list(fd, 0).map(|_| ()).told(), Err(Notdir));
    }
    assert_eq!(files.open(99, "x", reading(), NOW).told(), Err(Badf));
    assert_eq!(files.read_link(ROOT, "tmp/f").told(), Err(Inval));
    assert_eq!(files.read_link(ROOT, "tmp/x").told(), Err(Noent));
}

#[test]
fn a_handle_stays_below_its_directory() {
    let mut files = files();
    files.make("tmp/a").expect("room");
    files.put("tmp/secret", 1).expect("room");
    let fd = files.open(ROOT, "tmp/a", reading(), NOW).told().expect("opens");
    for path in ["..", "../secret", "../a", "x/../../secret", "/tmp/secret", "/"] {
        assert_eq!(files.stat_path(fd, path).map(|_| ()).told(), Err(Notcapable), "{path}");
    }
    assert_eq!(files.stat_path(fd, "x/..").map(|_| ()).told(), Err(Noent), "what is walked through must exist");
    assert_eq!(files.stat_path(ROOT, "tmp/secret/..").map(|_| ()).told(), Err(Notdir));
    assert_eq!(files.stat_path(ROOT, "tmp/a/../secret").told().map(|stat| stat.size), Ok(1));
}

#[test]
fn rename_as_posix_has_it() {
    let mut files = files();
    for path in ["tmp/d", "tmp/d/e", "tmp/full", "tmp/empty"] {
        files.make(path).expect("room");
    }
    let fds = [files.put("tmp/full/x", 1).expect("room"), files.put("tmp/f", 2).expect("room"), files.put("tmp/g", 3).expect("room")];
    for fd in fds {
        files.close(fd).told().expect("open");
    }
    for (old, new, expected) in [
        ("tmp/x", "tmp/y", Err(Noent)),
        ("tmp/f", "tmp/empty", Err(Isdir)),
        ("tmp/empty", "tmp/f", Err(Notdir)),
        ("tmp/empty", "tmp/full", Err(Notempty)),
        ("tmp/d", "tmp/d/e", Err(Inval)),
        ("tmp/d", "tmp/d/e/x", Err(Inval)),
        ("tmp/d", "tmp/d/x", Err(Inval)),
        ("tmp/f", "tmp/.", Err(Inval)),
        ("tmp/d/..", "tmp/x", Err(Inval)),
        ("tmp/f/", "tmp/x", Err(Notdir)),
        ("tmp/f", "tmp/x/", Err(Isdir)),
        ("tmp/f", "tmp/g/", Err(Notdir)),
        ("tmp/f", "tmp/empty/", Err(Isdir)),
        ("tmp/f", "tmp/x/y", Err(Noent)),
        ("tmp/f", "tmp/g/y", Err(Notdir)),
        ("tmp/f", "tmp/\u{7f}", Err(Inval)),
        ("tmp/f", "tmp/f", Ok(())),
        ("tmp/d", "tmp/d/", Ok(())),
        ("tmp/f", "tmp/g", Ok(())),
        ("tmp/full", "tmp/empty/", Ok(())),
        ("tmp/d", "tmp/empty/d/", Ok(())),
    ] {
        assert_eq!(files.mv(old, new), expected, "{old} -> {new}");
        files.check_books();
    }
    assert_eq!(files.size("tmp/g"), Ok(2));
    assert_eq!(files.size("tmp/f"), Err(Noent));
    assert_eq!(files.size("tmp/empty/x"), Ok(1));
    assert_eq!(files.size("tmp/empty/d/e"), Ok(0));
    assert_eq!(files.size("tmp/empty/d/e/../../x"), Ok(1), "`..` is where it is now");
}

#[test]
fn unlinked_files_live_until_their_last_handle() {
    let mut files = files();
    let first = files.put("out/f", 60).expect("room");
    let second = files.open(ROOT, "out/f", creating(), NOW).told().expect("opens");
    files.rm("out/f").expect("there is scratch for it");
    assert_eq!(files.size("out/f"), Err(Noent));
    files.append(first, 1).expect("still writable");
    assert_eq!(files.plan_read(second, None, 100).told().map(|plan| plan.length), Ok(61));
    // It counts as scratch now.
    assert_eq!(files.put("tmp/g", 40).map(|_| ()), Err(Nospc));
    assert!(files.put("out/h", 100).is_ok());
    files.check_books();
    files.close(first).told().expect("open");
    assert_eq!(files.put("tmp/g", 40).map(|_| ()), Err(Nospc));
    files.close(second).told().expect("open");
    assert!(files.put("tmp/g", 100).is_ok());
    // No scratch left: the open file keeps its name.
    assert_eq!(files.rm("out/h"), Err(Nospc));
    assert_eq!(files.size("out/h"), Ok(100));
    files.check_books();
}

#[test]
fn removed_directories_find_nothing() {
    let mut files = files();
    files.make("tmp/d").expect("room");
    assert_eq!(files.rm("tmp/d"), Err(Isdir));
    let fd = files.open(ROOT, "tmp/d", reading(), NOW).told().expect("opens");
    files.put("tmp/d/f", 0).expect("room");
    assert_eq!(files.rmdir("tmp/d/f"), Err(Notdir));
    assert_eq!(files.rm("tmp/d/f/"), Err(Notdir));
    assert_eq!(files.rmdir("tmp/d"), Err(Notempty));
    files.rm("tmp/d/f").expect("there");
    assert_eq!(files.rmdir("tmp/d/."), Err(Inval));
    files.rmdir("tmp/d/").expect("empty");
    assert_eq!(files.open(fd, "x", creating(), NOW).told(), Err(Noent));
    assert_eq!(files.open(fd, ".", reading(), NOW).told(), Err(Noent));
    assert_eq!(files.create_directory(fd, "x", NOW).told(), Err(Noent));
    assert_eq!(
        files.names(fd),
        [(".".to_owned(), 7), ("..".to_owned(), 4)].map(|(name, _)| (name.clone(), if name == "." { 5 + 2 } else { 4 }))
    );
    assert!(files.stat(fd, NOW).is_ok());
    files.check_books();
}

#[test]
fn quotas_are_checked_before_anything_changes() {
    let mut files = files();
    let fd = files.put("out/a", 90).expect("room");
    assert_eq!(files.append(fd, 11), Err(Nospc));
    assert_eq!(files.set_size(fd, 101, NOW).told(), Err(Nospc));
    assert_eq!(files.allocate(fd, 50, 51, NOW).told(), Err(Nospc));
    assert_eq!(files.plan_write(fd, Some(1 << 40), 1).map(|_| ()).told(), Err(Nospc));
    assert_eq!(files.plan_write(fd, Some(u64::MAX), 1).map(|_| ()).told(), Err(Inval));
    assert_eq!(files.size("out/a"), Ok(90));
    files.append(fd, 10).expect("exactly full");
    files.set_size(fd, 50, NOW).told().expect("less");
    files.append(fd, 0).expect("nothing");
    files.put("out/b", 50).expect("room");
    files.put("out/c", 0).expect("room");
    assert_eq!(files.put("out/d", 0), Err(Nospc), "three outputs");
    assert_eq!(files.size("out/d"), Err(Noent));
    // Between the two: the target's quota decides.
    files.put("tmp/t", 10).expect("room");
    assert_eq!(files.mv("tmp/t", "out/t"), Err(Nospc));
    files.mv("tmp/t", "out/b").expect("the open b becomes scratch: 10 fewer and 50 more");
    files.put("tmp/u", 50).expect("exactly full");
    assert_eq!(files.put("tmp/v", 1), Err(Nospc));
    assert_eq!(files.mv("out/a", "out/b"), Err(Nospc), "the open file that is replaced would not fit into scratch");
    files.close(7).told().expect("the handle that made it, as tmp/t");
    files.mv("out/a", "out/b").expect("nobody holds it now");
    files.check_books();
}

#[test]
fn files_and_handles_are_counted() {
    let mut files = files();
    for name in ["a", "b", "c", "d", "e", "f"] {
        files.put(&format!("tmp/{name}"), 0).expect("room");
    }
    assert_eq!(files.put("tmp/g", 0), Err(Mfile), "ten handles");
    assert_eq!(files.open(ROOT, "tmp/a", reading(), NOW).told(), Err(Mfile));
    files.close(4).told().expect("open");
    files.make("tmp/g").expect("room");
    files.make("out/h").expect("room");
    assert_eq!(files.make("out/i"), Err(Nospc), "eight files and directories");
    files.rm("tmp/a").expect("there");
    files.make("out/i").expect("room again");
    assert_eq!(files.put("tmp/j", 0), Err(Nospc));
    files.check_books();
}

#[test]
fn positions() {
    let mut files = files();
    let fd = files.put("tmp/f", 10).expect("room");
    assert_eq!(files.tell(fd).told(), Ok(10));
    assert_eq!(files.seek(fd, -3, Whence::End).told(), Ok(7));
    assert_eq!(files.seek(fd, -8, Whence::Current).told(), Err(Inval));
    assert_eq!(files.seek(fd, i64::MAX, Whence::Current).told(), Err(Inval));
    assert_eq!(files.seek(fd, i64::MIN, Whence::Current).told(), Err(Inval));
    assert_eq!(files.tell(fd).told(), Ok(7));
    assert_eq!(files.seek(fd, i64::MAX, Whence::Start).told(), Ok(OFFSET_MAX));
    assert_eq!(files.plan_read(fd, None, 0).told().map(|plan| plan.length), Ok(0));
    assert_eq!(files.plan_read(fd, None, 1).map(|_| ()).told(), Err(Inval));
    files.seek(fd, 20, Whence::Start).told().expect("past the end");
    assert_eq!(files.plan_read(fd, None, 5).told().map(|plan| plan.length), Ok(0));
    files.append(fd, 1).expect("room");
    assert_eq!(files.size("tmp/f"), Ok(21));
    for fd in 0..3 {
        assert_eq!(files.seek(fd, 0, Whence::Start).told(), Err(Spipe));
        assert_eq!(files.tell(fd).told(), Err(Spipe));
        assert_eq!(files.plan_read(fd, Some(0), 1).map(|_| ()).told(), Err(Spipe));
        assert_eq!(files.plan_write(fd, Some(0), 1).map(|_| ()).told(), Err(Spipe));
        assert_eq!(files.advise(fd, 0, 0).told(), Err(Badf));
    }
    assert_eq!(files.seek(ROOT, 0, Whence::Start).told(), Err(Badf));
    assert_eq!(files.plan_read(1, None, 1).map(|_| ()).told(), Err(Badf));
    assert_eq!(files.plan_write(0, None, 1).map(|_| ()).told(), Err(Badf));
    assert_eq!(files.plan_read(ROOT, None, 1).map(|_| ()).told(), Err(Badf));
}

#[test]
fn append_writes_at_the_end_wherever_the_position_is() {
    let mut files = files();
    files.put("tmp/f", 10).expect("room");
    let fd = files.open(ROOT, "tmp/f", Open { flags: 1, ..opening(r::FILE) }, NOW).told().expect("opens");
    assert_eq!(files.plan_write(fd, None, 1).told().map(|plan| plan.offset), Ok(10));
    assert_eq!(files.plan_write(fd, Some(3), 1).told().map(|plan| plan.offset), Ok(3), "pwrite ignores it");
    files.set_flags(fd, 4).told().expect("nonblock is free");
    assert_eq!(files.plan_write(fd, None, 1).told().map(|plan| plan.offset), Ok(0));
    assert_eq!(files.set_flags(fd, 2).told(), Err(Inval), "dsync cannot be had later");
    assert_eq!(files.handle_stat(fd).told().map(|told| told.flags), Ok(4));
    let synced = files.open(ROOT, "tmp/f", Open { flags: 2, ..opening(r::FILE) }, NOW).told().expect("opens");
    files.set_flags(synced, 3).told().expect("it has dsync");
    files.set_flags(synced, 1).told().expect("and keeps it");
    assert_eq!(files.handle_stat(synced).told().map(|told| told.flags), Ok(3));
}

#[test]
fn times_follow_the_rules() {
    let mut files = files();
    let times = |files: &Filesystem, path: &str| {
        let times = files.stat_path(ROOT, path).told().expect("there").times;
        (times.accessed, times.modified, times.changed)
    };
    let fd = files.put("tmp/f", 0).expect("room");
    files.append(fd, 0).expect("nothing");
    assert_eq!(times(&files, "tmp/f"), (NOW, NOW, NOW), "writing nothing changes nothing");
    files.append(fd, 1).expect("room");
    assert_eq!(times(&files, "tmp/f"), (NOW, LATER, LATER));
    files.set_times_path(ROOT, "tmp/f", SetTimes { accessed: Some(5), modified: None }, 3_000).told().expect("writable");
    assert_eq!(times(&files, "tmp/f"), (5, LATER, 3_000));
    files.set_size(fd, 1, 4_000).told().expect("same");
    files.allocate(fd, 0, 1, 4_000).told().expect("same");
    assert_eq!(times(&files, "tmp/f"), (5, LATER, 3_000), "the size did not change");
    files.set_size(fd, 2, 4_000).told().expect("room");
    assert_eq!(times(&files, "tmp/f"), (5, 4_000, 4_000));
    assert_eq!(times(&files, "tmp"), (NOW, NOW, NOW));
    files.rename(ROOT, "tmp/f", ROOT, "out/f", 5_000).told().expect("room");
    assert_eq!(times(&files, "out/f"), (5, 4_000, 5_000));
    assert_eq!(times(&files, "tmp"), (NOW, 5_000, 5_000));
    assert_eq!(times(&files, "out"), (NOW, 5_000, 5_000));
    files.rename(ROOT, "out/f", ROOT, "out/f", 6_000).told().expect("nothing");
    assert_eq!(times(&files, "out"), (NOW, 5_000, 5_000));
}

#[test]
fn a_list_is_taken_at_cookie_0_and_kept() {
    let mut files = files();
    let fd = files.open(ROOT, "tmp", reading(), NOW).told().expect("opens");
    let count = |files: &mut Filesystem, cookie| files.list(fd, cookie).told().map(|listing| listing.0.len());
    files.make("tmp/a").expect("room");
    assert_eq!(count(&mut files, 7), Ok(3), "a first call takes it, whatever its cookie");
    files.make("tmp/b").expect("room");
    assert_eq!(count(&mut files, 1), Ok(3));
    assert_eq!(count(&mut files, 0), Ok(4));
    // Two handles share one list while nothing changes.
    let other = files.open(ROOT, "tmp", reading(), NOW).told().expect("opens");
    let (one, two) = (files.list(fd, 0).told().expect("list"), files.list(other, 0).told().expect("list"));
    assert!(Arc::ptr_eq(&one, &two));
    // A directory that moves has another `..`.
    files.make("tmp/a/c").expect("room");
    let moved = files.open(ROOT, "tmp/a/c", reading(), NOW).told().expect("opens");
    let parent = |files: &mut Filesystem| files.names(moved).get(1).map(|(_, ino)| *ino);
    assert_eq!(parent(&mut files), Some(7));
    files.mv("tmp/a/c", "tmp/c").expect("moves");
    assert_eq!(parent(&mut files), Some(4));
}

#[test]
fn no_path_grows_beyond_what_a_guest_could_name() {
    let limits = Limits { files: 100, ..limits() };
    let mut files = Filesystem::new(&limits, &[], NOW);
    let name = "n".repeat(250);
    let mut fd = files.open(ROOT, "tmp", reading(), NOW).told().expect("opens");
    for _ in 0..16 {
        files.create_directory(fd, &name, NOW).told().expect("4 + 16 · 251 bytes are 4,020");
        let below = files.open(fd, &name, reading(), NOW).told().expect("opens");
        files.close(fd).told().expect("open");
        fd = below;
    }
    assert_eq!(files.create_directory(fd, &"n".repeat(76), NOW).told(), Err(Nametoolong));
    assert_eq!(files.open(fd, &"n".repeat(76), creating(), NOW).told(), Err(Nametoolong));
    assert_eq!(files.create_directory(fd, &"n".repeat(75), NOW).told(), Ok(()));
    // A name of one more byte at the top would make the lowest too long.
    assert_eq!(files.mv(&format!("tmp/{name}"), &format!("out/{name}o")), Err(Nametoolong));
    assert_eq!(files.mv(&format!("tmp/{name}"), &format!("out/{}", &name[1..])), Ok(()));
    assert_eq!(files.create_directory(fd, &"o".repeat(76), NOW).told(), Ok(()), "it is one byte shorter now");
    assert_eq!(files.create_directory(fd, &"o".repeat(77), NOW).told(), Err(Nametoolong));
    files.check_books();
}

#[test]
fn outputs_are_the_files_below_out_sorted_by_path() {
    let mut files = files();
    files.make("out/b").expect("room");
    files.make("out/empty").expect("room");
    for (path, bytes) in [("out/b/x", 2), ("out/b.txt", 1), ("tmp/t", 3), ("out/a", 0)] {
        files.put(path, bytes).expect("room");
    }
    let outputs: Vec<_> =
        files.into_outputs().into_iter().map(|output| (output.name.clone(), output.into_bytes().expect("memory").len())).collect();
    assert_eq!(outputs, [("a".to_owned(), 0), ("b.txt".to_owned(), 1), ("b/x".to_owned(), 2)]);
}

#[test]
fn a_moved_handle_closes_what_it_lands_on() {
    let mut files = files();
    let (a, b) = (files.put("tmp/a", 1).expect("room"), files.put("tmp/b", 2).expect("room"));
    files.rm("tmp/b").expect("there");
    files.renumber(a, b).told().expect("both open");
    assert_eq!(files.tell(a).told(), Err(Badf));
    assert_eq!(files.tell(b).told(), Ok(1));
    assert_eq!(files.renumber(b, b).told(), Ok(()));
    assert_eq!(files.renumber(a, b).told(), Err(Badf));
    assert_eq!(files.renumber(b, a).told(), Err(Badf));
    files.renumber(ROOT, 1).told().expect("both open");
    assert_eq!(files.preopened(1).told(), Ok("/"));
    assert_eq!(files.put("tmp/c", 0), Err(Badf));
    assert_eq!(files.open(1, "tmp/a", reading(), NOW).told(), Ok(3));
}
