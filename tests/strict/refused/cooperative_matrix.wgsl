// refused: enable 2:8, cooperative-matrix 5:13
enable wgpu_cooperative_matrix;
@group(0) @binding(0) var<storage, read_write> m: array<f32>;
@compute @workgroup_size(1) fn main() {
    let a = coopLoad<coop_mat8x8<f32, A>>(&m[0], 8u);
}
