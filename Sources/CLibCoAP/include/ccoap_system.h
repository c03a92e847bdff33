// SPDX-License-Identifier: Apache-2.0
// System calls that Swift's Glibc module does not export.

#ifndef CCOAP_SYSTEM_H
#define CCOAP_SYSTEM_H

#include <coap3/coap.h>
#include <sys/epoll.h>

/// Gives the calling thread a name of at most 15 bytes.
void ccoap_thread_name(const char *name);

/// A non-blocking eventfd that is closed on exec; -1 with errno on failure.
int ccoap_eventfd(void);

/// Fills a libcoap address from a socket address of at most sizeof(struct sockaddr_in6) bytes; 0 when it is longer.
int ccoap_address_set(coap_address_t *address, const void *sockaddr, size_t length);

/// The bytes of a libcoap address as a socket address; returns their number.
size_t ccoap_address_get(const coap_address_t *address, void *sockaddr, size_t capacity);

/// Makes everything that was written to a descriptor's file system outlive a power cut; -1 with errno on failure.
int ccoap_sync_file_system(int descriptor);

#endif
