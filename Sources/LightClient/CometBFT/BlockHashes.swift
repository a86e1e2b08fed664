// SPDX-License-Identifier: Apache-2.0

/// The result of one transaction, reduced to what the next header's last_results_hash covers:
/// events and log are not authenticated. Reads a whole `tendermint.abci.ExecTxResult` and drops the
/// rest.
public struct ExecTxResult: Hashable, Sendable {
    public var code: UInt32
    public var data: [UInt8]
    public var gasWanted: Int64
    public var gasUsed: Int64

    public init(code: UInt32, data: [UInt8], gasWanted: Int64, gasUsed: Int64) {
        self.code = code
        self.data = data
        self.gasWanted = gasWanted
        self.gasUsed = gasUsed
    }
}

extension ExecTxResult: ProtobufMessage {
    public init() { self.init(code: 0, data: [], gasWanted: 0, gasUsed: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: code = try reader.uint32(field)
        case 2: data = try reader.bytes(field)
        case 5: gasWanted = try reader.int64(field)
        case 6: gasUsed = try reader.int64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, code)
        writer.bytes(2, data)
        writer.int64(5, gasWanted)
        writer.int64(6, gasUsed)
    }
}

/// The hashes of a header that follow from other parts of a chain. Spec: §1.4.
public enum BlockHashes {
    /// last_results_hash of the next header.
    public static func results(_ results: [ExecTxResult]) -> Digest {
        BinaryMerkle.root(results.map(\.encoded))
    }

    /// data_hash: the leaves are the transactions' own hashes.
    public static func data(_ transactions: [[UInt8]]) -> Digest {
        BinaryMerkle.root(transactions.map { SHA256.hash($0).bytes })
    }

    /// consensus_hash: a plain hash over two of the parameters, no tree.
    public static func consensus(maxBytes: Int64, maxGas: Int64) -> Digest {
        var writer = ProtobufWriter()
        writer.int64(1, maxBytes)
        writer.int64(2, maxGas)
        return SHA256.hash(writer.bytes)
    }

    /// evidence_hash: the leaves are the bare inner messages, written anew.
    public static func evidence(_ evidence: [Evidence]) -> Digest {
        BinaryMerkle.root(evidence.map(\.hashedBytes))
    }
}
