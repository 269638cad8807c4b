;; A table of 2^32 - 1 elements: 32 GiB of host memory, if anybody tried.
;; expect: refused module.limits
(module
  (table 0xffffffff funcref)
  (func (export "_start")))
