// SPDX-License-Identifier: Apache-2.0
// The secrets of connections in the NSS key log format, for those who ask for them.

#ifndef CCOAP_KEYLOG_H
#define CCOAP_KEYLOG_H

#include <openssl/ssl.h>

/// Who gets the lines of a key log.
typedef struct ccoap_key_log {
    /// Handed back in every call.
    void *context;
    /// A line without its end, `CLIENT_RANDOM …`: with it what the connection carries can be read.
    void (*line)(void *context, const char *line);
    /// One of the connections or contexts that were given this is gone.
    void (*release)(void *context);
} ccoap_key_log_t;

/// Has the secrets of one connection told, or those of all connections of a context; 0 on failure. `log` must live until it is
/// released as often as it was given.
int ccoap_ssl_log_keys(SSL *ssl, const ccoap_key_log_t *log);
int ccoap_ctx_log_keys(SSL_CTX *ctx, const ccoap_key_log_t *log);

#endif
