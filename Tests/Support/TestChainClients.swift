// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a relay and a hosting chain make of a test chain.
extension TestChain {
    public static let hour: Int64 = 3_600_000_000_000

    /// Terms with a trusting period of two weeks.
    public var parameters: ClientParameters {
        ClientParameters(
            chainID: chainID, trustingPeriodNanoseconds: 336 * TestChain.hour,
            maxClockDriftNanoseconds: 10_000_000_000,
            unbondingPeriodNanoseconds: 504 * TestChain.hour)
    }

    public var options: TrustOptions {
        TrustOptions(
            trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
            clockDriftNanoseconds: parameters.maxClockDriftNanoseconds)
    }

    /// Revision and height, as in client messages.
    public func height(_ number: Int) -> Height {
        Height(
            revision: (try? chainID.revision()) ?? 0, height: UInt64(number))
    }

    /// A moment shortly after the newest block.
    public var now: Timestamp { TestChain.time(Int64(blocks.count + 1)) }

    public func trusted(_ number: Int) -> TrustedHeader {
        let header = block(number).header
        return TrustedHeader(
            height: height(number), timestamp: header.time, headerHash: try? header.hash(),
            consensusState: ICS07.ConsensusState(header).encoded)
    }

    public func snapshot(trusting numbers: [Int]) -> ClientSnapshot {
        ClientSnapshot(
            family: .cometBFT, parameters: parameters,
            trusted: Dictionary(
                uniqueKeysWithValues: numbers.map { (height($0), trusted($0)) }))
    }

    /// The update to a block, or to a bent form of it.
    public func update(to block: Block, trusting number: Int) -> ICS07.Header {
        ICS07.Header(
            signedHeader: block.signedHeader, validatorSet: block.validators,
            trustedHeight: height(number), trustedValidators: self.block(number).nextValidators)
    }

    public func update(to target: Int, trusting number: Int) -> ICS07.Header {
        update(to: block(target), trusting: number)
    }

    /// A block with its header changed and signed again by the same members.
    public func bent(_ number: Int, _ change: (inout Header) -> Void) -> Block {
        var block = block(number)
        change(&block.header)
        block.commit = TestChain.commit(block.header, block.members)
        return block
    }

    /// A client of this chain on a hosting chain.
    public func hosted(trusting number: Int) throws -> MemoryClientStore {
        var store = MemoryClientStore()
        let parameters = parameters
        try ICS07.Host.create(
            ICS07.ClientState(
                chainID: chainID, trustLevel: .oneThird,
                trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
                unbondingPeriodNanoseconds: parameters.unbondingPeriodNanoseconds,
                maxClockDriftNanoseconds: parameters.maxClockDriftNanoseconds,
                latestHeight: height(number)),
            ICS07.ConsensusState(block(number).header), in: &store, at: hostContext)
        return store
    }

    public var hostContext: HostContext {
        HostContext(now: now, height: Height(revision: 1, height: 100))
    }
}
