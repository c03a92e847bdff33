// SPDX-License-Identifier: Apache-2.0
// Keys and certificates made: the X.509 building that OpenSSL offers through macros and stacks.

#ifndef CCOAP_X509_H
#define CCOAP_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

/// What a certificate is to say.
typedef struct ccoap_certificate_parameters {
    /// The subject's common name: UTF-8, at most 64 characters.
    const char *common_name;
    /// The subject alternative names one after the other: type (GEN_DNS or GEN_IPADD, 1 byte), length (1 byte), value.
    const uint8_t *names;
    size_t names_length;
    /// The validity in seconds since 1970.
    int64_t not_before;
    int64_t not_after;
    /// 1 for an authority: CA:TRUE, keyCertSign and cRLSign; 0 for the end of a chain.
    int authority;
    /// Extended key usage as in OpenSSL's configuration files, "serverAuth,clientAuth"; NULL for none.
    const char *extended_usage;
} ccoap_certificate_parameters_t;

/// A new P-256 key; NULL on failure.
EVP_PKEY *ccoap_key_generate(void);

/// Whether a key lies on P-256.
int ccoap_key_is_p256(const EVP_PKEY *key);

/// A certificate for `key` with a random positive serial of 128 bits, signed with ECDSA and SHA-256 by the issuer's key,
/// or by `key` itself when `issuer` is NULL. NULL on failure, the reason in OpenSSL's queue.
X509 *ccoap_x509_issue(const ccoap_certificate_parameters_t *parameters, EVP_PKEY *key, X509 *issuer,
                       EVP_PKEY *issuer_key);

/// A revocation list of one issuer's certificates, valid between two times in seconds since 1970. NULL on failure.
X509_CRL *ccoap_x509_revoke(X509 *const *revoked, size_t count, int64_t this_update, int64_t next_update, X509 *issuer,
                            EVP_PKEY *issuer_key);

/// The validity of a certificate in seconds since 1970; 0 when it is malformed.
int ccoap_x509_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after);

/// Calls `use` once with the PEM text of a key (PKCS#8, no passphrase), a certificate or a list; the text is wiped and
/// freed afterwards. 0 on failure.
int ccoap_key_pem(const EVP_PKEY *key, void *context, void (*use)(void *context, const uint8_t *pem, size_t length));
int ccoap_x509_pem(X509 *certificate, void *context, void (*use)(void *context, const uint8_t *pem, size_t length));
int ccoap_crl_pem(X509_CRL *list, void *context, void (*use)(void *context, const uint8_t *pem, size_t length));

#endif
