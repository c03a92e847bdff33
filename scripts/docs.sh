#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation of CoAP, with what it passes on from CoAPCore in the same pages. A warning is an error.
source "$(dirname "$0")/common.sh"
need_swift
command -v docc >/dev/null || fail "no 'docc' on PATH; it comes with the Swift toolchain, beside 'swift'"

out=.build-docs
catalogue=Sources/CoAP/CoAP.docc
rm -rf "$out"
mkdir -p "$out/symbols"

say "Building CoAP"
swift build --scratch-path "$scratch" --target CoAP
built=$(swift build --scratch-path "$scratch" --show-bin-path)

say "Documentation"
# SwiftPM's own command leaves out the symbols of modules that are only passed on.
swift symbolgraph-extract -module-name CoAP -target "$(uname -m)-unknown-linux-gnu" \
    -I "$built/Modules" -I "$built/CLibCoAP.build" -experimental-allowed-reexported-modules=CoAPCore \
    -minimum-access-level public -skip-synthesized-members -output-dir "$out/symbols"
arguments=()
[[ ! -d $catalogue ]] || arguments+=("$catalogue")
docc convert "${arguments[@]}" --additional-symbol-graph-dir "$out/symbols" --warnings-as-errors \
    --fallback-display-name CoAP --fallback-bundle-identifier CoAP --output-path "$out/CoAP.doccarchive"
say "Documentation: $out/CoAP.doccarchive; to read it: python3 -m http.server --directory $out/CoAP.doccarchive," \
    "then open http://localhost:8000/documentation/coap"
