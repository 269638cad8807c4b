;; A function that claims 2^32 - 1 locals, in nine bytes.
;; expect: refused module.format
(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\07\0a\01\06_start\00\00" "\0a\0a\01\08\01\ff\ff\ff\ff\0f\7f\0b")
