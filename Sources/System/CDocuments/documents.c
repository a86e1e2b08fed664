// SPDX-License-Identifier: Apache-2.0
#include "documents.h"

static const unsigned char openapi[] = {
#embed "../../Relay/API/Applications/openapi.json"
};

const unsigned char *cityrelay_openapi(size_t *length) {
    *length = sizeof openapi;
    return openapi;
}
