// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A whole block, as validators exchange it.
///
/// Source: CometBFT v0.38 types/block.go; building-cometbft.md section 2.4.
package struct Block: Hashable, Sendable {
    package var header: Header
    package var transactions: [[UInt8]]
    package var evidence: [Evidence]
    /// Of the height before; without signatures at the first height.
    package var lastCommit: Commit

    package init(
        header: Header, transactions: [[UInt8]], evidence: [Evidence] = [], lastCommit: Commit
    ) {
        self.header = header
        self.transactions = transactions
        self.evidence = evidence
        self.lastCommit = lastCommit
    }
}

extension Block: ProtobufMessage {
    package init() { self.init(header: Header(), transactions: [], lastCommit: Commit()) }

    package mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &header)
        case 2:
            var data = try reader.message(field)
            while let entry = try data.next() {
                if entry.number == 1 {
                    transactions.append(try data.bytes(entry))
                } else {
                    try data.skip(entry)
                }
            }
        case 3:
            var list = EvidenceList(evidence)
            try reader.merge(field, into: &list)
            evidence = list.evidence
        case 4: try reader.merge(field, into: &lastCommit)
        default: try reader.skip(field)
        }
    }

    /// All four parts are always written.
    package func write(to writer: inout ProtobufWriter) {
        writer.message(1, header)
        var data = ProtobufWriter(
            reservingCapacity: transactions.reduce(0) { $0 + $1.count + 6 })
        for transaction in transactions { data.alwaysBytes(1, transaction) }
        writer.alwaysBytes(2, data.bytes)
        writer.message(3, EvidenceList(evidence))
        writer.message(4, lastCommit)
    }
}
