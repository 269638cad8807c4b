// CRC-32 (IEEE 802.3) of equal slices of a buffer; the table is built by the workgroup, one byte at a time after that.

override SLICE_WORDS: u32;

@group(0) @binding(0) var<storage, read> data: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;

var<workgroup> table: array<u32, 256>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    for (var entry = local.x; entry < 256u; entry += 64u) {
        var value = entry;
        for (var bit = 0; bit < 8; bit++) {
            value = select(value >> 1u, (value >> 1u) ^ 0xedb88320u, (value & 1u) != 0u);
        }
        table[entry] = value;
    }
    workgroupBarrier();

    if id.x >= arrayLength(&sums) {
        return;
    }
    var crc = ~0u;
    for (var i = 0u; i < SLICE_WORDS; i++) {
        var word = data[id.x * SLICE_WORDS + i];
        for (var byte = 0; byte < 4; byte++) {
            crc = table[(crc ^ word) & 0xffu] ^ (crc >> 8u);
            word >>= 8u;
        }
    }
    sums[id.x] = ~crc;
}
