// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// One bit changed. The place follows from the bytes themselves, so that every run changes the
/// same.
enum ReplayFlip {
    static func anywhere(_ bytes: [UInt8]) -> [UInt8] { flip(bytes, in: bytes.indices, seed: 0) }

    /// In the header proper of an ICS-07 header message: its whole content is under the signatures.
    ///
    /// A few bits of the encoding are not content, and the chain ignores them as we do: protobuf
    /// cuts an int32 (the nanoseconds) to 32 of the 35 bits that five bytes carry. Such a bit is
    /// passed over.
    static func header(_ message: [UInt8]) throws -> [UInt8] {
        var reader = ProtobufReader(message)
        guard let signed = try reader.next(), signed.number == 1 else { return message }
        var inner = try reader.message(signed)
        guard let field = try inner.next(), field.number == 1 else { return message }
        let range = try inner.range(field)
        let header = try Header(reading: Array(message[range]))
        var seed: UInt8 = 0
        while true {
            let changed = flip(message, in: range, seed: seed)
            if (try? Header(reading: Array(changed[range]))) != header { return changed }
            seed += 1
        }
    }

    /// The update to a height with one bit of its commit's first signature for the block changed.
    static func signature(
        _ chain: RecordedChain, _ height: Int64, trusting base: Int64
    ) throws -> [UInt8] {
        var signed = try chain.signedHeader(height)
        let place = signed.commit?.signatures.firstIndex { $0.flag == .commit }
        if let place, let signature = signed.commit?.signatures[place].signature {
            signed.commit?.signatures[place].signature = anywhere(signature)
        }
        return try CometBFT.clientMessage(
            signedHeader: signed, validators: chain.validators(height),
            trustedHeight: chain.revisionHeight(base),
            trustedValidators: chain.validators(base + 1))
    }

    private static func flip(_ bytes: [UInt8], in range: Range<Int>, seed: UInt8) -> [UInt8] {
        guard !range.isEmpty else { return bytes }
        let choice = SHA256.hash([seed] + bytes).bytes
        let place = choice.prefix(4).reduce(0) { $0 << 8 | Int($1) } % range.count
        var changed = bytes
        changed[range.lowerBound + place] ^= 1 << (choice[4] & 7)
        return changed
    }
}
