// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Walks through a message and refuses what a signer may not have meant: unknown fields, other wire
/// types, unregistered types. Source: cosmos-sdk codec/unknownproto and x/auth/tx decoder.
struct StrictCheck {
    private let bytes: [UInt8]
    /// Whether unknown fields with bit 11 of their number set pass.
    private let takesNonCriticalFields: Bool

    /// Messages within messages. The deepest of ours is a validator's key in a client update: 9.
    static let maxDepth = 64

    init(_ bytes: [UInt8], takesNonCriticalFields: Bool = false) {
        self.bytes = bytes
        self.takesNonCriticalFields = takesNonCriticalFields
    }

    /// The outer fields ascend and give their lengths in as few bytes as possible (ADR-027).
    static func checkOrder(_ bytes: [UInt8]) throws(TransactionFault) {
        var wire = StrictWire(bytes, 0..<bytes.count)
        var last: Int32 = 0
        while !wire.isAtEnd {
            let (number, wireType) = try wire.tag()
            guard wireType == 2 else { throw .wireType(field: number, got: wireType) }
            guard number >= last else { throw .notCanonical(field: number) }
            last = number
            let start = wire.position
            let content = try wire.content()
            guard content.lowerBound - start == varintLength(UInt64(content.count)) else {
                throw .notCanonical(field: number)
            }
        }
    }

    private static func varintLength(_ value: UInt64) -> Int {
        max(1, (UInt64.bitWidth - value.leadingZeroBitCount + 6) / 7)
    }

    func check(_ message: String) throws(TransactionFault) {
        try check(0..<bytes.count, message, depth: 0)
    }

    private func check(
        _ range: Range<Int>, _ message: String, depth: Int
    ) throws(TransactionFault) {
        guard depth < StrictCheck.maxDepth else { throw .nesting(limit: StrictCheck.maxDepth) }
        guard let fields = TransactionSchema.messages[message] else {
            throw .typeURL(WireText(message))
        }
        var wire = StrictWire(bytes, range)
        while !wire.isAtEnd {
            let (number, wireType) = try wire.tag()
            guard let shape = fields[number] else {
                let isCritical = number & 1024 == 0
                guard !isCritical, takesNonCriticalFields else {
                    throw .unknownField(message: message, field: number)
                }
                try wire.skip(number: number, wireType: wireType)
                continue
            }
            try check(shape, number, wireType, &wire, depth)
        }
    }

    private func check(
        _ shape: TransactionSchema.Shape, _ number: Int32, _ wireType: UInt8,
        _ wire: inout StrictWire, _ depth: Int
    ) throws(TransactionFault) {
        let isVarint = shape == .varint || (shape == .varints && wireType == 0)
        guard wireType == (isVarint ? 0 : 2) else {
            throw .wireType(field: number, got: wireType)
        }
        if isVarint {
            _ = try wire.varint()
            return
        }
        let content = try wire.content()
        switch shape {
        case .message(let name): try check(content, name, depth: depth + 1)
        case .any(let interface): try checkAny(content, interface, depth)
        case .timestamp: try checkTime(content, isDuration: false)
        case .duration: try checkTime(content, isDuration: true)
        case .amount:
            guard BigIntegerText.isValid(bytes[content]) else {
                throw .amount(Array(bytes[content]))
            }
        case .varints:
            var packed = StrictWire(bytes, content)
            while !packed.isAtEnd { _ = try packed.varint() }
        case .varint, .bytes: return
        }
    }

    /// The type's name and its message. The last occurrence of each part counts.
    private func checkAny(
        _ range: Range<Int>, _ interface: TransactionSchema.Interface, _ depth: Int
    ) throws(TransactionFault) {
        var wire = StrictWire(bytes, range)
        var url = 0..<0
        var value = 0..<0
        while !wire.isAtEnd {
            let (number, wireType) = try wire.tag()
            switch (number, wireType) {
            case (1, 2): url = try wire.content()
            case (2, 2): value = try wire.content()
            case (1, _), (2, _): throw .wireType(field: number, got: wireType)
            default:
                guard number & 1024 != 0, takesNonCriticalFields else {
                    throw .unknownField(message: "Any", field: number)
                }
                try wire.skip(number: number, wireType: wireType)
            }
        }
        let name = WireText(bytes: Array(bytes[url]))
        guard let message = TransactionSchema.message(name, as: interface) else {
            throw .typeURL(name)
        }
        try check(value, message, depth: depth + 1)
    }

    /// Seconds and nanoseconds, in the range that Go's decoder asks for.
    private func checkTime(_ range: Range<Int>, isDuration: Bool) throws(TransactionFault) {
        var wire = StrictWire(bytes, range)
        var seconds: Int64 = 0
        var nanoseconds: Int32 = 0
        while !wire.isAtEnd {
            let (number, wireType) = try wire.tag()
            switch (number, wireType) {
            case (1, 0): seconds = Int64(bitPattern: try wire.varint())
            case (2, 0): nanoseconds = Int32(truncatingIfNeeded: try wire.varint())
            case (1, _), (2, _): throw .wireType(field: number, got: wireType)
            default:
                guard number & 1024 != 0, takesNonCriticalFields else {
                    throw .unknownField(message: "Timestamp", field: number)
                }
                try wire.skip(number: number, wireType: wireType)
            }
        }
        let isValid =
            isDuration
            ? StrictCheck.isDuration(seconds, nanoseconds)
            : Timestamp(seconds: seconds, nanoseconds: nanoseconds) != nil
        guard isValid else { throw .time }
    }

    /// Both parts of one sign, together within 64 bits of nanoseconds.
    private static func isDuration(_ seconds: Int64, _ nanoseconds: Int32) -> Bool {
        let limit: Int64 = 315_576_000_000
        guard (-limit...limit).contains(seconds),
            (-999_999_999...999_999_999).contains(nanoseconds),
            !(seconds > 0 && nanoseconds < 0), !(seconds < 0 && nanoseconds > 0)
        else { return false }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return !overflow && !product.addingReportingOverflow(Int64(nanoseconds)).overflow
    }
}

/// Integers as Go's math/big reads them from text with base 0: a sign, a prefix 0b, 0o, 0x or 0
/// (octal), digits, and underscores between digits.
enum BigIntegerText {
    /// Bits of an amount: the SDK's limit.
    static let maxBits = 256

    /// Empty text passes: the SDK leaves the amount unset.
    static func isValid(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty else { return true }
        var rest = text
        if rest.first == 0x2b || rest.first == 0x2d { rest = rest.dropFirst() }
        var base: UInt64 = 10
        var hasDigit = false
        var isAfterDigit = false
        if rest.first == 0x30 {
            rest = rest.dropFirst()
            isAfterDigit = true
            hasDigit = true
            if let mark = rest.first {
                switch mark {
                case 0x62, 0x42: base = 2
                case 0x6f, 0x4f: base = 8
                case 0x78, 0x58: base = 16
                default: base = 8
                }
                if mark > 0x39, mark != 0x5f {
                    guard [0x62, 0x42, 0x6f, 0x4f, 0x78, 0x58].contains(mark) else { return false }
                    rest = rest.dropFirst()
                    hasDigit = false
                }
            }
        }
        var limbs: [UInt64] = [0, 0, 0, 0]
        for character in rest {
            if character == 0x5f {
                guard isAfterDigit else { return false }
                isAfterDigit = false
                continue
            }
            guard let digit = value(character), digit < base,
                multiply(&limbs, by: base, adding: digit)
            else { return false }
            isAfterDigit = true
            hasDigit = true
        }
        return hasDigit && (isAfterDigit || rest.isEmpty)
    }

    private static func value(_ character: UInt8) -> UInt64? {
        switch character {
        case 0x30...0x39: UInt64(character - 0x30)
        case 0x41...0x5a: UInt64(character - 0x41) + 10
        case 0x61...0x7a: UInt64(character - 0x61) + 10
        default: nil
        }
    }

    /// False when the number leaves the 256 bits.
    private static func multiply(
        _ limbs: inout [UInt64], by factor: UInt64, adding digit: UInt64
    ) -> Bool {
        var carry = digit
        for index in limbs.indices {
            let product = limbs[index].multipliedFullWidth(by: factor)
            let (low, overflow) = product.low.addingReportingOverflow(carry)
            limbs[index] = low
            carry = product.high + (overflow ? 1 : 0)
        }
        return carry == 0
    }
}
