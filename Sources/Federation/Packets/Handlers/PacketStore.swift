// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A chain's `ibc` store, by its provable keys.
public protocol PacketStore {
    func packetValue(at key: [UInt8]) -> [UInt8]?
    /// Never called with an empty value: such a value could not be proven.
    mutating func setPacketValue(_ value: [UInt8], at key: [UInt8])
    mutating func removePacketValue(at key: [UInt8])
}

/// The light clients that a chain hosts, as its packet handlers ask them.
public protocol ClientView {
    /// Nil: there is no such client.
    func status(ofClient client: WireText) -> ClientStatus?
    /// Time of the latest header the client trusts.
    func latestTimestamp(ofClient client: WireText) throws(ClientViewError) -> Timestamp
    /// Time of the header at this height.
    func timestamp(
        ofClient client: WireText, at height: Height
    ) throws(ClientViewError) -> Timestamp
    /// Throws unless the other chain's state at this height holds `value` at `path` (root to leaf).
    /// The client's status comes first.
    func verifyMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]],
        value: [UInt8]
    ) throws(ClientViewError)
    /// Throws unless the other chain's state at this height has nothing at `path`.
    func verifyNonMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]]
    ) throws(ClientViewError)
}

/// Why a hosted client does not answer, or answers no.
public enum ClientViewError: Error, Hashable, Sendable {
    case unknownClient(WireText)
    case notActive(WireText, ClientStatus)
    case heightAboveLatest(Height, latest: Height)
    case noConsensusState(Height)
    /// The proof's bytes are no MerkleProof.
    case proofWire(WireError)
    case proof(ProofError)

    public var chainCode: ChainCode {
        switch self {
        case .unknownClient: .client(4)
        case .notActive: .client(29)
        case .heightAboveLatest: .ibc(9)
        case .noConsensusState: .client(7)
        case .proofWire, .proof: .commitment(2)
        }
    }

    /// The refusal in the words of ibc-go, for a transaction's log.
    public var log: String {
        switch self {
        case .unknownClient(let client): "\(client): light client not found"
        case .notActive(let client, let status):
            "client (\(client)) status is \(status.rawValue.capitalizedASCII): "
                + "client state is not active"
        case .heightAboveLatest(let height, let latest):
            "client state height < proof height (\(ClientViewError.braced(latest)) < "
                + "\(ClientViewError.braced(height))), please ensure the client has been updated: "
                + "invalid height"
        case .noConsensusState:
            "please ensure the proof was constructed against a height that exists on the client: "
                + "consensus state not found"
        case .proofWire:
            "failed to unmarshal proof into ICS 23 commitment merkle proof: invalid proof"
        case .proof(let error): "\(error.code): invalid proof"
        }
    }

    private static func braced(_ height: Height) -> String {
        "{\(height.revision) \(height.height)}"
    }
}

extension String {
    /// The first letter in upper case.
    fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}

extension PacketStore {
    /// Nil when the client has no counterparty yet.
    public func counterparty(ofClient client: WireText) -> CounterpartyInfo? {
        packetValue(at: PacketKey.counterparty(client)).flatMap {
            try? CounterpartyInfo(reading: $0)
        }
    }

    /// Registers the counterparty; sends begin at sequence 1.
    public mutating func setCounterparty(_ info: CounterpartyInfo, ofClient client: WireText) {
        setPacketValue(info.encoded, at: PacketKey.counterparty(client))
        setPacketValue(PacketKey.bigEndian(1), at: PacketKey.nextSequenceSend(client))
    }

    /// Who may relay; everybody where nothing was set.
    public func config(ofClient client: WireText) -> ClientConfig {
        packetValue(at: PacketKey.config(client)).flatMap { try? ClientConfig(reading: $0) }
            ?? ClientConfig()
    }

    public mutating func setConfig(_ config: ClientConfig, ofClient client: WireText) {
        let bytes = config.encoded
        if bytes.isEmpty {
            removePacketValue(at: PacketKey.config(client))
        } else {
            setPacketValue(bytes, at: PacketKey.config(client))
        }
    }

    /// Nil when the client has no counterparty yet.
    public func nextSequenceSend(ofClient client: WireText) -> UInt64? {
        packetValue(at: PacketKey.nextSequenceSend(client)).flatMap { PacketKey.number($0) }
    }
}
