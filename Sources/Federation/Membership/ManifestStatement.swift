// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What authorities signed, without the members' entries: the preimage of a version's digest, and
/// the signatures.
public struct ManifestStatement: Hashable, Sendable {
    /// The manifest's bytes with each entry replaced by its hash.
    public var preimage: [UInt8]
    public var signatures: [ManifestSignature]

    public init(preimage: [UInt8], signatures: [ManifestSignature]) {
        self.preimage = preimage
        self.signatures = signatures
    }

    public var digest: Digest { SHA256.hash(preimage) }

    /// The version that was signed. Throws when the preimage is none.
    public func version() throws(ManifestError) -> UInt64 { try head().version }

    /// Federation, version and previous digest, as the preimage says. Throws when it is none.
    func head() throws(ManifestError) -> ManifestHead {
        do throws(WireError) {
            return try ManifestHead(reading: preimage)
        } catch {
            throw .wire(error)
        }
    }

    /// Largest preimage: a head with every route listed and a hash for each member, bytes.
    static let maxPreimageBytes = ManifestLimits.manifestBytes
}

extension ManifestStatement: ProtobufMessage {
    public init() { self.init(preimage: [], signatures: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            preimage = try reader.bytes(field)
            guard preimage.count <= ManifestStatement.maxPreimageBytes else {
                throw .tooLarge("preimage", limit: ManifestStatement.maxPreimageBytes)
            }
        case 2:
            try reader.append(
                field, to: &signatures, limit: ManifestLimits.signatures, "signatures")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, preimage)
        writer.messages(2, signatures)
    }
}

/// Two versions of one number, both signed by a quorum of the version before: some members signed
/// both. Kept, told to others, and verifiable by everyone who holds the version before.
public struct ManifestEquivocation: Hashable, Sendable {
    /// The statement with the lower digest.
    public var first: ManifestStatement
    public var second: ManifestStatement

    /// Puts the two in order, so that everyone's evidence of one offence is the same bytes.
    public init(_ one: ManifestStatement, _ other: ManifestStatement) {
        let inOrder = one.digest < other.digest
        first = inOrder ? one : other
        second = inOrder ? other : one
    }

    /// Verifies both statements against the electorate that was to sign. Returns the members that
    /// signed both: with a quorum of more than half there is at least one.
    public func verify(
        electorate: Electorate, signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) -> [MemberID] {
        let (one, other) = (try first.head(), try second.head())
        guard one.federation == electorate.federation, other.federation == electorate.federation
        else { throw .otherFederation(got: other.federation, expected: electorate.federation) }
        guard one.version == electorate.version + 1, other.version == one.version else {
            throw .noEquivocation
        }
        guard first.digest != second.digest else { throw .noEquivocation }
        for head in [one, other] where head.previous != electorate.digest.bytes {
            throw .previousMismatch(
                version: head.version, got: Digest(head.previous) ?? .zero,
                expected: electorate.digest)
        }
        let signers = try electorate.verify(
            first.signatures, of: first.digest, with: &verifier)
        let others = Set(
            try electorate.verify(second.signatures, of: second.digest, with: &verifier))
        return signers.filter { others.contains($0) }.sorted()
    }
}

extension ManifestEquivocation: ProtobufMessage {
    public init() {
        first = ManifestStatement()
        second = ManifestStatement()
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &first)
        case 2: try reader.merge(field, into: &second)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, first)
        writer.message(2, second)
    }
}
