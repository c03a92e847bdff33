// SPDX-License-Identifier: Apache-2.0

// For RTLD_NEXT and struct in_pktinfo.
#define _GNU_SOURCE

#include "CLibCoAP.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <string.h>

// How many datagrams are judged in one call, so that a flood costs libcoap nothing and the loop is not kept for long.
static const int most_at_once = 64;

static _Thread_local ccoap_gate_t *watching;

void ccoap_gate_watch(ccoap_gate_t *gate) { watching = gate; }

void ccoap_gate_admit(ccoap_gate_t *gate, const uint8_t *cookie, size_t length) {
    if (length > sizeof gate->cookie) return;
    memcpy(gate->cookie, cookie, length);
    gate->cookie_length = length;
}

size_t ccoap_gate_show_held(ccoap_gate_t *gate) {
    gate->shown_count = gate->held_count;
    return gate->shown_count;
}

void ccoap_gate_forget_held(ccoap_gate_t *gate) { gate->held_count = gate->shown_count = 0; }

// libcoap's own cookies would be made and checked once more, after it has made a session.
static int make_cookie(SSL *ssl, unsigned char *cookie, unsigned int *length) {
    (void)ssl, (void)cookie, (void)length;
    return 0;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned int length) {
    (void)ssl;
    const ccoap_gate_t *gate = watching;
    return gate && length > 0 && length == gate->cookie_length && CRYPTO_memcmp(gate->cookie, cookie, length) == 0;
}

void ccoap_gate_install(SSL_CTX *ctx) {
    SSL_CTX_set_cookie_generate_cb(ctx, make_cookie);
    SSL_CTX_set_cookie_verify_cb(ctx, check_cookie);
}

int ccoap_gate_is_in_force(void) {
    // A function of the C library is never bound within libcoap; it is ours unless the program hides its symbols.
    return dlsym(RTLD_DEFAULT, "recvmsg") == (void *)recvmsg;
}

static int is_guarded(const ccoap_gate_t *gate, int descriptor) {
    for (size_t i = 0; i < gate->descriptor_count; i++)
        if (gate->descriptors[i] == descriptor) return 1;
    return 0;
}

static void keep(ccoap_gate_t *gate, int descriptor, const struct msghdr *message, size_t length) {
    if (gate->held_count == CCOAP_HELD_CAPACITY) return;
    ccoap_held_t *held = &gate->held[gate->held_count];
    if (length > sizeof held->bytes || message->msg_namelen > sizeof held->remote ||
        message->msg_controllen > sizeof held->control)
        return;
    held->descriptor = descriptor;
    memcpy(held->bytes, message->msg_iov[0].iov_base, length);
    held->length = length;
    memcpy(&held->remote, message->msg_name, message->msg_namelen);
    held->remote_length = message->msg_namelen;
    memcpy(held->control, message->msg_control, message->msg_controllen);
    held->control_length = message->msg_controllen;
    gate->held_count++;
}

// Gives the oldest datagram of a socket that is to be shown to who reads it; -1 when there is none, or it does not fit.
static ssize_t give_back(ccoap_gate_t *gate, int descriptor, struct msghdr *message) {
    for (size_t i = 0; i < gate->shown_count; i++) {
        const ccoap_held_t *held = &gate->held[i];
        if (held->descriptor != descriptor || message->msg_iov[0].iov_len < held->length ||
            message->msg_namelen < held->remote_length || message->msg_controllen < held->control_length)
            continue;
        const ssize_t length = (ssize_t)held->length;
        memcpy(message->msg_iov[0].iov_base, held->bytes, held->length);
        memcpy(message->msg_name, &held->remote, held->remote_length);
        message->msg_namelen = held->remote_length;
        memcpy(message->msg_control, held->control, held->control_length);
        message->msg_controllen = held->control_length;
        message->msg_flags = 0;
        gate->held_count--;
        gate->shown_count--;
        memmove(&gate->held[i], &gate->held[i + 1], (gate->held_count - i) * sizeof gate->held[0]);
        return length;
    }
    return -1;
}

// What the system says of the address a datagram was sent to.
static const struct cmsghdr *destination(struct msghdr *message, const uint8_t **address, size_t *length) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
        if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            *address = (const uint8_t *)&((const struct in6_pktinfo *)(const void *)CMSG_DATA(item))->ipi6_addr;
            *length = 16;
            return item;
        }
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            *address = (const uint8_t *)&((const struct in_pktinfo *)(const void *)CMSG_DATA(item))->ipi_spec_dst;
            *length = 4;
            return item;
        }
    }
    return NULL;
}

// From the address the datagram was sent to. A reply that does not get away is lost as on the way.
static void answer(int descriptor, const struct msghdr *message, const struct cmsghdr *from, uint8_t *reply, size_t length) {
    struct iovec bytes = {.iov_base = reply, .iov_len = length};
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    } control;
    struct msghdr sent = {.msg_name = message->msg_name, .msg_namelen = message->msg_namelen, .msg_iov = &bytes, .msg_iovlen = 1};
    if (from && from->cmsg_len <= sizeof control) {
        memset(&control, 0, sizeof control);
        memcpy(&control, from, from->cmsg_len);
        sent.msg_control = &control;
        sent.msg_controllen = CMSG_SPACE(from->cmsg_len - CMSG_LEN(0));
    }
    sendmsg(descriptor, &sent, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t ccoap_gate_receive(int descriptor, struct msghdr *message, int flags,
                           ssize_t (*read)(int descriptor, struct msghdr *message, int flags)) {
    ccoap_gate_t *gate = watching;
    if (!gate || !is_guarded(gate, descriptor) || message->msg_iovlen != 1) return read(descriptor, message, flags);
    const socklen_t name_room = message->msg_namelen;
    const size_t control_room = message->msg_controllen;
    for (int i = 0; i < most_at_once; i++) {
        message->msg_namelen = name_room;
        message->msg_controllen = control_room;
        ssize_t length = give_back(gate, descriptor, message);
        if (length < 0) length = read(descriptor, message, flags);
        if (length < 0) return length;
        gate->cookie_length = 0;
        ccoap_incoming_t datagram = {.descriptor = descriptor,
                                     .bytes = message->msg_iov[0].iov_base,
                                     .length = (size_t)length,
                                     .remote = message->msg_name,
                                     .remote_length = message->msg_namelen};
        const struct cmsghdr *from = destination(message, &datagram.local, &datagram.local_length);
        uint8_t reply[CCOAP_REPLY_CAPACITY];
        size_t reply_length = 0;
        switch (gate->judge(gate->context, &datagram, reply, &reply_length)) {
        case CCOAP_PASS: return length;
        case CCOAP_REPLY: answer(descriptor, message, from, reply, reply_length); break;
        case CCOAP_HOLD: keep(gate, descriptor, message, (size_t)length); break;
        case CCOAP_DROP: break;
        }
    }
    errno = EAGAIN;
    return -1;
}
