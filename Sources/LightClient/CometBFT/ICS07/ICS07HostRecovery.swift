// SPDX-License-Identifier: Apache-2.0

extension ICS07.Host {
    /// Moves a client over to its chain's successor: the old chain committed the successor's client
    /// and consensus state in the state proven by the client's latest header. What the chain
    /// decides is taken from there, what the client chose stays. Spec: §2.5.
    public static func upgrade(
        to newClient: ICS07.ClientState, _ newConsensus: ICS07.ConsensusState,
        clientProof: [UInt8], consensusProof: [UInt8], in store: inout some ClientStore,
        context: HostContext
    ) throws(ClientError) {
        let old = try activeClient(&store, now: context.now)
        guard newClient.latestHeight > old.latestHeight else {
            throw .upgrade(.height(newClient.latestHeight, current: old.latestHeight))
        }
        guard let lastKey = old.upgradePath.last else { throw .upgrade(.noPath) }
        guard let state = try store.consensusState(at: old.latestHeight) else {
            throw .noTrustedState(old.latestHeight)
        }
        let committed = [
            (
                "upgradedClient", clientProof, ICS07.clientStateURL,
                newClient.withoutCustomFields.encoded
            ),
            (
                "upgradedConsState", consensusProof, ICS07.consensusStateURL, newConsensus.encoded
            ),
        ]
        for (name, proof, url, value) in committed {
            let key = lastKey + Array("/\(old.latestHeight.height)/\(name)".utf8)
            let decoded = try wire { () throws(WireError) in try MerkleProof(reading: proof) }
            try proving { () throws(ProofError) in
                try decoded.verifyMembership(
                    specs: old.proofSpecs, root: state.root.hash,
                    path: old.upgradePath.dropLast() + [key],
                    value: ProtobufAny(typeURL: url, value: value).encoded)
            }
        }
        let upgraded = merged(old, newClient)
        try upgraded.validate()
        store.set(upgraded)
        store.set(
            ICS07.ConsensusState(
                timestamp: newConsensus.timestamp, root: ICS07.sentinelRoot,
                nextValidatorsHash: newConsensus.nextValidatorsHash),
            at: upgraded.latestHeight, processed: ICS07.Processed(context))
    }

    /// Brings a frozen or expired client back by the latest state of a substitute on the same
    /// terms; the members have decided that it tells the truth.
    public static func recover(
        _ subject: inout some ClientStore, from substitute: inout some ClientStore,
        now: Timestamp
    ) throws(ClientError) {
        guard var client = try subject.clientState(),
            let source = try substitute.clientState()
        else { throw .unknownClient }
        let latest = try subject.consensusState(at: client.latestHeight)
        guard status(client, latest, now: now) != .active else {
            throw .recovery(.subjectActive)
        }
        guard let state = try substitute.consensusState(at: source.latestHeight),
            status(source, state, now: now) == .active
        else { throw .recovery(.substituteNotActive) }
        guard client.latestHeight < source.latestHeight else {
            throw .recovery(.substituteNotAhead)
        }
        guard client.comparable == source.comparable else { throw .recovery(.parametersDiffer) }
        let processed = try substitute.processed(at: source.latestHeight)
        client.frozenHeight = .zero
        client.latestHeight = source.latestHeight
        client.chainID = source.chainID
        client.trustingPeriodNanoseconds = source.trustingPeriodNanoseconds
        subject.set(client)
        subject.set(state, at: source.latestHeight, processed: processed)
    }

    private static func merged(
        _ old: ICS07.ClientState, _ new: ICS07.ClientState
    ) -> ICS07.ClientState {
        var period = old.trustingPeriodNanoseconds
        if new.unbondingPeriodNanoseconds < old.unbondingPeriodNanoseconds {
            period = scaled(
                period, by: new.unbondingPeriodNanoseconds,
                over: old.unbondingPeriodNanoseconds)
        }
        return ICS07.ClientState(
            chainID: new.chainID, trustLevel: old.trustLevel, trustingPeriodNanoseconds: period,
            unbondingPeriodNanoseconds: new.unbondingPeriodNanoseconds,
            maxClockDriftNanoseconds: old.maxClockDriftNanoseconds,
            latestHeight: new.latestHeight, proofSpecs: new.proofSpecs,
            upgradePath: new.upgradePath)
    }

    /// value x numerator / denominator, truncated. Zero, which no client may have, unless all are
    /// positive and the fraction is below one.
    private static func scaled(_ value: Int64, by numerator: Int64, over denominator: Int64)
        -> Int64
    {
        guard value > 0, numerator > 0, denominator > numerator else { return 0 }
        let product = value.multipliedFullWidth(by: numerator)
        return denominator.dividingFullWidth((product.high, product.low)).quotient
    }
}

extension ICS07.ClientState {
    /// The part that a substitute must share: heights, trusting period and chain id may differ, and
    /// the deprecated flags do not count.
    var comparable: ICS07.ClientState {
        var kept = self
        kept.chainID = ChainID(bytes: [])
        kept.trustingPeriodNanoseconds = 0
        kept.frozenHeight = .zero
        kept.latestHeight = .zero
        kept.allowUpdateAfterExpiry = false
        kept.allowUpdateAfterMisbehaviour = false
        return kept
    }
}
