;; A module of nothing but its header.
;; expect: refused module.export
(module)
