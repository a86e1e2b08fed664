// SPDX-License-Identifier: Apache-2.0

/// The block of the hosting chain in which a message is executed.
public struct HostContext: Hashable, Sendable {
    public var now: Timestamp
    public var height: Height
    /// Off while a transaction is only checked: nothing is pruned then, as in ibc-go.
    public var isPruning: Bool

    public init(now: Timestamp, height: Height, isPruning: Bool = true) {
        self.now = now
        self.height = height
        self.isPruning = isPruning
    }
}

/// What an accepted client message did.
public enum HostedUpdate: Hashable, Sendable {
    /// The heights that the message stands for; none for misbehaviour without a contradiction.
    case updated([Height])
    case frozen
}

/// ICS-07 as a chain hosts it: the rules of ibc-go's 07-tendermint over an abstract store. Every
/// function either changes the store as ibc-go does, or throws and leaves it as it was. Spec: §2.5.
extension ICS07 {
    public enum Host {
        /// Creates a client. It must be active at once.
        public static func create(
            _ clientState: ClientState, _ consensusState: ConsensusState,
            in store: inout some ClientStore, at context: HostContext
        ) throws(ClientError) {
            try clientState.validate()
            try consensusState.validateUsable()
            let status = status(clientState, consensusState, now: context.now)
            guard status == .active else { throw .notActive(status) }
            store.set(clientState)
            store.set(
                consensusState, at: clientState.latestHeight, processed: Processed(context))
        }

        /// Frozen, else expired, else active; nil when there is no client.
        public static func status(
            in store: inout some ClientStore, now: Timestamp
        ) throws(ClientError) -> ClientStatus? {
            guard let clientState = try store.clientState() else { return nil }
            let latest = try store.consensusState(at: clientState.latestHeight)
            return status(clientState, latest, now: now)
        }

        /// Executes a header: verifies it, then freezes the client if it contradicts what is
        /// stored, stores it otherwise.
        public static func update(
            _ header: Header, in store: inout some ClientStore, at context: HostContext,
            signatures: inout SignatureVerifier
        ) throws(ClientError) -> HostedUpdate {
            let checked = try header.checked()
            var clientState = try activeClient(&store, now: context.now)
            guard let trusted = try store.consensusState(at: checked.trustedHeight) else {
                throw .noTrustedState(checked.trustedHeight)
            }
            try checked.verify(
                chainID: clientState.chainID, options: clientState.options, trusted: trusted,
                now: context.now, signatures: &signatures)
            if try isMisbehaviour(checked, &store) {
                freeze(&clientState, &store)
                return .frozen
            }
            try apply(checked, to: &clientState, in: &store, at: context)
            return .updated([checked.height])
        }

        /// Executes misbehaviour: freezes the client when the two headers contradict each other,
        /// and succeeds without any change when they do not, as the reference does.
        public static func submit(
            _ misbehaviour: Misbehaviour, in store: inout some ClientStore,
            at context: HostContext, signatures: inout SignatureVerifier
        ) throws(ClientError) -> HostedUpdate {
            let checked = try misbehaviour.checked(signatures: &signatures)
            var clientState = try activeClient(&store, now: context.now)
            for header in [checked.first, checked.second] {
                guard let trusted = try store.consensusState(at: header.trustedHeight) else {
                    throw .noTrustedState(header.trustedHeight)
                }
                try verifyAccused(
                    header, clientState, trusted, now: context.now, signatures: &signatures)
            }
            guard checked.isContradiction else { return .updated([]) }
            freeze(&clientState, &store)
            return .frozen
        }

        /// The time of a stored header, for judging packet timeouts. No status is asked for: the
        /// proof that follows does.
        public static func timestamp(
            at height: Height, in store: inout some ClientStore
        ) throws(ClientError) -> Timestamp {
            guard let state = try store.consensusState(at: height) else {
                throw .noTrustedState(height)
            }
            return state.timestamp
        }

        /// The client, when it may be used.
        static func activeClient(
            _ store: inout some ClientStore, now: Timestamp
        ) throws(ClientError) -> ClientState {
            guard let clientState = try store.clientState() else { throw .unknownClient }
            let latest = try store.consensusState(at: clientState.latestHeight)
            let status = status(clientState, latest, now: now)
            guard status == .active else { throw .notActive(status) }
            return clientState
        }

        static func status(
            _ clientState: ClientState, _ latest: ConsensusState?, now: Timestamp
        ) -> ClientStatus {
            guard clientState.frozenHeight.isZero else { return .frozen }
            guard let latest, !isExpired(latest, clientState, now: now) else { return .expired }
            return .active
        }

        /// The state's time plus the trusting period is not after `now`.
        static func isExpired(
            _ state: ConsensusState, _ clientState: ClientState, now: Timestamp
        ) -> Bool {
            state.timestamp.adding(nanoseconds: clientState.trustingPeriodNanoseconds) <= now
        }

        /// A verified header contradicts the stored states: another state at its height, or a time
        /// out of order with a neighbour.
        private static func isMisbehaviour(
            _ header: Header.Checked, _ store: inout some ClientStore
        ) throws(ClientError) -> Bool {
            if let existing = try store.consensusState(at: header.height) {
                return existing != header.consensusState
            }
            if let below = store.height(below: header.height),
                let state = try store.consensusState(at: below),
                state.timestamp >= header.header.time
            {
                return true
            }
            if let above = store.height(above: header.height),
                let state = try store.consensusState(at: above),
                state.timestamp <= header.header.time
            {
                return true
            }
            return false
        }

        /// Prunes at most one expired state, the earliest, then stores the header unless it is
        /// stored.
        private static func apply(
            _ header: Header.Checked, to clientState: inout ClientState,
            in store: inout some ClientStore, at context: HostContext
        ) throws(ClientError) {
            if context.isPruning, let earliest = store.earliestHeight(),
                let state = try store.consensusState(at: earliest),
                isExpired(state, clientState, now: context.now)
            {
                store.removeConsensusState(at: earliest)
            }
            guard try store.consensusState(at: header.height) == nil else { return }
            clientState.latestHeight = max(clientState.latestHeight, header.height)
            store.set(clientState)
            store.set(
                header.consensusState, at: header.height, processed: Processed(context))
        }

        private static func freeze(
            _ clientState: inout ClientState, _ store: inout some ClientStore
        ) {
            clientState.frozenHeight = ICS07.frozenHeight
            store.set(clientState)
        }

        /// One header of misbehaviour: enough of the set that was trusted, and is not too old,
        /// signed it. Its time is not compared with ours, and neighbours need the trust level only.
        private static func verifyAccused(
            _ header: Header.Checked, _ clientState: ClientState, _ trusted: ConsensusState,
            now: Timestamp, signatures: inout SignatureVerifier
        ) throws(ClientError) {
            try header.verifyAccused(
                chainID: clientState.chainID.withRevision(header.height.revision),
                threshold: clientState.trustLevel,
                trustingPeriodNanoseconds: clientState.trustingPeriodNanoseconds,
                trusted: trusted, now: now, signatures: &signatures)
        }
    }
}
