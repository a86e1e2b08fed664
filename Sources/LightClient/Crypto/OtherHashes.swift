// SPDX-License-Identifier: Apache-2.0

/// RIPEMD-160. 20 bytes.
public enum RIPEMD160 {
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        OpenSSL.digest("RIPEMD160", byteCount: 20, bytes)
    }
}

/// BLAKE2b without a key (RFC 7693). 64 bytes.
public enum BLAKE2b512 {
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        OpenSSL.digest("BLAKE2B-512", byteCount: 64, bytes)
    }
}

/// BLAKE2s without a key (RFC 7693). 32 bytes.
public enum BLAKE2s256 {
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        OpenSSL.digest("BLAKE2S-256", byteCount: 32, bytes)
    }
}
