// SPDX-License-Identifier: Apache-2.0

#include "ccoap_keylog.h"

#include <pthread.h>

static int connection_index = -1, context_index = -1;

static void freed(void *owner, void *log, CRYPTO_EX_DATA *data, int index, long argl, void *argp) {
    (void)owner, (void)data, (void)index, (void)argl, (void)argp;
    const ccoap_key_log_t *known = log;
    if (known) known->release(known->context);
}

static void make_indexes(void) {
    connection_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, freed);
    context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, freed);
}

static int prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_indexes);
    return connection_index >= 0 && context_index >= 0;
}

static void tell(const SSL *ssl, const char *line) {
    const ccoap_key_log_t *log = SSL_get_ex_data(ssl, connection_index);
    if (!log) log = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index);
    if (log) log->line(log->context, line);
}

int ccoap_ssl_log_keys(SSL *ssl, const ccoap_key_log_t *log) {
    if (!prepare() || SSL_set_ex_data(ssl, connection_index, (void *)log) != 1) return 0;
    // OpenSSL has one such function for a whole context; connections that nobody asked about stay unheard.
    SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(ssl), tell);
    return 1;
}

int ccoap_ctx_log_keys(SSL_CTX *ctx, const ccoap_key_log_t *log) {
    if (!prepare() || SSL_CTX_set_ex_data(ctx, context_index, (void *)log) != 1) return 0;
    SSL_CTX_set_keylog_callback(ctx, tell);
    return 1;
}
