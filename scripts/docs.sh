#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation of every library; CoAP's has the guides, and what it passes on from CoAPCore in the same pages.
# A warning is an error.
source "$(dirname "$0")/common.sh"
need_swift
command -v docc >/dev/null || fail "no 'docc' on PATH; it comes with the Swift toolchain, beside 'swift'"

out=.build-docs
rm -rf "$out"
mkdir -p "$out"

say "Building the libraries"
swift build --scratch-path "$scratch"
built=$(swift build --scratch-path "$scratch" --show-bin-path)

for library in CoAP CoAPCore CoAPCredentials CoAPTesting DeviceSimulator PolicyFile SenML; do
    say "Documentation of $library"
    symbols=$out/symbols/$library
    mkdir -p "$symbols"
    # SwiftPM's own command leaves out the symbols of modules that are only passed on.
    passed_on=()
    [[ $library != CoAP ]] || passed_on=(-experimental-allowed-reexported-modules=CoAPCore)
    swift symbolgraph-extract -module-name "$library" -target "$(uname -m)-unknown-linux-gnu" \
        -I "$built/Modules" -I "$built/CLibCoAP.build" \
        -I "$scratch/checkouts/Yams/Sources/CYaml/include" "${passed_on[@]}" \
        -minimum-access-level public -skip-synthesized-members -output-dir "$symbols"
    catalogue=()
    [[ ! -d Sources/$library/$library.docc ]] || catalogue=("Sources/$library/$library.docc")
    docc convert "${catalogue[@]}" --additional-symbol-graph-dir "$symbols" --warnings-as-errors \
        --fallback-display-name "$library" --fallback-bundle-identifier "$library" --output-path "$out/$library.doccarchive"
done
say "Documentation: $out/*.doccarchive; to read one: python3 -m http.server --directory $out/CoAP.doccarchive," \
    "then open http://localhost:8000/documentation/coap"
