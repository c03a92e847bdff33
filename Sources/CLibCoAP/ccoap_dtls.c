// SPDX-License-Identifier: Apache-2.0

#include "CLibCoAP.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

// Where a context keeps its hooks, and a server's connection the same ones, so that its end is heard of; and libcoap's own
// callback, which is one function for every context.
static int hooks_index = -1, accepted_index = -1;
// Where a connection's BIO keeps the connection.
static int connection_index = -1;
static void (*_Atomic libcoap_info)(const SSL *ssl, int where, int ret);

static const ccoap_dtls_hooks_t *hooks_of(const SSL *ssl) {
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), hooks_index);
}

static void freed(void *ssl, void *hooks, CRYPTO_EX_DATA *data, int index, long argl, void *argp) {
    (void)data, (void)index, (void)argl, (void)argp;
    const ccoap_dtls_hooks_t *known = hooks;
    if (known && known->accepted) known->accepted(known->context, ssl, 0);
}

static void make_indexes(void) {
    hooks_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    accepted_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, freed);
    connection_index = BIO_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

// How many bytes the protection of a record takes with the connection's cipher: explicit nonce and tag (RFC 5288, 6655, 7905).
static size_t protection_size(const SSL *ssl) {
    const SSL_CIPHER *cipher = ssl ? SSL_get_current_cipher(ssl) : NULL;
    if (!cipher && ssl) cipher = SSL_get_pending_cipher(ssl);
    const char *name = cipher ? SSL_CIPHER_get_name(cipher) : "";
    return strstr(name, "CCM8") || strstr(name, "CHACHA20") ? 16 : 24;
}

// How much of a datagram stands before a record that is too short to be protected. OpenSSL 3.0 ends the connection over such a
// record instead of discarding it (RFC 6347 §4.1.2.7): whoever can forge an address would end any session by 14 bytes.
static size_t usable_length(const uint8_t *datagram, size_t length, BIO *bio) {
    enum { header = 13, largest_protection = 24 };
    for (size_t start = 0; start + header <= length;) {
        const uint8_t *record = datagram + start;
        size_t size = (size_t)record[11] << 8 | record[12];
        int is_protected = record[3] || record[4];
        if (is_protected && size < largest_protection && size < protection_size(BIO_get_ex_data(bio, connection_index)))
            return start;
        start += header + size;
    }
    return length;
}

// An error that one peer's datagram left in the thread's queue would be read as the failure of the next peer's
// connection, so the queue is emptied before a connection reads a datagram or writes one.
static long before_datagram(BIO *bio, int operation, const char *argument, size_t length, int number, long value, int result,
                        size_t *processed) {
    (void)length, (void)number, (void)value;
    if (operation == BIO_CB_READ || operation == BIO_CB_WRITE) ERR_clear_error();
    // The first two bits of a CoAP message are its version, 1; no record of DTLS begins so.
    if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && processed && *processed >= 4 &&
        ((uint8_t)argument[0] & 0xC0) == 0x40)
        BIO_set_callback_arg(bio, (char *)bio);
    if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && processed) {
        *processed = usable_length((const uint8_t *)argument, *processed, bio);
        if (*processed == 0) {
            // As if nothing had come.
            BIO_set_retry_read(bio);
            return -1;
        }
    }
    return result;
}

static void info(const SSL *ssl, int where, int ret) {
    const ccoap_dtls_hooks_t *hooks = hooks_of(ssl);
    // The listening connection has no session until the cookie is checked; libcoap's callback would follow a NULL.
    coap_session_t *session = SSL_get_app_data(ssl);
    void (*chained)(const SSL *, int, int) = atomic_load_explicit(&libcoap_info, memory_order_relaxed);
    if (chained && session) chained(ssl, where, ret);
    if (where & SSL_CB_HANDSHAKE_START) {
        BIO *bio = SSL_get_rbio(ssl);
        if (bio && !BIO_get_callback_ex(bio) && BIO_set_ex_data(bio, connection_index, (void *)ssl) == 1)
            BIO_set_callback_ex(bio, before_datagram);
        if (!hooks || SSL_get_state(ssl) == TLS_ST_OK) return;
        if (!SSL_is_server(ssl)) {
            if (hooks->client_start) hooks->client_start(hooks->context, (SSL *)ssl);
        } else if (session) {
            // Larger messages are taken than handshakes are sent in: those pass every network (RFC 8200 §5).
            SSL_set_mtu((SSL *)ssl, 1200);
            if (hooks->accepted && SSL_set_ex_data((SSL *)ssl, accepted_index, (void *)hooks) == 1)
                hooks->accepted(hooks->context, (SSL *)ssl, 1);
        }
    } else if ((where & SSL_CB_ALERT) && hooks) {
        if (hooks->closing && session && SSL_up_ref((SSL *)ssl) == 1) hooks->closing(hooks->context, (SSL *)ssl);
        if (hooks->alert &&
            ((ret >> 8) == SSL3_AL_FATAL || (!(where & SSL_CB_WRITE) && (ret & 0xff) == SSL_AD_CLOSE_NOTIFY)))
            hooks->alert(hooks->context, (SSL *)ssl, session, (where & SSL_CB_WRITE) != 0, ret & 0xff);
    }
}

int ccoap_dtls_policy(SSL_CTX *ctx, const char *ciphers, const char *groups) {
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_NO_COMPRESSION | SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    // Also the largest record that is taken: one Ethernet frame. What is sent keeps to the size of a message, far below.
    SSL_CTX_set_max_send_fragment(ctx, 1472);
    static const unsigned char name[] = "coap";
    return SSL_CTX_set_session_id_context(ctx, name, sizeof name - 1) == 1 &&
           SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(ctx, ciphers) == 1 &&
           SSL_CTX_set1_groups_list(ctx, groups) == 1;
}

void ccoap_dtls_set_hooks(SSL_CTX *ctx, const ccoap_dtls_hooks_t *hooks) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_indexes);
    void (*current)(const SSL *, int, int) = SSL_CTX_get_info_callback(ctx);
    if (current != info) atomic_store_explicit(&libcoap_info, current, memory_order_relaxed);
    SSL_CTX_set_ex_data(ctx, hooks_index, (void *)hooks);
    SSL_CTX_set_info_callback(ctx, info);
}

int ccoap_ssl_heard_coap(const SSL *ssl) {
    const BIO *bio = SSL_get_rbio(ssl);
    return bio && BIO_get_callback_arg(bio) != NULL;
}

int ccoap_ssl_set_server_name(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name) == 1; }

int ccoap_ssl_handle_timeout(SSL *ssl) { return (int)DTLSv1_handle_timeout(ssl); }

int64_t ccoap_ssl_timeout(SSL *ssl) {
    struct timeval left;
    if (!DTLSv1_get_timeout(ssl, &left)) return -1;
    return (int64_t)left.tv_sec * 1000000 + left.tv_usec;
}

void ccoap_ssl_set_mtu(SSL *ssl, long mtu) { SSL_set_mtu(ssl, mtu); }

int ccoap_ssl_set_trust(SSL *ssl, X509_STORE *store) { return SSL_set1_verify_cert_store(ssl, store) == 1; }

int ccoap_ssl_add_chain(SSL *ssl, X509 *certificate) { return SSL_add1_chain_cert(ssl, certificate) == 1; }

int ccoap_ctx_add_chain(SSL_CTX *ctx, X509 *certificate) { return SSL_CTX_add1_chain_cert(ctx, certificate) == 1; }

static const int chain_without_root =
    SSL_BUILD_CHAIN_FLAG_NO_ROOT | SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR | SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR;

void ccoap_ctx_build_chain(SSL_CTX *ctx) { SSL_CTX_build_cert_chain(ctx, chain_without_root); }

void ccoap_ssl_build_chain(SSL *ssl) { SSL_build_cert_chain(ssl, chain_without_root); }

// The connection's callback takes the place of the store's own, which is asked first. The last certificate that is looked at is the
// client's, when everything above it is good.
static int verify_client(int good, X509_STORE_CTX *check) {
    X509_STORE_CTX_verify_cb of_store = X509_STORE_get_verify_cb(X509_STORE_CTX_get0_store(check));
    if (of_store) good = of_store(good, check);
    if (!good || X509_STORE_CTX_get_error_depth(check) != 0) return good;
    const SSL *ssl = X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx());
    const ccoap_dtls_hooks_t *hooks = ssl ? hooks_of(ssl) : NULL;
    X509 *certificate = X509_STORE_CTX_get_current_cert(check);
    if (!hooks || !hooks->refuses || !certificate || !hooks->refuses(hooks->context, certificate)) return good;
    X509_STORE_CTX_set_error(check, X509_V_ERR_CERT_REVOKED);
    return 0;
}

void ccoap_ctx_verify_clients(SSL_CTX *ctx, int required) {
    if (required)
        SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify_client);
    else
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
}

void ccoap_ssl_verify_clients(SSL *ssl) {
    SSL_CTX *ctx = SSL_get_SSL_CTX(ssl);
    SSL_set_verify(ssl, SSL_CTX_get_verify_mode(ctx), SSL_CTX_get_verify_callback(ctx));
}

int ccoap_ctx_clear_chain(SSL_CTX *ctx) { return SSL_CTX_clear_chain_certs(ctx) == 1; }

int ccoap_ssl_verify_again(const SSL *ssl, X509_STORE *store) {
    X509 *leaf = SSL_get0_peer_certificate(ssl);
    X509_STORE_CTX *check = leaf ? X509_STORE_CTX_new() : NULL;
    int good = check && X509_STORE_CTX_init(check, store, leaf, SSL_get_peer_cert_chain(ssl)) == 1 &&
               X509_STORE_CTX_set_default(check, "ssl_client") == 1 && X509_verify_cert(check) == 1;
    X509_STORE_CTX_free(check);
    ERR_clear_error();
    return good;
}

X509 *ccoap_ssl_peer_certificate(const SSL *ssl) { return SSL_get1_peer_certificate(ssl); }

void ccoap_x509_names(const X509 *certificate, void *context,
                      void (*each)(void *context, int type, const uint8_t *bytes, size_t length)) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (!names) return;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (!value || (type != GEN_DNS && type != GEN_IPADD && type != GEN_URI && type != GEN_EMAIL)) continue;
        each(context, type, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    }
    GENERAL_NAMES_free(names);
}

static size_t write_name(const X509_NAME *name, char *buffer, size_t capacity) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return 0;
    size_t length = 0;
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        char *text;
        long size = BIO_get_mem_data(bio, &text);
        length = size < 0 ? 0 : (size_t)size;
        if (length > capacity) length = capacity;
        memcpy(buffer, text, length);
    }
    BIO_free(bio);
    return length;
}

size_t ccoap_x509_subject(const X509 *certificate, char *buffer, size_t capacity) {
    return write_name(X509_get_subject_name(certificate), buffer, capacity);
}

size_t ccoap_x509_issuer(const X509 *certificate, char *buffer, size_t capacity) {
    return write_name(X509_get_issuer_name(certificate), buffer, capacity);
}

int ccoap_store_add_pem(X509_STORE *store, const uint8_t *pem, size_t length, int *lists) {
    int certificates = 0, bad = 0;
    *lists = 0;
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    if (!bio) return -1;
    STACK_OF(X509_INFO) *items = PEM_X509_INFO_read_bio(bio, NULL, NULL, (void *)"");
    BIO_free(bio);
    if (!items) return -1;
    for (int i = 0; i < sk_X509_INFO_num(items); i++) {
        X509_INFO *item = sk_X509_INFO_value(items, i);
        if (item->x509) {
            if (X509_STORE_add_cert(store, item->x509) == 1) certificates++; else bad = 1;
        }
        if (item->crl) {
            if (X509_STORE_add_crl(store, item->crl) == 1) (*lists)++; else bad = 1;
        }
    }
    sk_X509_INFO_pop_free(items, X509_INFO_free);
    return bad ? -1 : certificates;
}

// No list of the certificate's issuer is in the store: nobody gave one, so there is nothing to look up. A list that is there
// and cannot be used is another error.
//
// A list from the future is taken: its signature is checked and it is searched after this. The clock of the host that made it
// goes ahead, or this one's goes behind; neither must lock everybody out, and it names who was revoked all the same.
static int without_list(int good, X509_STORE_CTX *context) {
    if (!good && X509_STORE_CTX_get_error(context) == X509_V_ERR_CRL_NOT_YET_VALID) {
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return 1;
    }
    if (good || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL) return good;
    const X509 *certificate = X509_STORE_CTX_get_current_cert(context);
    STACK_OF(X509_CRL) *lists =
        certificate ? X509_STORE_CTX_get1_crls(context, X509_get_issuer_name(certificate)) : NULL;
    int count = lists ? sk_X509_CRL_num(lists) : 0;
    sk_X509_CRL_pop_free(lists, X509_CRL_free);
    if (!certificate || count > 0) return 0;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

void ccoap_store_check_lists(X509_STORE *store) {
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_STORE_set_verify_cb(store, without_list);
}
