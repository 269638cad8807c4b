// AES-128 in counter mode: the first pass expands the key, the second encrypts, with the S-box in workgroup memory.

@group(0) @binding(0) var<storage, read> sbox: array<u32, 64>;
@group(0) @binding(1) var<uniform> key: vec4<u32>;
@group(0) @binding(2) var<storage, read_write> round_keys: array<vec4<u32>, 11>;
@group(0) @binding(3) var<uniform> nonce: vec4<u32>;
@group(0) @binding(4) var<storage, read> plaintext: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read_write> ciphertext: array<vec4<u32>>;

var<workgroup> table: array<u32, 256>;

fn substitute(byte: u32) -> u32 {
    return (sbox[byte >> 2u] >> ((byte & 3u) * 8u)) & 0xffu;
}

fn substitute_word(w: u32) -> u32 {
    return substitute(w & 0xffu) | (substitute((w >> 8u) & 0xffu) << 8u) | (substitute((w >> 16u) & 0xffu) << 16u) | (substitute(w >> 24u) << 24u);
}

fn twice(byte: u32) -> u32 {
    return ((byte << 1u) ^ (0x1bu * (byte >> 7u))) & 0xffu;
}

// Words hold bytes in the order of memory: the first byte is the lowest.
@compute @workgroup_size(1)
fn expand_key() {
    var last = key;
    round_keys[0] = last;
    var constant = 1u;
    for (var round = 1; round <= 10; round++) {
        let turned = (last.w >> 8u) | (last.w << 24u);
        last.x ^= substitute_word(turned) ^ constant;
        last.y ^= last.x;
        last.z ^= last.y;
        last.w ^= last.z;
        round_keys[round] = last;
        constant = twice(constant);
    }
}

fn byte_of(w: u32, i: u32) -> u32 {
    return extractBits(w, i * 8u, 8u);
}

// One column after SubBytes and ShiftRows, not yet mixed.
fn shifted(state: vec4<u32>, column: u32) -> vec4<u32> {
    return vec4<u32>(
        table[byte_of(state[column], 0u)] & 0xffu,
        table[byte_of(state[(column + 1u) & 3u], 1u)] & 0xffu,
        table[byte_of(state[(column + 2u) & 3u], 2u)] & 0xffu,
        table[byte_of(state[(column + 3u) & 3u], 3u)] & 0xffu,
    );
}

fn packed(bytes: vec4<u32>) -> u32 {
    return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}

fn mixed(s: vec4<u32>) -> u32 {
    let all = s.x ^ s.y ^ s.z ^ s.w;
    return packed(vec4<u32>(
        s.x ^ all ^ twice(s.x ^ s.y),
        s.y ^ all ^ twice(s.y ^ s.z),
        s.z ^ all ^ twice(s.z ^ s.w),
        s.w ^ all ^ twice(s.w ^ s.x),
    ));
}

fn big_endian(x: u32) -> u32 {
    return (x << 24u) | ((x & 0xff00u) << 8u) | ((x >> 8u) & 0xff00u) | (x >> 24u);
}

@compute @workgroup_size(64)
fn encrypt(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    for (var i = lane; i < 256u; i += 64u) {
        table[i] = substitute(i);
    }
    workgroupBarrier();
    if id.x >= arrayLength(&plaintext) {
        return;
    }
    var state = vec4<u32>(nonce.xyz, big_endian(id.x + nonce.w)) ^ round_keys[0];
    for (var round = 1; round < 10; round++) {
        state = vec4<u32>(mixed(shifted(state, 0u)), mixed(shifted(state, 1u)), mixed(shifted(state, 2u)), mixed(shifted(state, 3u)))
            ^ round_keys[round];
    }
    let last = vec4<u32>(packed(shifted(state, 0u)), packed(shifted(state, 1u)), packed(shifted(state, 2u)), packed(shifted(state, 3u)));
    ciphertext[id.x] = plaintext[id.x] ^ last ^ round_keys[10];
}
