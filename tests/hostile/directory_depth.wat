;; Nests directories through the handle of the last one, so that no path given is long. The whole path of a thing in the tree stays within 4,096 bytes.
;; expect: completed 0
;; limits: files=100000
(module
  (import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "tmp")
  (data (i32.const 1040) "d")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start") (local $at i32) (local $depth i32) (local $errno i32)
    (call $expect (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 3) (i32.const 2) (i64.const 0xfffffff) (i64.const 0xfffffff) (i32.const 0) (i32.const 16)) (i32.const 0))
    (local.set $at (i32.load (i32.const 16)))
    (block $refused
      (loop $deeper
        (local.set $errno (call $path_create_directory (local.get $at) (i32.const 1040) (i32.const 1)))
        (br_if $refused (local.get $errno))
        (call $expect (call $path_open (local.get $at) (i32.const 0) (i32.const 1040) (i32.const 1) (i32.const 2) (i64.const 0xfffffff) (i64.const 0xfffffff) (i32.const 0) (i32.const 16)) (i32.const 0))
        (call $expect (call $fd_close (local.get $at)) (i32.const 0))
        (local.set $at (i32.load (i32.const 16)))
        (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
        (br $deeper)))
    (call $expect (local.get $errno) (i32.const 37))
    (call $expect (local.get $depth) (i32.const 2046))))
