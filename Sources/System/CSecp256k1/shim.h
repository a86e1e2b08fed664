// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <secp256k1.h>
#include <secp256k1_recovery.h>

/// The library's constant context, good for parsing and verifying from any thread. A function, because
/// the variable itself is not const and so looks like shared mutable state.
static inline const secp256k1_context *cityrelay_secp256k1_context(void) {
    return secp256k1_context_static;
}
