// SPDX-License-Identifier: Apache-2.0

// For RTLD_NEXT and the structures of IP_PKTINFO.
#define _GNU_SOURCE

#include "ccoap_datagram.h"
#include "ccoap_hello.h"
#include "ccoap_interpose.h"
#include "ccoap_traffic.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

// libcoap hands its datagrams to four functions of the system: recv and send on a client's connected socket, recvmsg and
// sendmsg on a server's. Sockets for groups use recvfrom and sendto. A client's socket is known by its connect. A program's own symbols come before those of shared
// libraries, so these are called in their place, by libcoap and by everybody else in the program; without a watcher, a counter or a gate
// they do nothing but call the originals.

typedef int (*connect_t)(int descriptor, const struct sockaddr *address, socklen_t size);
typedef ssize_t (*recv_t)(int descriptor, void *buffer, size_t capacity, int flags);
typedef ssize_t (*send_t)(int descriptor, const void *bytes, size_t length, int flags);
typedef ssize_t (*recvfrom_t)(int descriptor, void *buffer, size_t capacity, int flags, struct sockaddr *address,
                              socklen_t *size);
typedef ssize_t (*sendto_t)(int descriptor, const void *bytes, size_t length, int flags, const struct sockaddr *address,
                            socklen_t size);
typedef ssize_t (*recvmsg_t)(int descriptor, struct msghdr *message, int flags);
typedef ssize_t (*sendmsg_t)(int descriptor, const struct msghdr *message, int flags);

static _Thread_local const ccoap_datagram_hooks_t *watcher;

void ccoap_datagram_watch(const ccoap_datagram_hooks_t *hooks) { watcher = hooks; }

// Whose datagrams are counted, by descriptor. A socket belongs to one thread, as libcoap's contexts do.
static _Thread_local ccoap_traffic_t **counted;
static _Thread_local size_t counted_size;
// What the sockets are counted by that are being connected, and the last one of them.
static _Thread_local ccoap_traffic_t *connecting;
static _Thread_local int connected = -1;

static inline ccoap_traffic_t *counts_of(int descriptor) {
    return (size_t)descriptor < counted_size ? counted[descriptor] : NULL;
}

void ccoap_traffic_begin(ccoap_traffic_t *counts) {
    connecting = counts;
    connected = -1;
}

int ccoap_traffic_end(void) {
    connecting = NULL;
    return connected;
}

void ccoap_traffic_forget(int descriptor) {
    if (counts_of(descriptor)) counted[descriptor] = NULL;
}

static int is_udp(int descriptor) {
    int type = 0, domain = 0;
    socklen_t length = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM) return 0;
    length = sizeof domain;
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && (domain == AF_INET || domain == AF_INET6);
}

// Puts the address of this side that a control message names in place of the one the socket is bound to.
static void local_of_control(const struct msghdr *message, struct sockaddr_storage *local) {
    if (!message->msg_control) return;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR((struct msghdr *)message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO &&
            item->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            // What comes has its destination in ipi_addr, what goes its source in ipi_spec_dst, and then no other.
            struct in_addr address = info.ipi_addr.s_addr ? info.ipi_addr : info.ipi_spec_dst;
            if (local->ss_family == AF_INET) ((struct sockaddr_in *)local)->sin_addr = address;
            if (local->ss_family == AF_INET6) {
                uint8_t *bytes = ((struct sockaddr_in6 *)local)->sin6_addr.s6_addr;
                memset(bytes, 0, 10);
                memset(bytes + 10, 0xff, 2);
                memcpy(bytes + 12, &address, 4);
            }
        } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO &&
                   item->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)) && local->ss_family == AF_INET6) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            ((struct sockaddr_in6 *)local)->sin6_addr = info.ipi6_addr;
        }
    }
}

static void show(int descriptor, int is_sent, const struct msghdr *message, const uint8_t *bytes, size_t length) {
    const ccoap_datagram_hooks_t *hooks = watcher;
    void (*hook)(void *, const ccoap_datagram_t *) = is_sent ? hooks->sent : hooks->received;
    int number = errno;
    if (hook && is_udp(descriptor)) {
        ccoap_datagram_t datagram;
        memset(&datagram, 0, sizeof datagram);
        datagram.bytes = bytes;
        datagram.length = length;
        socklen_t size = sizeof datagram.local;
        getsockname(descriptor, (struct sockaddr *)&datagram.local, &size);
        if (message) local_of_control(message, &datagram.local);
        if (message && message->msg_name && message->msg_namelen > 0) {
            size_t count = message->msg_namelen;
            if (count > sizeof datagram.remote) count = sizeof datagram.remote;
            memcpy(&datagram.remote, message->msg_name, count);
        } else {
            size = sizeof datagram.remote;
            getpeername(descriptor, (struct sockaddr *)&datagram.remote, &size);
        }
        // What is heard is not seen again by whoever hears it.
        watcher = NULL;
        hook(hooks->context, &datagram);
        watcher = hooks;
    }
    errno = number;
}

// Puts a socket into the table, which grows with the descriptors.
static void count_socket(int descriptor, ccoap_traffic_t *counts) {
    if ((size_t)descriptor >= counted_size) {
        size_t size = (size_t)descriptor * 2 + 64;
        ccoap_traffic_t **grown = realloc(counted, size * sizeof *grown);
        if (!grown) return;
        memset(grown + counted_size, 0, (size - counted_size) * sizeof *grown);
        counted = grown;
        counted_size = size;
    }
    counted[descriptor] = counts;
    connected = descriptor;
}

int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
    static _Atomic(void *) known;
    int result = ((connect_t)ccoap_original(&known, "connect"))(descriptor, address, size);
    int number = errno;
    if (connecting && result == 0 && is_udp(descriptor)) count_socket(descriptor, connecting);
    errno = number;
    return result;
}

ssize_t recv(int descriptor, void *buffer, size_t capacity, int flags) {
    static _Atomic(void *) known;
    ssize_t count = ((recv_t)ccoap_original(&known, "recv"))(descriptor, buffer, capacity, flags);
    ccoap_traffic_t *counts = counts_of(descriptor);
    if (counts && count > 0 && !(flags & MSG_PEEK)) {
        counts->datagrams_received++;
        counts->bytes_received += (uint64_t)count;
    }
    // A look ahead is followed by the reading.
    if (watcher && count > 0 && !(flags & MSG_PEEK))
        show(descriptor, 0, NULL, buffer, (size_t)count < capacity ? (size_t)count : capacity);
    return count;
}

ssize_t send(int descriptor, const void *bytes, size_t length, int flags) {
    static _Atomic(void *) known;
    ssize_t count = ((send_t)ccoap_original(&known, "send"))(descriptor, bytes, length, flags);
    ccoap_traffic_t *counts = counts_of(descriptor);
    if (counts && count > 0) {
        counts->datagrams_sent++;
        counts->bytes_sent += (uint64_t)count;
    }
    if (watcher && count > 0) show(descriptor, 1, NULL, bytes, (size_t)count);
    return count;
}

ssize_t recvfrom(int descriptor, void *restrict buffer, size_t capacity, int flags, struct sockaddr *restrict address,
                 socklen_t *restrict size) {
    static _Atomic(void *) known;
    const socklen_t room = address && size ? *size : 0;
    ssize_t count = ((recvfrom_t)ccoap_original(&known, "recvfrom"))(descriptor, buffer, capacity, flags, address, size);
    if (watcher && count > 0 && !(flags & MSG_PEEK)) {
        // The system tells the whole size of the address, even where there was no room for it.
        struct msghdr message = {.msg_name = address, .msg_namelen = room && *size > room ? room : room ? *size : 0};
        show(descriptor, 0, &message, buffer, (size_t)count < capacity ? (size_t)count : capacity);
    }
    return count;
}

ssize_t sendto(int descriptor, const void *bytes, size_t length, int flags, const struct sockaddr *address, socklen_t size) {
    static _Atomic(void *) known;
    ssize_t count = ((sendto_t)ccoap_original(&known, "sendto"))(descriptor, bytes, length, flags, address, size);
    if (watcher && count > 0) {
        struct msghdr message = {.msg_name = (void *)address, .msg_namelen = size};
        show(descriptor, 1, &message, bytes, (size_t)count);
    }
    return count;
}

static ssize_t read_message(int descriptor, struct msghdr *message, int flags) {
    static _Atomic(void *) known;
    const socklen_t room = message->msg_name ? message->msg_namelen : 0;
    ssize_t count = ((recvmsg_t)ccoap_original(&known, "recvmsg"))(descriptor, message, flags);
    // Nobody here spreads a datagram over several pieces of memory.
    if (watcher && count > 0 && !(flags & MSG_PEEK) && message->msg_iovlen == 1) {
        struct msghdr seen = *message;
        if (seen.msg_namelen > room) seen.msg_namelen = room;
        show(descriptor, 0, &seen, message->msg_iov[0].iov_base,
             (size_t)count < message->msg_iov[0].iov_len ? (size_t)count : message->msg_iov[0].iov_len);
    }
    return count;
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    return ccoap_gate_receive(descriptor, message, flags, read_message);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    static _Atomic(void *) known;
    ssize_t count = ((sendmsg_t)ccoap_original(&known, "sendmsg"))(descriptor, message, flags);
    if (watcher && count > 0 && message->msg_iovlen == 1)
        show(descriptor, 1, message, message->msg_iov[0].iov_base, (size_t)count);
    return count;
}
