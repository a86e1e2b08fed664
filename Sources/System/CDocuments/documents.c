// SPDX-License-Identifier: Apache-2.0
#include "documents.h"

#include <string.h>

// #embed is C23's; clang takes it in older C, too, and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi[] = {
#embed "../../Relay/API/Applications/openapi.json"
};
static const unsigned char page[] = {
#embed "../../Relay/API/Console/page/console.html"
};
static const unsigned char style[] = {
#embed "../../Relay/API/Console/page/console.css"
};
static const unsigned char script[] = {
#embed "../../Relay/API/Console/page/console.js"
};
static const unsigned char dom[] = {
#embed "../../Relay/API/Console/page/dom.js"
};
static const unsigned char map[] = {
#embed "../../Relay/API/Console/page/map.js"
};
static const unsigned char orders[] = {
#embed "../../Relay/API/Console/page/orders.js"
};
static const unsigned char packet[] = {
#embed "../../Relay/API/Console/page/packet.js"
};
static const unsigned char words[] = {
#embed "../../Relay/API/Console/page/words.js"
};

static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} documents[] = {
    {"openapi.json", openapi, sizeof openapi}, {"console.html", page, sizeof page},
    {"console.css", style, sizeof style},      {"console.js", script, sizeof script},
    {"dom.js", dom, sizeof dom},               {"map.js", map, sizeof map},
    {"orders.js", orders, sizeof orders},      {"packet.js", packet, sizeof packet},
    {"words.js", words, sizeof words},
};

const unsigned char *cityrelay_document(const char *name, size_t *length) {
    for (size_t index = 0; index < sizeof documents / sizeof *documents; index++) {
        if (strcmp(documents[index].name, name) != 0) continue;
        *length = documents[index].length;
        return documents[index].bytes;
    }
    return NULL;
}
