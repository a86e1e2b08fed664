// SPDX-License-Identifier: Apache-2.0

package import Federation
import Glibc
package import LightClient
package import RelayAPI
import RelayConnectors
package import RelayEngine
package import RelayStore
import RelayTransport
package import Synchronization

/// Two cities on loopback: an embedded chain each, whose blocks the test makes, and a whole relay
/// each. Certificates are throw-away, ports the system's, the relays' clocks the test's.
package final class PeerHarness: Sendable {
    /// What one relay is started with, and what it has said.
    package final class Relay: Sendable {
        package let city: LaboratoryCity
        package let credentials: Laboratory.Credentials
        package let port: Int
        package let folder: ScratchFolder
        /// Seconds that its clock is ahead of the system's.
        package let clockOffset = Mutex<Int64>(0)
        package let notes = Mutex<[EngineNote]>([])
        package let daemon = Mutex<RelayDaemon?>(nil)
        /// Where its peers connect instead of its own port.
        package let otherPort = Mutex<Int?>(nil)
        package let fixedAPIPort = Mutex<Int?>(nil)
        /// Signs this city's part of proofs; the same for every run.
        package let evidenceKey: SigningKey

        package init(_ city: LaboratoryCity, _ credentials: Laboratory.Credentials) throws {
            self.city = city
            self.credentials = credentials
            port = try FreePort.any()
            folder = try ScratchFolder()
            evidenceKey = try SigningKey.ed25519(
                seed: SHA256.hash(Array("evidence \(city.code)".utf8)).bytes)
        }

        package var store: String { folder.file("relay.db") }
        package func journal() throws -> JournalReader { try JournalReader(path: store) }

        package var now: Timestamp {
            Timestamp.wallClock.adding(nanoseconds: clockOffset.withLock { $0 } * 1_000_000_000)
        }

        package func said(_ code: String) -> [EngineNote] {
            notes.withLock { $0.filter { $0.code == code } }
        }

        package func stop() {
            daemon.withLock { daemon in
                daemon?.stop()
                daemon = nil
            }
        }
    }

    package let hangzhou: Relay
    package let beijing: Relay
    package let limits: EngineLimits
    package let reconcileSeconds: Int64

    package init(
        limits: EngineLimits = EngineLimits(), reconcileSeconds: Int64 = 2,
        offices: Bool = false, powers: [Int64]? = nil
    ) throws {
        self.limits = limits
        self.reconcileSeconds = reconcileSeconds
        // Files of its own: other harnesses may be at work.
        let name = "harness-\(UInt32.random(in: .min ... .max))"
        hangzhou = try Relay(
            LaboratoryCity(code: "330100", name: "hangzhou", office: offices, powers: powers),
            Laboratory.issue(
                "\(name)-330100", division: "330100", institution: "330100000000000"))
        beijing = try Relay(
            LaboratoryCity(code: "110000", name: "beijing", office: offices, powers: powers),
            Laboratory.issue(
                "\(name)-110000", division: "110000", institution: "110000000000000"))
    }

    deinit { stop() }

    package func stop() {
        for relay in [hangzhou, beijing] {
            relay.stop()
            relay.city.stop()
        }
    }

    /// Two linked cities with both relays at work.
    package static func linked(
        limits: EngineLimits = EngineLimits(), reconcileSeconds: Int64 = 2
    ) throws -> PeerHarness {
        let harness = try PeerHarness(limits: limits, reconcileSeconds: reconcileSeconds)
        try harness.start(harness.hangzhou)
        try harness.start(harness.beijing)
        try harness.link()
        return harness
    }

    // MARK: Set-up

    package func topology(version: UInt64 = 1) throws -> Topology {
        let members = [hangzhou, beijing].map { relay in
            Member(
                id: relay.city.member, name: relay.city.chainID,
                chain: Chain(
                    family: .cometBFT,
                    parameters: ClientParameters(
                        chainID: ChainID(relay.city.chainID),
                        trustingPeriodNanoseconds: 14 * 86_400 * EngineTiming.second,
                        maxClockDriftNanoseconds: 10 * EngineTiming.second,
                        unbondingPeriodNanoseconds: 21 * 86_400 * EngineTiming.second),
                    anchor: relay.city.anchor, blockIntervalNanoseconds: EngineTiming.second,
                    commitmentPrefix: ["ibc", ""]),
                relay: RelayEndpoints(
                    endpoints: [
                        Endpoint(
                            host: "127.0.0.1",
                            port: UInt16(relay.otherPort.withLock { $0 } ?? relay.port))
                    ],
                    keyPins: [Digest(relay.credentials.pin.bytes)].compactMap { $0 }),
                evidenceKeys: [MemberKey(relay.evidenceKey.publicKey)].compactMap { $0 })
        }
        return Topology(
            name: "laboratory", version: version, members: members,
            routes: [
                Route(
                    first: Route.End(member: members[0].id),
                    second: Route.End(member: members[1].id))
            ])
    }

    /// Starts one relay; again after it was stopped.
    package func start(
        _ relay: Relay, topologyVersion: UInt64 = 1, nodes: [String]? = nil,
        change: (inout DaemonConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = try configuration(
            relay, topology(version: topologyVersion), nodes ?? [relay.city.address])
        change(&configuration)
        let daemon = try RelayDaemon(
            configuration: configuration, now: { relay.now },
            log: { note in relay.notes.withLock { $0.append(note) } })
        relay.daemon.withLock { $0 = daemon }
    }

    private func configuration(
        _ relay: Relay, _ topology: Topology, _ nodes: [String]
    ) throws -> DaemonConfiguration {
        let other = relay === hangzhou ? beijing : hangzhou
        let own = relay.city
        guard let peer = topology.member(other.city.member), let anchor = peer.chain.anchor else {
            throw LaboratoryCity.Trouble("no peer")
        }
        let account = try own.account("relayer")
        var connector = ConnectorConfiguration(
            chainID: ChainID(own.chainID), trustThreshold: .oneThird, nodes: nodes,
            nodeAuthorities: nil, account: account, gasPrice: 1, gasPriceScale: 1_000,
            gasDenomination: "stake", maxGas: 20_000_000, lifetimeBlocks: 20,
            counterparties: [
                other.city.chainID: ConnectorConfiguration.Counterparty(
                    parameters: peer.chain.parameters,
                    commitmentPrefix: peer.chain.commitmentPrefix.map { Array($0.utf8) })
            ])
        connector.followerLimits.pollMilliseconds = 40
        connector.followerLimits.pollWithHintsMilliseconds = 200
        connector.nodeLimits.timeoutMilliseconds = 2_000
        connector.nodeLimits.restMilliseconds = 300
        var engine = EngineConfiguration(
            chainID: own.chainID, account: account.address.description,
            routes: [
                RouteConfiguration(
                    chainID: other.city.chainID, family: peer.chain.family.rawValue,
                    anchorHeight: Height(revision: 1, height: anchor.height),
                    trustingPeriodNanoseconds: peer.chain.parameters.trustingPeriodNanoseconds)
            ], topologyVersion: topology.version, topologyDigest: topology.digest.bytes, seed: 7,
            limits: limits)
        engine.timing.careInterval = EngineTiming.second / 5
        engine.timing.reconcileInterval = reconcileSeconds * EngineTiming.second
        engine.timing.resolveInterval = EngineTiming.second / 2
        engine.timing.acknowledgementPatience = 2 * EngineTiming.second
        engine.timing.timeoutMargin = EngineTiming.second / 2
        engine.timing.backoff.initial = EngineTiming.second / 20
        engine.timing.backoff.maximum = EngineTiming.second
        var daemon = DaemonConfiguration(
            ownMember: own.member, topology: topology, connector: connector, engine: engine,
            tls: relay.credentials.files, listenAddress: "127.0.0.1", listenPort: relay.port,
            storeFile: relay.store, verifierThreads: 1, software: "cityrelay test")
        daemon.peerTiming.greetMilliseconds = 1_000
        daemon.peerTiming.regreetMilliseconds = 100
        return daemon
    }

    /// Waits until each chain has a registered client of the other.
    package func link() throws {
        try until("both clients are registered", seconds: 120) {
            try [self.hangzhou, self.beijing].allSatisfy { relay in
                try relay.journal().links().contains { $0.isRegistered && !$0.remoteClient.isEmpty }
            }
        }
    }

    /// The client on one city's chain that follows the other's.
    package func client(on relay: Relay) throws -> String {
        try relay.journal().links().first?.localClient ?? ""
    }

    // MARK: Time

    /// Both chains go on making blocks while something is done that waits for them.
    package func whileBlocksGoOn<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        let making = Task {
            while !Task.isCancelled {
                hangzhou.city.makeBlocks()
                beijing.city.makeBlocks()
                try? await Task.sleep(for: .milliseconds(80))
            }
        }
        defer { making.cancel() }
        return try await body()
    }

    /// Makes blocks on both chains until something holds. Throws, with what the relays said last,
    /// when it does not within the given time.
    package func until(
        _ what: String, seconds: Int = 60, makesBlocks: Bool = true,
        _ holds: () throws -> Bool
    ) throws {
        let deadline = time(nil) + seconds
        while time(nil) < deadline {
            if try holds() { return }
            if makesBlocks {
                hangzhou.city.makeBlocks()
                beijing.city.makeBlocks()
            }
            usleep(60_000)
        }
        let words = [hangzhou, beijing].map { relay in
            let last = relay.notes.withLock { $0.filter { $0.level >= .warning }.suffix(8) }
            return "\(relay.city.chainID): "
                + last.map { "\($0.code) \($0.detail)" }.joined(separator: "; ")
        }
        throw LaboratoryCity.Trouble(
            "not within \(seconds) s: \(what)\n\(words.joined(separator: "\n"))")
    }

    /// Sends from one city's bureau to the other, an hour to go unless said otherwise.
    package func send(
        from relay: Relay, _ letters: [Payload], seconds: Int64 = 3_600
    ) throws -> [Packet] {
        try relay.city.send(
            letters, client: try client(on: relay),
            timeoutSeconds: Timestamp.wallClock.unixSeconds + UInt64(clamping: seconds))
    }

    /// The state of sent packets in their source relay's store.
    package func states(_ packets: [Packet], at relay: Relay) throws -> [PacketState?] {
        let journal = try relay.journal()
        return try packets.map { packet in
            try journal.packet(
                PacketID(
                    direction: .outgoing, client: packet.sourceClient.description,
                    sequence: packet.sequence))?.state
        }
    }
}
