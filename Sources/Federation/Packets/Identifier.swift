// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What is wrong with an identifier.
public enum IdentifierFault: Error, Hashable, Sendable {
    case blank
    case separator
    /// In bytes.
    case length(got: Int, allowed: ClosedRange<Int>)
    case character(UInt8)
    /// Not `{type}-{number}`.
    case format(WireText)
}

/// The rules of ICS-24 for names in keys.
public enum Identifier {
    public enum Kind: Hashable, Sendable, CaseIterable {
        case client
        /// Also what packets ask of client ids.
        case channel
        case port
        case connection

        /// In bytes.
        public var allowedLength: ClosedRange<Int> {
            switch self {
            case .client: 4...64
            case .channel: 8...64
            case .port: 2...128
            case .connection: 10...64
            }
        }
    }

    public static func check(_ id: WireText, as kind: Kind) throws(IdentifierFault) {
        guard !id.isBlank else { throw .blank }
        guard !id.bytes.contains(0x2f) else { throw .separator }
        guard kind.allowedLength.contains(id.bytes.count) else {
            throw .length(got: id.bytes.count, allowed: kind.allowedLength)
        }
        for byte in id.bytes where !isAllowed(byte) { throw .character(byte) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case 0x2e, 0x5f, 0x2b, 0x2d, 0x23, 0x5b, 0x5d, 0x3c, 0x3e: true
        default: false
        }
    }
}

/// A client id taken apart: "07-tendermint-12" is type "07-tendermint", number 12.
public struct ClientIdentifier: Hashable, Sendable {
    public let type: WireText
    public let number: UInt64

    /// The loopback client's id has no number of its own.
    public static let localhost: WireText = "09-localhost"

    /// Digits of the number: as many as 2^64 has.
    private static let maxDigits = 20

    public init(_ id: WireText) throws(IdentifierFault) {
        if id == ClientIdentifier.localhost {
            type = id
            number = 0
            return
        }
        guard let hyphen = id.bytes.lastIndex(of: 0x2d) else { throw .format(id) }
        let name = id.bytes[..<hyphen]
        let digits = id.bytes[(hyphen + 1)...]
        guard let first = name.first, let last = name.last, ClientIdentifier.isWord(first),
            ClientIdentifier.isWord(last),
            name.allSatisfy({ ClientIdentifier.isWord($0) || $0 == 0x2d }),
            (1...ClientIdentifier.maxDigits).contains(digits.count),
            let number = DecimalText.number(digits)
        else { throw .format(id) }
        type = WireText(bytes: Array(name))
        self.number = number
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
        default: false
        }
    }
}

/// Decimal numbers as chains write them.
public enum DecimalText {
    /// Nil unless there are only digits, at least one, and the number fits.
    public static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var isEmpty = true
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit - 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
            isEmpty = false
        }
        return isEmpty ? nil : value
    }
}
