;; Copies stdin to stdout, and ends with exit code 5 if there was nothing to copy.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $total i32)
    (loop $more
      (i32.store (i32.const 16) (i32.const 1024))
      (i32.store (i32.const 20) (i32.const 4096))
      (if (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 20)) (then (unreachable)))
      (local.set $total (i32.add (local.get $total) (i32.load (i32.const 20))))
      (if (i32.load (i32.const 20)) (then
        (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 32)))
        (br $more))))
    (if (i32.eqz (local.get $total)) (then (call $proc_exit (i32.const 5))))))
