// BLAKE3: the chunks of one input (1,024 bytes each), then the tree, a level a pass. For a power of two of whole chunks, at least two.

struct Level {
    nodes: u32,
    is_root: u32,
}

alias Words8 = array<u32, 8>;
alias Words16 = array<u32, 16>;

const CHUNK_START = 1u;
const CHUNK_END = 2u;
const PARENT = 4u;
const ROOT = 8u;

const IV = vec4<u32>(0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au);
const IV_REST = vec4<u32>(0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u);
const PERMUTATION = array<u32, 16>(2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8);

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<storage, read> input: array<u32>;
@group(0) @binding(2) var<storage, read> below: array<Words8>;
@group(0) @binding(3) var<storage, read_write> above: array<Words8>;

fn rotr(x: vec4<u32>, n: u32) -> vec4<u32> {
    return (x >> vec4<u32>(n)) | (x << vec4<u32>(32u - n));
}

struct State {
    a: vec4<u32>,
    b: vec4<u32>,
    c: vec4<u32>,
    d: vec4<u32>,
}

// Four quarter rounds at once: the columns, or the diagonals when the rows are turned.
fn quarter(s: ptr<function, State>, x: vec4<u32>, y: vec4<u32>) {
    (*s).a = (*s).a + (*s).b + x;
    (*s).d = rotr((*s).d ^ (*s).a, 16u);
    (*s).c = (*s).c + (*s).d;
    (*s).b = rotr((*s).b ^ (*s).c, 12u);
    (*s).a = (*s).a + (*s).b + y;
    (*s).d = rotr((*s).d ^ (*s).a, 8u);
    (*s).c = (*s).c + (*s).d;
    (*s).b = rotr((*s).b ^ (*s).c, 7u);
}

fn compress(cv: Words8, block: Words16, counter: u32, flags: u32) -> Words8 {
    var m = block;
    var s = State(vec4<u32>(cv[0], cv[1], cv[2], cv[3]), vec4<u32>(cv[4], cv[5], cv[6], cv[7]), IV, vec4<u32>(counter, 0u, 64u, flags));
    for (var i = 0; i < 7; i++) {
        quarter(&s, vec4<u32>(m[0], m[2], m[4], m[6]), vec4<u32>(m[1], m[3], m[5], m[7]));
        s.b = s.b.yzwx;
        s.c = s.c.zwxy;
        s.d = s.d.wxyz;
        quarter(&s, vec4<u32>(m[8], m[10], m[12], m[14]), vec4<u32>(m[9], m[11], m[13], m[15]));
        s.b = s.b.wxyz;
        s.c = s.c.zwxy;
        s.d = s.d.yzwx;
        let old = m;
        for (var j = 0u; j < 16u; j++) {
            m[j] = old[PERMUTATION[j]];
        }
    }
    let low = s.a ^ s.c;
    let high = s.b ^ s.d;
    return Words8(low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w);
}

fn iv() -> Words8 {
    return Words8(IV.x, IV.y, IV.z, IV.w, IV_REST.x, IV_REST.y, IV_REST.z, IV_REST.w);
}

@compute @workgroup_size(32)
fn chunks(@builtin(global_invocation_id) id: vec3<u32>) {
    let chunk = id.x;
    if chunk >= level.nodes {
        return;
    }
    var cv = iv();
    for (var block = 0u; block < 16u; block++) {
        var words: Words16;
        for (var i = 0u; i < 16u; i++) {
            words[i] = input[chunk * 256u + block * 16u + i];
        }
        var flags = 0u;
        if block == 0u {
            flags |= CHUNK_START;
        }
        if block == 15u {
            flags |= CHUNK_END;
        }
        cv = compress(cv, words, chunk, flags);
    }
    above[chunk] = cv;
}

@compute @workgroup_size(32)
fn parents(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= level.nodes {
        return;
    }
    var words: Words16;
    for (var i = 0u; i < 8u; i++) {
        words[i] = below[id.x * 2u][i];
        words[i + 8u] = below[id.x * 2u + 1u][i];
    }
    above[id.x] = compress(iv(), words, 0u, PARENT | select(0u, ROOT, level.is_root == 1u));
}
