// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

@Suite struct MempoolTests {
    @Test func `a transaction waits once, and a success is remembered`() throws {
        let chain = try Laboratory.chain()
        let bytes = Laboratory.bytes("k=v")
        #expect(try chain.submit(bytes).hash == SHA256.hash(bytes))
        #expect(throws: MempoolError.alreadyInCache) { try chain.submit(bytes) }
        try chain.produceBlock(now: Laboratory.now(1))
        #expect(chain.mempool.entries.isEmpty)
        #expect(throws: MempoolError.alreadyInCache) { try chain.submit(bytes) }
    }

    @Test func `what failed in a block may be offered again`() throws {
        let chain = try Laboratory.chain()
        let bytes = Laboratory.bytes("bad")
        _ = try chain.submit(bytes)
        try chain.produceBlock(now: Laboratory.now(1))
        #expect(chain.transaction(hash: SHA256.hash(bytes))?.result.code == 1)
        #expect(try chain.submit(bytes).result.code == 0)
    }

    @Test func `what CheckTx refuses does not wait and may be offered again`() throws {
        var application = KeyValueApplication()
        application.refused = "no"
        let chain = try Chain(try Laboratory.configuration(), application: application)
        #expect(try chain.submit(Laboratory.bytes("no=1")).result.code == 7)
        #expect(chain.mempool.entries.isEmpty)
        #expect(try chain.submit(Laboratory.bytes("no=1")).result.code == 7)
    }

    @Test func `a block takes from the front until gas or bytes are used up`() throws {
        var configuration = try Laboratory.configuration()
        configuration.parameters.blockMaxGas = 12
        let chain = try Chain(configuration, application: KeyValueApplication())
        for text in ["a=1111", "b=22", "c=3", "d=4"] {
            _ = try chain.submit(Laboratory.bytes(text))
        }
        let first = try chain.produceBlock(now: Laboratory.now(1))
        #expect(first.block.transactions.map(\.count) == [6, 4])
        let second = try chain.produceBlock(now: Laboratory.now(2))
        #expect(second.block.transactions.map(\.count) == [3, 3])

        configuration.parameters.blockMaxGas = -1
        configuration.parameters.blockMaxBytes = 2_000
        let narrow = try Chain(configuration, application: KeyValueApplication())
        for name in ["a", "b", "c"] {
            _ = try narrow.submit(Laboratory.bytes("\(name)=" + String(repeating: "x", count: 400)))
        }
        let block = try narrow.produceBlock(now: Laboratory.now(1))
        #expect(block.block.transactions.count == 2)
        #expect(block.byteCount <= 2_000)
        #expect(narrow.mempool.entries.count == 1)
    }

    @Test func `limits refuse with the texts of real nodes`() throws {
        let chain = try Laboratory.chain()
        let limit = Mempool.transactionByteLimit
        let error = #expect(throws: MempoolError.self) {
            try chain.submit([UInt8](repeating: 0x61, count: limit + 1))
        }
        #expect(error?.description == "Tx too large. Max size is 500000, but got 500001")
        for number in 0..<Mempool.countLimit {
            _ = try chain.submit(Laboratory.bytes("k=\(number)"))
        }
        #expect(throws: MempoolError.full(count: 5_000, byteCount: chain.mempool.byteCount)) {
            try chain.submit(Laboratory.bytes("one=more"))
        }
    }
}
