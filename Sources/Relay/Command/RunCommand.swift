// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine

/// `cityrelay run`: one relay until SIGTERM or SIGINT. SIGHUP reads the certificates again.
enum RunCommand {
    /// Exit codes: 0 ended in order, 78 configuration refused, 75 could not start.
    static func run(configurationPath: String, write: @escaping @Sendable (String) -> Void) -> Int32 {
        Signals.block()
        let loaded = ConfigurationLoader.load(relay: configurationPath)
        for finding in loaded.findings { write("\(finding)") }
        guard !loaded.hasErrors, let relay = loaded.relay, let topology = loaded.topology else {
            return 78
        }
        let city = topology.member(relay.member)?.name ?? relay.member.description
        let log: @Sendable (EngineNote) -> Void = { note in
            write(RunCommand.line(note, city: city))
        }
        do {
            let configuration = try DaemonSetup(relay: relay, topology: topology)
                .configuration(software: "cityrelay \(Version.text)")
            let daemon = try RelayDaemon(
                configuration: configuration, now: { SystemClock.now() }, log: log)
            log(
                EngineNote(
                    level: .info, code: "relay/started",
                    detail: "peers on \(relay.peerListen), store \(relay.storeFile)"))
            serve(daemon, log)
            return 0
        } catch {
            write("\(error)")
            return 75
        }
    }

    private static func serve(_ daemon: RelayDaemon, _ log: (EngineNote) -> Void) {
        while true {
            switch Signals.next() {
            case .reload:
                do {
                    try daemon.reloadCertificates()
                    log(EngineNote(level: .info, code: "tls/reloaded"))
                } catch {
                    log(EngineNote(level: .alarm, code: "tls/reload-failed", detail: "\(error)"))
                }
            case .stop:
                log(EngineNote(level: .info, code: "relay/stopping"))
                daemon.stop()
                return
            }
        }
    }

    static func line(_ note: EngineNote, city: String) -> String {
        var text = "\(SystemClock.now().unixNanoseconds / 1_000_000) \(note.level) city=\(city)"
        if !note.chainID.isEmpty { text += " route=\(note.chainID)" }
        if let packet = note.packet { text += " packet=\(packet)" }
        return text + " event=\(note.code)" + (note.detail.isEmpty ? "" : " detail=\"\(note.detail)\"")
    }
}

/// The version, as `cityrelay version` and the handshake tell it.
enum Version {
    static let text = "0.1.0"
}
