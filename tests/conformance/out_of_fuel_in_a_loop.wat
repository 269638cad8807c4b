;; OutOfFuel says its limit as fuel. What was written before stays.
;; limits: fuel=100000
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\80\00\00\00\03\00\00\00")
  (data (i32.const 128) "abc")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 36)))
    (loop $l (br $l))))
