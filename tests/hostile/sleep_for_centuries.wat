;; Sleeps for 100 years, then for 2^64 - 1 ns. Virtual time moves at once; nothing waits.
;; expect: completed 0
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $expect64 (param $got i64) (param $want i64)
    (call $expect (i64.eq (local.get $got) (local.get $want)) (i32.const 1)))
  (func $sleep (param $nanoseconds i64) (result i32)
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (local.get $nanoseconds))
    (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
  (func (export "_start") (local $i i32)
    (call $expect (call $sleep (i64.const 3155760000000000000)) (i32.const 0))
    (call $expect (i32.load (i32.const 128)) (i32.const 1))
    (call $expect (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 136)) (i32.const 0))
    (call $expect64 (i64.load (i32.const 136)) (i64.const 3155760000000000000))
    (call $expect (call $sleep (i64.const -1)) (i32.const 0))
    (call $expect (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 136)) (i32.const 0))
    (call $expect64 (i64.load (i32.const 136)) (i64.const -1))
    (call $expect (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 136)) (i32.const 0))
    (call $expect64 (i64.load (i32.const 136)) (i64.const -1))
    ;; time stands at its end; sleeping goes on to succeed
    (loop $again
      (call $expect (call $sleep (i64.const 1000000000)) (i32.const 0))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))))
