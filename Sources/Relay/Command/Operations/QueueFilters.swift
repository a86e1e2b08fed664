// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// The conditions of a listing, for the store and for the API alike.
enum QueueFilters {
    static let chain = CommandOption(
        "chain", value: "CHAIN", "Only packets to or from this other chain.")
    static let direction = CommandOption(
        "direction", value: "WAY", choices: ["out", "in"], "Only packets that leave, or arrive.")
    static let state = CommandOption(
        "state", value: "STATE", isRepeatable: true, choices: PacketState.allCases.map(\.name),
        "Only packets in this state.")
    static let olderThan = CommandOption(
        "older-than", value: "TIME", "Only packets first seen that long ago: 90s, 10m, 24h, 14d.")
    static let reason = CommandOption(
        "code", value: "CODE", "Only packets whose reason's code begins with this.")
    static let kind = CommandOption(
        "kind", value: "PORT",
        "Only packets of this port: licence, providentfund, transfer (letters).")
    static let all = CommandOption("all", "Finished packets too.")
    static let limit = CommandOption("limit", value: "N", "At most N packets; 50.")
    static let offset = CommandOption("offset", value: "N", "Leave out the first N; 0.")
    static let conditions = [chain, direction, state, olderThan, reason, kind]
    static let options = conditions + [limit, offset]

    static func query(
        _ arguments: Arguments, _ now: Timestamp, isDead: Bool
    ) throws(ArgumentError) -> PacketQuery {
        var query = try conditions(arguments, now)
        query.isOpen = !isDead && query.states.isEmpty && !arguments.has(all)
        query.isDead = isDead
        query.limit = try arguments.number(limit, in: 1...PacketQuery.maxLimit) ?? 50
        query.offset = try arguments.number(offset, in: 0...Int(Int32.max)) ?? 0
        return query
    }

    /// What packets must be like, however many are shown.
    static func conditions(
        _ arguments: Arguments, _ now: Timestamp
    ) throws(ArgumentError) -> PacketQuery {
        var query = PacketQuery()
        query.counterpartyChain = arguments.value(chain)
        query.direction = arguments.value(direction).map { $0 == "out" ? .outgoing : .incoming }
        query.states = arguments.values(state).compactMap { PacketState(name: $0) }
        query.reason = arguments.value(reason)
        query.kind = arguments.value(kind)
        if let text = arguments.value(olderThan) {
            let scalar = YAMLScalar(text: text, isPlain: true, mark: .start)
            guard let time = try? ScalarParser.duration(scalar) else {
                throw .badValue(
                    option: "--older-than", value: text, expected: "a time such as 90s, 10m or 24h")
            }
            query.seenBefore = now.adding(nanoseconds: -time)
        }
        return query
    }

    /// The same conditions as the API takes them.
    static func text(_ query: PacketQuery, _ now: Timestamp) -> String {
        var pairs: [(String, String)] = [
            ("limit", String(query.limit)), ("offset", String(query.offset)),
        ]
        if let chain = query.counterpartyChain { pairs.append(("chain", chain)) }
        if let way = query.direction {
            pairs.append(("direction", way == .outgoing ? "out" : "in"))
        }
        for state in query.states { pairs.append(("state", state.name)) }
        if query.isOpen { pairs.append(("open", "true")) }
        if query.isDead { pairs.append(("dead", "true")) }
        if let reason = query.reason { pairs.append(("reason", reason)) }
        if let kind = query.kind { pairs.append(("kind", kind)) }
        if let before = query.seenBefore {
            let seconds = now.nanoseconds(since: before) / 1_000_000_000
            pairs.append(("olderThanSeconds", String(seconds)))
        }
        return pairs.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }

    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if Character(scalar).isASCII,
                Character(scalar).isLetter || Character(scalar).isNumber
                    || "-._~".unicodeScalars.contains(scalar)
            {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + String(repeating: "0", count: 2 - digits.count) + digits
            }
        }
        return result
    }
}
