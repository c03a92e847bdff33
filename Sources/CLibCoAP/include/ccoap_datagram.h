// SPDX-License-Identifier: Apache-2.0
// Every datagram that libcoap reads or sends, seen where it meets the system.

#ifndef CCOAP_DATAGRAM_H
#define CCOAP_DATAGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/// A datagram that was read from a UDP socket or sent on it.
typedef struct ccoap_datagram {
    /// The addresses of both sides, IPv4 ones of dual-stack sockets in their IPv6 form; family AF_UNSPEC when not known.
    struct sockaddr_storage remote, local;
    /// What it carries; belongs to the caller.
    const uint8_t *bytes;
    size_t length;
} ccoap_datagram_t;

/// Who wants to see the datagrams of the calling thread's UDP sockets, and what is handed back to it.
typedef struct ccoap_datagram_hooks {
    void *context;
    /// A datagram was read, and nobody has looked at it; NULL for nobody.
    void (*received)(void *context, const ccoap_datagram_t *datagram);
    /// A datagram was handed to the system; NULL for nobody.
    void (*sent)(void *context, const ccoap_datagram_t *datagram);
} ccoap_datagram_hooks_t;

/// Sets who sees the datagrams of the calling thread from now on; NULL for nobody, which costs nothing. `hooks` must outlive
/// that.
void ccoap_datagram_watch(const ccoap_datagram_hooks_t *hooks);

#endif
