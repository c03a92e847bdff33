#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds every package in Examples/, on top of what the package's own debug build has already compiled.
source "$(dirname "$0")/common.sh"
need_swift

built=0
forget_plan() {
    # SwiftPM keeps the plan of the last package it built in this folder: make it plan the main package anew.
    rm -f "$scratch/debug.yaml" "$scratch"/*/debug/description.json
}
trap forget_plan EXIT
for manifest in Examples/*/Package.swift; do
    [[ -f $manifest ]] || continue
    example=$(dirname "$manifest")
    say "Building $example"
    # Without this flag the plan of the package built before is used, and this one silently not built.
    swift build --package-path "$example" --scratch-path "$PWD/$scratch" --disable-build-manifest-caching
    built=$((built + 1))
done
say "Examples: $built built"
