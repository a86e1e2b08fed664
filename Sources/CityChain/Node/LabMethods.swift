// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Faults on demand, open only with `--lab`: what a test does to a chain while a relay looks on.
struct LabMethods {
    private let node: CityNode

    init(_ node: CityNode) { self.node = node }

    var all: [String: RPCMethod] {
        // The node owns the dispatcher that owns these closures.
        let name = Parameter("name", .string)
        return [
            "lab_behaviour": RPCMethod([name, Parameter("behaviour", .string)]) {
                [unowned node] arguments throws(RPCError) in
                try LabMethods.chain { () throws(ChainError) in
                    try node.chain.setBehaviour(
                        try LabMethods.behaviour(arguments.string("behaviour")),
                        of: arguments.string("name"))
                }
            },
            "lab_power": RPCMethod([name, Parameter("power", .integer)]) {
                [unowned node] arguments throws(RPCError) in
                try LabMethods.chain { () throws(ChainError) in
                    try node.chain.order(
                        power: arguments.integer("power") ?? 0, of: arguments.string("name"))
                }
            },
            "lab_halt": RPCMethod([Parameter("halted", .bool)]) {
                [unowned node] arguments throws(RPCError) in
                node.chain.isHalted = arguments.bool("halted")
                return [:]
            },
            "lab_prune": RPCMethod([Parameter("height", .integer)]) {
                [unowned node] arguments throws(RPCError) in
                try LabMethods.chain { () throws(ChainError) in
                    try node.chain.prune(
                        below: UInt64(clamping: arguments.integer("height") ?? 0))
                }
            },
            "lab_block": RPCMethod { [unowned node] _ throws(RPCError) in
                node.tick()
                return [
                    "height": .text(node.chain.latestHeight),
                    "problem": node.problem.map { .string($0) } ?? .null,
                ]
            },
            "lab_fork": RPCMethod([
                Parameter("height", .integer), Parameter("app_hash", .hexBytes),
                Parameter("shown", .bool),
            ]) { [unowned node] arguments throws(RPCError) in
                try LabMethods.fork(node, arguments)
            },
            "lab_heal": RPCMethod { [unowned node] _ throws(RPCError) in
                node.chain.showGenuine()
                return [:]
            },
        ]
    }

    private static func behaviour(_ text: String) throws(ChainError) -> ValidatorBehaviour {
        switch text {
        case "votes": .votes
        case "absent": .absent
        case "nil": .votesNil
        case "late": .votesLate
        default: throw .unknownValidator("behaviour \(text)")
        }
    }

    /// A header that the chain never made, with its own validators' signatures.
    private static func fork(
        _ node: CityNode, _ arguments: RPCArguments
    ) throws(RPCError) -> JSONValue {
        do throws(ChainError) {
            let height = UInt64(clamping: arguments.integer("height") ?? 0)
            let block = try node.chain.forge(at: height) { header in
                header.appHash = arguments.bytes("app_hash")
            }
            if arguments.bool("shown") { node.chain.show(block) }
            return ["light_block": .base64(block.encoded)]
        } catch {
            throw .internal("\(error)")
        }
    }

    private static func chain(_ body: () throws(ChainError) -> Void) throws(RPCError) -> JSONValue {
        do throws(ChainError) {
            try body()
            return [:]
        } catch {
            throw .internal("\(error)")
        }
    }
}
