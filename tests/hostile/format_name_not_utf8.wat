;; An export whose name is not text.
;; expect: refused module.format
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\07\06\01\02\ff\fe\00\00" "\0a\04\01\02\00\0b")
