# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What every script here shares: sourced, not run. Leaves the shell at the top of the package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where SwiftPM builds; the debug build is shared by the package, its tests and the examples.
# shellcheck disable=SC2034  # Used by the scripts that source this one.
scratch=${SCRATCH:-.build}

# How the tools are built for use: with Swift's library inside, which starts faster and takes less memory.
# shellcheck disable=SC2034
release=(--configuration release --static-swift-stdlib)

say() { printf '== %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

need_swift() {
    command -v swift >/dev/null ||
        fail "no 'swift' on PATH. Install a Swift 6.3 (or later) toolchain, or add its usr/bin to PATH, and run this again."
}

# Runs the tests that were built, with the options of Swift Testing: no more of them at a time than a small machine can serve
# in time, which `swift test` has no option for.
run_tests() {
    local folder
    folder=$(swift build --scratch-path "$scratch" --show-bin-path)
    "$folder/swift-coapPackageTests.xctest" --testing-library swift-testing \
        --experimental-maximum-parallelization-width 32 "$@"
}
