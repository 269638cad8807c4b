;; Asks for more random bytes than it has memory for, then for all of its memory, again and again: fuel counts the bytes.
;; expect: out_of_fuel
;; limits: fuel=100000000
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 256)
  (func (export "_start")
    (if (i32.ne (call $random_get (i32.const 0) (i32.const -1)) (i32.const 21)) (then unreachable))
    (if (i32.ne (call $random_get (i32.const 1) (i32.const 16777216)) (i32.const 21)) (then unreachable))
    (loop $again
      (br_if $again (i32.eqz (call $random_get (i32.const 0) (i32.const 16777216)))))
    unreachable))
