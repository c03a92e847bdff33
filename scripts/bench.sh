#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Measures coap-server next to libcoap's own coap-server-openssl: GET of 15 bytes (/time) and 20 bytes, over plain UDP and DTLS with a
# pre-shared key, and bodies of 100 KiB and 1 MiB in blocks, the servers loaded in turn. ROUNDS, SECONDS_EACH, CONNECTIONS and WINDOW change the plan.
source "$(dirname "$0")/common.sh"
need_swift
command -v coap-server-openssl >/dev/null || fail "no coap-server-openssl; 'make setup-test' installs it"

say "Release build"
swift build --scratch-path "$scratch" "${release[@]}"
PATH=$(swift build --scratch-path "$scratch" "${release[@]}" --show-bin-path):$PATH

work=$(mktemp -d)
ours="" theirs=""
finish() {
    for process in $ours $theirs; do kill "$process" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

# One key for both servers; libcoap's takes it as text.
key=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
(umask 077 && echo "$key" >"$work/key")
coap keys init --keys "$work/keys" >/dev/null
digits=$(printf '%s' "$key" | od -An -tx1 | tr -d ' \n')
(umask 077 && printf '[{"identity": "bench", "key": "%s"}]\n' "$digits" >"$work/keys/psk.json")

coap-server --bench --listen coap://127.0.0.1:0 --listen coaps://127.0.0.1:0 --keys "$work/keys" >"$work/ours" 2>&1 &
ours=$!
for ((tries = 0; tries < 100; tries++)); do
    [[ $(grep -c '^listening on' "$work/ours" || true) -eq 2 ]] && break
    sleep 0.1
done
plain=$(sed -n 's|^listening on \(coap://.*\)$|\1|p' "$work/ours")
secure=$(sed -n 's|^listening on \(coaps://.*\)$|\1|p' "$work/ours")
[[ -n $plain && -n $secure ]] || fail "coap-server did not start: $(cat "$work/ours")"

# libcoap's server wants a port, and takes the next one for DTLS.
port=$((20000 + RANDOM % 20000))
coap-server-openssl -A 127.0.0.1 -p "$port" -k "$key" >"$work/theirs" 2>&1 &
theirs=$!
sleep 0.5
kill -0 "$theirs" || fail "coap-server-openssl did not start: $(cat "$work/theirs")"

plan=(--rounds "${ROUNDS:-7}" --duration "${SECONDS_EACH:-2}" --connections "${CONNECTIONS:-16}" --window "${WINDOW:-4}"
    --name coap-server-openssl --name coap-server --pid "$theirs" --pid "$ours")

say "Plain UDP"
coap bench "${plan[@]}" "coap://127.0.0.1:$port/time" "$plain/bench"

say "DTLS with a pre-shared key"
coap bench "${plan[@]}" -u bench --psk-file "$work/key" "coaps://127.0.0.1:$((port + 1))/time" "$secure/bench"

# libcoap's server is given the bodies first; each is read block by block, one block at a time on each connection.
for size in 100 1024; do
    head -c $((size * 1024)) /dev/zero | tr '\0' x >"$work/body"
    coap-client-openssl -m put -t 42 -b 1024 -f "$work/body" "coap://127.0.0.1:$port/example_data" >/dev/null
    connections=16
    [[ $size -eq 1024 ]] && connections=1
    say "Bodies of $size KiB in blocks, plain UDP, $connections connections"
    coap bench "${plan[@]}" --connections "$connections" --window 1 \
        "coap://127.0.0.1:$port/example_data" "$plain/bench/$size"
done

say "An idle server: memory, and milliseconds from start to listening with keys present"
times=()
for _ in 1 2 3 4 5 6 7; do
    # What the run before said is not to be taken for this one's.
    rm -f "$work/idle"
    started=$(date +%s%N)
    coap-server --listen coaps://127.0.0.1:0 --keys "$work/keys" >"$work/idle" 2>&1 &
    idle=$!
    until grep -q -s '^listening on' "$work/idle"; do :; done
    times+=($((($(date +%s%N) - started) / 1000000)))
    memory=$(awk '/VmRSS/ { print $2 }' "/proc/$idle/status")
    kill "$idle"
    wait "$idle" || true
done
echo "VmRSS ${memory} kB; ${times[*]} ms"
