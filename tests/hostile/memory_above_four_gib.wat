;; A 32-bit memory of more pages than it can have.
;; expect: refused module.format
(module binary
  "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00"
  "\05\05\01\00\81\80\04"
  "\07\0a\01\06_start\00\00" "\0a\04\01\02\00\0b")
