;; A version of the format that there is not.
;; expect: refused module.format
(module binary "\00asm\02\00\00\00")
