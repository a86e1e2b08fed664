// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
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

/// The clock of a replay: stands at the recorded blocks' time, and is moved by the test alone.
final class ReplayClock: Sendable {
    private struct Moments {
        var now: Timestamp
        /// Where the clock will be set next anyway.
        var next: Timestamp
    }

    private let moments: Mutex<Moments>

    init(_ start: Timestamp) { moments = Mutex(Moments(now: start, next: start)) }

    var now: Timestamp { moments.withLock { $0.now } }

    /// Never goes back.
    func reach(_ time: Timestamp, next: Timestamp) {
        moments.withLock { moments in
            moments.now = max(moments.now, time)
            moments.next = max(moments.now, next)
        }
    }

    /// Moves on within the time that passes until the next block is shown, so that the clock does
    /// not run away from the recorded deadlines; beyond it only when asked to.
    func nudge(_ nanoseconds: Int64, beyondNext: Bool) {
        moments.withLock { moments in
            let moved = moments.now.adding(nanoseconds: nanoseconds)
            moments.now = beyondNext ? moved : max(moments.now, min(moved, moments.next))
        }
    }
}

/// One chain's node and relay in a replay, and a member of its own to call it.
final class ReplaySide {
    let tape: ReplayTape
    let node: ReplayNode
    let daemon: RelayDaemon
    let reader: JournalReader
    let credentials: Laboratory.Credentials

    init(
        _ tape: ReplayTape, node: ReplayNode, daemon: RelayDaemon, store: String,
        credentials: Laboratory.Credentials
    ) throws {
        self.tape = tape
        self.node = node
        self.daemon = daemon
        self.credentials = credentials
        reader = try JournalReader(path: store)
    }

    var name: String { "\(tape.chain.chainID)" }
    var cursor: Int64 {
        get throws { Int64(clamping: try reader.cursors()[name] ?? 0) }
    }
}

/// Two recorded chains behind replay nodes, and two running relays between them: real stores, real
/// TLS, an injected clock.
final class ReplayWorld {
    let recording: ReplayRecording
    let clock: ReplayClock
    let sides: [ReplaySide]
    let notes = ReplayNotes()
    private let folder: String

    /// An institution code in the form of a fund centre: the division, then zeros.
    private static func institution(_ code: String) -> String { code + "000000000" }

    init(_ recording: ReplayRecording) throws {
        self.recording = recording
        folder = "\(Laboratory.folder)/replay-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let tapes = recording.tapes
        let anchors = try [recording.anchor(of: 0), recording.anchor(of: 1)]
        // Both nodes begin where the anchors can be proven.
        var start = Timestamp.unixEpoch
        var nodes: [ReplayNode] = []
        for place in 0..<2 {
            let tip = anchors[place] + 1
            nodes.append(
                try ReplayNode(tapes[place], followed: tapes[1 - place].chain, tip: tip))
            start = max(start, try tapes[place].time(tip))
        }
        clock = ReplayClock(start)
        let credentials = try recording.codes.map { code in
            try Laboratory.issue(
                "replay-\(code)", division: code, institution: ReplayWorld.institution(code))
        }
        // Both relays must know both before either starts.
        let ports = [UInt16(try FreePort.any()), UInt16(try FreePort.any())]
        let topology = try ReplayWorld.topology(recording, anchors, credentials, ports)
        var sides: [ReplaySide] = []
        for place in 0..<2 {
            let store = "\(folder)/\(recording.codes[place]).db"
            let configuration = try ReplayWorld.configuration(
                recording, place, topology, nodes[place], credentials[place], ports[place], store)
            let (clock, notes) = (clock, notes)
            let daemon = try RelayDaemon(
                configuration: configuration, now: { clock.now },
                log: { notes.add("\(recording.codes[place])", $0) })
            sides.append(
                try ReplaySide(
                    tapes[place], node: nodes[place], daemon: daemon, store: store,
                    credentials: credentials[place]))
        }
        self.sides = sides
    }

    func stop() {
        for side in sides { side.daemon.stop() }
        for side in sides { side.node.stop() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Waits for something that the relays do by themselves. Where nothing happens for a while, the
    /// clock is moved on a little, so that what waits for a retry is tried again.
    func wait(_ condition: () throws -> Bool) rethrows -> Bool {
        for round in 1...ReplayWorld.patience {
            if try condition() { return true }
            usleep(2_000)
            if round >= 30, round % 5 == 0 {
                clock.nudge(200_000_000, beyondNext: round > ReplayWorld.patience / 2)
            }
        }
        return try condition()
    }

    /// Rounds of two milliseconds and more: far longer than a call and its commit take on a busy
    /// machine.
    private static let patience = 3_000

    // MARK: Private

    private static func topology(
        _ recording: ReplayRecording, _ anchors: [Int64],
        _ credentials: [Laboratory.Credentials], _ ports: [UInt16]
    ) throws -> Topology {
        var members: [Member] = []
        for (place, tape) in recording.tapes.enumerated() {
            let code = recording.codes[place]
            members.append(
                Member(
                    id: MemberID(
                        division: try DivisionCode(code),
                        institution: try InstitutionCode(institution(code))),
                    name: code,
                    chain: Chain(
                        family: .cometBFT, parameters: tape.chain.parameters,
                        anchor: TrustAnchor(
                            height: UInt64(anchors[place]),
                            headerHash: try tape.chain.header(anchors[place]).hash()),
                        blockIntervalNanoseconds: 1_000_000_000, commitmentPrefix: ["ibc", ""]),
                    relay: RelayEndpoints(
                        endpoints: [Endpoint(host: "127.0.0.1", port: ports[place])],
                        keyPins: [Digest(credentials[place].pin.bytes)].compactMap { $0 })))
        }
        return Topology(
            name: "replay", version: 1, members: members,
            routes: [
                Route(
                    first: Route.End(member: members[0].id, client: recording.clients[0]),
                    second: Route.End(member: members[1].id, client: recording.clients[1]))
            ])
    }

    private static func configuration(
        _ recording: ReplayRecording, _ place: Int, _ topology: Topology, _ node: ReplayNode,
        _ credentials: Laboratory.Credentials, _ port: UInt16, _ store: String
    ) throws -> DaemonConfiguration {
        let own = topology.members[place]
        let peer = topology.members[1 - place]
        let code = recording.codes[place]
        // The recorded relayer's own account, whose committed sequence the recording knows.
        let key = SHA256.hash(Array("cityrelay test key relayer/\(code)".utf8)).bytes
        let account = AccountKey(try SigningKey.secp256k1(scalar: key), prefix: "cosmos")
        var connector = ConnectorConfiguration(
            chainID: own.chain.id, trustThreshold: own.chain.parameters.trustThreshold,
            nodes: [node.url], nodeAuthorities: nil, account: account, gasPrice: 2,
            gasPriceScale: 1_000, gasDenomination: "stake", maxGas: 30_000_000,
            lifetimeBlocks: 10,
            counterparties: [
                "\(peer.chain.id)": ConnectorConfiguration.Counterparty(
                    parameters: peer.chain.parameters,
                    commitmentPrefix: peer.chain.commitmentPrefix.map { Array($0.utf8) })
            ])
        connector.simulates = false
        connector.usesWebSocket = false
        connector.followerLimits.pollMilliseconds = 8
        var engine = EngineConfiguration(
            chainID: "\(own.chain.id)", account: account.address.description,
            routes: [
                RouteConfiguration(
                    chainID: "\(peer.chain.id)", family: peer.chain.family.rawValue,
                    anchorHeight: Height(
                        revision: try peer.chain.id.revision(),
                        height: peer.chain.anchor?.height ?? 0),
                    trustingPeriodNanoseconds: peer.chain.parameters.trustingPeriodNanoseconds,
                    localClient: recording.clients[place],
                    remoteClient: recording.clients[1 - place])
            ], topologyVersion: topology.version, topologyDigest: topology.digest.bytes, seed: 7)
        // Retries wait for the injected clock, which moves in small steps.
        engine.timing.backoff.initial = 50_000_000
        engine.timing.backoff.maximum = 100_000_000
        engine.timing.timeoutMargin = 0
        var daemon = DaemonConfiguration(
            ownMember: own.id, topology: topology, connector: connector, engine: engine,
            tls: credentials.files, listenAddress: "127.0.0.1", listenPort: Int(port),
            storeFile: store, verifierThreads: 1, software: "replay")
        daemon.peerTiming.regreetMilliseconds = 50
        return daemon
    }
}

/// What the relays said, for the message of a failure.
final class ReplayNotes: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ city: String, _ note: EngineNote) {
        guard note.level >= .warning else { return }
        lines.withLock { $0.append("\(city) \(note.code) \(note.detail)") }
    }

    func last(_ count: Int) -> String {
        lines.withLock { $0.suffix(count).joined(separator: "\n") }
    }
}
