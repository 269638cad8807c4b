;; A section that stands twice.
;; expect: refused module.format
(module binary "\00asm\01\00\00\00" "\01\01\00" "\01\01\00")
