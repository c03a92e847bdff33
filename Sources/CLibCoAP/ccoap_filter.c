// SPDX-License-Identifier: Apache-2.0

// For RTLD_NEXT.
#define _GNU_SOURCE

#include "CLibCoAP.h"

#include <dlfcn.h>
#include <stdatomic.h>

typedef int (*parse_t)(coap_proto_t protocol, const uint8_t *data, size_t length, coap_pdu_t *pdu);

static _Thread_local const ccoap_filter_hooks_t *watcher;

void ccoap_filter_watch(const ccoap_filter_hooks_t *hooks) { watcher = hooks; }

int ccoap_filter_is_in_force(void) {
    // libcoap's calls are resolved as this one is: through the program's global scope.
    return dlsym(RTLD_DEFAULT, "coap_pdu_parse") == (void *)coap_pdu_parse && dlsym(RTLD_NEXT, "coap_pdu_parse") != NULL;
}

static void parsed(const coap_pdu_t *pdu) {
    if (watcher && watcher->parsed)
        watcher->parsed(watcher->context, (int)coap_pdu_get_type(pdu), coap_pdu_get_code(pdu) == COAP_EMPTY_CODE,
                        (uint16_t)coap_pdu_get_mid(pdu));
}

static void refuse(ccoap_refusal_t reason) {
    if (watcher) watcher->refused(watcher->context, reason);
}

// Takes the place of libcoap's function of this name, also for libcoap itself, and calls that one.
//
// libcoap 4.3.1 obeys signals on UDP and DTLS: a Ping is answered by a confirmable message to whatever address it claims to
// come from, a CSM sets the size of messages, a Release or Abort frees the session that is just being read.
int coap_pdu_parse(coap_proto_t protocol, const uint8_t *data, size_t length, coap_pdu_t *pdu) {
    static _Atomic(parse_t) original;
    parse_t parse = atomic_load_explicit(&original, memory_order_relaxed);
    if (!parse) {
        parse = (parse_t)dlsym(RTLD_NEXT, "coap_pdu_parse");
        if (!parse) return 0;
        atomic_store_explicit(&original, parse, memory_order_relaxed);
    }
    if (!parse(protocol, data, length, pdu)) {
        refuse(CCOAP_REFUSED_MALFORMED);
        return 0;
    }
    if (coap_pdu_get_code(pdu) >= COAP_SIGNALING_CODE(700)) {
        refuse(CCOAP_REFUSED_SIGNAL);
        // As unknown as any code of class 1, which libcoap refuses; an acknowledgement keeps what it acknowledges.
        coap_pdu_set_code(pdu, coap_pdu_get_type(pdu) == COAP_MESSAGE_ACK ? COAP_EMPTY_CODE : COAP_SIGNALING_CODE(100));
    }
    parsed(pdu);
    return 1;
}
