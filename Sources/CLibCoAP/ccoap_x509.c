// SPDX-License-Identifier: Apache-2.0

#include "ccoap_x509.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

EVP_PKEY *ccoap_key_generate(void) { return EVP_EC_gen("P-256"); }

int ccoap_key_is_p256(const EVP_PKEY *key) {
    char group[32];
    size_t length = 0;
    return EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 && OBJ_txt2nid(group) == NID_X9_62_prime256v1;
}

static int set_serial(X509 *certificate) {
    BIGNUM *number = BN_new();
    int done = number != NULL;
    do done = done && BN_rand(number, 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1;
    while (done && BN_is_zero(number));
    done = done && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return done;
}

// A time in the shortest form that RFC 5280 §4.1.2.5 allows for it.
static int set_time(ASN1_TIME *field, int64_t seconds) {
    return field && ASN1_TIME_adj(field, (time_t)seconds, 0, 0) != NULL;
}

static int set_subject(X509 *certificate, const char *common_name) {
    X509_NAME *name = X509_NAME_new();
    int done = name &&
               X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)common_name, -1,
                                          -1, 0) == 1 &&
               X509_set_subject_name(certificate, name) == 1;
    X509_NAME_free(name);
    return done;
}

static int add_extension(X509 *certificate, X509V3_CTX *context, int nid, const char *value) {
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, value);
    int done = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static int add_name(GENERAL_NAMES *names, int type, const uint8_t *bytes, size_t length) {
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = ASN1_STRING_type_new(type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
    if (!name || !value || ASN1_STRING_set(value, bytes, (int)length) != 1) {
        GENERAL_NAME_free(name);
        ASN1_STRING_free(value);
        return 0;
    }
    GENERAL_NAME_set0_value(name, type, value);
    if (sk_GENERAL_NAME_push(names, name) > 0) return 1;
    GENERAL_NAME_free(name);
    return 0;
}

static int add_names(X509 *certificate, const uint8_t *flat, size_t length) {
    if (length == 0) return 1;
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    int done = names != NULL;
    for (size_t at = 0; done && at < length;) {
        done = at + 2 <= length && at + 2 + flat[at + 1] <= length &&
               (flat[at] == GEN_DNS || flat[at] == GEN_IPADD) && add_name(names, flat[at], flat + at + 2, flat[at + 1]);
        if (done) at += 2 + (size_t)flat[at + 1];
    }
    done = done && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND) == 1;
    GENERAL_NAMES_free(names);
    return done;
}

X509 *ccoap_x509_issue(const ccoap_certificate_parameters_t *parameters, EVP_PKEY *key, X509 *issuer,
                       EVP_PKEY *issuer_key) {
    X509 *certificate = X509_new();
    if (!certificate) return NULL;
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    if (X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
        set_time(X509_getm_notBefore(certificate), parameters->not_before) &&
        set_time(X509_getm_notAfter(certificate), parameters->not_after) &&
        set_subject(certificate, parameters->common_name) &&
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate)) == 1 &&
        X509_set_pubkey(certificate, key) == 1 &&
        add_extension(certificate, &context, NID_basic_constraints,
                      parameters->authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
        add_extension(certificate, &context, NID_key_usage,
                      parameters->authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
        (!parameters->extended_usage ||
         add_extension(certificate, &context, NID_ext_key_usage, parameters->extended_usage)) &&
        add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
        (!issuer || add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always")) &&
        add_names(certificate, parameters->names, parameters->names_length) &&
        X509_sign(certificate, issuer ? issuer_key : key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static int set_list_times(X509_CRL *list, int64_t this_update, int64_t next_update) {
    ASN1_TIME *first = ASN1_TIME_adj(NULL, (time_t)this_update, 0, 0);
    ASN1_TIME *last = ASN1_TIME_adj(NULL, (time_t)next_update, 0, 0);
    int done = first && last && X509_CRL_set1_lastUpdate(list, first) == 1 && X509_CRL_set1_nextUpdate(list, last) == 1;
    ASN1_TIME_free(first);
    ASN1_TIME_free(last);
    return done;
}

static int add_revoked(X509_CRL *list, X509 *certificate) {
    X509_REVOKED *entry = X509_REVOKED_new();
    if (entry && X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate)) == 1 &&
        X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)X509_CRL_get0_lastUpdate(list)) == 1 &&
        X509_CRL_add0_revoked(list, entry) == 1)
        return 1;
    X509_REVOKED_free(entry);
    return 0;
}

X509_CRL *ccoap_x509_revoke(X509 *const *revoked, size_t count, int64_t this_update, int64_t next_update, X509 *issuer,
                            EVP_PKEY *issuer_key) {
    X509_CRL *list = X509_CRL_new();
    int done = list && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
               X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer)) == 1 &&
               set_list_times(list, this_update, next_update);
    for (size_t i = 0; done && i < count; i++) done = add_revoked(list, revoked[i]);
    // RFC 5280 §5.2 wants the issuer's key identifier and a number; the time grows as the number has to.
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, NULL, NULL, list, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *identifier = NULL;
    done = done && number && ASN1_INTEGER_set_int64(number, this_update) == 1 &&
           X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, X509V3_ADD_APPEND) == 1 &&
           (identifier = X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always")) &&
           X509_CRL_add_ext(list, identifier, -1) == 1 && X509_CRL_sort(list) == 1 &&
           X509_CRL_sign(list, issuer_key, EVP_sha256()) > 0;
    X509_EXTENSION_free(identifier);
    ASN1_INTEGER_free(number);
    if (done) return list;
    X509_CRL_free(list);
    return NULL;
}

static int seconds_of(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    *seconds = (int64_t)timegm(&parts);
    return 1;
}

int ccoap_x509_validity(const X509 *certificate, int64_t *not_before, int64_t *not_after) {
    return seconds_of(X509_get0_notBefore(certificate), not_before) &&
           seconds_of(X509_get0_notAfter(certificate), not_after);
}

// Hands out what was written and frees it; a memory BIO wipes its buffer when freed and when it grows.
static int hand_out(BIO *bio, int written, void *context, void (*use)(void *context, const uint8_t *pem, size_t length)) {
    char *text = NULL;
    long length = written ? BIO_get_mem_data(bio, &text) : 0;
    if (length > 0) use(context, (const uint8_t *)text, (size_t)length);
    BIO_free(bio);
    return length > 0;
}

int ccoap_key_pem(const EVP_PKEY *key, void *context, void (*use)(void *context, const uint8_t *pem, size_t length)) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio && hand_out(bio, PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1, context, use);
}

int ccoap_x509_pem(X509 *certificate, void *context, void (*use)(void *context, const uint8_t *pem, size_t length)) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio && hand_out(bio, PEM_write_bio_X509(bio, certificate) == 1, context, use);
}

int ccoap_crl_pem(X509_CRL *list, void *context, void (*use)(void *context, const uint8_t *pem, size_t length)) {
    BIO *bio = BIO_new(BIO_s_mem());
    return bio && hand_out(bio, PEM_write_bio_X509_CRL(bio, list) == 1, context, use);
}
