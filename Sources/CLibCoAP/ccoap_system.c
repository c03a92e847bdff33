// SPDX-License-Identifier: Apache-2.0

// For syncfs.
#define _GNU_SOURCE

#include "CLibCoAP.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

void ccoap_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int ccoap_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int ccoap_address_set(coap_address_t *address, const void *sockaddr, size_t length) {
    coap_address_init(address);
    if (length > sizeof(address->addr)) return 0;
    memcpy(&address->addr, sockaddr, length);
    address->size = (socklen_t)length;
    return 1;
}

size_t ccoap_address_get(const coap_address_t *address, void *sockaddr, size_t capacity) {
    size_t length = address->size;
    if (length > sizeof(address->addr)) length = sizeof(address->addr);
    if (length > capacity) length = capacity;
    memcpy(sockaddr, &address->addr, length);
    return length;
}

int ccoap_sync_file_system(int descriptor) { return syncfs(descriptor); }
