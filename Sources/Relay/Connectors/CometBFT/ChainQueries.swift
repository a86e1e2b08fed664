// SPDX-License-Identifier: Apache-2.0

import LightClient

// Questions that a Cosmos node answers through abci_query with a gRPC method as path
// (building-cometbft §5.3). Their answers carry no proof: they steer, they convince nobody.

/// cosmos.auth.v1beta1.BaseAccount, as far as signing needs it.
package struct QueriedAccount: Hashable, Sendable {
    package var number: UInt64 = 0
    package var sequence: UInt64 = 0

    init(answer: [UInt8]) throws(WireError) {
        var reader = ProtobufReader(answer)
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            var account = ProtobufReader(try ProtobufAny(reading: reader.bytes(field)).value)
            while let inner = try account.next() {
                switch inner.number {
                case 3: number = try account.uint64(inner)
                case 4: sequence = try account.uint64(inner)
                default: try account.skip(inner)
                }
            }
        }
    }
}

/// Builders and readers of the small messages around the queries.
enum ChainQuery {
    static let account = "/cosmos.auth.v1beta1.Query/Account"
    static let simulate = "/cosmos.tx.v1beta1.Service/Simulate"
    static let nodeConfiguration = "/cosmos.base.node.v1beta1.Service/Config"
    static let clientStatus = "/ibc.core.client.v1.Query/ClientStatus"
    static let clientState = "/ibc.core.client.v1.Query/ClientState"
    static let consensusState = "/ibc.core.client.v1.Query/ConsensusState"
    static let consensusStateHeights = "/ibc.core.client.v1.Query/ConsensusStateHeights"
    static let counterparty = "/ibc.core.client.v2.Query/CounterpartyInfo"
    static let packetCommitments = "/ibc.core.channel.v2.Query/PacketCommitments"

    /// A request with one text field, number 1.
    static func text(_ value: String) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, value)
        return writer.bytes
    }

    /// A request with a client id and a page.
    static func page(client: String, key: [UInt8], limit: UInt64) -> [UInt8] {
        var page = ProtobufWriter()
        page.bytes(1, key)
        page.uint64(3, limit)
        var writer = ProtobufWriter()
        writer.string(1, client)
        writer.alwaysBytes(2, page.bytes)
        return writer.bytes
    }

    static func simulation(of transaction: [UInt8]) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.bytes(2, transaction)
        return writer.bytes
    }

    /// gas_used of a SimulateResponse.
    static func gasUsed(_ answer: [UInt8]) throws(WireError) -> UInt64 {
        var reader = ProtobufReader(answer)
        var gas: UInt64 = 0
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            var info = try reader.message(field)
            while let inner = try info.next() {
                if inner.number == 2 { gas = try info.uint64(inner) } else { try info.skip(inner) }
            }
        }
        return gas
    }

    /// The first field of an answer as text.
    static func firstText(_ answer: [UInt8]) throws(WireError) -> String {
        var reader = ProtobufReader(answer)
        var text = ""
        while let field = try reader.next() {
            if field.number == 1 { text = try reader.string(field) } else { try reader.skip(field) }
        }
        return text
    }

    /// Field 1 of an answer, empty where it is absent.
    static func firstBytes(_ answer: [UInt8]) throws(WireError) -> [UInt8] {
        var reader = ProtobufReader(answer)
        var bytes: [UInt8] = []
        while let field = try reader.next() {
            if field.number == 1 { bytes = try reader.bytes(field) } else { try reader.skip(field) }
        }
        return bytes
    }

    /// client_id of CounterpartyInfo{merkle_prefix=1, client_id=2} in field 1.
    static func counterpartyClient(_ answer: [UInt8]) throws(WireError) -> String {
        var reader = ProtobufReader(answer)
        var client = ""
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            var info = try reader.message(field)
            while let inner = try info.next() {
                if inner.number == 2 {
                    client = try info.string(inner)
                } else {
                    try info.skip(inner)
                }
            }
        }
        return client
    }

    static func consensusState(client: String, at height: Height) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, client)
        writer.uint64(2, height.revision)
        writer.uint64(3, height.height)
        return writer.bytes
    }

    /// Time of the consensus state in field 1, an Any whose value begins with a Timestamp (ICS-07).
    static func consensusTime(_ answer: [UInt8]) throws(WireError) -> Timestamp {
        var reader = ProtobufReader(answer)
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            var state = ProtobufReader(try ProtobufAny(reading: reader.bytes(field)).value)
            while let inner = try state.next() {
                if inner.number == 1 { return try state.timestamp(inner) }
                try state.skip(inner)
            }
        }
        throw .missing("consensus state")
    }

    /// Heights in field 1, and the next page's key.
    static func heights(
        _ answer: [UInt8]
    ) throws(WireError) -> (heights: [Height], nextKey: [UInt8]) {
        var reader = ProtobufReader(answer)
        var heights: [Height] = []
        var next: [UInt8] = []
        while let field = try reader.next() {
            switch field.number {
            case 1:
                var height = Height.zero
                try reader.merge(field, into: &height)
                heights.append(height)
            case 2:
                var page = try reader.message(field)
                next = try nextKey(&page)
            default: try reader.skip(field)
            }
        }
        return (heights, next)
    }

    /// Page key behind a list, in PageResponse{next_key=1}.
    static func nextKey(_ page: inout ProtobufReader) throws(WireError) -> [UInt8] {
        var key: [UInt8] = []
        while let field = try page.next() {
            if field.number == 1 { key = try page.bytes(field) } else { try page.skip(field) }
        }
        return key
    }

    /// Sequences of PacketState{client_id=1, sequence=2, data=3} in field 1, and the next page's
    /// key.
    static func commitments(
        _ answer: [UInt8]
    ) throws(WireError) -> (sequences: [UInt64], nextKey: [UInt8]) {
        var reader = ProtobufReader(answer)
        var sequences: [UInt64] = []
        var next: [UInt8] = []
        while let field = try reader.next() {
            switch field.number {
            case 1:
                var state = try reader.message(field)
                while let inner = try state.next() {
                    if inner.number == 2 {
                        sequences.append(try state.uint64(inner))
                    } else {
                        try state.skip(inner)
                    }
                }
            case 2:
                var page = try reader.message(field)
                next = try nextKey(&page)
            default: try reader.skip(field)
            }
        }
        return (sequences, next)
    }
}
