// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Who may use an account's next sequence. No node is asked.
@Suite struct `Turns on an account` {
    private func lines(_ loop: EventLoop) throws -> AccountLines {
        AccountLines(
            loop: loop,
            configuration: ConnectorConfiguration(
                chainID: ChainID("city-330100-1"), trustThreshold: .oneThird,
                nodes: ["http://127.0.0.1:1"], nodeAuthorities: nil, account: try account(1),
                gasPrice: 0, gasPriceScale: 1, gasDenomination: "stake", maxGas: 1_000_000,
                lifetimeBlocks: 10, counterparties: [:]),
            now: { .unixEpoch })
    }

    private func account(_ number: UInt8) throws -> AccountKey {
        AccountKey(
            try SigningKey.secp256k1(scalar: SHA256.hash([number]).bytes), prefix: "city")
    }

    @Test func `whoever names the same key shares one line`() throws {
        let loop = try EventLoop(name: "lines")
        defer { loop.stop() }
        let lines = try lines(loop)
        defer { lines.stop() }
        let first = try lines.line(of: try account(2))
        #expect(try lines.line(of: try account(2)) === first)
        #expect(try lines.line(of: try account(3)) !== first)
    }

    @Test func `a turn begins when the one before has ended, in the order of asking`() throws {
        let loop = try EventLoop(name: "lines")
        defer { loop.stop() }
        let lines = try lines(loop)
        defer { lines.stop() }
        let line = try lines.line(of: try account(2))
        let given = Mutex<[(Int, AccountTurn)]>([])
        for number in 1...3 {
            line.turn { turn in
                if let turn { given.withLock { $0.append((number, turn)) } }
            }
        }
        func begun() throws -> [Int] {
            // Behind everything that was posted before, and what that posted.
            for _ in 0..<3 { try loop.performAndWait {} }
            return given.withLock { $0.map(\.0) }
        }
        #expect(try begun() == [1])
        given.withLock { $0.first?.1.end() }
        #expect(try begun() == [1, 2])
        // Ended twice is ended once; and whoever lets go of a turn has ended it.
        given.withLock { $0.first?.1.end() }
        #expect(try begun() == [1, 2])
        given.withLock { _ = $0.removeLast() }
        #expect(try begun() == [1, 3])
    }

    @Test func `more than a bounded number does not wait, and a stop keeps nobody waiting`()
        throws
    {
        let loop = try EventLoop(name: "lines")
        defer { loop.stop() }
        let lines = try lines(loop)
        let line = try lines.line(of: try account(2))
        let given = Mutex<[AccountTurn?]>([])
        for _ in 0..<AccountLine.maxWaiting + 2 {
            line.turn { turn in given.withLock { $0.append(turn) } }
        }
        for _ in 0..<3 { try loop.performAndWait {} }
        given.withLock { given in
            #expect(given.count == 2)
            #expect(given.first.map { $0 != nil } == true && given.last.map { $0 == nil } == true)
        }
        lines.stop()
        for _ in 0..<3 { try loop.performAndWait {} }
        let stopped = given.withLock { $0.count }
        #expect(stopped == AccountLine.maxWaiting + 2)
    }
}
