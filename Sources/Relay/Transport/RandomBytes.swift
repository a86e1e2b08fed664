// SPDX-License-Identifier: Apache-2.0

/// Bytes that nobody can guess: salts, nonces, numbers of requests, keys for one use. From the
/// system's generator, which Swift seeds from the kernel.
package enum RandomBytes {
    package static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
