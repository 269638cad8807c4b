;; Writes to stdout for ever, 60,000 bytes at a time. The bytes up to the limit stay, and the job ends.
;; expect: limit_exceeded stdout_bytes
;; limits: stdout_bytes=1000000
;; stdout: 1000000 bytes
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\00\01\00\00\60\ea\00\00")
  (func (export "_start")
    (loop $again
      (br_if $again (i32.eqz (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
    unreachable))
