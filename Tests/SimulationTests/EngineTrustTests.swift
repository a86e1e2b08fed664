// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Testing

import struct RelayEngine.PacketEvent

/// Budgets of trust, and clients of ours and of our chain that stand on different heights.
@Suite struct `Engine, trust that lives` {
    private func height(_ number: UInt64) -> Height { Height(revision: 1, height: number) }

    private func verified(_ number: UInt64, on base: UInt64, at time: Timestamp) -> VerifiedHeader {
        VerifiedHeader(
            height: height(number), timestamp: time, hash: [UInt8(number)], consensusState: [1],
            message: [UInt8(number), UInt8(base)], trustedHeight: height(base))
    }

    @Test func `an idle route refreshes our client and then the hosted one`() throws {
        var harness = EngineHarness()
        _ = harness.wait(2_165)
        harness.advance([])
        let request = try #require((harness.effects).headerRequests.last)
        #expect(request.1.trustedHeight == height(10))
        #expect(harness.engine.route(to: "there")?.hostedBudget?.verdict == .refreshDue)
        let fresh = verified(50, on: 10, at: harness.now)
        var effects = harness.send(.headersFetched(request.0, chainID: "there", headers: [fresh]))
        #expect(harness.engine.route(to: "there")?.budget?.verdict == .fresh)
        let read = try #require(effects.accountReads.first)
        effects = harness.send(.accountRead(read, AccountState(address: "relay", sequence: 1)))
        let submission = try #require(effects.submissions.first)
        #expect(submission.1.content == .updateClient)
        #expect(submission.1.updates.map(\.message) == [[50, 10]])
    }

    @Test func `a hosted client is judged by its own trusting period`() throws {
        var harness = EngineHarness()
        let state = HostedClient.State(height: height(30), timestamp: harness.now)
        harness.send(
            .hostedClient(
                HostedClient(
                    client: EngineHarness.local, status: .active, states: [state],
                    counterparty: EngineHarness.remote,
                    trustingPeriodNanoseconds: 600 * World.second)))
        _ = harness.wait(420)
        harness.advance([])
        let route = try #require(harness.engine.route(to: "there"))
        #expect(route.budget?.verdict == .fresh)
        #expect(route.hostedBudget?.trustingPeriodNanoseconds == 600 * World.second)
        #expect(route.hostedBudget?.verdict == .late)
        let standing = try #require(harness.engine.standing(of: "there"))
        #expect(standing.hostedBudget == route.hostedBudget)
        let why = try #require(harness.engine.explainClient("there"))
        #expect(why.contains { $0.code == "hosted-client/ageing" }, "\(why.map(\.code))")
        // A node that does not tell the period takes back nothing that was told.
        harness.send(
            .hostedClient(
                HostedClient(
                    client: EngineHarness.local, status: .active, states: [state],
                    counterparty: EngineHarness.remote)))
        #expect(
            harness.engine.route(to: "there")?.hostedBudget?.trustingPeriodNanoseconds
                == 600 * World.second)
    }

    @Test func `a refresh that does not come about is an alarm, once`() {
        var harness = EngineHarness()
        harness.send(.peerLost(chainID: "there", code: "transport/closed"))
        _ = harness.wait(2_300)
        #expect(!harness.effects.codes.contains("client/refresh-late"))
        for _ in 0..<20 { _ = harness.wait(10) }
        #expect(harness.effects.codes.filter { $0 == "client/refresh-late" }.count == 1)
        #expect(harness.engine.client(of: "there")?.budget?.verdict == .late)
        _ = harness.wait(1_200)
        #expect(harness.effects.codes.contains("client/expired"))
        #expect(harness.engine.client(of: "there")?.budget?.verdict == .expired)
        #expect(harness.engine.client(of: "there")?.budget?.leftPerMille == 0)
    }

    /// A packet whose header our hosted client cannot take yet; our client holds 10 and 40.
    private func waiting(hosted heights: [UInt64]) throws -> (EngineHarness, [EngineEffect]) {
        var harness = EngineHarness(hosted: heights)
        let header = verified(40, on: 33, at: harness.now.adding(nanoseconds: 5 * World.second))
        let effects = harness.deliver([harness.incoming(1)], height: 40, headers: [header])
        let read = try #require(effects.accountReads.first)
        let more = harness.send(.accountRead(read, AccountState(address: "relay", sequence: 5)))
        let requests = more + harness.wait(1)
        return (harness, requests)
    }

    @Test func `the newest height that both clients hold is the base`() throws {
        let (_, effects) = try waiting(hosted: [10, 25])
        let request = try #require(effects.headerRequests.first?.1)
        #expect(request.trustedHeight == height(10))
        #expect(request.targetHeight == height(40))
    }

    @Test func `a height to which another relayer moved the hosted client is learnt first`() throws
    {
        var (harness, effects) = try waiting(hosted: [25])
        let bridge = try #require(effects.headerRequests.first)
        #expect(bridge.1.trustedHeight == height(10))
        #expect(bridge.1.targetHeight == height(25))
        effects = harness.send(
            .headersFetched(
                bridge.0, chainID: "there",
                headers: [verified(25, on: 10, at: harness.now)]))
        let request = try #require(effects.headerRequests.first)
        #expect(request.1.trustedHeight == height(25))
        #expect(request.1.targetHeight == height(40))
        let held = try #require(harness.engine.client(of: "there")?.headers.last)
        let rebased = verified(40, on: 25, at: held.timestamp)
        effects = harness.send(.headersFetched(request.0, chainID: "there", headers: [rebased]))
        #expect(effects.submissions.first?.1.updates.map(\.message) == [[40, 25]])
    }

    @Test func `a base below all that we trust is used, the header being ours by its hash`() throws
    {
        let (_, effects) = try waiting(hosted: [5])
        let request = try #require(effects.headerRequests.first?.1)
        #expect(request.trustedHeight == height(5))
        #expect(request.targetHeight == height(40))
    }

    @Test func `a base that our client lacks does not pause the peer`() throws {
        var (harness, effects) = try waiting(hosted: [25])
        let bridge = try #require(effects.headerRequests.first)
        effects = harness.send(
            .jobFailed(
                bridge.0,
                JobFailure(code: "verify/client/no-trusted-state", detail: "nothing at 25")))
        let deliveries = harness.advance([PacketEvent(kind: .send, packet: harness.outgoing(9))])
        harness.advance([])
        #expect(!harness.prove(deliveries + harness.effects).deliveries.isEmpty)
    }
}
