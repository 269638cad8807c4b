// refused: binding-number 0:0
@group(0) @binding(0) var<storage, read_write> b0: array<u32>;
@group(0) @binding(1) var<storage, read_write> b1: array<u32>;
@group(0) @binding(2) var<storage, read_write> b2: array<u32>;
@group(0) @binding(3) var<storage, read_write> b3: array<u32>;
@group(0) @binding(4) var<storage, read_write> b4: array<u32>;
@group(0) @binding(5) var<storage, read_write> b5: array<u32>;
@group(0) @binding(6) var<storage, read_write> b6: array<u32>;
@group(0) @binding(7) var<storage, read_write> b7: array<u32>;
@group(0) @binding(8) var<storage, read_write> b8: array<u32>;
@group(1) @binding(0) var<storage, read_write> b9: array<u32>;
@group(1) @binding(1) var<storage, read_write> b10: array<u32>;
@group(1) @binding(2) var<storage, read_write> b11: array<u32>;
@group(1) @binding(3) var<storage, read_write> b12: array<u32>;
@group(1) @binding(4) var<storage, read_write> b13: array<u32>;
@group(1) @binding(5) var<storage, read_write> b14: array<u32>;
@group(1) @binding(6) var<storage, read_write> b15: array<u32>;
@group(1) @binding(7) var<storage, read_write> b16: array<u32>;
@compute @workgroup_size(1) fn main() {
    b0[0] = 1u;
    b1[0] = 1u;
    b2[0] = 1u;
    b3[0] = 1u;
    b4[0] = 1u;
    b5[0] = 1u;
    b6[0] = 1u;
    b7[0] = 1u;
    b8[0] = 1u;
    b9[0] = 1u;
    b10[0] = 1u;
    b11[0] = 1u;
    b12[0] = 1u;
    b13[0] = 1u;
    b14[0] = 1u;
    b15[0] = 1u;
    b16[0] = 1u;
}
