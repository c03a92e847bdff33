#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a reviewer should not have to look for: format, licence headers, words and files that do not belong.
source "$(dirname "$0")/common.sh"
need_swift

problems=0
report() {
    # Reads the findings, one a line, and counts them.
    local line
    while IFS= read -r line; do
        printf '%s: %s\n' "$1" "$line" >&2
        problems=$((problems + 1))
    done
}

files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard
    else
        find . -type d -name '.build*' -prune -o -type f -print | sed 's|^\./||'
    fi
}
mapfile -t all < <(files | while IFS= read -r file; do if [[ -f $file ]]; then printf '%s\n' "$file"; fi; done)
matching() { printf '%s\n' "${all[@]}" | grep -E "$1" || true; }

say "Format"
paths=()
for path in Sources Tests Examples Package.swift; do
    [[ ! -e $path ]] || paths+=("$path")
done
swift format lint --strict --recursive --parallel "${paths[@]}" || problems=$((problems + 1))

say "Licence headers"
report "no SPDX line in its first three lines" < <(
    matching '(\.(swift|c|h|sh|py)|^Makefile|^\.ci/run)$' | while IFS= read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || printf '%s\n' "$file"
    done
)

say "Words"
mapfile -t code < <(matching '\.(swift|c|h|sh|py)$' | grep -v '^scripts/lint.sh$')
mapfile -t libraries < <(matching '^Sources/(CoAP|CoAPCore|CoAPCredentials|CoAPTesting|DeviceSimulator|LinkModel|PlainYAML|PolicyFile|ScenarioFile|SenML|CLibCoAP)/.*\.(swift|c|h)$')
report "left to be done" < <(grep -n -w -E 'TODO|FIXME|XXX|HACK' -- "${code[@]}" /dev/null || true)
report "a library does not print" < <(
    grep -n -E '(^|[^.A-Za-z])print\(|printf\(stdout' -- "${libraries[@]}" /dev/null | grep -v -E '^[^:]*:[0-9]+: *///' || true
)
report "no reason given on this line or the one before" < <(
    printf '%s\n' "${code[@]}" | grep '\.swift$' | while IFS= read -r file; do
        awk -v file="$file" '
            /@unchecked Sendable|nonisolated\(unsafe\)/ && !/\/\// && previous !~ /\/\// { print file ":" FNR ": " $0 }
            { previous = $0 }' "$file"
    done
)

say "Secrets"
report "a key does not belong in the repository" < <(matching '^keys/' | grep -v -E '^keys/(README\.md|\.gitignore)$' || true)
report "a private key in the text" < <(
    grep -l -E -e '^-----BEGIN [A-Z ]*PRIVATE KEY-----$' -- "${all[@]}" /dev/null || true
)

scripts/snippets.sh || problems=$((problems + 1))

say "Shell"
mapfile -t shell < <(matching '(^scripts/.*\.sh|^\.ci/run)$')
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR "${shell[@]}" || problems=$((problems + 1))
else
    for file in "${shell[@]}"; do bash -n "$file" || problems=$((problems + 1)); done
fi

((problems == 0)) || fail "$problems finding(s), listed above"
say "Lint: nothing found in ${#all[@]} files"
