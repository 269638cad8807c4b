;; 1,000 bytes of the job's random stream in pieces, to stdout. `random_is_the_stream_of_the_job` compares them with the reference.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\10\00\00\e8\03\00\00")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $random_get (i32.const 4096) (i32.const 1)) (i32.const 0))
    (call $expect (call $random_get (i32.const 4097) (i32.const 0)) (i32.const 0))
    (call $expect (call $random_get (i32.const 4097) (i32.const 63)) (i32.const 0))
    (call $expect (call $random_get (i32.const 4160) (i32.const 936)) (i32.const 0))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (i32.const 0))))
