;; Results at addresses that the standard's types do not allow. The guest's number decides, never the host's memory.
;; expect: completed 0
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "tmp/file")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 1)) (i32.const 28))
    (call $expect (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 4)) (i32.const 28))
    (call $expect (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 8)) (i32.const 0))
    (call $expect (call $args_sizes_get (i32.const 2) (i32.const 8)) (i32.const 28))
    (call $expect (call $fd_write (i32.const 1) (i32.const 2) (i32.const 0) (i32.const 8)) (i32.const 28))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 9)) (i32.const 28))
    (call $expect (call $fd_fdstat_get (i32.const 1) (i32.const 12)) (i32.const 28))
    ;; refused before anything is created
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 6)) (i32.const 28))
    (call $expect (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 64)) (i32.const 44))
    ;; bytes have no alignment
    (call $expect (call $random_get (i32.const 3) (i32.const 3)) (i32.const 0))))
