;; Relaxed SIMD: results that differ between machines by design.
;; expect: refused module.feature
;; detail: relaxed SIMD
(module
  (func (export "_start")
    (drop (f32x4.relaxed_madd (v128.const i64x2 0 0) (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))
