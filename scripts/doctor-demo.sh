#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Breaks a connection in eight ways, on this host alone, and has 'coap doctor' say what is wrong. Ends with 0 only if each diagnosis is
# the right one. COAP_BIN names a folder with tools that are built already.
source "$(dirname "$0")/common.sh"

work=$(mktemp -d)
started=()
finish() {
    local process
    for process in "${started[@]}"; do
        { kill -KILL "$process" && wait "$process"; } 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

if [[ -z ${COAP_BIN:-} ]]; then
    run_setup=$(scripts/setup.sh 2>&1) || fail "$run_setup"
    need_swift
    say "Release build"
    swift build --scratch-path "$scratch" "${release[@]}" >"$work/build" 2>&1 </dev/null || {
        tail -n 30 "$work/build"
        fail "the build failed"
    }
    COAP_BIN=$(swift build --scratch-path "$scratch" "${release[@]}" --show-bin-path)
fi
PATH=$(cd "$COAP_BIN" && pwd):$PATH
cd "$work"
unset COAP_KEYS
# An input that neither has anything nor ends.
mkfifo idle.pipe
exec {idle}<>idle.pipe

# A server with its keys folder, on a free port: sets uri.
serve() {
    local name=$1 pattern=$2
    shift 2
    : >"$name.log"
    "$@" >>"$name.log" 2>&1 <&"$idle" &
    started+=($!)
    uri=""
    for ((tries = 0; tries < 200; tries++)); do
        uri=$(sed -n "$pattern" "$name.log" | head -n 1)
        if [[ -n $uri ]] || ! kill -0 "${started[-1]}" 2>/dev/null; then break; fi
        sleep 0.1
    done
    [[ -n $uri ]] || fail "$name did not start: $(cat "$name.log")"
}
server() { serve "$1" 's|^listening on \(coaps*://[^ /]*\).*|\1|p' coap-server --listen "${3:-coaps}://127.0.0.1:0" --keys "$2"; }

# A server that shows certificates coap-server would not start with.
strange_server() {
    serve "$1" 's|^ACCEPT \(127[^ ]*\).*|coaps://\1|p' openssl s_server -dtls1_2 -accept 127.0.0.1:0 -mtu 1200 \
        -cert "$1/server.pem" -key "$1/server.key"
}

# A copy of the keys folder whose server has a certificate with these names and dates.
certificate() {
    local folder=$1 names=$2 from=$3 to=$4
    cp -R keys "$folder"
    rm -f "$folder/server.pem" "$folder/server.key"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$folder/server.key" -subj "/CN=$folder" \
        -out request.csr 2>openssl.log || fail "$(cat openssl.log)"
    printf '%s\n' 'basicConstraints=CA:FALSE' 'keyUsage=digitalSignature' 'extendedKeyUsage=serverAuth' \
        "subjectAltName=$names" >extensions
    rm -f index index.attr
    touch index
    printf '%s\n' '[ca]' 'default_ca=one' '[one]' 'database=index' 'rand_serial=yes' 'new_certs_dir=.' 'default_md=sha256' \
        'policy=any' '[any]' 'commonName=supplied' >ca.conf
    openssl ca -batch -notext -config ca.conf -cert keys/ca.pem -keyfile keys/ca.key -in request.csr -extfile extensions \
        -startdate "$from" -enddate "$to" -out "$folder/server.pem" 2>openssl.log || fail "$(cat openssl.log)"
    chmod 600 "$folder/server.key"
}
day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

number=0
wrong=0
# Shows what the doctor says; the last line but what to do must have these words.
diagnose() {
    local title=$1 status=$2 words=$3 code=0
    shift 3
    number=$((number + 1))
    printf '\n%d. %s\n   $ coap doctor %s\n' "$number" "$title" "$*"
    coap doctor -B 3 "$@" >diagnosis 2>&1 </dev/null || code=$?
    sed 's/^/   /' diagnosis
    printf '   (exit code %d)\n' "$code"
    if ((code != status)) || ! grep -q "^FAILED at $words" diagnosis; then
        printf '   THAT IS NOT THE RIGHT DIAGNOSIS: %s, exit code %d\n' "$words" "$status"
        wrong=$((wrong + 1))
    fi
}

coap keys init >keys.log 2>&1 || fail "$(cat keys.log)"
(umask 077 && head -c 12 /dev/urandom | base64 >wrong.key)
own=(-c keys/devices/device-1.pem -j keys/devices/device-1.key)
here="DNS:localhost,IP:127.0.0.1"

server good keys
secure=$uri
diagnose "A wrong key" 77 "key: .*when the key is wrong" -u device-1 --psk-file wrong.key "$secure"
diagnose "An identity that the server does not know" 77 "key: the server does not know the identity" -u nobody --psk-file wrong.key "$secure"

coap keys init --keys foreign >keys.log 2>&1 || fail "$(cat keys.log)"
diagnose "A server whose authority is not trusted" 77 "certificate: .*authority that is not trusted" "${own[@]}" -C foreign/ca.pem "$secure"

certificate expired "$here" "$(day '-30 days')" "$(day '-3 days')"
strange_server expired
diagnose "A server whose certificate has expired" 77 "certificate: the server's certificate has expired" "${own[@]}" -C keys/ca.pem "$uri"

certificate later "$here" "$(day '+10 days')" "$(day '+40 days')"
strange_server later
diagnose "A server whose certificate is not valid yet" 77 "certificate: the server's certificate is not valid yet" "${own[@]}" -C keys/ca.pem "$uri"

certificate elsewhere "DNS:elsewhere.example,IP:192.0.2.7" "$(day '-1 day')" "$(day '+30 days')"
server elsewhere elsewhere
diagnose "A server whose certificate is for another host" 77 "host: the server's certificate is not for '127.0.0.1' but for elsewhere.example, 192.0.2.7" \
    "${own[@]}" -C keys/ca.pem "$uri"

# A network that loses everything.
serve silent 's|^[^0-9]*\(127\.0\.0\.1:[0-9]*\).*|coaps://\1|p' coap relay --to "${secure#coaps://}" --loss 1
diagnose "A port that says nothing" 69 "reachability: no answer" --identity device-1 "$uri"

server plain keys coap
diagnose "A server of plain CoAP, asked for DTLS" 77 "hello: plain CoAP is spoken there" --identity device-1 "coaps://${uri#coap://}"

((wrong == 0)) || fail "$wrong of $number diagnoses were wrong"
printf '\nAll %d diagnoses were right.\n' "$number"
