;; A limit of zero: the first byte ends the job, an empty write does not.
;; expect: limit_exceeded stdout_bytes
;; limits: stdout_bytes=0
;; stdout: 0 bytes
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\01\00\00\00\00\00\00\00\01\00\00\01\00\00\00")
  (func (export "_start")
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16)) (then unreachable))
    (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))
    unreachable))
