// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayEngine
import Synchronization

/// `cityrelay run`: one relay until SIGTERM or SIGINT. SIGHUP reads certificates and members again.
enum RunCommand {
    static let configuration = CommandOption(
        "config", value: "FILE", "The relay's own file; relay.yaml where none is given.")

    static let command = Command(
        "run", "Run this member's relay until it is told to end",
        discussion: "Ends in order on SIGTERM and SIGINT; reads certificates and the list of\n"
            + "members again on SIGHUP: what is new there takes effect, and nobody is cut off.\n"
            + "What it does is told by its log, one line an event.",
        options: [configuration]
    ) { arguments, console in
        // Threads inherit the mask: blocked before the first of them is made.
        Signals.block()
        let path = arguments.value(configuration) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: console.files)
        guard !loaded.hasErrors, let relay = loaded.relay, let topology = loaded.topology else {
            for finding in loaded.findings { console.report(finding.description) }
            return .negative
        }
        let log = try makeLog(relay)
        // What is only a warning must be seen while the relay runs, not when it ends.
        for finding in loaded.findings {
            log.write(.warning, "config/finding", [("detail", .text(finding.description))])
        }
        defer { log.flush() }
        let names = RouteNames(relay: relay, topology: topology)
        let isHalted = Flag()
        let daemon = try RelayDaemon(
            configuration: DaemonSetup(
                relay: relay, topology: topology, policy: loaded.policy,
                manifest: loaded.manifest)
                .configuration(software: Version.software),
            now: { Timestamp.system() },
            log: { note in
                names.write(note, to: log)
                // Only a fresh start reads back what is on the disk; a service manager makes one.
                if note.code == RelayDaemon.haltedCode, !isHalted.exchange(true) {
                    Signals.stop()
                }
            })
        log.write(
            .info, "relay/started",
            [
                ("peers", .text(relay.peerListen.description)), ("store", .text(relay.storeFile)),
                ("version", .text(Version.number)),
            ])
        serve(daemon, log) {
            reloadMembers(daemon, path, console.files, topology.version, log)
        }
        return isHalted.value ? .unavailable : .success
    }

    /// Hands the daemon what is new in the files. A topology must say that it is newer.
    private static func reloadMembers(
        _ daemon: RelayDaemon, _ path: String, _ files: ConfigurationFiles, _ started: UInt64,
        _ log: Log
    ) {
        let loaded = ConfigurationLoader.load(relay: path, files: files)
        for finding in loaded.findings {
            log.write(.warning, "config/finding", [("detail", .text(finding.description))])
        }
        guard !loaded.hasErrors, let topology = loaded.topology else {
            return log.write(
                .error, "members/reload-failed", [("detail", .text("the files have errors"))])
        }
        if let manifest = loaded.manifest {
            daemon.offer(manifests: manifest.versions)
        } else if topology.version > started {
            daemon.apply(topology)
        }
    }

    private static func serve(
        _ daemon: RelayDaemon, _ log: Log, reloadMembers: () -> Void
    ) {
        while true {
            switch Signals.next() {
            case .reload:
                do {
                    try daemon.reloadCertificates()
                    log.write(.info, "tls/reloaded")
                } catch {
                    log.write(.error, "tls/reload-failed", [("detail", .text("\(error)"))])
                }
                reloadMembers()
            case .stop:
                log.write(.info, "relay/stopping")
                daemon.stop()
                return
            }
        }
    }

    private static func makeLog(_ relay: RelayConfiguration) throws -> Log {
        var sink = LogSink.standardError()
        if let path = relay.log.file {
            guard let file = LogSink.file(path) else { throw LogFileFault(path: path) }
            sink = file
        }
        return Log(
            level: relay.log.level, isJSON: relay.log.isJSON,
            city: relay.member.division.description, sink: sink)
    }
}

/// Something that happened once, seen from any thread.
final class Flag: Sendable {
    private let state = Mutex(false)

    var value: Bool { state.withLock { $0 } }

    /// Sets it; what it was before.
    func exchange(_ new: Bool) -> Bool {
        state.withLock { old in
            defer { old = new }
            return old
        }
    }
}

/// The log file of the configuration cannot be opened.
struct LogFileFault: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "log.unwritable: \(path) cannot be opened for appending. Check its folder and its owner."
    }
}

/// Names of routes as logs show them, by the other chain's id.
struct RouteNames: Sendable {
    private var names: [String: String] = [:]

    init(relay: RelayConfiguration, topology: Topology) {
        for route in topology.routes {
            guard let ends = route.ends(from: relay.member),
                let peer = topology.member(ends.other.member)
            else { continue }
            names[peer.chain.id.description] = route.description
        }
    }

    /// Writes one note of the engine as one line.
    func write(_ note: EngineNote, to log: Log) {
        let level: LogLevel =
            switch note.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .alarm: .error
            }
        log.write(
            level, note.code,
            route: note.chainID.isEmpty ? nil : names[note.chainID] ?? note.chainID,
            packet: note.packet, note.detail.isEmpty ? [] : [("detail", .text(note.detail))])
    }
}
