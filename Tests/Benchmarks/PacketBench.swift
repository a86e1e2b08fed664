// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayStore
import RelayTransport
import TestSupport

/// CPU of a verified, durable packet through two relays: the source's engine and journal, the
/// delivery over mutual TLS, header and proof verified, the destination's engine and journal, and
/// its answer journaled at the source. The chains' nodes and what is said to them are not in it.
func packetBench() {
    do {
        for batch in [1, 10, 100] { try PacketBench(batch: batch).run() }
    } catch {
        print("packets: not measured: \(error)")
    }
}

struct PacketBench {
    let batch: Int

    static let hangzhou = "330100"
    static let beijing = "110000"
    static let client = "07-tendermint-0"

    func run() throws {
        let folder = "/tmp/cityrelay-bench-packets-\(getpid())-\(batch)"
        let certificates = try Certificates(folder)
        let count = batch == 100 ? 4_000 : batch == 10 ? 1_000 : 200
        let source = try SourceChain(packets: count)
        let destination = try Destination(
            folder: folder, source: source, certificates: certificates)
        defer { destination.daemon.stop() }
        var relay = try SourceRelay(
            folder: folder, source: source, destination: destination, batch: batch)
        let start = processNanoseconds()
        try relay.deliverAll()
        let each = Double(processNanoseconds() - start) / Double(count) / 1000
        print(
            "packet through two relays, verified and durable at both, batch \(batch): "
                + "\(hundredths(each)) µs CPU a packet (both relays, TLS included)")
        relay.stop()
    }
}

/// A chain whose state holds the commitments of many packets, and the one header that proves them.
struct SourceChain {
    let chain: TestChain
    let packets: [Packet]
    let proofs: [[UInt8]]
    let header: TrustedHeader
    let message: [UInt8]
    let anchor: TrustedHeader

    init(packets count: Int) throws {
        var stores = Multistore(storeNames: ["acc", "bank", "ibc", "licence", "providentfund"])
        let deadline = UInt64(TestChain.start) + 80_000
        packets = (1...count).map { sequence in
            Packet(
                sequence: UInt64(sequence), sourceClient: WireText(PacketBench.client),
                destinationClient: WireText(PacketBench.client), timeoutSeconds: deadline,
                payloads: [
                    Payload(
                        sourcePort: "providentfund", destinationPort: "providentfund",
                        version: "cityrelay-1", encoding: "application/json",
                        value: [UInt8](repeating: 0x61, count: 700))
                ])
        }
        for packet in packets { stores.set("ibc", packet.commitmentKey, packet.commitment.bytes) }
        let committed = stores.commit()
        proofs = packets.map { packet in
            let answer = stores.prove(
                "ibc", packet.commitmentKey, version: committed.version)
            var writer = ProtobufWriter()
            for operation in answer?.operations ?? [] { writer.alwaysBytes(1, operation.data) }
            return writer.bytes
        }
        chain = TestChain("hangzhou-330100-1", blocks: 2)
        var block = chain.block(2)
        block.header.appHash = committed.appHash.bytes
        block.commit = TestChain.commit(block.header, block.members)
        message = chain.update(to: block, trusting: 1).encoded
        anchor = chain.trusted(1)
        var verifier = SignatureVerifier()
        let verified = try Families.verifyUpdates(
            [message], snapshot: chain.snapshot(trusting: [1]), now: chain.now,
            signatures: &verifier)
        header = verified[0]
    }

    var now: Timestamp { chain.now }
}

/// The destination's relay as it runs in production, with a store that knows the source's anchor.
/// Its own chain's nodes do not answer.
struct Destination {
    let daemon: RelayDaemon
    let topology: Topology
    let own: Certificates.Credentials
    let caller: Certificates.Credentials

    init(folder: String, source: SourceChain, certificates: Certificates) throws {
        own = try certificates.issue(PacketBench.beijing)
        caller = try certificates.issue(PacketBench.hangzhou)
        topology = try Destination.topology(source)
        let store = "\(folder)/relay.db"
        let member = topology.members[1].id
        try Destination.seed(store, member, source)
        let account = AccountKey(
            try SigningKey.secp256k1(scalar: SHA256.hash(Array("bench".utf8)).bytes),
            prefix: "cosmos")
        let now = source.now
        var configuration = DaemonConfiguration(
            ownMember: member, topology: topology,
            connector: ConnectorConfiguration(
                chainID: topology.members[1].chain.id, trustThreshold: .oneThird,
                nodes: ["http://127.0.0.1:9"], nodeAuthorities: nil, account: account, gasPrice: 1,
                gasPriceScale: 1000, gasDenomination: "stake", maxGas: 40_000_000,
                lifetimeBlocks: 10, counterparties: [:]),
            engine: Destination.engine(own: 1, topology, account.address.description),
            tls: own.files, listenAddress: "127.0.0.1", listenPort: 0, storeFile: store,
            verifierThreads: 1, software: "bench")
        configuration.connector.usesWebSocket = false
        configuration.connector.followerLimits.pollMilliseconds = 60_000
        configuration.engine.limits.inboxPackets = 1_000_000
        daemon = try RelayDaemon(configuration: configuration, now: { now }, log: { _ in })
    }

    static func engine(own: Int, _ topology: Topology, _ account: String) -> EngineConfiguration {
        let other = topology.members[1 - own].chain
        return EngineConfiguration(
            chainID: topology.members[own].chain.id.description, account: account,
            routes: [
                RouteConfiguration(
                    chainID: other.id.description, family: "cometbft",
                    anchorHeight: Height(revision: 1, height: 1),
                    trustingPeriodNanoseconds: other.parameters.trustingPeriodNanoseconds,
                    localClient: PacketBench.client, remoteClient: PacketBench.client)
            ], topologyVersion: 1, topologyDigest: topology.digest.bytes, seed: 1)
    }

    private static func topology(_ source: SourceChain) throws -> Topology {
        func member(_ code: String, _ chainID: String, _ hash: Digest) throws -> Member {
            var parameters = source.chain.parameters
            parameters.chainID = ChainID(chainID)
            return Member(
                id: MemberID(
                    division: try DivisionCode(code),
                    institution: try InstitutionCode("\(code)000000000")),
                name: code,
                chain: Chain(
                    family: .cometBFT, parameters: parameters,
                    anchor: TrustAnchor(height: 1, headerHash: hash),
                    blockIntervalNanoseconds: 1_000_000_000, commitmentPrefix: ["ibc", ""]),
                relay: RelayEndpoints(
                    endpoints: [Endpoint(host: "127.0.0.1", port: 9)], keyPins: []))
        }
        let members = [
            try member(
                PacketBench.hangzhou, "hangzhou-330100-1", source.anchor.headerHash ?? .zero),
            try member(PacketBench.beijing, "beijing-110000-1", .zero),
        ]
        return Topology(
            name: "bench", version: 1, members: members,
            routes: [
                Route(
                    first: Route.End(member: members[0].id, client: PacketBench.client),
                    second: Route.End(member: members[1].id, client: PacketBench.client))
            ])
    }

    private static func seed(_ path: String, _ owner: MemberID, _ source: SourceChain) throws {
        let journal = try SQLiteJournal(path: path, owner: owner.description)
        let chainID = source.chain.chainID.description
        try journal.commit([
            .client(
                ClientRecord(
                    chainID: chainID, family: "cometbft", latestHeight: source.anchor.height)),
            .header(
                HeaderRecord(
                    chainID: chainID, height: source.anchor.height,
                    timestamp: source.anchor.timestamp,
                    headerHash: source.anchor.headerHash?.bytes ?? [],
                    consensusState: source.anchor.consensusState, message: [],
                    verifiedAt: source.anchor.timestamp)),
            .link(
                LinkRecord(
                    counterpartyChain: chainID, localClient: PacketBench.client,
                    remoteClient: PacketBench.client, isRegistered: true)),
        ])
    }
}
