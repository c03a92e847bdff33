#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks that every Swift snippet of the README and the guides stands, line for line, in a program under Examples/ that is built.
source "$(dirname "$0")/common.sh"

# A text without indentation, empty lines and imports, so that only the statements are compared.
bare() { sed -e "s/^[[:space:]]*//" -e "s/[[:space:]]*$//" -e "/^\(@testable \)\?import /d" -e "/^$/d" "$@"; }

examples=()
while IFS= read -r file; do examples+=("$(bare "$file")"); done < <(find Examples -name '*.swift' -not -path '*/.build*' | sort)

problems=0
checked=0
check() { # FILE LINE SNIPPET
    local snippet example
    snippet=$(bare <<<"$3")
    checked=$((checked + 1))
    for example in "${examples[@]}"; do
        [[ $'\n'$example$'\n' != *$'\n'"$snippet"$'\n'* ]] || return 0
    done
    printf '%s:%s: this snippet stands in no example, so nothing shows that it compiles\n' "$1" "$2" >&2
    problems=$((problems + 1))
}

for file in README.md Sources/*/*.docc/*.md; do
    number=0 start=0 snippet="" inside=""
    while IFS= read -r line; do
        number=$((number + 1))
        if [[ -z $inside && $line == '```swift' ]]; then
            inside=yes start=$number snippet=""
        elif [[ -n $inside && $line == '```' ]]; then
            inside=""
            check "$file" "$start" "$snippet"
        elif [[ -n $inside ]]; then
            snippet+=$line$'\n'
        fi
    done <"$file"
done
((problems == 0)) || fail "$problems of $checked snippets are not compiled, listed above"
say "Snippets: all $checked stand in an example"
