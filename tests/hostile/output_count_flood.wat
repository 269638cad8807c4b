;; Creates outputs until `outputs` is reached, by open and by rename from /tmp.
;; expect: completed 0
;; limits: outputs=2
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "out/a")
  (data (i32.const 1040) "out/b")
  (data (i32.const 1056) "out/c")
  (data (i32.const 1072) "tmp/t")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $create (param $path i32) (param $length i32) (result i32)
    (call $path_open (i32.const 3) (i32.const 0) (local.get $path) (local.get $length) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
  (func (export "_start")
    (call $expect (call $create (i32.const 1024) (i32.const 5)) (i32.const 0))
    (call $expect (call $create (i32.const 1040) (i32.const 5)) (i32.const 0))
    (call $expect (call $create (i32.const 1056) (i32.const 5)) (i32.const 51))
    (call $expect (call $create (i32.const 1072) (i32.const 5)) (i32.const 0))
    (call $expect (call $path_rename (i32.const 3) (i32.const 1072) (i32.const 5) (i32.const 3) (i32.const 1056) (i32.const 5)) (i32.const 51))
    (call $expect (call $path_rename (i32.const 3) (i32.const 1072) (i32.const 5) (i32.const 3) (i32.const 1024) (i32.const 5)) (i32.const 0))
    (call $expect (call $create (i32.const 1072) (i32.const 5)) (i32.const 0))
    (call $expect (call $path_rename (i32.const 3) (i32.const 1040) (i32.const 5) (i32.const 3) (i32.const 1072) (i32.const 5)) (i32.const 0))
    (call $expect (call $create (i32.const 1056) (i32.const 5)) (i32.const 0))))
