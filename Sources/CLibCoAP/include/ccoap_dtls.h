// SPDX-License-Identifier: Apache-2.0
// OpenSSL calls that are macros, and the hooks that need C's own calling conventions.

#ifndef CCOAP_DTLS_H
#define CCOAP_DTLS_H

#include <coap3/coap.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

/// What a loop wants to hear of the handshakes of one SSL_CTX. The session may be NULL before a hello's cookie is checked.
typedef struct ccoap_dtls_hooks {
    /// Handed back in every call.
    void *context;
    /// A client's handshake starts and no byte was sent: the place for the settings of this one connection.
    void (*client_start)(void *context, SSL *ssl);
    /// A server's handshake starts (`starts` is 1), and later its connection is freed (0), whatever became of it.
    void (*accepted)(void *context, SSL *ssl, int starts);
    /// A connection sends or got an alert and may be about to be freed. The callee owes it one SSL_free, once libcoap has
    /// returned: libcoap 4.3.1 goes on to use a connection that a message has just closed.
    void (*closing)(void *context, SSL *ssl);
    /// A fatal alert was sent (`sent` is 1) or received, or the peer's farewell (close_notify) came.
    void (*alert)(void *context, SSL *ssl, coap_session_t *session, int sent, int description);
    /// 1 when a client's certificate is refused though its chain is good; NULL refuses none.
    int (*refuses)(void *context, X509 *certificate);
} ccoap_dtls_hooks_t;

/// Policy for every connection of a context: DTLS 1.2, no tickets, no session cache, these ciphers and groups,
/// small records, the server's order of ciphers, no renegotiation; 0 on failure.
int ccoap_dtls_policy(SSL_CTX *ctx, const char *ciphers, const char *groups);

/// Sets the hooks of a context and clears OpenSSL's error queue before each datagram of its connections. libcoap's own
/// callback keeps being called. `hooks` must outlive the context.
void ccoap_dtls_set_hooks(SSL_CTX *ctx, const ccoap_dtls_hooks_t *hooks);

/// 1 when a plain CoAP message came where records of DTLS were expected.
int ccoap_ssl_heard_coap(const SSL *ssl);

/// Asks for a host name in the hello (RFC 6066 §3); 0 on failure.
int ccoap_ssl_set_server_name(SSL *ssl, const char *name);

/// Repeats the last flight of a handshake when its time has come: 1 when it was repeated, 0 before that, -1 on failure.
int ccoap_ssl_handle_timeout(SSL *ssl);

/// The microseconds until that; -1 when nothing is to be repeated.
int64_t ccoap_ssl_timeout(SSL *ssl);

/// Has handshake messages fit datagrams of this many bytes.
void ccoap_ssl_set_mtu(SSL *ssl, long mtu);

/// Replaces the trust anchors of one connection; the store keeps a reference of its own; 0 on failure.
int ccoap_ssl_set_trust(SSL *ssl, X509_STORE *store);

/// Adds one certificate to the chain a connection or context sends behind its own; 0 on failure.
int ccoap_ssl_add_chain(SSL *ssl, X509 *certificate);
int ccoap_ctx_add_chain(SSL_CTX *ctx, X509 *certificate);

/* Takes what stands between the certificate and its root from the trusted ones, and leaves the root out. */
void ccoap_ctx_build_chain(SSL_CTX *ctx);
void ccoap_ssl_build_chain(SSL *ssl);

/// Has a server's clients show a certificate that its store and its hooks' `refuses` let pass, or ask for none.
void ccoap_ctx_verify_clients(SSL_CTX *ctx, int required);

/// Gives a connection what its context says of that now.
void ccoap_ssl_verify_clients(SSL *ssl);

/// Takes the chain behind its certificate from a context; 0 on failure.
int ccoap_ctx_clear_chain(SSL_CTX *ctx);

/// 1 when the chain a client showed in its handshake is good by this store, now; 0 when not, or when it showed none.
int ccoap_ssl_verify_again(const SSL *ssl, X509_STORE *store);

/// The peer's certificate in a new reference; NULL without one.
X509 *ccoap_ssl_peer_certificate(const SSL *ssl);

/// Calls `each` for every subject alternative name: type as in GEN_DNS, and its bytes.
void ccoap_x509_names(const X509 *certificate, void *context,
                      void (*each)(void *context, int type, const uint8_t *bytes, size_t length));

/// Writes the distinguished name of the subject or of the issuer (RFC 2253, UTF-8) to a buffer; returns its length, cut to the
/// capacity.
size_t ccoap_x509_subject(const X509 *certificate, char *buffer, size_t capacity);
size_t ccoap_x509_issuer(const X509 *certificate, char *buffer, size_t capacity);

/// How many certificates and revocation lists a PEM text added to a store; -1 when it is malformed.
int ccoap_store_add_pem(X509_STORE *store, const uint8_t *pem, size_t length, int *lists);

/// Has a store look certificates up in the lists it has, those of an authority that has none in it excepted.
void ccoap_store_check_lists(X509_STORE *store);

#endif
