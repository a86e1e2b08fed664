// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient

/// Values that describe a person, and where they turn up: as they are, or as hex or base64 of it.
struct PlantedValues: Sendable {
    private(set) var forms: [(name: String, bytes: [UInt8])] = []
    private var known: Set<[UInt8]> = []

    /// Shorter texts are words of every day.
    private static let leastBytes = 4
    /// Shorter hex or base64 turns up by chance in that of something else.
    private static let leastEncodedBytes = 8

    mutating func add(_ name: String, _ text: String) {
        guard text.utf8.count >= PlantedValues.leastBytes else { return }
        add(name, bytes: Array(text.utf8))
    }

    /// With what somebody could have made of it on its way into a line or a message.
    mutating func add(_ name: String, bytes: [UInt8]) {
        insert(name, bytes)
        encoded("\(name) in hex", Array(Hex.encode(bytes).utf8))
        encoded("\(name) in hex", Array(Hex.encode(bytes).uppercased().utf8))
        // In the middle of something longer a text begins at one of three places of a group.
        for lead in 0..<3 {
            let text = Base64.encode([UInt8](repeating: 0, count: lead) + bytes).utf8
            let whole = (lead + bytes.count) / 3 * 4
            encoded("\(name) in base64", Array(text.prefix(whole).dropFirst(lead == 0 ? 0 : 4)))
        }
    }

    private mutating func encoded(_ name: String, _ bytes: [UInt8]) {
        if bytes.count >= PlantedValues.leastEncodedBytes { insert(name, bytes) }
    }

    private mutating func insert(_ name: String, _ bytes: [UInt8]) {
        guard known.insert(bytes).inserted else { return }
        forms.append((name, bytes))
    }

    func holds(_ name: String) -> Bool { forms.contains { $0.name == name } }

    /// Names of what stands in some bytes, in the order in which it was planted.
    func found(in bytes: [UInt8]) -> [String] {
        bytes.places(of: forms.map(\.bytes)).map { forms[$0].name }
    }
}

extension [UInt8] {
    /// Which of these parts stand in the bytes, ascending; each of two bytes or more. One pass,
    /// since a run leaves megabytes and plants hundreds of values.
    func places(of parts: [[UInt8]]) -> [Int] {
        var byStart = [[Int]](repeating: [], count: 1 << 16)
        for (index, part) in parts.enumerated() {
            byStart[Int(part[0]) << 8 | Int(part[1])].append(index)
        }
        var found: Set<Int> = []
        unsafe withUnsafeBytes { whole in
            guard let base = whole.baseAddress else { return }
            var start = Int(unsafe base.load(as: UInt8.self))
            var place = 0
            while place + 1 < whole.count {
                start = (start & 0xff) << 8 | Int(unsafe whole[place + 1])
                for index in byStart[start] where !found.contains(index) {
                    let part = parts[index]
                    if whole.count - place >= part.count,
                        unsafe memcmp(base + place, part, part.count) == 0
                    {
                        found.insert(index)
                    }
                }
                place += 1
            }
        }
        return found.sorted()
    }
}
