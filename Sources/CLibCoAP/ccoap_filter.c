// SPDX-License-Identifier: Apache-2.0

// For RTLD_NEXT.
#define _GNU_SOURCE

#include "CLibCoAP.h"

#include <dlfcn.h>
#include <stdatomic.h>

typedef int (*parse_t)(coap_proto_t protocol, const uint8_t *data, size_t length, coap_pdu_t *pdu);
typedef size_t (*size_t_of_session)(const coap_session_t *session);

static _Thread_local const ccoap_filter_hooks_t *watcher;
// The session whose datagram is being read: libcoap asks for its size of messages right before it parses one.
static _Thread_local coap_session_t *reading;

void ccoap_filter_watch(const ccoap_filter_hooks_t *hooks) {
    watcher = hooks;
    reading = NULL;
}

// libcoap's calls are resolved as these are: through the program's global scope.
static int stands_before_libcoap(const char *name, void *own) {
    return dlsym(RTLD_DEFAULT, name) == own && dlsym(RTLD_NEXT, name) != NULL;
}

int ccoap_filter_is_in_force(void) {
    return stands_before_libcoap("coap_pdu_parse", (void *)coap_pdu_parse) &&
           stands_before_libcoap("coap_session_max_pdu_size", (void *)coap_session_max_pdu_size);
}

static void *original(_Atomic(void *) *known, const char *name) {
    void *function = atomic_load_explicit(known, memory_order_relaxed);
    if (!function) {
        function = dlsym(RTLD_NEXT, name);
        atomic_store_explicit(known, function, memory_order_relaxed);
    }
    return function;
}

// Takes the place of libcoap's function of this name, also for libcoap itself, and calls that one.
size_t coap_session_max_pdu_size(const coap_session_t *session) {
    static _Atomic(void *) known;
    size_t_of_session size = (size_t_of_session)original(&known, "coap_session_max_pdu_size");
    reading = (coap_session_t *)session;
    return size ? size(session) : 0;
}

static void refuse(ccoap_refusal_t reason) {
    if (watcher) watcher->refused(watcher->context, reason);
}

// As above.
//
// libcoap 4.3.1 obeys signals on UDP and DTLS: a Ping is answered by a confirmable message to whatever address it claims to
// come from, a CSM sets the size of messages, a Release or Abort frees the session that is just being read.
int coap_pdu_parse(coap_proto_t protocol, const uint8_t *data, size_t length, coap_pdu_t *pdu) {
    static _Atomic(void *) known;
    parse_t parse = (parse_t)original(&known, "coap_pdu_parse");
    coap_session_t *session = reading;
    reading = NULL;
    if (!parse || !parse(protocol, data, length, pdu)) {
        refuse(CCOAP_REFUSED_MALFORMED);
        return 0;
    }
    if (coap_pdu_get_code(pdu) >= COAP_SIGNALING_CODE(700)) {
        refuse(CCOAP_REFUSED_SIGNAL);
        // As unknown as any code of class 1, which libcoap refuses; an acknowledgement keeps what it acknowledges.
        coap_pdu_set_code(pdu, coap_pdu_get_type(pdu) == COAP_MESSAGE_ACK ? COAP_EMPTY_CODE : COAP_SIGNALING_CODE(100));
    }
    if (watcher && watcher->parsed && session)
        watcher->parsed(watcher->context, session, (int)coap_pdu_get_type(pdu), coap_pdu_get_code(pdu) == COAP_EMPTY_CODE,
                        (uint16_t)coap_pdu_get_mid(pdu));
    return 1;
}
