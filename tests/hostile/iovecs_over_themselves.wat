;; A read whose buffer is the list of buffers, and one whose buffers are each other. What was checked is what is used.
;; expect: completed 0
;; input: stdin=\00\00\00\f0\ff\ff\ff\ff\01\01\01\01\02\02\02\02tail
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00\08\00\00\00\08\00\00\00\08\00\00\00\00\00\00\00\04\00\00\00")
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (call $fd_read (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 64)) (i32.const 0))
    (call $expect (i32.load (i32.const 64)) (i32.const 20))
    (call $expect (i32.load (i32.const 0)) (i32.const 0x6c696174))
    (call $expect (i32.load (i32.const 4)) (i32.const -1))
    (call $expect (i32.load (i32.const 8)) (i32.const 0x01010101))
    (call $expect (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const 21))))
