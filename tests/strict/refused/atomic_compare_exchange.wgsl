// refused: atomic-result 4:9
@group(0) @binding(0) var<storage, read_write> c: atomic<u32>;
@compute @workgroup_size(1) fn main() {
    _ = atomicCompareExchangeWeak(&c, 1u, 2u).exchanged;
}
