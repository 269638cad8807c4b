// Keccak-f[1600] and SHA3-256 of messages of one block; 64-bit lanes as pairs of words, low word first.

struct Params {
    messages: u32,
    // Words of a message; at most 33.
    words: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<u32>;
@group(0) @binding(2) var<storage, read_write> digests: array<array<u32, 8>>;

const ROUND_CONSTANTS = array<vec2<u32>, 24>(
    vec2<u32>(0x00000001u, 0x00000000u), vec2<u32>(0x00008082u, 0x00000000u), vec2<u32>(0x0000808au, 0x80000000u),
    vec2<u32>(0x80008000u, 0x80000000u), vec2<u32>(0x0000808bu, 0x00000000u), vec2<u32>(0x80000001u, 0x00000000u),
    vec2<u32>(0x80008081u, 0x80000000u), vec2<u32>(0x00008009u, 0x80000000u), vec2<u32>(0x0000008au, 0x00000000u),
    vec2<u32>(0x00000088u, 0x00000000u), vec2<u32>(0x80008009u, 0x00000000u), vec2<u32>(0x8000000au, 0x00000000u),
    vec2<u32>(0x8000808bu, 0x00000000u), vec2<u32>(0x0000008bu, 0x80000000u), vec2<u32>(0x00008089u, 0x80000000u),
    vec2<u32>(0x00008003u, 0x80000000u), vec2<u32>(0x00008002u, 0x80000000u), vec2<u32>(0x00000080u, 0x80000000u),
    vec2<u32>(0x0000800au, 0x00000000u), vec2<u32>(0x8000000au, 0x80000000u), vec2<u32>(0x80008081u, 0x80000000u),
    vec2<u32>(0x00008080u, 0x80000000u), vec2<u32>(0x80000001u, 0x00000000u), vec2<u32>(0x80008008u, 0x80000000u),
);
const ROTATIONS = array<u32, 24>(1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44);
const LANES = array<u32, 24>(10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1);

fn rotl64(x: vec2<u32>, n: u32) -> vec2<u32> {
    let swapped = select(x, x.yx, n >= 32u);
    let k = n & 31u;
    if k == 0u {
        return swapped;
    }
    return (swapped << vec2<u32>(k)) | (swapped.yx >> vec2<u32>(32u - k));
}

fn keccak_f(state: ptr<function, array<vec2<u32>, 25>>) {
    for (var round = 0; round < 24; round++) {
        // theta
        var parity: array<vec2<u32>, 5>;
        for (var x = 0; x < 5; x++) {
            parity[x] = (*state)[x] ^ (*state)[x + 5] ^ (*state)[x + 10] ^ (*state)[x + 15] ^ (*state)[x + 20];
        }
        for (var x = 0; x < 5; x++) {
            let d = parity[(x + 4) % 5] ^ rotl64(parity[(x + 1) % 5], 1u);
            for (var y = 0; y < 25; y += 5) {
                (*state)[y + x] ^= d;
            }
        }
        // rho and pi
        var carried = (*state)[1];
        for (var i = 0; i < 24; i++) {
            let lane = LANES[i];
            let next = (*state)[lane];
            (*state)[lane] = rotl64(carried, ROTATIONS[i]);
            carried = next;
        }
        // chi
        for (var y = 0; y < 25; y += 5) {
            var row: array<vec2<u32>, 5>;
            for (var x = 0; x < 5; x++) {
                row[x] = (*state)[y + x];
            }
            for (var x = 0; x < 5; x++) {
                (*state)[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
            }
        }
        // iota
        (*state)[0] ^= ROUND_CONSTANTS[round];
    }
}

@compute @workgroup_size(32)
fn sha3_256(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.messages {
        return;
    }
    var state: array<vec2<u32>, 25>;
    for (var i = 0u; i < params.words; i++) {
        state[i / 2u][i % 2u] = input[id.x * params.words + i];
    }
    state[params.words / 2u][params.words % 2u] ^= 0x06u;
    state[16].y ^= 0x80000000u;
    keccak_f(&state);
    for (var i = 0u; i < 8u; i++) {
        digests[id.x][i] = state[i / 2u][i % 2u];
    }
}
