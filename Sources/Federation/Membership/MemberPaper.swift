// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One thing that members hand each other before a version holds: what somebody asks for, and what
/// an authority says to it. Vouches for itself: whoever brings it adds nothing. Source: peer.proto.
public struct MemberPaper: Hashable, Sendable {
    /// The raw value stands in stores and messages: it never changes.
    public enum Kind: UInt32, Hashable, Sendable, CaseIterable {
        /// `RegistrationRequest`
        case request = 1
        /// `MembershipProposal`
        case proposal = 2
        /// `Approval`
        case approval = 3
        /// `Rejection`
        case rejection = 4
        /// `ManifestEquivocation`
        case equivocation = 5
    }

    public let kind: Kind
    public let bytes: [UInt8]
    /// SHA-256 of its encoding: what relays name it by.
    public let digest: Digest

    /// Largest paper: a proposal with the whole next manifest and its requests, bytes.
    public static let maxBytes = ManifestLimits.manifestBytes + 65_536

    public init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
        digest = SHA256.hash(MemberPaper.encode(kind, bytes))
    }

    /// The paper that a block of a file holds; nil when it is none that relays pass on.
    public init?(_ block: (kind: Armour.Kind, bytes: [UInt8])) {
        guard let kind = Kind.allCases.first(where: { $0.armour == block.kind }) else {
            return nil
        }
        self.init(kind, block.bytes)
    }

    /// The paper as lines of text, as it travels in files.
    public var text: String { Armour.encode(kind.armour, bytes) }

    public var encoded: [UInt8] { MemberPaper.encode(kind, bytes) }

    private static func encode(_ kind: Kind, _ bytes: [UInt8]) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.uint32(1, kind.rawValue)
        writer.alwaysBytes(2, bytes)
        return writer.bytes
    }

    public init(reading bytes: [UInt8]) throws(WireError) {
        var kind: Kind?
        var content: [UInt8] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: kind = Kind(rawValue: try reader.uint32(field))
            case 2: content = try reader.bytes(field)
            default: try reader.skip(field)
            }
        }
        guard let kind else { throw .outOfRange("kind of paper") }
        guard content.count <= MemberPaper.maxBytes else {
            throw .tooLarge("paper", limit: MemberPaper.maxBytes)
        }
        self.init(kind, content)
    }
}

extension MemberPaper.Kind {
    var armour: Armour.Kind {
        switch self {
        case .request: .request
        case .proposal: .proposal
        case .approval: .approval
        case .rejection: .rejection
        case .equivocation: .evidence
        }
    }
}
