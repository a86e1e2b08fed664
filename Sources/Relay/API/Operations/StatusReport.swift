// SPDX-License-Identifier: Apache-2.0

/// How a relay stands, on one screen: what `cityrelay status` prints and the API answers.
package struct StatusReport: Codable, Hashable, Sendable {
    package enum Level: String, Codable, Hashable, Sendable, Comparable {
        case ok, warning, critical

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .critical: 2
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    /// Something that is wrong or soon will be.
    package struct Trouble: Codable, Hashable, Sendable {
        package var level: Level
        package var code: String
        /// What it is about: a chain's id, "disk", "certificate peer", "relay".
        package var subject: String
        /// Where to look first.
        package var cause: String
        package var turn: String
        package var sentence: String
        package var next: String
    }

    package struct OwnChain: Codable, Hashable, Sendable {
        package var chain: String
        /// Absent while the relay does not run.
        package var height: String?
        package var blockAgeSeconds: Int64?
        /// Blocks read and decided.
        package var cursor: UInt64?
        package var pendingTransactions: Int?
    }

    package struct Route: Codable, Hashable, Sendable {
        package var chain: String
        package var name: String
        /// Open packets of ours, parked ones left out.
        package var outgoing: Int
        /// Open packets of theirs, parked ones left out.
        package var incoming: Int
        /// Parked and not put aside.
        package var parked: Int
        package var oldestSeconds: Int64?
        /// Packets ended in the last minute.
        package var perMinute: Int?
        package var lastProgressSeconds: Int64?
        package var client: String
        /// Thousandths of the trusting period that are left.
        package var trustLeftPerMille: Int?
        package var trustLeftSeconds: Int64?
        /// How the client of it stands that our own chain hosts; absent: not read.
        package var hostedClient: String?
        /// Thousandths of that client's own trusting period that are left.
        package var hostedTrustLeftPerMille: Int?
        package var hostedTrustLeftSeconds: Int64?
        /// up, lost, blocked, failing; unknown while the relay does not run.
        package var peer: String
        /// Seconds that the peer's clock is ahead of ours.
        package var clockSkewSeconds: Int64?
        /// queue, peer, or nothing.
        package var paused: [String]
        /// What holds it up, or that nothing does.
        package var code: String
        package var sentence: String
        package var next: String
    }

    package struct Certificate: Codable, Hashable, Sendable {
        /// peer or api; of another city's, its name.
        package var use: String
        /// Empty for another city's.
        package var file: String
        package var name: String
        package var daysLeft: Int64
    }

    package struct Disk: Codable, Hashable, Sendable {
        package var folder: String
        package var freeBytes: Int64
        package var totalBytes: Int64
        package var storeBytes: Int64

        package var freePercent: Int {
            totalBytes > 0 ? Int(freeBytes * 100 / totalBytes) : 0
        }
    }

    package var at: String
    package var member: String
    package var software: String?
    package var isRunning: Bool
    package var runningSeconds: Int64?
    package var ownChain: OwnChain
    package var routes: [Route]
    package var certificates: [Certificate]
    /// Those that other cities' relays showed last; absent where the relay does not run.
    package var peerCertificates: [Certificate]?
    package var disk: Disk?
    /// Worst first.
    package var troubles: [Trouble]
    package var level: Level
}
