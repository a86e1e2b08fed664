// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Several cities on loopback whose relays know each other by a signed manifest, and the
/// authorities that sign its versions.
///
/// `@unchecked Sendable`, because the one suite that uses it is serialized.
final class FederationHarness: @unchecked Sendable {
    typealias Relay = PeerHarness.Relay

    private(set) var relays: [Relay] = []
    private(set) var versions: [SignedManifest] = []
    private let name = "federation-\(UInt32.random(in: .min ... .max))"

    static let names = [
        "330100": "hangzhou", "110000": "beijing", "431300": "loudi", "320100": "nanjing",
    ]

    init(_ codes: [String], quorum: UInt32 = 2) throws {
        for code in codes { _ = try addCity(code) }
        let now = Timestamp.wallClock
        let manifest = Manifest(
            federation: "laboratory", version: 1, previous: .zero,
            issuedAt: now.adding(nanoseconds: -3_600 * EngineTiming.second),
            softExpiry: now.adding(nanoseconds: 300 * 86_400 * EngineTiming.second),
            hardExpiry: now.adding(nanoseconds: 365 * 86_400 * EngineTiming.second),
            quorum: QuorumRule(.atLeast(quorum)),
            routes: .allPairs(maxPacketLifetimeSeconds: 86_400), note: "founding",
            members: try relays.map { try entry($0) })
        versions = [SignedManifest(SealedManifest(manifest), signatures: [])]
    }

    deinit { stop() }

    func stop() {
        for relay in relays {
            relay.stop()
            relay.city.stop()
        }
    }

    subscript(_ code: String) -> Relay { relays.first { $0.city.code == code } ?? relays[0] }

    /// A chain and a key; its relay is started by `start`.
    func addCity(_ code: String, office: Bool = false) throws -> Relay {
        let relay = try Relay(
            LaboratoryCity(
                code: code, name: FederationHarness.names[code] ?? "city", office: office),
            Laboratory.issue("\(name)-\(code)", division: code, institution: "\(code)000000000"))
        try install(relay.credentials, at: relay)
        relays.append(relay)
        return relay
    }

    /// Puts a certificate and its key where the relay reads them.
    func install(_ credentials: Laboratory.Credentials, at relay: Relay) throws {
        try relay.folder.write(Corpus.read(credentials.files.certificate), to: "relay.crt")
        try relay.folder.write(Corpus.read(credentials.files.key), to: "relay.key")
    }

    /// Another key of the same member.
    func newKey(of relay: Relay) throws -> Laboratory.Credentials {
        try Laboratory.issue(
            "\(name)-\(relay.city.code)-next", division: relay.city.code,
            institution: "\(relay.city.code)000000000")
    }

    // MARK: Manifest

    static func key(_ purpose: String, _ code: String) throws -> SigningKey {
        try .ed25519(seed: SHA256.hash(Array("\(purpose) \(code)".utf8)).bytes)
    }

    private func memberKey(_ purpose: String, _ code: String) throws -> MemberKey {
        guard let key = MemberKey(try FederationHarness.key(purpose, code).publicKey) else {
            throw LaboratoryCity.Trouble("no key")
        }
        return key
    }

    func entry(_ relay: Relay) throws -> ManifestMember {
        let city = relay.city
        return ManifestMember(
            id: city.member, name: city.chainID,
            owner: Organisation(name: "\(city.chainID) Bureau", code: "TEXT00017"),
            operator: Organisation(name: "Chain Company"),
            authorityKeys: [try memberKey("authority", city.code)],
            evidenceKeys: [try memberKey("evidence", city.code)],
            relay: RelayEndpoints(
                endpoints: [Endpoint(host: "127.0.0.1", port: UInt16(relay.port))],
                keyPins: [Digest(relay.credentials.pin.bytes)].compactMap { $0 }),
            chains: [
                Chain(
                    family: .cometBFT,
                    parameters: ClientParameters(
                        chainID: ChainID(city.chainID),
                        trustingPeriodNanoseconds: 14 * 86_400 * EngineTiming.second,
                        maxClockDriftNanoseconds: 10 * EngineTiming.second,
                        unbondingPeriodNanoseconds: 21 * 86_400 * EngineTiming.second),
                    anchor: city.anchor, blockIntervalNanoseconds: EngineTiming.second,
                    commitmentPrefix: ["ibc", ""])
            ])
    }

    /// The next version, signed by as many voters as it takes; not told to anybody.
    func sign(
        after base: SignedManifest? = nil, _ change: (inout Manifest) throws -> Void
    ) throws -> SignedManifest {
        let base = base ?? versions[versions.count - 1]
        var manifest = base.manifest
        manifest.version += 1
        manifest.previous = base.digest
        manifest.issuedAt = manifest.issuedAt.adding(nanoseconds: EngineTiming.second)
        manifest.note = "version \(manifest.version)"
        try change(&manifest)
        let sealed = SealedManifest(manifest, like: base.sealed)
        let voters = base.manifest.voters
        let needed = base.manifest.quorum.needed(of: voters.count)
        let signatures = try voters.prefix(needed).compactMap { voter in
            ManifestSignature(
                signing: sealed.digest,
                with: try FederationHarness.key("authority", voter.division.description))
        }
        return SignedManifest(sealed, signatures: signatures)
    }

    /// The next version; it is the latest from now on.
    func next(_ change: (inout Manifest) throws -> Void) throws -> SignedManifest {
        let signed = try sign(change)
        versions.append(signed)
        return signed
    }

    /// A version in which a member has another status, handed to one relay; returns its number once
    /// that relay and the member's hold it.
    func change(_ member: Relay, to status: MemberStatus, from relay: Relay) throws -> UInt64 {
        let version = try next { manifest in
            var entry = try #require(manifest.member(member.city.member))
            entry.status = status
            entry.statusReason = status == .active ? "" : "an audit"
            manifest.set(entry)
        }
        offer([version], to: relay)
        let number = version.manifest.version
        try until("both have version \(number)") {
            self.version(at: relay) == number && self.version(at: member) == number
        }
        return number
    }

    var latest: SignedManifest { versions[versions.count - 1] }

    // MARK: Relays

    /// Starts a relay with the versions that its operator was given, and the first one's digest
    /// read over the telephone.
    func start(
        _ relay: Relay, with versions: [SignedManifest],
        _ configure: (inout DaemonConfiguration) throws -> Void = { _ in }
    ) throws {
        let account = try relay.city.account("relayer")
        var connector = ConnectorConfiguration(
            chainID: ChainID(relay.city.chainID), trustThreshold: .oneThird,
            nodes: [relay.city.address], nodeAuthorities: nil, account: account, gasPrice: 1,
            gasPriceScale: 1_000, gasDenomination: "stake", maxGas: 20_000_000,
            lifetimeBlocks: 20, counterparties: [:])
        connector.followerLimits.pollMilliseconds = 40
        connector.followerLimits.pollWithHintsMilliseconds = 200
        var engine = EngineConfiguration(
            chainID: relay.city.chainID, account: account.address.description, routes: [],
            topologyVersion: 0, topologyDigest: [], seed: 7)
        engine.timing.careInterval = EngineTiming.second / 5
        engine.timing.reconcileInterval = 2 * EngineTiming.second
        engine.timing.resolveInterval = EngineTiming.second / 2
        engine.timing.backoff.initial = EngineTiming.second / 20
        engine.timing.backoff.maximum = EngineTiming.second
        var configuration = DaemonConfiguration(
            ownMember: relay.city.member,
            topology: Topology(name: "none", version: 0, members: [], routes: []),
            connector: connector, engine: engine,
            tls: TLSContext.Files(
                certificate: relay.folder.file("relay.crt"), key: relay.folder.file("relay.key"),
                authority: relay.credentials.files.authority),
            listenAddress: "127.0.0.1", listenPort: relay.port, storeFile: relay.store,
            verifierThreads: 1, software: "cityrelay test")
        configuration.peerTiming.greetMilliseconds = 1_000
        configuration.peerTiming.regreetMilliseconds = 100
        configuration.manifest = ManifestSource(
            anchor: versions.first?.digest, versions: versions.map(\.encoded))
        try configure(&configuration)
        let daemon = try RelayDaemon(
            configuration: configuration, now: { relay.now },
            log: { note in relay.notes.withLock { $0.append(note) } })
        relay.daemon.withLock { $0 = daemon }
    }

    /// An operator gives a relay a file.
    func offer(_ versions: [SignedManifest], to relay: Relay) {
        relay.daemon.withLock { $0?.offer(manifests: versions.map(\.encoded)) }
    }

    func version(at relay: Relay) -> UInt64 {
        relay.daemon.withLock { $0?.membersVersion?.number } ?? 0
    }

    func link(_ relay: Relay, to other: Relay) throws -> LinkRecord? {
        try relay.journal().links().first { $0.counterpartyChain == other.city.chainID }
    }

    func areLinked(_ one: Relay, _ other: Relay) throws -> Bool {
        try link(one, to: other)?.isRegistered == true
            && link(other, to: one)?.isRegistered == true
    }

    func send(_ count: Int, from relay: Relay, to other: Relay) throws -> [Packet] {
        try relay.city.send(
            (0..<count).map { relay.city.letter($0) },
            client: try link(relay, to: other)?.localClient ?? "",
            timeoutSeconds: Timestamp.wallClock.unixSeconds + 3_600)
    }

    func record(_ packet: Packet, at relay: Relay) throws -> PacketRecord? {
        try relay.journal().packet(
            PacketID(
                direction: .outgoing, client: packet.sourceClient.description,
                sequence: packet.sequence))
    }

    // MARK: Time

    /// Milliseconds on a clock that only ascends.
    static var milliseconds: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Makes a block on every chain each 60 ms until something holds. Returns how many milliseconds
    /// that took; throws, with what the relays said last, when it does not within the given time.
    @discardableResult
    func until(_ what: String, seconds: Int64 = 90, _ holds: () throws -> Bool) throws -> Int64 {
        let begun = FederationHarness.milliseconds
        var nextBlock = begun
        while FederationHarness.milliseconds < begun + seconds * 1_000 {
            if try holds() { return FederationHarness.milliseconds - begun }
            if FederationHarness.milliseconds >= nextBlock {
                for relay in relays { relay.city.makeBlocks() }
                nextBlock = FederationHarness.milliseconds + 60
            }
            usleep(5_000)
        }
        let words = relays.map { relay in
            let last = relay.notes.withLock { $0.filter { $0.level >= .warning }.suffix(6) }
            return "\(relay.city.chainID): "
                + last.map { "\($0.code) \($0.chainID) \($0.detail)" }.joined(separator: "; ")
        }
        throw LaboratoryCity.Trouble(
            "not within \(seconds) s: \(what)\n\(words.joined(separator: "\n"))")
    }
}
