;; The same to stderr, a byte at a time, through a handle renumbered onto a number it did not have.
;; expect: limit_exceeded stderr_bytes
;; limits: stderr_bytes=1000
;; stderr: 1000 bytes
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_renumber" (func $fd_renumber (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\01\00\00\01\00\00\00")
  (func (export "_start")
    (drop (call $fd_renumber (i32.const 2) (i32.const 0)))
    (loop $again
      (br_if $again (i32.eqz (call $fd_write (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))
    unreachable))
