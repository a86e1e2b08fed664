// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Simulate over `abci_query`: the transaction is run on the check state and forgotten. Every
/// failure is code 6; only its text tells the cause.
struct SimulateQuery {
    static let path = "/cosmos.tx.v1beta1.Service/Simulate"

    let runner: TransactionRunner

    func answer(
        _ request: ApplicationQuery, on state: CachedStore, height: UInt64,
        signatures: inout SignatureVerifier
    ) -> ApplicationAnswer {
        guard let fields = try? QueryFields(request.data) else {
            return StoreQueries.refusal(
                .invalidRequest("unexpected EOF"), height: height)
        }
        let outcome = runner.run(fields.bytes(2), on: state, signatures: &signatures)
        let result = outcome.result
        guard result.code == 0 else {
            return StoreQueries.refusal(
                .unknownRequest(
                    "rpc error: code = Unknown desc = \(result.log) with gas used: "
                        + "'\(result.gasUsed)'"), height: height)
        }
        var gas = ProtobufWriter()
        gas.uint64(1, .max)
        gas.int64(2, result.gasUsed)
        var inner = ProtobufWriter()
        inner.bytes(1, result.data)
        for event in result.events { inner.alwaysBytes(3, SimulateQuery.encoded(event)) }
        inner.messages(4, outcome.responses)
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, gas.bytes)
        writer.alwaysBytes(2, inner.bytes)
        var answer = ApplicationAnswer()
        answer.value = writer.bytes
        answer.height = height
        return answer
    }

    private static func encoded(_ event: ChainEvent) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, event.type)
        for attribute in event.attributes {
            var inner = ProtobufWriter()
            inner.string(1, attribute.key)
            inner.string(2, attribute.value)
            inner.bool(3, attribute.isIndexed)
            writer.alwaysBytes(2, inner.bytes)
        }
        return writer.bytes
    }
}

/// The scalar fields of a small request, by number; the last of each counts.
struct QueryFields {
    private var numbers: [Int32: UInt64] = [:]
    private var strings: [Int32: [UInt8]] = [:]
    /// Repeated varints of field 2.
    private(set) var list: [UInt64] = []

    /// Sequences in one question.
    private static let listLimit = 10_000

    init(_ bytes: [UInt8], listField: Int32? = nil) throws(WireError) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            if field.number == listField {
                try reader.varints(field, into: &list, limit: QueryFields.listLimit)
            } else if field.wireType == 0 {
                numbers[field.number] = try reader.uint64(field)
            } else if field.wireType == 2 {
                strings[field.number] = try reader.bytes(field)
            } else {
                try reader.skip(field)
            }
        }
    }

    func number(_ field: Int32) -> UInt64 { numbers[field] ?? 0 }
    func bytes(_ field: Int32) -> [UInt8] { strings[field] ?? [] }
    func text(_ field: Int32) -> WireText { WireText(bytes: bytes(field)) }
}
