#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mounts every attack of Tests/AttackTests on a server of its own, one after the other, and prints what came of each. Ends with 0 only if
# nothing got through, the server stayed alive and its memory came back. With --fuzz: over a million malformed datagrams, on programs
# built with the address sanitizer.
source "$(dirname "$0")/common.sh"
need_swift
for program in openssl coap-server-openssl; do
    command -v "$program" >/dev/null || fail "no $program; 'make setup-test' installs it"
done

filter='^AttackTests[.]'
options=()
if [[ ${1:-} == --fuzz ]]; then
    filter='^AttackTests[.]MalformedDatagramTests'
    scratch=.build-asan
    options=(--sanitize address)
    export ASAN_OPTIONS=detect_leaks=0
    # Of each of three kinds.
    export ATTACK_DATAGRAMS=${ATTACK_DATAGRAMS:-350000}
fi

say "Building (debug)"
swift build --scratch-path "$scratch" --build-tests "${options[@]}"
folder=$(swift build --scratch-path "$scratch" "${options[@]}" --show-bin-path)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ATTACK_REPORT=$work/report
: >"$ATTACK_REPORT"

say "Attacking"
status=0
"$folder/swift-coapPackageTests.xctest" --testing-library swift-testing --experimental-maximum-parallelization-width 1 \
    --filter "$filter" >"$work/log" 2>&1 || status=$?

# Width of the first column, then a line for each attack; the last column says on whom the same attack works, and how often.
awk -F '\t' '
    { for (i = 1; i <= NF; i++) cell[NR, i] = $i; if (length($1) > width) width = length($1) }
    END {
        format = "%-" width "s %8s %12s %6s %12s %11s  %s\n"
        printf format, "attack", "tries", "got through", "alive", "KiB before", "KiB after", "works on"
        for (row = 1; row <= NR; row++)
            printf format, cell[row, 1], cell[row, 2], cell[row, 3], cell[row, 4], cell[row, 5], cell[row, 6], cell[row, 7]
    }' "$ATTACK_REPORT"

[[ -s $ATTACK_REPORT ]] || status=1
through=$(awk -F '\t' '$3 != "0" { count++ } END { print count + 0 }' "$ATTACK_REPORT")
tries=$(awk -F '\t' '{ sum += $2 } END { print sum + 0 }' "$ATTACK_REPORT")
if ((status != 0 || through != 0)); then
    awk -F '\t' '$3 != "0" { print "got through: " $1 }' "$ATTACK_REPORT" >&2
    grep -E 'recorded an? (known )?issue|^error|Fatal|Sanitizer' "$work/log" >&2 || tail -n 20 "$work/log" >&2
    fail "$through of $(wc -l <"$ATTACK_REPORT") attacks got through, or a server did not stay as it was"
fi
say "$(wc -l <"$ATTACK_REPORT") attacks, $tries tries: nothing got through"
