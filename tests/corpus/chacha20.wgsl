// ChaCha20 (RFC 8439): one invocation makes one block of the key stream and encrypts with it.

struct Params {
    key: array<vec4<u32>, 2>,
    counter: u32,
    nonce0: u32,
    nonce1: u32,
    nonce2: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> text: array<vec4<u32>>;

fn rotl(x: vec4<u32>, n: u32) -> vec4<u32> {
    return (x << vec4<u32>(n)) | (x >> vec4<u32>(32u - n));
}

fn quarter_rounds(rows: Rows) -> Rows {
    var r = rows;
    r.a += r.b;
    r.d = rotl(r.d ^ r.a, 16u);
    r.c += r.d;
    r.b = rotl(r.b ^ r.c, 12u);
    r.a += r.b;
    r.d = rotl(r.d ^ r.a, 8u);
    r.c += r.d;
    r.b = rotl(r.b ^ r.c, 7u);
    return r;
}

struct Rows {
    a: vec4<u32>,
    b: vec4<u32>,
    c: vec4<u32>,
    d: vec4<u32>,
}

@compute @workgroup_size(128)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let block = id.x;
    if block * 4u + 3u >= arrayLength(&text) {
        return;
    }
    let start = Rows(
        vec4<u32>(0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u),
        params.key[0],
        params.key[1],
        vec4<u32>(params.counter + block, params.nonce0, params.nonce1, params.nonce2),
    );
    var r = start;
    for (var i = 0; i < 10; i++) {
        r = quarter_rounds(r);
        r = quarter_rounds(Rows(r.a, r.b.yzwx, r.c.zwxy, r.d.wxyz));
        r = Rows(r.a, r.b.wxyz, r.c.zwxy, r.d.yzwx);
    }
    text[block * 4u] ^= r.a + start.a;
    text[block * 4u + 1u] ^= r.b + start.b;
    text[block * 4u + 2u] ^= r.c + start.c;
    text[block * 4u + 3u] ^= r.d + start.d;
}
