#!/usr/bin/env bash
# Builds the settlement program for the chain: the same bytes from the same sources, wherever they lie.
#
#   build.sh            builds, and writes assay_settlement.so and its SHA-256
#   build.sh --check    builds into a folder of its own and compares with what is committed
#   build.sh --install  installs the tool chain
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
toolchain=nightly-2026-09-01 # rustc 1.100 with LLVM 23; sbpf-linker takes no older one
linker=0.2.6
target=bpfel-unknown-none

install() {
    rustup toolchain install "$toolchain" --profile minimal -c rust-src --no-self-update
    cargo "+$toolchain" install sbpf-linker --version "$linker" --locked
}

missing() {
    if ! rustup toolchain list 2>/dev/null | grep -q "^$toolchain"; then
        echo "$toolchain is not installed"
    elif ! command -v sbpf-linker >/dev/null; then
        echo "sbpf-linker is not installed"
    elif ! cargo install --list | grep -q "^sbpf-linker v$linker:"; then
        echo "sbpf-linker is not $linker"
    fi
}

# Paths are in no message of a panic (there are none), but in hashes of symbols, which order the code: they are named alike everywhere.
build() {
    local into=$1 flags
    flags=$(sed -n 's/^    "\(.*\)", "\(.*\)",$/\1 \2/p' "$here/.cargo/config.toml" | tr '\n' ' ')
    flags="$flags --remap-path-prefix=$(cd "$here/../../.." && pwd)=/assay"
    flags="$flags --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(rustc "+$toolchain" --print sysroot)=/rust"
    (
        cd "$here"
        RUSTFLAGS=$flags cargo "+$toolchain" build --locked -Z build-std=core,alloc --release --target "$target" --target-dir "$into"
    )
    arguments "$into/$target/release/libassay_settlement_program.so"
}

# A function with more than five arguments takes the others from above its caller's frame, where runtimes with gaps between frames have no memory: no store may go there.
arguments() {
    local at size
    at=$(od -An -v -t u8 -j 40 -N 8 "$1" | tr -d ' ')
    size=$(od -An -v -t u8 -j $((at + 64 + 32)) -N 8 "$1" | tr -d ' ')
    at=$(od -An -v -t u8 -j $((at + 64 + 24)) -N 8 "$1" | tr -d ' ')
    if od -An -v -t x1 -w8 -j "$at" -N "$size" "$1" | grep -Eq '^ (7b|7a|63|62|6b|6a|73|72) .a [0-9a-f]{2} [0-7]'; then
        echo "a function has more than five arguments" >&2
        return 1
    fi
}

case "${1:-}" in
--install)
    install
    ;;
--check)
    why=$(missing)
    if [ -n "$why" ]; then
        echo "NOT CHECKED: the program's bytes were not compared with its sources: $why (host/settlement/program/build.sh --install)"
        exit 0
    fi
    into=$(mktemp -d)
    trap 'rm -rf "$into"' EXIT
    build "$into"
    if ! cmp "$into/$target/release/libassay_settlement_program.so" "$here/assay_settlement.so"; then
        echo "host/settlement/program/assay_settlement.so is not what its sources give: run host/settlement/program/build.sh" >&2
        exit 1
    fi
    (cd "$here" && sha256sum --check --quiet assay_settlement.so.sha256)
    echo "assay_settlement.so is what its sources give"
    ;;
"")
    why=$(missing)
    if [ -n "$why" ]; then
        echo "$why: run host/settlement/program/build.sh --install" >&2
        exit 1
    fi
    build "$here/target/chain"
    cp "$here/target/chain/$target/release/libassay_settlement_program.so" "$here/assay_settlement.so"
    (cd "$here" && sha256sum assay_settlement.so >assay_settlement.so.sha256 && cat assay_settlement.so.sha256 && wc -c assay_settlement.so)
    ;;
*)
    echo "usage: build.sh [--check | --install]" >&2
    exit 2
    ;;
esac
