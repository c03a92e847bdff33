// SPDX-License-Identifier: Apache-2.0
// Options between libcoap's messages and the flat layout of Options.swift:
// for each option number (2 bytes), length (2 bytes), both in network order, then the value.

#ifndef CCOAP_PDU_H
#define CCOAP_PDU_H

#include <coap3/coap.h>

/// Writes a message's options to a buffer; returns the bytes they take, which may be more than `capacity` (then only
/// whole options that fit are written).
size_t ccoap_options_copy(const coap_pdu_t *pdu, uint8_t *buffer, size_t capacity);

/// Adds options in the flat layout, ascending by number, to a message without payload; 0 when they do not fit.
int ccoap_options_add(coap_pdu_t *pdu, const uint8_t *buffer, size_t length);

/// A message's token as a word, the first byte highest, and its length in `count`.
uint64_t ccoap_token(const coap_pdu_t *pdu, uint8_t *count);

/// Adds a token from a word, the first byte highest; 0 on failure.
int ccoap_token_add(coap_pdu_t *pdu, uint64_t bits, uint8_t count);

#endif
