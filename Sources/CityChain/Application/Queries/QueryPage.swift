// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A page of a list, as cosmos-sdk cuts it: from a key or an offset, at most so many.
struct QueryPage {
    private let key: [UInt8]
    private let offset: UInt64
    private let limit: UInt64
    private let countsTotal: Bool
    private let reversed: Bool

    init(_ request: [UInt8]) throws(ExecutionError) {
        let fields: QueryFields
        do throws(WireError) {
            fields = try QueryFields(request)
        } catch {
            throw .invalidRequest("unexpected EOF")
        }
        key = fields.bytes(1)
        offset = fields.number(2)
        limit = fields.number(3) == 0 ? ClientQueries.defaultLimit : fields.number(3)
        countsTotal = fields.number(4) != 0 || fields.number(3) == 0
        reversed = fields.number(5) != 0
        guard key.isEmpty || offset == 0 else {
            throw .invalidRequest("either offset or key is expected, got both")
        }
    }

    /// Writes the items of the page, then the page itself. `keyOf` gives the part of a key that a
    /// next_key holds; the whole key by default.
    func write(
        _ all: [StorePair], pageField: Int, keyOf: ([UInt8]) -> [UInt8] = { $0 },
        _ item: (StorePair, inout ProtobufWriter) -> Void
    ) -> [UInt8] {
        let ordered = reversed ? all.reversed() : all
        var start = Int(clamping: offset)
        if !key.isEmpty {
            start = ordered.firstIndex { keyOf($0.key) == key } ?? ordered.count
        }
        start = min(start, ordered.count)
        let count = min(Int(clamping: limit), ordered.count - start)
        var writer = ProtobufWriter()
        for pair in ordered[start..<start + count] { item(pair, &writer) }
        var page = ProtobufWriter()
        if start + count < ordered.count { page.bytes(1, keyOf(ordered[start + count].key)) }
        if countsTotal, key.isEmpty { page.uint64(2, UInt64(ordered.count)) }
        writer.alwaysBytes(pageField, page.bytes)
        return writer.bytes
    }
}
