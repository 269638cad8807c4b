;; argv[0] is `job`; the environment comes sorted by name; nothing of the host's is there. All of it to stdout.
;; args: one --two=2 drei
;; env: ZED=last
;; env: A=first=with equals
;; env: EMPTY=
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\10\00\00\00\04\00\00")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $args_sizes_get (i32.const 16) (i32.const 20)) (i32.const 0))
    (call $expect (i32.load (i32.const 16)) (i32.const 4))
    (call $expect (i32.load (i32.const 20)) (i32.const 21))
    (call $expect (call $environ_sizes_get (i32.const 16) (i32.const 20)) (i32.const 0))
    (call $expect (i32.load (i32.const 16)) (i32.const 3))
    (call $expect (i32.load (i32.const 20)) (i32.const 36))
    (call $expect (call $args_get (i32.const 4096) (i32.const 4160)) (i32.const 0))
    (call $expect (i32.load (i32.const 4096)) (i32.const 4160))
    (call $expect (i32.load (i32.const 4100)) (i32.const 4164))
    (call $expect (i32.load (i32.const 4160)) (i32.const 0x00626f6a))
    (call $expect (call $environ_get (i32.const 4224) (i32.const 4288)) (i32.const 0))
    (call $expect (i32.load (i32.const 4224)) (i32.const 4288))
    (call $expect (i32.load (i32.const 4288)) (i32.const 0x69663d41))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (i32.const 0))))
