;; Fills /tmp until it is refused, with files that are unlinked but open: they count until the last handle is closed.
;; expect: completed 0
;; limits: scratch_bytes=300000
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\00\01\00\00\a0\86\01\00")
  (data (i32.const 1024) "tmp/file")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $one (param $keep i32)
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 5) (i64.const 0xfffffff) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 0))
    (call $expect (call $path_unlink_file (i32.const 3) (i32.const 1024) (i32.const 8)) (i32.const 0))
    (call $expect (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)) (i32.const 0)))
  (func (export "_start")
    (call $one (i32.const 1))
    (call $one (i32.const 1))
    (call $one (i32.const 1))
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 5) (i64.const 0xfffffff) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 0))
    (call $expect (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)) (i32.const 51))
    (call $expect (call $fd_close (i32.const 5)) (i32.const 0))
    (call $expect (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)) (i32.const 0))))
