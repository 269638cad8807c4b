;; The start function runs before _start, after the segments.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\05")
  (global $seen (mut i32) (i32.const 0))
  (func $init (global.set $seen (i32.load8_u (i32.const 8))))
  (start $init)
  (func (export "_start") (call $proc_exit (i32.add (global.get $seen) (i32.const 100)))))
