// The largest of each 2×2 block of square planes. One invocation is one block.

override planes: u32 = 24;
override side: u32 = 4; // of the small planes

@group(0) @binding(0) var<storage, read> large: array<f32>; // [image][plane][2·side][2·side]
@group(0) @binding(1) var<storage, read_write> small: array<f32>; // [image][plane][side][side]

@compute @workgroup_size(64)
fn largest2x2(@builtin(global_invocation_id) id: vec3<u32>) {
    let count = planes * side * side;
    let result = id.y * count + id.x;
    if id.x >= count || result >= arrayLength(&small) {
        return;
    }
    let plane = id.x / (side * side);
    let y = id.x / side % side;
    let x = id.x % side;
    let row = 2u * side;
    let corner = ((id.y * planes + plane) * row + 2u * y) * row + 2u * x;
    let upper = max(large[corner], large[corner + 1u]);
    let lower = max(large[corner + row], large[corner + row + 1u]);
    small[result] = max(upper, lower);
}
