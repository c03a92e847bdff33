// SPDX-License-Identifier: Apache-2.0
// How many datagrams and bytes go over the sockets of libcoap's client sessions.

#ifndef CCOAP_TRAFFIC_H
#define CCOAP_TRAFFIC_H

#include <stdint.h>

/// What went over sockets: datagrams, and the bytes they carry.
typedef struct ccoap_traffic {
    uint64_t datagrams_sent, bytes_sent, datagrams_received, bytes_received;
} ccoap_traffic_t;

/// Has what goes over the UDP sockets counted that the calling thread connects from now on. `counts` must outlive that.
void ccoap_traffic_begin(ccoap_traffic_t *counts);

/// Counts no further sockets; returns the last one that was connected meanwhile, -1 for none.
int ccoap_traffic_end(void);

/// Counts nothing more of a socket; before or right after its end, on its thread.
void ccoap_traffic_forget(int descriptor);

#endif
