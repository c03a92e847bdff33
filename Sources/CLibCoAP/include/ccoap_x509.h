// SPDX-License-Identifier: Apache-2.0
// Making keys and certificates: what OpenSSL offers as macros, and calls that belong together.

#ifndef CCOAP_X509_H
#define CCOAP_X509_H

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

/// What a new certificate says.
typedef struct ccoap_certificate {
    /// The subject's common name, UTF-8.
    const char *common_name;
    /// The subject alternative names in OpenSSL's notation, "DNS:localhost,IP:::1"; NULL for none.
    const char *alternative_names;
    /// True for an authority's certificate, which signs others and lists of revoked ones.
    int is_authority;
    /// True where the holder answers as a server, or asks as a client.
    int is_server, is_client;
    /// Validity in seconds since 1970.
    int64_t not_before, not_after;
} ccoap_certificate_t;

/// A new private key on P-256; NULL on failure.
EVP_PKEY *ccoap_key_make(void);

/// A certificate for a key, signed with ECDSA and SHA-256 by an issuer, or by the key itself without one; NULL on failure.
X509 *ccoap_x509_make(const ccoap_certificate_t *contents, EVP_PKEY *key, const X509 *issuer, EVP_PKEY *issuer_key);

/// A private key as PKCS#8 PEM, or a certificate as PEM, in memory of OpenSSL's secure or common heap. The caller frees it
/// with OPENSSL_clear_free(bytes, length); NULL on failure.
char *ccoap_key_pem(EVP_PKEY *key, size_t *length);
char *ccoap_x509_pem(const X509 *certificate, size_t *length);

/// Wipes and frees what the two above returned.
void ccoap_pem_free(char *pem, size_t length);

/// The serial number of a certificate as hexadecimal digits, at most 40 of them, zero-terminated; 0 on failure.
int ccoap_x509_serial(const X509 *certificate, char *digits, size_t capacity);

/// What a certificate may be trusted as: 1 an authority that says so, 0 a certificate that signs itself and says that it
/// signs no other, -1 one that somebody else signed, -2 one that does not say whether it signs others.
int ccoap_x509_anchor(X509 *certificate);

/// A revocation list that is not signed yet (RFC 5280 §5): number, moment of making and of the next list in seconds since
/// 1970; NULL on failure and for an issuer that may not sign lists. The caller frees it with X509_CRL_free.
X509_CRL *ccoap_crl_new(const X509 *issuer, int64_t number, int64_t this_update, int64_t next_update);

/// Puts a certificate on a list: the digits of its serial number, and when it was revoked; 0 on failure.
int ccoap_crl_add(X509_CRL *crl, const char *serial, int64_t when);

/// Signs a list with ECDSA, or what the key is for, and SHA-256; 0 on failure.
int ccoap_crl_sign(X509_CRL *crl, EVP_PKEY *key);

/// A list as PEM, as ccoap_x509_pem.
char *ccoap_crl_pem(const X509_CRL *crl, size_t *length);

/// The number of a list; 0 where it has none.
int64_t ccoap_crl_number(const X509_CRL *crl);

/// Names each certificate of a list: the digits of its serial number, and when it was revoked in seconds since 1970.
void ccoap_crl_each(X509_CRL *crl, void *context, void (*each)(void *context, const char *serial, int64_t when));

/// When a list was made, in seconds since 1970; 0 where it cannot be read.
int64_t ccoap_crl_this_update(const X509_CRL *crl);

/// When the next list is due, in seconds since 1970; 0 where the list does not say.
int64_t ccoap_crl_next_update(const X509_CRL *crl);

/// The validity of a certificate in seconds since 1970; 0 on failure.
int ccoap_x509_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after);

#endif
