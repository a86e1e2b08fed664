// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// One client's part of store `ibc`.
struct HostedClientStore: ClientStore {
    private let context: ExecutionContext
    private let prefix: [UInt8]

    init(_ context: ExecutionContext, _ client: WireText) {
        self.context = context
        prefix = Array("clients/".utf8) + client.bytes + Array("/".utf8)
    }

    mutating func value(of key: [UInt8]) -> [UInt8]? {
        context.get(StoreName.ibc, prefix + key)
    }

    mutating func set(_ key: [UInt8], to value: [UInt8]) {
        context.set(StoreName.ibc, prefix + key, value)
    }

    mutating func remove(_ key: [UInt8]) { context.delete(StoreName.ibc, prefix + key) }

    mutating func first(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])? {
        read(context.state.first(StoreName.ibc, from: prefix + lower, below: prefix + upper))
    }

    mutating func last(
        from lower: [UInt8], below upper: [UInt8]
    ) -> (key: [UInt8], value: [UInt8])? {
        read(context.state.last(StoreName.ibc, from: prefix + lower, below: prefix + upper))
    }

    private func read(_ pair: StorePair?) -> (key: [UInt8], value: [UInt8])? {
        guard let pair else { return nil }
        context.gas.consume(GasMeter.Cost.iterateFlat, "IterNextCostFlat")
        context.gas.read(key: pair.key, value: pair.value)
        return (key: Array(pair.key.dropFirst(prefix.count)), value: pair.value)
    }
}
