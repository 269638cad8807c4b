;; More subscriptions than a call takes, none at all, and lists that lie on top of each other.
;; expect: completed 0
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 8)
  (global $check (mut i32) (i32.const 0))
  ;; Exits with the number of the first check that does not hold.
  (func $expect (param $got i32) (param $want i32)
    (global.set $check (i32.add (global.get $check) (i32.const 1)))
    (if (i32.ne (local.get $got) (local.get $want)) (then (call $proc_exit (global.get $check)))))
  (func $expect64 (param $got i64) (param $want i64)
    (call $expect (i64.eq (local.get $got) (local.get $want)) (i32.const 1)))
  (func (export "_start") (local $i i32)
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 262144) (i32.const 0) (i32.const 8)) (i32.const 28))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 262144) (i32.const 4097) (i32.const 8)) (i32.const 28))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 262144) (i32.const -1) (i32.const 8)) (i32.const 28))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 262144) (i32.const 0x05555556) (i32.const 8)) (i32.const 28))
    ;; 4,096 clocks that are due at 0; the events overwrite the subscriptions
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 4096) (i32.const 400000)) (i32.const 0))
    (call $expect (i32.load (i32.const 400000)) (i32.const 4096))
    ;; events that would not fit behind the last subscription
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 393248) (i32.const 4096) (i32.const 8)) (i32.const 21))
    ;; an unknown kind of subscription, an unknown clock, an unknown flag
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 48))
    (i32.store8 (i32.const 8) (i32.const 3))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 512)) (i32.const 28))
    (i32.store8 (i32.const 8) (i32.const 0))
    (i32.store (i32.const 16) (i32.const 4))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 512)) (i32.const 28))
    (i32.store (i32.const 16) (i32.const 0))
    (i32.store16 (i32.const 40) (i32.const 2))
    (call $expect (call $poll_oneoff (i32.const 0) (i32.const 1024) (i32.const 1) (i32.const 512)) (i32.const 28))
    (call $expect (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 512)) (i32.const 0))
    (call $expect64 (i64.load (i32.const 512)) (i64.const 0))))
