;; A memory that is larger than memory_bytes before the first instruction.
;; expect: refused module.limits
;; limits: memory_bytes=16777216
;; detail: memory_bytes
(module
  (memory 257)
  (func (export "_start")))
