;; 1,024 buffers of 8 MiB, all the same memory: together 8 GiB, more than the result can count.
;; expect: completed 0
;; stdout: 0 bytes
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 129)
  (data (i32.const 1024) "tmp/file")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start") (local $i i32)
    (loop $fill
      (i32.store (i32.add (i32.const 16384) (i32.mul (local.get $i) (i32.const 8))) (i32.const 65536))
      (i32.store (i32.add (i32.const 16388) (i32.mul (local.get $i) (i32.const 8))) (i32.const 8388608))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1024))))
    (call $expect (call $fd_write (i32.const 1) (i32.const 16384) (i32.const 1024) (i32.const 0)) (i32.const 28))
    (call $expect (call $fd_write (i32.const 1) (i32.const 16384) (i32.const 512) (i32.const 0)) (i32.const 28))
    (call $expect (call $fd_read (i32.const 0) (i32.const 16384) (i32.const 1024) (i32.const 0)) (i32.const 28))
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 1) (i64.const 0xfffffff) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 0))
    (call $expect (call $fd_write (i32.load (i32.const 16)) (i32.const 16384) (i32.const 1024) (i32.const 0)) (i32.const 28))
    ;; 511 of them are 4,286,578,688 bytes: countable, but above the quota
    (call $expect (call $fd_write (i32.load (i32.const 16)) (i32.const 16384) (i32.const 511) (i32.const 0)) (i32.const 51))))
