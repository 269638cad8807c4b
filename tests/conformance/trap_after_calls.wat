;; Fuel of a trap is that of the last host call, its charges included: what the loop before the trap used is not in it. Stdout stays, outputs do not.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\80\00\00\00\06\00\00\00")
  (data (i32.const 128) "before")
  (data (i32.const 1024) "out/file")
  (func (export "_start") (local $i i32)
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 36)))
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 36)))
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (drop (i32.div_u (i32.const 1) (i32.sub (local.get $i) (i32.const 1000))))))
