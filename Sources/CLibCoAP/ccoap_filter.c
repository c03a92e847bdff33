// SPDX-License-Identifier: Apache-2.0

// For RTLD_NEXT.
#define _GNU_SOURCE

#include "CLibCoAP.h"
#include "ccoap_interpose.h"

#include <arpa/inet.h>

typedef int (*parse_t)(coap_proto_t protocol, const uint8_t *data, size_t length, coap_pdu_t *pdu);
typedef void (*show_t)(coap_log_t level, const coap_pdu_t *pdu);
typedef size_t (*size_t_of_session)(const coap_session_t *session);

static _Thread_local const ccoap_filter_hooks_t *watcher;
// The session whose datagram is being read: libcoap asks for its size of messages right before it parses one.
static _Thread_local coap_session_t *reading;

// The confirmable message that libcoap is to forget as soon as it is on its way.
static _Thread_local coap_pdu_t *sending_once;

void ccoap_filter_watch(const ccoap_filter_hooks_t *hooks) {
    watcher = hooks;
    reading = NULL;
}

// Takes the place of libcoap's function of this name, also for libcoap itself, and calls that one.
size_t coap_session_max_pdu_size(const coap_session_t *session) {
    static _Atomic(void *) known;
    size_t_of_session size = (size_t_of_session)ccoap_original(&known, "coap_session_max_pdu_size");
    reading = (coap_session_t *)session;
    return size ? size(session) : 0;
}

int ccoap_filter_is_in_force(void) {
    // Seen at work and not concluded from symbols: a libcoap linked with -Bsymbolic would call its own functions, whatever the
    // program's global scope says. What holds for one of them holds for all.
    int seen = 0;
    coap_context_t *context = coap_new_context(NULL);
    coap_address_t address;
    coap_address_init(&address);
    address.size = sizeof address.addr.sin;
    address.addr.sin.sin_family = AF_INET;
    address.addr.sin.sin_port = htons(9);
    address.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    coap_session_t *session = context ? coap_new_client_session(context, NULL, &address, COAP_PROTO_UDP) : NULL;
    if (session) {
        reading = NULL;
        coap_pdu_t *pdu = coap_new_pdu(COAP_MESSAGE_CON, COAP_REQUEST_CODE_GET, session);
        seen = pdu && reading == session;
        reading = NULL;
        coap_delete_pdu(pdu);
        coap_session_release(session);
    }
    if (context) coap_free_context(context);
    return seen;
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
    parse_t parse = (parse_t)ccoap_original(&known, "coap_pdu_parse");
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
    return !watcher || !watcher->parsed || !session || watcher->parsed(watcher->context, session, pdu);
}

// As above. libcoap 4.3.1 shows each message right after it was handed to the socket, whatever the level of its log, and asks
// for the type only then: a message that is no longer confirmable by that time is not queued.
void coap_show_pdu(coap_log_t level, const coap_pdu_t *pdu) {
    static _Atomic(void *) known;
    if (pdu && pdu == sending_once) {
        coap_pdu_set_type(sending_once, COAP_MESSAGE_NON);
        sending_once = NULL;
        return;
    }
    show_t show = (show_t)ccoap_original(&known, "coap_show_pdu");
    if (show) show(level, pdu);
}

// As above. libcoap's own refusals go without words, which say nothing that their code does not: to a forged address they would
// be more than three times what came from it.
const char *coap_response_phrase(unsigned char code) {
    (void)code;
    return NULL;
}

coap_mid_t ccoap_send_once(coap_session_t *session, coap_pdu_t *pdu) {
    if (coap_pdu_get_type(pdu) == COAP_MESSAGE_CON) sending_once = pdu;
    coap_mid_t sent = coap_send(session, pdu);
    sending_once = NULL;
    return sent;
}
