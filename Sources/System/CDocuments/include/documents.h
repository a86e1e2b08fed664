// SPDX-License-Identifier: Apache-2.0
// Files that are served as they are, compiled into the program.
#pragma once

#include <stddef.h>

// A file by its name; NULL for one that is not there. Writes its length; the bytes live for ever.
const unsigned char *cityrelay_document(const char *name, size_t *length);
