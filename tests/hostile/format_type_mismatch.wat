;; A body that does not validate: it adds a float to an integer.
;; expect: refused module.format
(module
  (func (export "_start") (drop (i32.add (i32.const 1) (f32.const 1)))))
