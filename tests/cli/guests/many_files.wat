;; Writes 8,000 empty outputs, 00000 to 07999.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "out/00000")
  (func (export "_start") (local $number i32) (local $rest i32) (local $at i32)
    (loop $next
      (local.set $rest (local.get $number))
      (local.set $at (i32.const 72))
      (loop $digit
        (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $rest) (i32.const 10))))
        (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
        (br_if $digit (i32.ge_u (local.tee $at (i32.sub (local.get $at) (i32.const 1))) (i32.const 68))))
      (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 9) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)) (then (unreachable)))
      (drop (call $fd_close (i32.load (i32.const 8))))
      (br_if $next (i32.lt_u (local.tee $number (i32.add (local.get $number) (i32.const 1))) (i32.const 8000))))))
