// SPDX-License-Identifier: Apache-2.0

import CityChain
import FoundationEssentials
import LightClient
import TestSupport
import Testing

/// State survives a restart: the log is executed again to the same hashes.
@Suite struct RestartTests {
    /// A fresh directory that goes away with the value.
    final class Place {
        let path: String

        init() throws {
            path = "\(Corpus.root)/.build/chain-\(UInt64.random(in: .min ... .max))"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var log: String { "\(path)/blocks.log" }

        func read() throws -> [UInt8] { try Corpus.read(log) }

        func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: log)) }

        func configuration(_ powers: [Int64] = [40, 30, 20, 10, 0]) throws -> ChainConfiguration {
            var configuration = try Laboratory.configuration(powers)
            configuration.directory = path
            return configuration
        }

        func open() throws -> Chain {
            try Chain(try configuration(), application: KeyValueApplication())
        }
    }

    /// Twelve blocks with writes, a set change, late and nil votes.
    static func fill(_ chain: Chain) throws {
        try chain.setBehaviour(.votesLate, of: "val3")
        for height in UInt64(1)...12 {
            if height == 4 { try chain.order(power: 50, of: "val4") }
            if height == 8 { try chain.setBehaviour(.votesNil, of: "val3") }
            _ = try chain.submit(Laboratory.bytes("k\(height)=v\(height)"))
            try chain.produceBlock(now: Laboratory.now(height))
        }
    }

    @Test func `a restarted chain is the same chain and goes on`() throws {
        let place = try Place()
        var before: [StoredBlock] = []
        do {
            let chain = try place.open()
            try Self.fill(chain)
            before = (1...12).compactMap { chain.block(at: $0) }
        }
        let chain = try place.open()
        #expect(chain.latestHeight == 12)
        #expect(chain.tornByteCount == 0)
        #expect((1...12).compactMap { chain.block(at: $0) } == before)
        let hash = SHA256.hash(Laboratory.bytes("k5=v5"))
        #expect(chain.transaction(hash: hash)?.height == 5)
        #expect(
            chain.query(
                ApplicationQuery(path: "", data: Laboratory.bytes("k5"), height: 7)
            ).value == Laboratory.bytes("v5"))
        try Laboratory.run(chain, to: 15)
        try Laboratory.check(chain, 1...15)
    }

    @Test func `a block that was stored and not executed is executed at start`() throws {
        let place = try Place()
        do {
            let chain = try place.open()
            try Laboratory.run(chain, to: 3)
            _ = try chain.submit(Laboratory.bytes("k=v"))
            try chain.storeBlock(now: Laboratory.now(4))
        }
        let chain = try place.open()
        #expect(chain.executedHeight == 4)
        #expect(chain.transaction(hash: SHA256.hash(Laboratory.bytes("k=v")))?.height == 4)
    }

    @Test func `a log cut anywhere in its last frame loses that block and no other`() throws {
        let place = try Place()
        var sizes: [Int] = []
        do {
            let chain = try place.open()
            for height in UInt64(1)...3 {
                try chain.produceBlock(now: Laboratory.now(height))
                sizes.append(try place.read().count)
            }
        }
        let whole = try place.read()
        for count in stride(from: sizes[1], to: sizes[2], by: 97) {
            try place.write(Array(whole.prefix(count)))
            let chain = try place.open()
            #expect(chain.latestHeight == 2)
            #expect(chain.tornByteCount == count - sizes[1])
        }
        var flipped = whole
        flipped[sizes[1] + 40] ^= 1
        try place.write(flipped)
        let chain = try place.open()
        #expect(chain.latestHeight == 2)
        try chain.produceBlock(now: Laboratory.now(3))
        try Laboratory.check(chain, height: 3)
    }

    @Test func `a log of another genesis is refused`() throws {
        let place = try Place()
        do { try Laboratory.run(try place.open(), to: 2) }
        var other = try place.configuration()
        other.applicationGenesis = [1]
        let error = #expect(throws: ChainError.self) {
            try Chain(other, application: KeyValueApplication())
        }
        guard case .log(.otherGenesis) = error else {
            Issue.record("expected another genesis, got \(String(describing: error))")
            return
        }
    }

    @Test func `a log that executes to another state is refused`() throws {
        let place = try Place()
        do { try Self.fill(try place.open()) }
        var application = KeyValueApplication()
        application.stores = Multistore(
            storeNames: ["ibc", KeyValueApplication.store, "new"])
        let error = #expect(throws: ChainError.self) {
            try Chain(try place.configuration(), application: application)
        }
        #expect(error == .log(.diverged(height: 2)))
    }

    @Test func `two processes cannot own one log`() throws {
        let place = try Place()
        let first = try place.open()
        #expect(throws: ChainError.self) { try place.open() }
        #expect(first.latestHeight == 0)
    }

    @Test func `what was pruned stays pruned`() throws {
        let place = try Place()
        do {
            let chain = try place.open()
            try Laboratory.run(chain, to: 8)
            try chain.prune(below: 5)
            try Laboratory.run(chain, to: 9)
        }
        let chain = try place.open()
        #expect(chain.earliestHeight == 5)
        #expect(chain.block(at: 4) == nil)
        #expect(chain.latestHeight == 9)
        try Laboratory.check(chain, height: 9)
    }
}
