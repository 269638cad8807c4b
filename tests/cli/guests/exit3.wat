;; Writes an output and a line, and then ends with exit code 3: a job that failed in its own way.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "no luck\n")
  (data (i32.const 16) "\40\00\00\00\08\00\00\00")
  (func (export "_start")
    (drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 32)))
    (call $proc_exit (i32.const 3))))
