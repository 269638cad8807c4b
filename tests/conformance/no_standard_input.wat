;; Without an input named stdin, stdin is empty; /in is empty too.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\10\00\00\05\00\00\00")
  (data (i32.const 1024) "in")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)) (i32.const 0))
    (call $expect (i32.load (i32.const 16)) (i32.const 0))
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 2) (i32.const 2) (i64.const 0x4000) (i64.const 0) (i32.const 0) (i32.const 20)) (i32.const 0))
    (call $expect (call $fd_readdir (i32.load (i32.const 20)) (i32.const 4096) (i32.const 1000) (i64.const 0) (i32.const 16)) (i32.const 0))
    ;; `.` and `..`
    (call $expect (i32.load (i32.const 16)) (i32.const 51))))
