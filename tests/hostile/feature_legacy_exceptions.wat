;; Exceptions as they were before they were standard.
;; expect: refused module.feature
;; detail: exceptions
(module
  (tag $e)
  (func (export "_start") try (throw $e) catch $e end))
