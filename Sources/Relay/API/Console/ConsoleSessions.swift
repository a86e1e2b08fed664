// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayTransport

/// One-time links and the sessions they open. Both are kept in memory only: a restart logs
/// everybody out. Secrets are kept as hashes, so that a dump of the memory opens nothing.
struct ConsoleSessions: Sendable {
    /// Seconds in which a link must be used: long enough to copy it.
    static let linkSeconds: Int64 = 120
    /// Seconds of a session: one shift.
    static let sessionSeconds: Int64 = 8 * 3_600
    /// Links and sessions at once: a city has a handful of engineers.
    static let limit = 64

    /// Who a link is for.
    struct Holder: Hashable, Sendable {
        let name: String
        let role: PersonRole
    }

    private struct Entry: Sendable {
        let holder: Holder
        let ends: Timestamp
    }

    private var links: [Digest: Entry] = [:]
    private var sessions: [Digest: Entry] = [:]

    /// Keeps a link's secret. False when too many wait.
    mutating func addLink(_ secret: String, for holder: Holder, now: Timestamp) -> Bool {
        ConsoleSessions.drop(&links, now)
        guard links.count < ConsoleSessions.limit else { return false }
        links[ConsoleSessions.digest(secret)] = Entry(
            holder: holder, ends: now.adding(seconds: ConsoleSessions.linkSeconds))
        return true
    }

    /// Spends a link and keeps the session that it opens. Nil for a link that is unknown, spent or
    /// too old, and while too many sessions are open.
    mutating func open(link: String, session: String, now: Timestamp) -> Holder? {
        ConsoleSessions.drop(&links, now)
        ConsoleSessions.drop(&sessions, now)
        guard sessions.count < ConsoleSessions.limit,
            let entry = links.removeValue(forKey: ConsoleSessions.digest(link))
        else { return nil }
        sessions[ConsoleSessions.digest(session)] = Entry(
            holder: entry.holder, ends: now.adding(seconds: ConsoleSessions.sessionSeconds))
        return entry.holder
    }

    func holder(ofSession secret: String, now: Timestamp) -> Holder? {
        guard let entry = sessions[ConsoleSessions.digest(secret)], entry.ends > now else {
            return nil
        }
        return entry.holder
    }

    mutating func close(session: String) {
        sessions[ConsoleSessions.digest(session)] = nil
    }

    private static func digest(_ secret: String) -> Digest { SHA256.hash(Array(secret.utf8)) }

    private static func drop(_ entries: inout [Digest: Entry], _ now: Timestamp) {
        entries = entries.filter { $0.value.ends > now }
    }
}

extension Timestamp {
    fileprivate func adding(seconds: Int64) -> Timestamp {
        adding(nanoseconds: seconds * 1_000_000_000)
    }
}
