// SPDX-License-Identifier: Apache-2.0

extension ICS07 {
    /// A client update: a signed header, its set, and the set that the trusted height announced.
    public struct Header: Hashable, Sendable {
        public var signedHeader: SignedHeader?
        public var validatorSet: ValidatorSet?
        public var trustedHeight: Height
        public var trustedValidators: ValidatorSet?

        public init(
            signedHeader: SignedHeader, validatorSet: ValidatorSet, trustedHeight: Height,
            trustedValidators: ValidatorSet
        ) {
            self.signedHeader = signedHeader
            self.validatorSet = validatorSet
            self.trustedHeight = trustedHeight
            self.trustedValidators = trustedValidators
        }

        /// A client update that keeps every rule which needs no trust.
        public struct Checked: Hashable, Sendable {
            public let signed: SignedHeader.Checked
            public let height: LightClient.Height
            public let validators: CheckedValidatorSet
            let validatorSet: ValidatorSet
            public let trustedHeight: LightClient.Height
            public let trustedValidators: ValidatorSet?

            public var header: LightClient.Header { signed.header }
            public var consensusState: ConsensusState { ConsensusState(signed.header) }
        }

        /// Header.ValidateBasic: the parts are there, keep the basic rules under the header's own
        /// chain id, and stand above the trusted height.
        public func checked() throws(ClientError) -> Checked {
            guard let signedHeader else { throw .block(.missing("signed header")) }
            guard let header = signedHeader.header else { throw .block(.missing("header")) }
            guard let validatorSet else { throw .block(.missing("validator set")) }
            let height = try basicRules { () throws(BlockError) in try header.revisionHeight() }
            guard trustedHeight < height else {
                throw .headerHeight(height, trusted: trustedHeight)
            }
            let signed = try basicRules { () throws(BlockError) in
                try signedHeader.checked(chainID: header.chainID)
            }
            let validators = try basicRules { () throws(BlockError) in
                try validatorSet.checked()
            }
            let hash = validators.hash()
            guard header.validatorsHash == hash.bytes else {
                throw .block(.validatorsMismatch(got: hash, header: header.validatorsHash))
            }
            return Checked(
                signed: signed, height: height, validators: validators, validatorSet: validatorSet,
                trustedHeight: trustedHeight, trustedValidators: trustedValidators)
        }
    }
}

extension ICS07.Header: ProtobufMessage {
    public init() {
        signedHeader = nil
        validatorSet = nil
        trustedHeight = .zero
        trustedValidators = nil
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &signedHeader)
        case 2: try reader.merge(field, into: &validatorSet)
        case 3: try reader.merge(field, into: &trustedHeight)
        case 4: try reader.merge(field, into: &trustedValidators)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, signedHeader)
        writer.message(2, validatorSet)
        writer.message(3, trustedHeight)
        writer.message(4, trustedValidators)
    }
}
