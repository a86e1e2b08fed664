// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One organisation of the federation, the chain it answers for and the relay that speaks for it.
public struct Member: Hashable, Sendable {
    public var id: MemberID
    /// Short name in Latin letters, as logs and tables show it.
    public var name: String
    /// The organisation's own name, in its own script; empty when not given.
    public var localName: String
    public var chain: Chain
    public var relay: RelayEndpoints
    /// Sign requests for proofs, releases and access logs; two while a member changes its key.
    /// Empty: the member asks for no proofs and gives none.
    public var evidenceKeys: [MemberKey]

    public init(
        id: MemberID, name: String, localName: String = "", chain: Chain, relay: RelayEndpoints,
        evidenceKeys: [MemberKey] = []
    ) {
        self.id = id
        self.name = name
        self.localName = localName
        self.chain = chain
        self.relay = relay
        self.evidenceKeys = evidenceKeys
    }
}

/// A header that all members agree to start from: they compared its hash outside this system.
public struct TrustAnchor: Hashable, Sendable {
    public var height: UInt64
    public var headerHash: Digest

    public init(height: UInt64, headerHash: Digest) {
        self.height = height
        self.headerHash = headerHash
    }
}

/// A member's chain as the other members verify it.
public struct Chain: Hashable, Sendable {
    public var family: FamilyID
    /// Chain id and the terms on which headers are believed.
    public var parameters: ClientParameters
    /// Nil only in a topology that has not been checked.
    public var anchor: TrustAnchor?
    /// About how long the chain takes for a block. Paces requests; nothing is judged by it.
    public var blockIntervalNanoseconds: Int64
    /// What stands before every commitment key: ICS-23 store name, then key prefix.
    public var commitmentPrefix: [String]

    public init(
        family: FamilyID, parameters: ClientParameters, anchor: TrustAnchor?,
        blockIntervalNanoseconds: Int64, commitmentPrefix: [String]
    ) {
        self.family = family
        self.parameters = parameters
        self.anchor = anchor
        self.blockIntervalNanoseconds = blockIntervalNanoseconds
        self.commitmentPrefix = commitmentPrefix
    }

    public var id: ChainID { parameters.chainID }
}

/// Where one relay process listens for its peers.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name, or an IPv4 or IPv6 address without brackets.
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    public var description: String {
        host.utf8.contains(0x3a) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Nil unless the text is `host:port`, an IPv6 host in brackets, and the port is not zero.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port != 0
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.utf8.contains(0x3a) else { return nil }
        } else if host.utf8.contains(0x3a) {
            return nil
        }
        guard Endpoint.isHost(host) else { return nil }
        self.init(host: host, port: port)
    }

    /// Whether the text can name a host: the characters of DNS names and of IP addresses, at most
    /// 253.
    public static func isHost(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x3a, 0x5f: continue
            default: return false
            }
        }
        return true
    }
}

/// A member's relay: where it is reached, and which keys it may show.
public struct RelayEndpoints: Hashable, Sendable {
    /// Tried in this order.
    public var endpoints: [Endpoint]
    /// SHA-256 of the SubjectPublicKeyInfo of the certificates that are right; two while a member
    /// changes its key. Empty: the certificate authority alone vouches for the member.
    public var keyPins: [Digest]

    public init(endpoints: [Endpoint], keyPins: [Digest]) {
        self.endpoints = endpoints
        self.keyPins = keyPins
    }
}
