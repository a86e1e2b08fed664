// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Bends a bundle's text in one seeded way: most ways break it, some must not.
struct BundleMutation {
    private var generator: Generator

    init(seed: UInt64) { generator = Generator(seed: seed) }

    /// A name for failures, and the bent text.
    mutating func bend(_ text: [UInt8], other: [UInt8]) throws -> (name: String, text: [UInt8]) {
        var json = try StrictJSON(reading: text)
        switch generator.next() % 12 {
        case 0: return ("a byte", byte(text))
        case 1: return ("two bytes", byte(byte(text)))
        case 2: return ("blanks", Array(json.line.utf8))
        case 3: return ("order", Array(reversed(json).pretty.utf8))
        case 4: return ("a cut", Array(text[..<below(text.count)]))
        case 5: json = strings(json) { $0.lettersBent(&$1) }
        case 6, 7: json = strings(json) { $0.bytesBent(&$1) }
        case 8: json = try removed(json)
        case 9: json = doubled(json)
        case 10: json = try grafted(json, try StrictJSON(reading: other))
        default: return ("a header", Array(headerBent(json).pretty.utf8))
        }
        return ("a value", Array(json.pretty.utf8))
    }

    private mutating func below(_ count: Int) -> Int {
        Int(generator.next() % UInt64(max(1, count)))
    }

    private mutating func byte(_ text: [UInt8]) -> [UInt8] {
        var text = text
        let place = below(text.count)
        switch generator.next() % 3 {
        case 0: text[place] ^= 1 << UInt8(generator.next() % 7)
        case 1: text.remove(at: place)
        default: text.insert(UInt8(0x20 + generator.next() % 0x5f), at: place)
        }
        return text
    }

    private func reversed(_ json: StrictJSON) -> StrictJSON {
        switch json {
        case .object(let members):
            .object(
                members.reversed().map { StrictJSON.Member($0.name, reversed($0.value)) })
        case .array(let items): .array(items.map { reversed($0) })
        default: json
        }
    }

    /// One string or number of the tree, changed.
    private mutating func strings(
        _ json: StrictJSON, _ change: (StrictJSON, inout Generator) -> StrictJSON
    ) -> StrictJSON {
        var left = below(json.scalarCount)
        return json.replacing(&left) { change($0, &generator) }
    }

    private mutating func removed(_ json: StrictJSON) throws -> StrictJSON {
        var left = below(json.nodeCount - 1)
        return json.removing(&left) ?? .null
    }

    private mutating func doubled(_ json: StrictJSON) -> StrictJSON {
        var left = below(json.nodeCount - 1)
        return json.doubling(&left)
    }

    /// A value from the same place of another bundle.
    private mutating func grafted(
        _ json: StrictJSON, _ other: StrictJSON
    ) throws -> StrictJSON {
        guard case .object(var members) = json, !members.isEmpty else { return json }
        let place = below(members.count)
        if let value = other[members[place].name] {
            members[place] = StrictJSON.Member(members[place].name, value)
        }
        return .object(members)
    }

    /// What no signature covers: priorities, the proposer, votes beyond those that are enough.
    private mutating func headerBent(_ json: StrictJSON) -> StrictJSON {
        var done = false
        return json.mapping("headers") { value in
            guard !done, let text = value.string, let bytes = Base64.decode(text),
                var update = try? ICS07.Header(reading: bytes)
            else { return value }
            done = true
            let last = update.validatorSet?.validators.last
            switch generator.next() % 6 {
            case 0: update.validatorSet?.validators[0].proposerPriority = 7
            case 1: update.validatorSet?.proposer = last
            case 2: update.validatorSet?.totalVotingPower = 99
            case 3: update.signedHeader?.commit?.signatures[3].signature[5] ^= 1
            case 4: update.signedHeader?.commit?.signatures[0].signature[5] ^= 1
            default: update.validatorSet?.proposer?.votingPower = -1
            }
            return .string(Base64.encode(update.encoded))
        }
    }
}

extension StrictJSON {
    fileprivate func lettersBent(_ generator: inout Generator) -> StrictJSON {
        switch self {
        case .string(let text):
            var letters = Array(text)
            guard !letters.isEmpty else { return .string("x") }
            letters[Int(generator.next() % UInt64(letters.count))] = "0"
            return .string(String(letters))
        case .number(let text):
            return .number(generator.oneIn(2) ? "\((Int(text) ?? 0) + 1)" : text + ".0")
        default: return self
        }
    }

    /// The bytes behind base64 or hex, bent and written properly again.
    fileprivate func bytesBent(_ generator: inout Generator) -> StrictJSON {
        guard case .string(let text) = self else { return lettersBent(&generator) }
        let isHex = Hex.decode(text) != nil
        guard var bytes = isHex ? Hex.decode(text) : Base64.decode(text), !bytes.isEmpty else {
            return lettersBent(&generator)
        }
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 4 {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
        case 2: bytes += [0]
        default: bytes[place] ^= 1 << UInt8(generator.next() % 8)
        }
        return .string(isHex ? Hex.encode(bytes) : Base64.encode(bytes))
    }

    fileprivate var children: [StrictJSON] {
        switch self {
        case .object(let members): members.map(\.value)
        case .array(let items): items
        default: []
        }
    }

    fileprivate var nodeCount: Int { 1 + children.reduce(0) { $0 + $1.nodeCount } }

    fileprivate var scalarCount: Int {
        children.isEmpty ? 1 : children.reduce(0) { $0 + $1.scalarCount }
    }

    private func mapChildren(_ change: (StrictJSON) -> StrictJSON?) -> StrictJSON {
        switch self {
        case .object(let members):
            .object(
                members.compactMap { member in
                    change(member.value).map { Member(member.name, $0) }
                })
        case .array(let items): .array(items.compactMap(change))
        default: self
        }
    }

    fileprivate func replacing(
        _ left: inout Int, _ change: (StrictJSON) -> StrictJSON
    ) -> StrictJSON {
        guard !children.isEmpty else {
            left -= 1
            return left == -1 ? change(self) : self
        }
        return mapChildren { $0.replacing(&left, change) }
    }

    /// Nil: this node is to go.
    fileprivate func removing(_ left: inout Int) -> StrictJSON? {
        mapChildren { child in
            left -= 1
            return left == -1 ? nil : child.removing(&left)
        }
    }

    fileprivate func doubling(_ left: inout Int) -> StrictJSON {
        if case .array(let items) = self {
            var result: [StrictJSON] = []
            for item in items {
                left -= 1
                result.append(item)
                if left == -1 {
                    result.append(item)
                } else {
                    result[result.count - 1] = item.doubling(&left)
                }
            }
            return .array(result)
        }
        return mapChildren { child in
            left -= 1
            return child.doubling(&left)
        }
    }

    /// Every item of the lists of that name.
    fileprivate func mapping(
        _ name: String, _ change: (StrictJSON) -> StrictJSON
    ) -> StrictJSON {
        guard case .object(let members) = self else {
            return mapChildren { $0.mapping(name, change) }
        }
        return .object(
            members.map { member in
                guard member.name == name, case .array(let items) = member.value else {
                    return Member(member.name, member.value.mapping(name, change))
                }
                return Member(name, .array(items.map(change)))
            })
    }
}
