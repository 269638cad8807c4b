;; More buffers than a call takes: 1,025, and 2^32 - 1 that no memory holds.
;; expect: completed 0
;; stdout: 0 bytes
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread" (func $fd_pread (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1024) (i32.const 16384)) (i32.const 0))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1025) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0x20000001) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1025) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_read (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_pread (i32.const 0) (i32.const 0) (i32.const 1025) (i64.const 0) (i32.const 16384)) (i32.const 28))
    (call $expect (call $fd_pwrite (i32.const 1) (i32.const 0) (i32.const -1) (i64.const 0) (i32.const 16384)) (i32.const 28))
    ;; the last of 1,024 lies outside
    (call $expect (call $fd_write (i32.const 1) (i32.const 57352) (i32.const 1024) (i32.const 16384)) (i32.const 21))))
