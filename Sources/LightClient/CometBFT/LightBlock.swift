// SPDX-License-Identifier: Apache-2.0

/// A header and the commit that is said to be for it: claimed.
public struct SignedHeader: Hashable, Sendable {
    public var header: Header?
    public var commit: Commit?

    public init(header: Header, commit: Commit) {
        self.header = header
        self.commit = commit
    }

    /// A signed header whose parts keep the basic rules and belong together. Nothing is verified
    /// yet.
    public struct Checked: Hashable, Sendable {
        public let header: Header
        public let commit: Commit
        public let hash: Digest
    }

    /// Header and commit keep the basic rules, the chain is the expected one, and the commit names
    /// this header's height and hash. Spec: §1.3.
    public func checked(chainID: ChainID) throws(BlockError) -> Checked {
        guard let header else { throw .missing("header") }
        guard let commit else { throw .missing("commit") }
        try header.validate()
        try commit.validate()
        guard header.chainID == chainID else {
            throw .chainIDMismatch(got: header.chainID, expected: chainID)
        }
        guard commit.height == header.height else {
            throw .commitHeight(got: commit.height, header: header.height)
        }
        let hash = try header.hash()
        guard commit.blockID.hash == hash.bytes else {
            throw .commitBlock(got: commit.blockID.hash, header: hash)
        }
        return Checked(header: header, commit: commit, hash: hash)
    }
}

/// A signed header with the validator set that is said to have signed it: claimed.
public struct LightBlock: Hashable, Sendable {
    public var signedHeader: SignedHeader?
    public var validators: ValidatorSet?

    public init(signedHeader: SignedHeader, validators: ValidatorSet) {
        self.signedHeader = signedHeader
        self.validators = validators
    }

    public var height: Int64? { signedHeader?.header?.height }

    /// Signed header and set keep the basic rules, and the set is the one that the header names.
    public func validate(chainID: ChainID) throws(BlockError) {
        guard let signedHeader else { throw .missing("signed header") }
        guard let validators else { throw .missing("validator set") }
        let checked = try signedHeader.checked(chainID: chainID)
        let hash = try validators.checked().hash()
        guard checked.header.validatorsHash == hash.bytes else {
            throw .validatorsMismatch(got: hash, header: checked.header.validatorsHash)
        }
    }
}

extension SignedHeader: ProtobufMessage {
    public init() {
        header = nil
        commit = nil
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &header)
        case 2: try reader.merge(field, into: &commit)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, header)
        writer.message(2, commit)
    }
}

extension LightBlock: ProtobufMessage {
    public init() {
        signedHeader = nil
        validators = nil
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &signedHeader)
        case 2: try reader.merge(field, into: &validators)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, signedHeader)
        writer.message(2, validators)
    }
}
