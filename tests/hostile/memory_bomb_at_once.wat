;; Asks for 4 GiB, for more than there are pages, and for more than its own maximum, in one instruction each, with the fuel that costs.
;; expect: completed 0
;; limits: memory_bytes=16777216 fuel=100000000000000
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 100)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func (export "_start")
    (call $expect (memory.grow (i32.const 65535)) (i32.const -1))
    (call $expect (memory.grow (i32.const 65536)) (i32.const -1))
    (call $expect (memory.grow (i32.const -1)) (i32.const -1))
    (call $expect (memory.grow (i32.const 100)) (i32.const -1))
    (call $expect (memory.grow (i32.const 99)) (i32.const 1))
    (call $expect (memory.grow (i32.const 1)) (i32.const -1))
    (call $expect (memory.size) (i32.const 100))))
