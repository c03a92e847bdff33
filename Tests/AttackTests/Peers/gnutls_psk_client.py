# SPDX-License-Identifier: Apache-2.0
"""A DTLS client that can say any identity, zero bytes included, through GnuTLS.

Arguments: port of 127.0.0.1, identity and key in hexadecimal digits, the message to send in hexadecimal digits.
Prints what comes back in hexadecimal digits; nothing when there is no session or no answer within some seconds.
"""
import ctypes
import socket
import sys


class Datum(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_uint)]


def datum(value):
    return Datum(value, len(value))


def main():
    port, identity, key, message = int(sys.argv[1]), *(bytes.fromhex(word) for word in sys.argv[2:5])
    tls = ctypes.CDLL("libgnutls.so.30")
    credentials, session = ctypes.c_void_p(), ctypes.c_void_p()
    tls.gnutls_psk_allocate_client_credentials(ctypes.byref(credentials))
    name, secret = datum(identity), datum(key)
    tls.gnutls_psk_set_client_credentials2(credentials, ctypes.byref(name), ctypes.byref(secret), 0)
    # GNUTLS_CLIENT | GNUTLS_DATAGRAM
    tls.gnutls_init(ctypes.byref(session), 2 | 4)
    tls.gnutls_priority_set_direct(
        session, b"NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AES-128-GCM:+AEAD:+SIGN-ALL:+COMP-NULL", None)
    # GNUTLS_CRD_PSK
    tls.gnutls_credentials_set(session, 4, credentials)
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.connect(("127.0.0.1", port))
    tls.gnutls_transport_set_int2(session, line.fileno(), line.fileno())
    tls.gnutls_dtls_set_mtu(session, 1200)
    tls.gnutls_dtls_set_timeouts(session, 1000, 5000)
    tls.gnutls_handshake_set_timeout(session, 5000)
    while True:
        result = tls.gnutls_handshake(session)
        if result == 0:
            break
        if tls.gnutls_error_is_fatal(result):
            sys.exit(1)
    tls.gnutls_record_set_timeout(session, 5000)
    tls.gnutls_record_send(session, message, ctypes.c_size_t(len(message)))
    answer = ctypes.create_string_buffer(2048)
    tls.gnutls_record_recv.restype = ctypes.c_ssize_t
    count = tls.gnutls_record_recv(session, answer, ctypes.c_size_t(len(answer)))
    if count <= 0:
        sys.exit(1)
    print(answer.raw[:count].hex())


main()
