// SPDX-License-Identifier: Apache-2.0

/// What a client message says of itself, before anything is verified.
public struct ClientMessageSummary: Hashable, Sendable {
    public let height: Height
    /// The height that it builds on.
    public let trustedHeight: Height
    public let headerHash: Digest
    public let timestamp: Timestamp

    public init(
        height: Height, trustedHeight: Height, headerHash: Digest, timestamp: Timestamp
    ) {
        self.height = height
        self.trustedHeight = trustedHeight
        self.headerHash = headerHash
        self.timestamp = timestamp
    }
}

/// Remembers the part that all proofs of one state share, so that a batch verifies it once. Holds
/// verified facts only: it may be kept as long as it pleases.
public struct ProofCache: Sendable {
    var anchor: StoreAnchor?

    public init() {}
}

/// A kind of chain: how its headers and proofs are verified. Pure and without state of its own; a
/// new family is one folder, one conformance to this, and one line in `Families`.
public protocol ChainFamily: Sendable {
    /// A decoded client update: claimed.
    associatedtype ClientMessage: Sendable

    static var id: FamilyID { get }

    /// Decodes a client update and checks every rule that needs no trust and no signature.
    static func decode(message: [UInt8]) throws(ClientError) -> ClientMessage

    static func summary(of message: ClientMessage) -> ClientMessageSummary

    /// Verifies a client update against the trusted header it builds on.
    static func verify(
        _ message: ClientMessage, parameters: ClientParameters, trusted: TrustedHeader,
        now: Timestamp, signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader

    /// The trusted header of an operator's anchor: the header must have exactly this hash and be
    /// signed by its own set.
    static func verifyAnchor(
        _ message: ClientMessage, parameters: ClientParameters, hash: Digest,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader

    /// The trusted header of an anchor from its bare header alone: what has the anchor's hash needs
    /// no signature. For evidence, which must be small.
    static func anchor(
        bareHeader: [UInt8], parameters: ClientParameters, hash: Digest
    ) throws(ClientError) -> TrustedHeader

    /// The bare header that a client update carries.
    static func bareHeader(of message: [UInt8]) throws(ClientError) -> [UInt8]

    /// Whether these are the bytes that this program writes for what they mean. Evidence is taken
    /// in no other form, so that verifiers in other languages need not copy a decoder's leniency.
    static func isCanonical(message: [UInt8]) -> Bool
    static func isCanonical(proof: [UInt8]) -> Bool

    /// Throws unless the state under the header holds `value` at `path`.
    static func verifyMembership(
        proof: [UInt8], path: [[UInt8]], value: [UInt8], at header: TrustedHeader,
        cache: inout ProofCache
    ) throws(ClientError)

    /// Throws unless the state under the header has nothing at `path`.
    static func verifyNonMembership(
        proof: [UInt8], path: [[UInt8]], at header: TrustedHeader, cache: inout ProofCache
    ) throws(ClientError)

    /// The family's misbehaviour message from two client messages, in either order.
    static func misbehaviour(
        _ one: [UInt8], _ other: [UInt8]
    ) throws(ClientError) -> [UInt8]

    /// The two client messages that a misbehaviour message accuses.
    static func accused(
        _ misbehaviour: [UInt8]
    ) throws(ClientError) -> (first: [UInt8], second: [UInt8])

    /// Verifies that both accused headers are signed, on some of `bases`, and contradict each
    /// other. Throws `noTrustedState` when no base fits.
    static func verifyMisbehaviour(
        _ bytes: [UInt8], parameters: ClientParameters, bases: [TrustedHeader], now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> VerifiedMisbehaviour

    /// The same misbehaviour on heights of `bases`. Verifies nothing.
    static func rebaseMisbehaviour(
        _ bytes: [UInt8], parameters: ClientParameters, bases: [TrustedHeader]
    ) throws(ClientError) -> [UInt8]
}
