;; Host calls before _start find the memory, and write where they should.
;; expect: completed 3
;; args: a b
;; stdout: 5 bytes
;; calls: 3
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\00\00\00\05\00\00\00")
  (func $init
    (drop (call $sizes (i32.const 64) (i32.const 68)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 72))))
  (start $init)
  (func (export "_start") (call $exit (i32.load (i32.const 64)))))
