// SPDX-License-Identifier: Apache-2.0

extension ICS07 {
    /// How long a proof must have rested (IBC v1; v2 asks for none).
    public struct Delay: Hashable, Sendable {
        public var nanoseconds: UInt64
        public var blocks: UInt64

        public static let none = Delay(nanoseconds: 0, blocks: 0)

        public init(nanoseconds: UInt64, blocks: UInt64) {
            self.nanoseconds = nanoseconds
            self.blocks = blocks
        }
    }
}

extension ICS07.Host {
    /// Throws unless the counterparty's state at `height` holds `value` at `path` (root to leaf).
    public static func verifyMembership(
        proof: [UInt8], path: [[UInt8]], value: [UInt8], at height: Height,
        delay: ICS07.Delay = .none, in store: inout some ClientStore, context: HostContext
    ) throws(ClientError) {
        let (clientState, root) = try provable(height, delay, &store, context)
        let decoded = try wire { () throws(WireError) in try MerkleProof(reading: proof) }
        try proving { () throws(ProofError) in
            try decoded.verifyMembership(
                specs: clientState.proofSpecs, root: root, path: path, value: value)
        }
    }

    /// Throws unless the counterparty's state at `height` has nothing at `path` (root to leaf).
    public static func verifyNonMembership(
        proof: [UInt8], path: [[UInt8]], at height: Height, delay: ICS07.Delay = .none,
        in store: inout some ClientStore, context: HostContext
    ) throws(ClientError) {
        let (clientState, root) = try provable(height, delay, &store, context)
        let decoded = try wire { () throws(WireError) in try MerkleProof(reading: proof) }
        try proving { () throws(ProofError) in
            try decoded.verifyNonMembership(
                specs: clientState.proofSpecs, root: root, path: path)
        }
    }

    /// The client and the root to prove under: an active client, a stored state at exactly this
    /// height, and the delay over.
    private static func provable(
        _ height: Height, _ delay: ICS07.Delay, _ store: inout some ClientStore,
        _ context: HostContext
    ) throws(ClientError) -> (ICS07.ClientState, [UInt8]) {
        let clientState = try activeClient(&store, now: context.now)
        guard clientState.latestHeight >= height else {
            throw .heightAboveLatest(height, latest: clientState.latestHeight)
        }
        if delay != .none { try checkDelay(delay, height, &store, context) }
        guard let state = try store.consensusState(at: height) else {
            throw .noTrustedState(height)
        }
        return (clientState, state.root.hash)
    }

    /// Both limits are inclusive. A sum beyond 64 bits never passes.
    private static func checkDelay(
        _ delay: ICS07.Delay, _ height: Height, _ store: inout some ClientStore,
        _ context: HostContext
    ) throws(ClientError) {
        let processed = try store.processed(at: height)
        let now = ICS07.Processed(context).nanoseconds
        let (validTime, timeOverflow) =
            processed.nanoseconds.addingReportingOverflow(delay.nanoseconds)
        guard !timeOverflow, now >= validTime else { throw .delayNotPassed }
        guard let block = processed.blockHeight else { throw .invalidState("processedHeight") }
        let (validHeight, heightOverflow) = block.height.addingReportingOverflow(delay.blocks)
        guard !heightOverflow,
            context.height >= Height(revision: block.revision, height: validHeight)
        else { throw .delayNotPassed }
    }

    static func proving(_ body: () throws(ProofError) -> Void) throws(ClientError) {
        do throws(ProofError) { try body() } catch { throw .proof(error) }
    }
}
