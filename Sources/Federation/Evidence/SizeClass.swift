// SPDX-License-Identifier: Apache-2.0

/// Text filled up to one of few lengths before it is sealed, so that its length tells the class
/// alone: n4(text) ‖ text ‖ zeros.
enum SizeClass {
    static let lengthByteCount = 4

    /// Nil for a text above the largest class.
    static func pad(_ text: [UInt8], to classes: [Int]) -> [UInt8]? {
        let needed = lengthByteCount + text.count
        guard let size = classes.first(where: { $0 >= needed }) else { return nil }
        var padded = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: text.count >> $0) }
        padded.reserveCapacity(size)
        padded += text
        padded += [UInt8](repeating: 0, count: size - needed)
        return padded
    }

    /// Nil for bytes that no `pad` made.
    static func unpad(_ padded: [UInt8], of classes: [Int]) -> [UInt8]? {
        guard classes.contains(padded.count) else { return nil }
        let count = padded.prefix(lengthByteCount).reduce(0) { $0 << 8 | Int($1) }
        let end = lengthByteCount + count
        guard end <= padded.count, padded[end...].allSatisfy({ $0 == 0 }) else { return nil }
        return Array(padded[lengthByteCount..<end])
    }
}
