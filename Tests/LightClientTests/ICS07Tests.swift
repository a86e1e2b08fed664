// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Rejections 16 to 18 and 21: clients as a chain hosts them.
@Suite struct ICS07Tests {
    static let chain = TestChain(blocks: 12)

    private func update(
        _ header: ICS07.Header, _ store: inout MemoryClientStore,
        _ context: HostContext = chain.hostContext
    ) throws -> HostedUpdate {
        var signatures = SignatureVerifier()
        return try ICS07.Host.update(
            header, in: &store, at: context, signatures: &signatures)
    }

    private func submit(
        _ first: ICS07.Header, _ second: ICS07.Header, _ store: inout MemoryClientStore,
        _ context: HostContext = chain.hostContext
    ) throws -> HostedUpdate {
        var signatures = SignatureVerifier()
        return try ICS07.Host.submit(
            ICS07.Misbehaviour(
                clientID: "07-tendermint-0", header1: first, header2: second),
            in: &store, at: context, signatures: &signatures)
    }

    private func status(
        _ store: MemoryClientStore, _ now: Timestamp = chain.now
    ) throws -> ClientStatus? {
        var store = store
        return try ICS07.Host.status(in: &store, now: now)
    }

    @Test
    func `a client follows its chain, fills in lower heights, and takes a repeat for nothing`()
        throws
    {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        #expect(
            try update(ICS07Tests.chain.update(to: 9, trusting: 1), &store)
                == .updated([Height(revision: 1, height: 9)]))
        #expect(
            try update(ICS07Tests.chain.update(to: 5, trusting: 1), &store)
                == .updated([Height(revision: 1, height: 5)]))
        let before = store
        #expect(
            try update(ICS07Tests.chain.update(to: 9, trusting: 5), &store)
                == .updated([Height(revision: 1, height: 9)]))
        #expect(store == before)
        #expect(
            try ICS07.Host.timestamp(at: Height(revision: 1, height: 5), in: &store)
                == TestChain.time(5))
    }

    @Test func `16: a header at or below its trusted height is refused`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 5)
        let height = Height(revision: 1, height: 5)
        #expect(throws: ClientError.headerHeight(height, trusted: height)) {
            try update(ICS07Tests.chain.update(to: 5, trusting: 5), &store)
        }
    }

    @Test func `16: a header of another revision is refused`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let other = TestChain("fed-test-2", blocks: 3)
        var header = other.update(to: 3, trusting: 1)
        header.trustedHeight = Height(revision: 1, height: 1)
        #expect(
            throws: ClientError.headerHeight(
                Height(revision: 2, height: 3), trusted: Height(revision: 1, height: 1))
        ) { try update(header, &store) }
    }

    @Test func `16: a header on a height that is not stored is refused`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        #expect(throws: ClientError.noTrustedState(Height(revision: 1, height: 2))) {
            try update(ICS07Tests.chain.update(to: 3, trusting: 2), &store)
        }
    }

    @Test func `17: a second header of a stored height freezes, and does not overwrite`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        _ = try update(ICS07Tests.chain.update(to: 5, trusting: 1), &store)
        let fork = ICS07Tests.chain.bent(5) { $0.appHash = [UInt8](repeating: 7, count: 32) }
        let before = store
        #expect(try update(ICS07Tests.chain.update(to: fork, trusting: 1), &store) == .frozen)
        #expect(try status(store) == .frozen)
        let changes = before.changes(to: store)
        #expect(Array(changes.set.keys) == [Array("clientState".utf8)])
        #expect(changes.removed.isEmpty)
        let packed = try #require(changes.set.values.first)
        let state = try ICS07.ClientState(reading: ProtobufAny(reading: packed).value)
        #expect(state.frozenHeight == Height(revision: 0, height: 1))
    }

    @Test func `17: a time out of order with a stored neighbour freezes`() throws {
        for (target, time) in [(6, TestChain.time(4)), (4, TestChain.time(5))] {
            var store = try ICS07Tests.chain.hosted(trusting: 1)
            _ = try update(ICS07Tests.chain.update(to: 5, trusting: 1), &store)
            let bent = ICS07Tests.chain.bent(target) { $0.time = time }
            #expect(try update(ICS07Tests.chain.update(to: bent, trusting: 1), &store) == .frozen)
        }
    }

    @Test func `18: a frozen client takes no update and no proof`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let fork = ICS07Tests.chain.bent(5) { $0.appHash = [1] }
        #expect(
            try submit(
                ICS07Tests.chain.update(to: 5, trusting: 1),
                ICS07Tests.chain.update(to: fork, trusting: 1), &store) == .frozen)
        #expect(throws: ClientError.notActive(.frozen)) {
            try update(ICS07Tests.chain.update(to: 6, trusting: 1), &store)
        }
        #expect(throws: ClientError.notActive(.frozen)) {
            try ICS07.Host.verifyMembership(
                proof: [], path: [[1]], value: [1], at: Height(revision: 1, height: 1),
                in: &store, context: ICS07Tests.chain.hostContext)
        }
    }

    @Test func `18: an expired client takes no update and no proof`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let later = HostContext(
            now: TestChain.time(1).adding(
                nanoseconds: ICS07Tests.chain.parameters.trustingPeriodNanoseconds),
            height: Height(revision: 1, height: 200))
        #expect(try status(store, later.now) == .expired)
        #expect(throws: ClientError.notActive(.expired)) {
            try update(ICS07Tests.chain.update(to: 6, trusting: 1), &store, later)
        }
        #expect(throws: ClientError.notActive(.expired)) {
            try ICS07.Host.verifyNonMembership(
                proof: [], path: [[1]], at: Height(revision: 1, height: 1), in: &store,
                context: later)
        }
    }

    @Test func `18: a client that does not exist has no status and takes nothing`() throws {
        var store = MemoryClientStore()
        #expect(try ICS07.Host.status(in: &store, now: ICS07Tests.chain.now) == nil)
        #expect(throws: ClientError.unknownClient) {
            try update(ICS07Tests.chain.update(to: 3, trusting: 1), &store)
        }
    }

    @Test func `21: misbehaviour with the lower header first is refused`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let before = store
        #expect(
            throws: ClientError.misbehaviour(
                .order(
                    first: Height(revision: 1, height: 5),
                    second: Height(revision: 1, height: 6)))
        ) {
            try submit(
                ICS07Tests.chain.update(to: 5, trusting: 1),
                ICS07Tests.chain.update(to: 6, trusting: 1), &store)
        }
        #expect(store == before)
    }

    @Test func `21: misbehaviour on expired trust is refused`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let period = ICS07Tests.chain.parameters.trustingPeriodNanoseconds
        _ = try update(ICS07Tests.chain.update(to: 9, trusting: 1), &store)
        let later = HostContext(
            now: TestChain.time(1).adding(nanoseconds: period),
            height: Height(revision: 1, height: 200))
        let fork = ICS07Tests.chain.bent(10) { $0.appHash = [1] }
        #expect(
            throws: ClientError.misbehaviour(.expiredTrust(Height(revision: 1, height: 1)))
        ) {
            try submit(
                ICS07Tests.chain.update(to: 10, trusting: 1),
                ICS07Tests.chain.update(to: fork, trusting: 1), &store, later)
        }
    }

    @Test func `21: misbehaviour without a contradiction succeeds and changes nothing`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let before = store
        let header = ICS07Tests.chain.update(to: 5, trusting: 1)
        #expect(try submit(header, header, &store) == .updated([]))
        #expect(
            try submit(ICS07Tests.chain.update(to: 6, trusting: 1), header, &store)
                == .updated([]))
        #expect(store == before)
    }

    @Test func `a higher header that is earlier is misbehaviour`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let early = ICS07Tests.chain.bent(6) { $0.time = TestChain.time(5) }
        #expect(
            try submit(
                ICS07Tests.chain.update(to: early, trusting: 1),
                ICS07Tests.chain.update(to: 5, trusting: 1), &store) == .frozen)
    }

    @Test func `misbehaviour with parts missing is refused without a crash`() throws {
        var store = try ICS07Tests.chain.hosted(trusting: 1)
        let whole = ICS07Tests.chain.update(to: 5, trusting: 1)
        var headless = whole
        headless.signedHeader = nil
        var untrusted = whole
        untrusted.trustedValidators = nil
        var ground = whole
        ground.trustedHeight = Height(revision: 1, height: 0)
        for bad in [headless, untrusted, ground, ICS07.Header()] {
            #expect(throws: ClientError.self) { try submit(bad, whole, &store) }
            #expect(throws: ClientError.self) { try submit(whole, bad, &store) }
        }
    }

    @Test func `one expired state is pruned at an update, the earliest first`() throws {
        let chain = ICS07Tests.chain
        var store = try chain.hosted(trusting: 1)
        _ = try update(chain.update(to: 3, trusting: 1), &store)
        _ = try update(chain.update(to: 9, trusting: 1), &store)
        let context = HostContext(
            now: TestChain.time(3).adding(
                nanoseconds: chain.parameters.trustingPeriodNanoseconds),
            height: Height(revision: 1, height: 300))
        let before = store
        var checked = context
        checked.isPruning = false
        var copy = store
        _ = try update(chain.update(to: 10, trusting: 9), &copy, checked)
        #expect(before.changes(to: copy).removed.isEmpty)
        _ = try update(chain.update(to: 10, trusting: 9), &store, context)
        let removed = before.changes(to: store).removed
        #expect(removed.count == 4)
        #expect(removed.contains(Array("consensusStates/1-1".utf8)))
    }

    @Test func `a first state that could never serve makes no client`() {
        let chain = ICS07Tests.chain
        let header = chain.block(1).header
        let good = ICS07.ConsensusState(header)
        var noRoot = good
        noRoot.root.hash = [1]
        var noSet = good
        noSet.nextValidatorsHash = []
        for bad in [noRoot, noSet] {
            var store = MemoryClientStore()
            #expect(throws: ClientError.self) {
                try ICS07.Host.create(
                    ICS07.ClientState(
                        chainID: chain.chainID, trustLevel: .oneThird,
                        trustingPeriodNanoseconds: TestChain.hour,
                        unbondingPeriodNanoseconds: 2 * TestChain.hour,
                        maxClockDriftNanoseconds: 1, latestHeight: chain.height(1)), bad,
                    in: &store, at: HostContext(now: TestChain.time(2), height: .zero))
            }
            #expect(store == MemoryClientStore())
        }
    }

    @Test(
        arguments: [
            ("07-tendermint-0", 0), ("07-tendermint-18446744073709551615", UInt64.max),
            ("07-tendermint-18446744073709551616", nil), ("07-tendermint-", nil), ("-1", nil),
            ("07-tendermint", nil), ("a-1", nil), ("07--1", nil), ("07 tendermint-1", nil),
        ] as [(String, UInt64?)])
    func `client ids have a type and a number`(id: String, number: UInt64?) {
        #expect(ClientID.sequence(of: id) == number)
    }

    @Test(
        arguments: [
            ("fed-test-1", 1), ("fed-test", 0), ("fed-test-01", 0), ("fed--1", 0), ("-1", 0),
            ("a-18446744073709551615", UInt64.max), ("a-18446744073709551616", nil), ("a\n-1", 0),
            ("a-1-2", 2), ("", 0),
        ] as [(String, UInt64?)])
    func `the revision stands behind the chain id's last hyphen`(id: String, revision: UInt64?) {
        #expect((try? ChainID(id).revision()) == revision)
    }
}
