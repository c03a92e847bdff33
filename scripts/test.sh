#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the package, its tests and the examples once, runs the tests, and ends with their summary.
# With --quick: only the tests that need no other programs, and no examples.
source "$(dirname "$0")/common.sh"
need_swift

logs=.build-logs
mkdir -p "$logs"
rm -f "$logs/test-summary"
arguments=()

say "Building the package and its tests"
swift build --scratch-path "$scratch" --build-tests
if [[ ${1:-} == --quick ]]; then
    arguments+=(--skip InteropTests --skip AttackTests)
else
    scripts/examples.sh
fi
[[ -z ${FILTER:-} ]] || arguments+=(--filter "$FILTER")

say "Running the tests (all of the output: $logs/test.log)"
status=0
run_tests "${arguments[@]}" </dev/null 2>&1 | tee "$logs/test.log" || status=$?

{
    grep -E 'Test .* failed after|Test .* recorded an issue' "$logs/test.log" || true
    grep -E 'Test run with [0-9]+ tests?' "$logs/test.log" | grep -v started ||
        echo "No summary: the tests did not come to their end (status $status)."
} >"$logs/test-summary"

say "Test summary"
cat "$logs/test-summary"
((status == 0)) || fail "the tests failed"
grep -q -E 'Test run with [1-9][0-9]* tests? .*passed' "$logs/test-summary" || fail "no tests were run"
