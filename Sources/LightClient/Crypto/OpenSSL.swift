// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

// Unsafe: OpenSSL reads and writes through pointers. No pointer leaves this file.

/// The only caller of libcrypto in this module.
enum OpenSSL {
    static func sha256(_ bytes: [UInt8]) -> Digest {
        var output = [UInt8](repeating: 0, count: Digest.byteCount)
        unsafe bytes.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBufferPointer { result in
                _ = unsafe COpenSSL.SHA256(input.baseAddress, input.count, result.baseAddress)
            }
        }
        guard let digest = Digest(output) else { preconditionFailure("SHA-256 is 32 bytes") }
        return digest
    }
}
