// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore
import Synchronization

/// The members as they hold when a relay starts: the manifest's latest version where there is one,
/// else the file that somebody wrote.
struct OpenedMembers {
    /// The daemon's own, with members, routes and terms as they hold.
    private(set) var configuration: DaemonConfiguration
    private(set) var book: ManifestBook?
    /// Versions that the file brought: journaled before anything else is decided.
    private(set) var entries: [JournalEntry] = []
    private(set) var notes: [EngineNote] = []

    /// Versions that can still be compared with others of their number after a start: a month of
    /// one a day. More are verified again than this, up to the next that is stored whole.
    private static let comparedVersions = 32

    /// Opens the journal on the decider's thread.
    init(
        _ configuration: DaemonConfiguration, decider: Decider, now: Timestamp
    ) throws {
        self.configuration = configuration
        let path = configuration.storeFile
        let owner = configuration.ownMember.description
        let found = Mutex<[ManifestRecord]>([])
        try decider.open {
            let journal = try SQLiteJournal(path: path, owner: owner)
            let records = try journal.lastManifests(OpenedMembers.comparedVersions)
            found.withLock { $0 = records }
            return journal
        }
        let stored = found.withLock { $0 }
        guard let source = configuration.manifest else {
            if let last = stored.last {
                notes.append(
                    EngineNote(
                        level: .warning, code: "manifest/not-configured",
                        detail: "the store holds version \(last.version), and the configuration "
                            + "names a topology: that holds"))
            }
            return
        }
        // The first of many follows on versions that are not read: since when it bars is not known.
        let start = try ManifestStart(
            source, stored: stored, followsUnread: stored.count >= OpenedMembers.comparedVersions,
            own: configuration.ownMember, now: now)
        let latest = start.chain.latest.sealed
        guard latest.manifest.member(configuration.ownMember) != nil else {
            throw ManifestStartError.notAMember(
                configuration.ownMember, version: latest.manifest.version)
        }
        book = ManifestBook(
            start.chain, bars: start.bars, own: configuration.ownMember, storeFile: path)
        entries = start.records.map { .manifest($0) }
        notes += start.refusals.map {
            EngineNote(level: .warning, code: $0.code, detail: "from file: \($0.problem)")
        }
        apply(
            TopologyChange(latest, of: configuration.ownMember, at: now, before: start.bars))
    }

    private mutating func apply(_ change: TopologyChange) {
        guard let topology = change.topology else { return }
        configuration.topology = topology
        configuration.engine.routes = change.routes
        configuration.engine.topologyVersion = change.version
        configuration.engine.topologyDigest = change.digest
        configuration.engine.manifest = change.manifest
        configuration.engine.bars = change.bars
        configuration.connector.counterparties = PeerChain.all(in: topology, of: change.routes)
            .mapValues { ConnectorConfiguration.Counterparty($0.chain) }
    }
}
