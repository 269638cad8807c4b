;; Opens handles until there is none, and never closes one. The limit counts the four of the start; closing one makes room for one, under the same number.
;; expect: completed 0
;; limits: handles=16
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "tmp")
  (data (i32.const 1040) "tmp/file")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $open (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 3) (i32.const 0) (i64.const 0xfffffff) (i64.const 0xfffffff) (i32.const 0) (i32.const 16)))
  (func (export "_start") (local $opened i32)
    (block $none
      (loop $more
        (br_if $none (call $open))
        (local.set $opened (i32.add (local.get $opened) (i32.const 1)))
        (br $more)))
    (call $expect (local.get $opened) (i32.const 12))
    (call $expect (i32.load (i32.const 16)) (i32.const 15))
    (call $expect (call $open) (i32.const 33))
    ;; and with no handle nothing is created
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1040) (i32.const 8) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 33))
    (call $expect (call $fd_close (i32.const 9)) (i32.const 0))
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1040) (i32.const 8) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)) (i32.const 44))
    (call $expect (call $open) (i32.const 0))
    (call $expect (i32.load (i32.const 16)) (i32.const 9))
    (call $expect (call $open) (i32.const 33))))
