;; The call after `host_calls` of them is neither performed nor in the transcript.
;; limits: host_calls=3
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\80\00\00\00\01\00\00\00")
  (data (i32.const 128) "x")
  (func (export "_start")
    (loop $l (br_if $l (i32.eqz (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 36)))))
    unreachable))
