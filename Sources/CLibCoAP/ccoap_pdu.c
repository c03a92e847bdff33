// SPDX-License-Identifier: Apache-2.0

#include "CLibCoAP.h"

#include <string.h>

size_t ccoap_options_copy(const coap_pdu_t *pdu, uint8_t *buffer, size_t capacity) {
    coap_opt_iterator_t iterator;
    coap_opt_t *option;
    size_t used = 0;
    if (!coap_option_iterator_init(pdu, &iterator, NULL)) return 0;
    while ((option = coap_option_next(&iterator))) {
        size_t length = coap_opt_length(option);
        if (used + 4 + length <= capacity) {
            buffer[used] = (uint8_t)(iterator.number >> 8);
            buffer[used + 1] = (uint8_t)iterator.number;
            buffer[used + 2] = (uint8_t)(length >> 8);
            buffer[used + 3] = (uint8_t)length;
            memcpy(buffer + used + 4, coap_opt_value(option), length);
        }
        used += 4 + length;
    }
    return used;
}

int ccoap_options_add(coap_pdu_t *pdu, const uint8_t *buffer, size_t length) {
    size_t used = 0;
    while (used + 4 <= length) {
        coap_option_num_t number = (coap_option_num_t)(buffer[used] << 8 | buffer[used + 1]);
        size_t size = (size_t)(buffer[used + 2] << 8 | buffer[used + 3]);
        if (used + 4 + size > length) return 0;
        if (!coap_add_option(pdu, number, size, buffer + used + 4)) return 0;
        used += 4 + size;
    }
    return used == length;
}

uint64_t ccoap_token(const coap_pdu_t *pdu, uint8_t *count) {
    coap_bin_const_t token = coap_pdu_get_token(pdu);
    uint64_t bits = 0;
    size_t length = token.length > 8 ? 8 : token.length;
    for (size_t i = 0; i < length; i++) bits |= (uint64_t)token.s[i] << (56 - 8 * i);
    *count = (uint8_t)length;
    return bits;
}

int ccoap_token_add(coap_pdu_t *pdu, uint64_t bits, uint8_t count) {
    uint8_t token[8];
    for (size_t i = 0; i < 8; i++) token[i] = (uint8_t)(bits >> (56 - 8 * i));
    return coap_add_token(pdu, count, token);
}
