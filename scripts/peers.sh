#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Python environment the interoperability tests use, again only when what it should hold has changed.
source "$(dirname "$0")/common.sh"

venv=.build-peers/venv
stamp=$venv/made-from
requirements=Tests/InteropTests/Peers/requirements.txt
constraints=Tests/InteropTests/Peers/build-constraints.txt
# Debian's own Python, whose headers python3-dev brings; another one may come first on PATH.
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3) || fail "no python3. Run: make setup-test"

wanted=$({ "$python" --version && cat "$requirements" "$constraints"; } | sha256sum)
if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
    say "Python peers: $venv is up to date"
    exit 0
fi

say "Python peers: making $venv (a minute or less)"
rm -rf "$venv"
mkdir -p .build-peers
log=.build-peers/pip.log
make_venv() {
    "$python" -m venv "$venv" &&
        PIP_CONSTRAINT=$constraints "$venv/bin/pip" install --disable-pip-version-check --no-input -r "$requirements" &&
        "$venv/bin/python" -c 'import aiocoap; from DTLSSocket import dtls'
}
if ! make_venv </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "could not make the Python environment for the test peers; the last lines are above, all of them in $log"
fi
printf '%s\n' "$wanted" >"$stamp"
say "Python peers: $("$venv/bin/pip" list --disable-pip-version-check --format=freeze | grep -i -E '^(aiocoap|DTLSSocket)=' | tr '\n' ' ')"
