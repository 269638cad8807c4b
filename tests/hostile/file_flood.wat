;; Creates files until `files` is reached; removing one makes room for one.
;; expect: completed 0
;; limits: files=100
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 256) "tmp/0000")
  (global $made (mut i32) (i32.const 0))
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $name (param $n i32)
    (i32.store8 (i32.const 260) (i32.add (i32.const 48) (i32.div_u (local.get $n) (i32.const 100))))
    (i32.store8 (i32.const 261) (i32.add (i32.const 48) (i32.rem_u (i32.div_u (local.get $n) (i32.const 10)) (i32.const 10))))
    (i32.store8 (i32.const 262) (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10)))))
  (func $create (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 8) (i32.const 5) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
  (func (export "_start")
    (block $refused
      (loop $more
        (call $name (global.get $made))
        (br_if $refused (call $create))
        (call $expect (call $fd_close (i32.load (i32.const 16))) (i32.const 0))
        (global.set $made (i32.add (global.get $made) (i32.const 1)))
        (br $more)))
    (call $expect (global.get $made) (i32.const 100))
    (call $expect (call $create) (i32.const 51))
    (call $expect (call $path_create_directory (i32.const 3) (i32.const 256) (i32.const 8)) (i32.const 51))
    (call $name (i32.const 7))
    (call $expect (call $path_unlink_file (i32.const 3) (i32.const 256) (i32.const 8)) (i32.const 0))
    (call $expect (call $path_create_directory (i32.const 3) (i32.const 256) (i32.const 8)) (i32.const 0))))
