;; The bytes up to the limit are kept, over the buffers of one call; the call that passes it is in the transcript.
;; limits: stdout_bytes=10
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\80\00\00\00\03\00\00\00\80\00\00\00\03\00\00\00\80\00\00\00\06\00\00\00")
  (data (i32.const 128) "abcdef")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 36)))
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 3) (i32.const 36)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 3) (i32.const 36)))
    unreachable))
