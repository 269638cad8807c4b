// Histogram of luminance over 256 bins: counted in workgroup memory first, then added to the whole.

struct Image {
    width: u32,
    height: u32,
}

@group(0) @binding(0) var<uniform> image: Image;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read_write> histogram: array<atomic<u32>, 256>;
@group(0) @binding(3) var<storage, read_write> extremes: array<atomic<u32>, 2>;

var<workgroup> counts: array<atomic<u32>, 256>;

fn luminance(pixel: u32) -> u32 {
    let red = pixel & 0xffu;
    let green = (pixel >> 8u) & 0xffu;
    let blue = extractBits(pixel, 16u, 8u);
    return (red * 77u + green * 150u + blue * 29u) >> 8u;
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    atomicStore(&counts[lane], 0u);
    workgroupBarrier();
    for (var dy = 0u; dy < 2u; dy++) {
        for (var dx = 0u; dx < 2u; dx++) {
            let x = id.x * 2u + dx;
            let y = id.y * 2u + dy;
            if x < image.width && y < image.height {
                let value = luminance(pixels[y * image.width + x]);
                atomicAdd(&counts[value], 1u);
                atomicMin(&extremes[0], value);
                atomicMax(&extremes[1], value);
            }
        }
    }
    workgroupBarrier();
    let count = atomicLoad(&counts[lane]);
    if count != 0u {
        atomicAdd(&histogram[lane], count);
    }
}
