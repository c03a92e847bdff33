#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reads and writes a simulated device over DTLS, step by step. Ends with 0 only if each step did what it should.
source "$(dirname "$0")/common.sh"

work=$(mktemp -d)
server=""
finish() {
    if [[ -n $server ]]; then
        { kill -KILL "$server" && wait "$server"; } 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT
output=$work/output

number=0
step() {
    number=$((number + 1))
    printf '\n%d. %s\n   %s\n' "$number" "$1" "$2"
}

# Shows a command as a person would type it, runs it, shows and keeps its output; returns its exit code.
run() {
    printf '   $ %s\n' "$*"
    local status=0
    "$@" >"$output" 2>&1 </dev/null || status=$?
    sed 's/^/   /' "$output"
    return "$status"
}

stop() {
    printf '\nStep %d did not do what it should: %s\n' "$number" "$*" >&2
    if [[ -s $work/server ]]; then
        printf 'What the server said:\n' >&2
        tail -n 20 "$work/server" >&2
    fi
    exit 1
}

echo "A simulated device, read and written over DTLS"

step "System packages" "libcoap and OpenSSL, which the package is built on."
run scripts/setup.sh || stop "the packages could not be installed"
need_swift

step "Release build" "Compiles the library and its command-line tools; the first time takes some minutes."
echo "   \$ swift build ${release[*]}"
swift build --scratch-path "$scratch" "${release[@]}" </dev/null >"$output" 2>&1 || {
    tail -n 30 "$output"
    stop "the build failed"
}
tail -n 1 "$output" | sed 's/^/   /'
PATH=$(swift build --scratch-path "$scratch" "${release[@]}" --show-bin-path):$PATH
# From here on in an empty folder, so that each command is short enough to be read, and typed.
cd "$work"
unset COAP_KEYS

step "Keys" "An authority, a certificate for the server, and for device-1 a certificate and a pre-shared key, in the folder keys."
run coap keys init || stop "no keys were made"

step "Server" "Serves a simulated device to peers that have a key or a certificate; port 0 takes a free one."
echo "   \$ coap-server --listen coaps://127.0.0.1:0 &"
coap-server --listen coaps://127.0.0.1:0 </dev/null >"$work/server" 2>&1 &
server=$!
uri=""
for ((tries = 0; tries < 200; tries++)); do
    uri=$(sed -n 's|^listening on \(coaps://[^ /]*\).*|\1|p' "$work/server" | head -n 1)
    if [[ -n $uri ]] || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
done
# The lines it offers for pasting are longer than what is typed here, as they work in every folder.
sed -n 's/^listening on/   &/p' "$work/server"
[[ -n $uri ]] || stop "the server is not listening"

step "Read, by pre-shared key" "Both sides prove that they know device-1's key, without sending it."
run coap-get --identity device-1 "$uri/sensors/temperature" || stop "coap-get ended with $?"
grep -q '[0-9]' "$output" || stop "that is no temperature"

step "Read, by certificate" "Both sides show a certificate; each checks the other's against the authority."
run coap-get -c keys/devices/device-1.pem -j keys/devices/device-1.key -C keys/ca.pem "$uri/sensors/temperature" || stop "coap-get ended with $?"
grep -q '[0-9]' "$output" || stop "that is no temperature"

step "Write" "Switches the device's light on."
run coap-put --identity device-1 -e on "$uri/actuators/led" || stop "coap-put ended with $?"

step "Read back" "The light is on now."
run coap-get --identity device-1 "$uri/actuators/led" || stop "coap-get ended with $?"
grep -q -w on "$output" || stop "the light is not on"

step "A wrong key" "Someone who does not know device-1's key is refused; exit code 77 says so to a script."
(umask 077 && head -c 12 /dev/urandom | base64 >wrong.key)
status=0
run coap-get -u device-1 --psk-file wrong.key "$uri/sensors/temperature" || status=$?
((status == 77)) || stop "coap-get ended with $status, not 77"
echo "   (exit code $status)"

step "A stolen device" "Somebody has its key and certificate. It is revoked while the server runs, and nobody else notices."
run cp -r keys/devices stolen
run coap keys revoke device-1 || stop "coap keys ended with $?"
# The server looks at the folder once a second; the log says when it has.
for ((tries = 0; tries < 100; tries++)); do
    if grep -q 'credentials reloaded' "$work/server"; then break; fi
    sleep 0.1
done
status=0
run coap-get -c stolen/device-1.pem -j stolen/device-1.key -C keys/ca.pem "$uri/sensors/temperature" || status=$?
((status == 77)) || stop "coap-get ended with $status, not 77"
echo "   (exit code $status)"

step "A building" "Ten minutes of 200 devices, their values alone: no network, and no waiting. The same seed gives the same values."
run coap simulate smart-building --offline --duration 10m || stop "coap simulate ended with $?"

step "Stop" "The server closes its sessions and ends when it is asked to."
echo "   \$ kill -TERM $server"
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=""
((status == 0)) || stop "the server ended with $status"
echo "   (exit code 0)"

printf '\nAll %d steps did what they should.\n' "$number"
