// SPDX-License-Identifier: Apache-2.0
// A gate before libcoap's DTLS endpoints: each datagram is judged before libcoap sees it and makes a session for it.

#ifndef CCOAP_HELLO_H
#define CCOAP_HELLO_H

#include <coap3/coap.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

/// One datagram as it came.
typedef struct ccoap_incoming {
    /// The socket.
    int descriptor;
    const uint8_t *bytes;
    size_t length;
    const struct sockaddr *remote;
    size_t remote_length;
    /// The address it was sent to, 4 or 16 bytes; NULL when the system did not say.
    const uint8_t *local;
    size_t local_length;
} ccoap_incoming_t;

/// What becomes of a datagram.
typedef enum ccoap_verdict {
    /// libcoap gets it.
    CCOAP_PASS,
    /// Nobody gets it.
    CCOAP_DROP,
    /// It is answered by the reply and nobody gets it.
    CCOAP_REPLY,
    /// It is kept and shown once more after `ccoap_gate_show_held`; when CCOAP_HELD_CAPACITY are kept, it is dropped.
    CCOAP_HOLD,
} ccoap_verdict_t;

/// How many datagrams are kept.
#define CCOAP_HELD_CAPACITY 16

/// A datagram that is kept.
typedef struct ccoap_held {
    int descriptor;
    struct sockaddr_storage remote;
    socklen_t remote_length;
    uint8_t control[256];
    size_t control_length;
    uint8_t bytes[COAP_RXBUFFER_SIZE];
    size_t length;
} ccoap_held_t;

/// The most bytes of a reply, and of a cookie.
#define CCOAP_REPLY_CAPACITY 128
#define CCOAP_COOKIE_CAPACITY 64

/// A gate. All zero but for its first three members at the beginning; it belongs to one thread.
typedef struct ccoap_gate {
    /// Handed back in every call.
    void *context;
    /// Judges a datagram; `reply` takes up to CCOAP_REPLY_CAPACITY bytes, and `reply_length` their number.
    ccoap_verdict_t (*judge)(void *context, const ccoap_incoming_t *datagram, uint8_t *reply, size_t *reply_length);
    /// The sockets that are guarded.
    const int *descriptors;
    size_t descriptor_count;
    /// The cookie of the hello that libcoap is looking at, which was found right.
    uint8_t cookie[CCOAP_COOKIE_CAPACITY];
    size_t cookie_length;
    /// The datagrams that are kept, the oldest first, and how many of them are to be shown.
    ccoap_held_t held[CCOAP_HELD_CAPACITY];
    size_t held_count, shown_count;
} ccoap_gate_t;

/// Sets the gate of the calling thread; NULL for none.
void ccoap_gate_watch(ccoap_gate_t *gate);

/// Reads the next datagram that the thread's gate lets through, by the function given; from other sockets than the gate's, or
/// without a gate, whatever comes.
ssize_t ccoap_gate_receive(int descriptor, struct msghdr *message, int flags,
                           ssize_t (*read)(int descriptor, struct msghdr *message, int flags));

/// Says that the datagram being judged is a hello with this cookie, and that the cookie is right.
void ccoap_gate_admit(ccoap_gate_t *gate, const uint8_t *cookie, size_t length);

/// Has the datagrams that are kept read next from their sockets; returns how many there are.
size_t ccoap_gate_show_held(ccoap_gate_t *gate);

/// Forgets the datagrams that are kept.
void ccoap_gate_forget_held(ccoap_gate_t *gate);

/// Has a server's connections take the cookies that a gate found right, and no others.
void ccoap_gate_install(SSL_CTX *ctx);

/// 1 when libcoap reads its sockets through the gate, 0 when the program was linked such that it does not.
int ccoap_gate_is_in_force(void);

#endif
