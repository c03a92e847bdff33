// SPDX-License-Identifier: Apache-2.0

#include "CLibCoAP.h"

#include <string.h>
#include <time.h>

EVP_PKEY *ccoap_key_make(void) { return EVP_EC_gen("P-256"); }

static int add_extension(X509 *certificate, X509V3_CTX *context, int nid, const char *value) {
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
    if (!extension) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

static int set_serial(X509 *certificate) {
    // 127 random bits: positive, never zero in practice, at most 20 bytes (RFC 5280 §4.1.2.2).
    BIGNUM *number = BN_new();
    int good = number && BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return good;
}

static int set_name(X509 *certificate, const char *common_name) {
    X509_NAME *name = X509_get_subject_name(certificate);
    return name && X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)common_name, -1,
                                              -1, 0);
}

X509 *ccoap_x509_make(const ccoap_certificate_t *contents, EVP_PKEY *key, const X509 *issuer, EVP_PKEY *issuer_key) {
    X509 *certificate = X509_new();
    if (!certificate) return NULL;
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, (X509 *)(issuer ? issuer : certificate), certificate, NULL, NULL, 0);
    const char *usage = contents->is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
    int good = X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
               ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)contents->not_before) &&
               ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)contents->not_after) &&
               set_name(certificate, contents->common_name) &&
               X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate)) &&
               X509_set_pubkey(certificate, key) &&
               add_extension(certificate, &context, NID_basic_constraints,
                             contents->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
               add_extension(certificate, &context, NID_key_usage, usage) &&
               add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
               (!issuer || add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always"));
    if (good && (contents->is_server || contents->is_client)) {
        const char *purpose = contents->is_server && contents->is_client ? "serverAuth,clientAuth"
                              : contents->is_server                      ? "serverAuth"
                                                                         : "clientAuth";
        good = add_extension(certificate, &context, NID_ext_key_usage, purpose);
    }
    if (good && contents->alternative_names)
        good = add_extension(certificate, &context, NID_subject_alt_name, contents->alternative_names);
    if (!good || !X509_sign(certificate, issuer_key ? issuer_key : key, EVP_sha256())) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static char *take(BIO *bio, int good, size_t *length) {
    char *copy = NULL, *text;
    long size = good ? BIO_get_mem_data(bio, &text) : 0;
    if (size > 0 && (copy = OPENSSL_malloc((size_t)size))) {
        memcpy(copy, text, (size_t)size);
        *length = (size_t)size;
    }
    BIO_free(bio);
    return copy;
}

char *ccoap_key_pem(EVP_PKEY *key, size_t *length) {
    BIO *bio = BIO_new(BIO_s_secmem());
    return bio ? take(bio, PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), length) : NULL;
}

char *ccoap_x509_pem(const X509 *certificate, size_t *length) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio ? take(bio, PEM_write_bio_X509(bio, (X509 *)certificate), length) : NULL;
}

void ccoap_pem_free(char *pem, size_t length) { OPENSSL_clear_free(pem, length); }

static int seconds(const ASN1_TIME *time, int64_t *result) {
    struct tm parts;
    if (!time || !ASN1_TIME_to_tm(time, &parts)) return 0;
    *result = (int64_t)timegm(&parts);
    return 1;
}

int ccoap_x509_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after) {
    return seconds(X509_get0_notBefore(certificate), not_before) && seconds(X509_get0_notAfter(certificate), not_after);
}

int ccoap_x509_serial(const X509 *certificate, char *digits, size_t capacity) {
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *text = number ? BN_bn2hex(number) : NULL;
    int good = text && strlen(text) < capacity;
    if (good) strcpy(digits, text);
    OPENSSL_free(text);
    BN_free(number);
    return good;
}

int ccoap_x509_anchor(X509 *certificate) {
    switch (X509_check_ca(certificate)) {
        case 1: return 1;
        case 0: break;
        default: return -2;
    }
    // Without the extension a certificate of version 1 or 2 could be taken for an authority's.
    if (X509_get_version(certificate) < X509_VERSION_3) return -2;
    return X509_self_signed(certificate, 1) == 1 ? 0 : -1;
}

static int set_time(ASN1_TIME **place, int64_t seconds) {
    return (*place = ASN1_TIME_set(NULL, (time_t)seconds)) != NULL;
}

static int add_list_extension(X509_CRL *crl, X509V3_CTX *context, int nid, const char *value) {
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
    if (!extension) return 0;
    int added = X509_CRL_add_ext(crl, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

X509_CRL *ccoap_crl_new(const X509 *issuer, int64_t number, int64_t this_update, int64_t next_update) {
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *this_time = NULL, *next_time = NULL;
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, (X509 *)issuer, NULL, NULL, crl, 0);
    int good = crl && serial && (X509_get_key_usage((X509 *)issuer) & KU_CRL_SIGN) && X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
               X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) && set_time(&this_time, this_update) &&
               set_time(&next_time, next_update) && X509_CRL_set1_lastUpdate(crl, this_time) &&
               X509_CRL_set1_nextUpdate(crl, next_time) && ASN1_INTEGER_set_int64(serial, number) &&
               X509_CRL_add1_ext_i2d(crl, NID_crl_number, serial, 0, 0) == 1 &&
               add_list_extension(crl, &context, NID_authority_key_identifier, "keyid:always");
    ASN1_TIME_free(this_time);
    ASN1_TIME_free(next_time);
    ASN1_INTEGER_free(serial);
    if (good) return crl;
    X509_CRL_free(crl);
    return NULL;
}

int ccoap_crl_add(X509_CRL *crl, const char *serial, int64_t when) {
    X509_REVOKED *entry = X509_REVOKED_new();
    BIGNUM *number = NULL;
    ASN1_TIME *time = NULL;
    int good = entry && BN_hex2bn(&number, serial) > 0 && set_time(&time, when);
    ASN1_INTEGER *integer = good ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    good = integer && X509_REVOKED_set_serialNumber(entry, integer) && X509_REVOKED_set_revocationDate(entry, time) &&
           X509_CRL_add0_revoked(crl, entry);
    if (!good) X509_REVOKED_free(entry);
    ASN1_INTEGER_free(integer);
    ASN1_TIME_free(time);
    BN_free(number);
    return good;
}

int ccoap_crl_sign(X509_CRL *crl, EVP_PKEY *key) {
    return X509_CRL_sort(crl) && X509_CRL_sign(crl, key, EVP_sha256()) > 0;
}

char *ccoap_crl_pem(const X509_CRL *crl, size_t *length) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio ? take(bio, PEM_write_bio_X509_CRL(bio, (X509_CRL *)crl), length) : NULL;
}

int64_t ccoap_crl_number(const X509_CRL *crl) {
    int64_t number = 0;
    ASN1_INTEGER *integer = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    if (integer && !ASN1_INTEGER_get_int64(&number, integer)) number = 0;
    ASN1_INTEGER_free(integer);
    return number;
}

void ccoap_crl_each(X509_CRL *crl, void *context, void (*each)(void *context, const char *serial, int64_t when)) {
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);
        BIGNUM *number = ASN1_INTEGER_to_BN(X509_REVOKED_get0_serialNumber(entry), NULL);
        char *digits = number ? BN_bn2hex(number) : NULL;
        int64_t when = 0;
        // Without a date that can be read it is revoked all the same.
        (void)seconds(X509_REVOKED_get0_revocationDate(entry), &when);
        if (digits) each(context, digits, when);
        OPENSSL_free(digits);
        BN_free(number);
    }
}

int64_t ccoap_crl_this_update(const X509_CRL *crl) {
    int64_t result = 0;
    return seconds(X509_CRL_get0_lastUpdate(crl), &result) ? result : 0;
}

int64_t ccoap_crl_next_update(const X509_CRL *crl) {
    int64_t result = 0;
    return seconds(X509_CRL_get0_nextUpdate(crl), &result) ? result : 0;
}
