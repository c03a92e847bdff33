#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages the build needs, and with --test those the tests need too. Does nothing when all are there.
source "$(dirname "$0")/common.sh"

packages=(libcoap3-dev libssl-dev pkg-config)
if [[ ${1:-} == --test ]]; then
    # Other people's CoAP programs, and what a Python module in C needs to be built.
    packages+=(libcoap3-bin openssl python3-venv python3-dev build-essential autoconf automake libtool)
fi

if ! command -v dpkg-query >/dev/null; then
    say "Not a Debian system: please make sure that you have what these packages hold: ${packages[*]}"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed* ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    say "System packages: all ${#packages[@]} are installed"
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null ||
        fail "these packages are missing and there is no sudo. As root: apt-get update && apt-get install ${missing[*]}"
    as_root=(sudo)
fi

say "System packages: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_missing() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}
if ! install_missing </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "apt-get could not install ${missing[*]}; its last lines are above"
fi
say "System packages: installed"
