// SPDX-License-Identifier: Apache-2.0
// A guard before libcoap's own dispatch: what it must never see is taken out of each message as soon as it is parsed.

#ifndef CCOAP_FILTER_H
#define CCOAP_FILTER_H

#include <coap3/coap.h>

/// Why a message was refused before libcoap acted on it.
typedef enum ccoap_refusal {
    /// It is no CoAP message (RFC 7252 §3).
    CCOAP_REFUSED_MALFORMED,
    /// It has a code of class 7: a signal of CoAP over TCP (RFC 8323 §5), which has no place on UDP and DTLS.
    CCOAP_REFUSED_SIGNAL,
} ccoap_refusal_t;

/// Who wants to hear of messages on the calling thread, and what is handed back to it.
typedef struct ccoap_filter_hooks {
    void *context;
    /// A message was refused.
    void (*refused)(void *context, ccoap_refusal_t reason);
    /// A message of a session came, before libcoap acts on it, which keeps empty acknowledgements to itself; NULL for nobody.
    /// Its type, code and id may be changed here; 0 has libcoap refuse it with a reset and do nothing else.
    int (*parsed)(void *context, coap_session_t *session, coap_pdu_t *pdu);
} ccoap_filter_hooks_t;

/// Sets who hears of messages on the calling thread from now on; NULL for nobody. `hooks` must outlive that.
void ccoap_filter_watch(const ccoap_filter_hooks_t *hooks);

/// Sends a message and has libcoap forget it: a confirmable one is neither repeated nor counted as under way. As with
/// coap_send, the message is gone afterwards; returns its id, or COAP_INVALID_MID.
coap_mid_t ccoap_send_once(coap_session_t *session, coap_pdu_t *pdu);

/// 1 when libcoap's own calls come through the filter, 0 when program or library were linked such that they do not.
int ccoap_filter_is_in_force(void);

#endif
