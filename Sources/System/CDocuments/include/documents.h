// SPDX-License-Identifier: Apache-2.0
// Files that are served as they are, compiled into the program.
#pragma once

#include <stddef.h>

// The description of the applications' interface. Writes its length; the bytes live for ever.
const unsigned char *cityrelay_openapi(size_t *length);
