// SPDX-License-Identifier: Apache-2.0

/// Building what a counterparty's client takes. Spec: building-cometbft §6.3, §5.5.
extension CometBFT {
    /// A client update from what a node answers: the signed header, its set, and the set of the
    /// height above `trustedHeight`.
    ///
    /// The bytes are those that relayers write: the set's proposer is the header's, the trusted
    /// set's its first member, total power is left out. Throws when the header's proposer is no
    /// member.
    public static func clientMessage(
        signedHeader: SignedHeader, validators: [Validator], trustedHeight: Height,
        trustedValidators: [Validator]
    ) throws(ClientError) -> [UInt8] {
        let address = signedHeader.header?.proposerAddress ?? []
        guard let proposer = validators.first(where: { $0.address == address }) else {
            throw .block(.proposerNotMember(address))
        }
        return ICS07.Header(
            signedHeader: signedHeader,
            validatorSet: ValidatorSet(validators: validators, proposer: proposer),
            trustedHeight: trustedHeight,
            trustedValidators: ValidatorSet(validators: trustedValidators)
        ).encoded
    }

    /// The same update on another base: a chain's client may trust other heights than ours does.
    public static func rebase(
        _ message: [UInt8], to trustedHeight: Height, trustedValidators: [Validator]
    ) throws(ClientError) -> [UInt8] {
        var header = try wire { () throws(WireError) in try ICS07.Header(reading: message) }
        header.trustedHeight = trustedHeight
        header.trustedValidators = ValidatorSet(validators: trustedValidators)
        return header.encoded
    }

    /// A client update as MsgUpdateClient carries it.
    public static func envelope(_ message: [UInt8]) -> ProtobufAny {
        ProtobufAny(typeURL: ICS07.headerURL, value: message)
    }

    /// Misbehaviour as MsgUpdateClient carries it.
    public static func misbehaviourEnvelope(_ message: [UInt8]) -> ProtobufAny {
        ProtobufAny(typeURL: ICS07.misbehaviourURL, value: message)
    }

    /// What MsgCreateClient carries: a client on these terms that trusts this header. Throws when
    /// the terms or the header could not make a client that works.
    public static func initialStates(
        parameters: ClientParameters, trusted: TrustedHeader
    ) throws(ClientError) -> (clientState: ProtobufAny, consensusState: ProtobufAny) {
        let clientState = ICS07.ClientState(
            chainID: parameters.chainID, trustLevel: parameters.trustThreshold,
            trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
            unbondingPeriodNanoseconds: parameters.unbondingPeriodNanoseconds,
            maxClockDriftNanoseconds: parameters.maxClockDriftNanoseconds,
            latestHeight: trusted.height)
        try clientState.validate()
        try state(of: trusted).validateUsable()
        return (
            ProtobufAny(typeURL: ICS07.clientStateURL, value: clientState.encoded),
            ProtobufAny(typeURL: ICS07.consensusStateURL, value: trusted.consensusState)
        )
    }

    /// The hashes of the sets that a client message carries, as keys for a store of validator sets.
    public static func validatorSets(
        of message: [UInt8]
    ) throws(ClientError) -> [Digest: ValidatorSet] {
        let header = try wire { () throws(WireError) in try ICS07.Header(reading: message) }
        var sets: [Digest: ValidatorSet] = [:]
        for set in [header.validatorSet, header.trustedValidators] {
            if let set { sets[set.hash()] = set }
        }
        return sets
    }
}
