// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pkcs12.h>

/// Asks for these alternative names ("URI:…,DNS:…") in a certificate request; 1 on success. The stack of
/// extensions is built by macros that Swift cannot import.
static inline int cityrelay_request_names(X509_REQ *request, const char *names) {
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, NULL, NID_subject_alt_name, names);
    if (extension == NULL) return 0;
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    int done = list != NULL && sk_X509_EXTENSION_push(list, extension) > 0;
    if (done) {
        done = X509_REQ_add_extensions(request, list);
        sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    } else {
        X509_EXTENSION_free(extension);
        if (list != NULL) sk_X509_EXTENSION_free(list);
    }
    return done;
}
