// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/rand.h>
#include <openssl/core_names.h>
#include "digests.h"
#include "requests.h"

// What Swift cannot import: function-like macros over typed stacks and retry flags.

/// Calls `each` for every URI among a certificate's alternative names; returns their number, or -1
/// when the extension is malformed or there twice.
static inline int cityrelay_each_uri_name(
    X509 *certificate, void (*each)(void *, const unsigned char *, int), void *context) {
    int critical = 0;
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(
        certificate, NID_subject_alt_name, &critical, NULL);
    if (names == NULL) return critical == -1 ? 0 : -1;
    int found = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) continue;
        each(context, ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
             ASN1_STRING_length(name->d.uniformResourceIdentifier));
        found++;
    }
    GENERAL_NAMES_free(names);
    return found;
}

/// The SHA-256 of a certificate's SubjectPublicKeyInfo; 1 on success.
static inline int cityrelay_spki_sha256(X509 *certificate, unsigned char digest[32]) {
    unsigned char *der = NULL;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (length <= 0) return 0;
    unsigned int written = 32;
    int ok = EVP_Digest(der, (size_t)length, digest, &written, EVP_sha256(), NULL);
    OPENSSL_free(der);
    return ok;
}

static inline void cityrelay_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void cityrelay_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline int cityrelay_err_reason(unsigned long code) { return ERR_GET_REASON(code); }
static inline int cityrelay_err_is_ssl(unsigned long code) { return ERR_GET_LIB(code) == ERR_LIB_SSL; }
