// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>
#include <string.h>
#include <openssl/sha.h>

// SHA-2 through libcrypto's low-level functions. They need no allocation, no provider look-up and no
// context that a thread would have to own: a 64-byte SHA-256 costs 67 ns so, 100 ns through a reused
// EVP context and 290 ns through the one-shot calls. They are marked deprecated in favour of EVP but
// are the very functions that EVP's default provider calls; the mark is silenced here only.

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

/// A SHA-256 result as four big-endian words.
typedef struct { uint64_t w0, w1, w2, w3; } cityrelay_sha256_words;
/// A SHA-512 result as eight little-endian words, the way Ed25519 reads it.
typedef struct { uint64_t w0, w1, w2, w3, w4, w5, w6, w7; } cityrelay_sha512_words;

static inline uint64_t cityrelay_big(uint64_t word) { return __builtin_bswap64(word); }

static inline SHA256_CTX cityrelay_sha256_start(void) {
    SHA256_CTX context;
    SHA256_Init(&context);
    return context;
}

static inline void cityrelay_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
    SHA256_Update(context, bytes, count);
}

static inline void cityrelay_sha256_update_words(
    SHA256_CTX *context, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3) {
    uint64_t bytes[4] = {cityrelay_big(w0), cityrelay_big(w1), cityrelay_big(w2), cityrelay_big(w3)};
    SHA256_Update(context, bytes, sizeof bytes);
}

static inline cityrelay_sha256_words cityrelay_sha256_finish(SHA256_CTX *context) {
    uint64_t bytes[4];
    SHA256_Final((unsigned char *)bytes, context);
    cityrelay_sha256_words words = {
        cityrelay_big(bytes[0]), cityrelay_big(bytes[1]), cityrelay_big(bytes[2]),
        cityrelay_big(bytes[3])};
    return words;
}

static inline cityrelay_sha256_words cityrelay_sha256(const void *bytes, size_t count) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    return cityrelay_sha256_finish(&context);
}

/// H(prefix || left || right), the inner node of every binary Merkle tree here.
static inline cityrelay_sha256_words cityrelay_sha256_node(
    uint8_t prefix, uint64_t l0, uint64_t l1, uint64_t l2, uint64_t l3, uint64_t r0, uint64_t r1,
    uint64_t r2, uint64_t r3) {
    uint64_t children[8] = {
        cityrelay_big(l0), cityrelay_big(l1), cityrelay_big(l2), cityrelay_big(l3),
        cityrelay_big(r0), cityrelay_big(r1), cityrelay_big(r2), cityrelay_big(r3)};
    unsigned char bytes[65];
    bytes[0] = prefix;
    memcpy(bytes + 1, children, sizeof children);
    return cityrelay_sha256(bytes, sizeof bytes);
}

/// Copies at most 48 bytes by a few overlapping moves: a call of memcpy costs more than the moves, and a
/// proof's step makes two.
static inline void cityrelay_copy_short(unsigned char *to, const unsigned char *from, size_t count) {
    if (count >= 16) {
        memcpy(to, from, 16);
        if (count > 32) memcpy(to + 16, from + 16, 16);
        memcpy(to + count - 16, from + count - 16, 16);
    } else if (count >= 8) {
        memcpy(to, from, 8);
        memcpy(to + count - 8, from + count - 8, 8);
    } else if (count >= 4) {
        memcpy(to, from, 4);
        memcpy(to + count - 4, from + count - 4, 4);
    } else if (count > 0) {
        to[0] = from[0];
        to[count / 2] = from[count / 2];
        to[count - 1] = from[count - 1];
    }
}

/// H(before || middle || after). One call to the hash when the parts are as short as a tree's are: the
/// copy costs less than three updates.
static inline cityrelay_sha256_words cityrelay_sha256_step(
    const void *before, size_t before_count, cityrelay_sha256_words middle, const void *after,
    size_t after_count) {
    uint64_t words[4] = {
        cityrelay_big(middle.w0), cityrelay_big(middle.w1), cityrelay_big(middle.w2),
        cityrelay_big(middle.w3)};
    unsigned char bytes[128];
    if (before_count <= 48 && after_count <= 48) {
        cityrelay_copy_short(bytes, before, before_count);
        memcpy(bytes + before_count, words, sizeof words);
        cityrelay_copy_short(bytes + before_count + sizeof words, after, after_count);
        return cityrelay_sha256(bytes, before_count + sizeof words + after_count);
    }
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, before, before_count);
    SHA256_Update(&context, words, sizeof words);
    SHA256_Update(&context, after, after_count);
    return cityrelay_sha256_finish(&context);
}

/// H(prefix || varint(key_count) || key || 32 || value), the leaf of IAVL and simple trees.
static inline cityrelay_sha256_words cityrelay_sha256_leaf(
    const void *prefix, size_t prefix_count, const void *key, size_t key_count,
    cityrelay_sha256_words value) {
    unsigned char length[10];
    size_t length_count = 0;
    size_t rest = key_count;
    while (rest >= 0x80) {
        length[length_count++] = (unsigned char)(rest | 0x80);
        rest >>= 7;
    }
    length[length_count++] = (unsigned char)rest;
    uint64_t words[4] = {
        cityrelay_big(value.w0), cityrelay_big(value.w1), cityrelay_big(value.w2),
        cityrelay_big(value.w3)};
    unsigned char bytes[192];
    if (prefix_count + key_count <= sizeof bytes - sizeof length - 1 - sizeof words) {
        size_t count = 0;
        memcpy(bytes, prefix, prefix_count);
        count += prefix_count;
        memcpy(bytes + count, length, length_count);
        count += length_count;
        memcpy(bytes + count, key, key_count);
        count += key_count;
        bytes[count++] = 32;
        memcpy(bytes + count, words, sizeof words);
        return cityrelay_sha256(bytes, count + sizeof words);
    }
    const unsigned char mark = 32;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, prefix, prefix_count);
    SHA256_Update(&context, length, length_count);
    SHA256_Update(&context, key, key_count);
    SHA256_Update(&context, &mark, 1);
    SHA256_Update(&context, words, sizeof words);
    return cityrelay_sha256_finish(&context);
}

/// SHA-512 over three parts that lie apart.
static inline cityrelay_sha512_words cityrelay_sha512(
    const void *first, size_t first_count, const void *second, size_t second_count,
    const void *third, size_t third_count) {
    SHA512_CTX context;
    SHA512_Init(&context);
    SHA512_Update(&context, first, first_count);
    SHA512_Update(&context, second, second_count);
    SHA512_Update(&context, third, third_count);
    cityrelay_sha512_words words;
    SHA512_Final((unsigned char *)&words, &context);
    return words;
}

#pragma clang diagnostic pop
