// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A head of a log that the auditor saw and kept: what the log must still contain.
public struct SeenHead: Hashable, Sendable {
    public var size: UInt64
    public var root: Digest
    /// The auditor's own time of seeing it.
    public var seen: Timestamp

    public init(size: UInt64, root: Digest, seen: Timestamp) {
        self.size = size
        self.root = root
        self.seen = seen
    }
}

/// Walks through a log from its first entry, or from a head that is known, and tells whether an
/// entry was taken out, edited, moved or backdated. Some hundred bytes of memory for any log.
///
/// Needs nothing but the entries, the provider's keys and what the auditor kept itself: nothing is
/// asked of the relay that keeps the log.
public struct LogAuditor: Sendable {
    /// How far the provider's clock and the auditor's may be apart.
    public static let clockTolerance: Int64 = 60_000_000_000

    public private(set) var findings: [LogFinding] = []
    public private(set) var frontier: MerkleFrontier
    private let keys: [PublicKey]
    /// In ascending size.
    private let seen: [SeenHead]
    private var lastTime: Timestamp?

    /// Findings that are kept; a log that is rotten through and through need not be listed whole.
    public static let maxFindings = 1_000

    /// - Parameter keys: the provider's evidence keys.
    /// - Parameter start: the tree before the first entry that is handed over; its root must be
    ///   that of a head that is known.
    public init(
        providerKeys keys: [PublicKey], seen: [SeenHead] = [],
        start: MerkleFrontier = MerkleFrontier()
    ) {
        self.keys = keys
        self.seen = seen.sorted { $0.size < $1.size }
        frontier = start
        compareSeen()
    }

    /// Takes the next leaf. Its entry, when it is one.
    @discardableResult
    public mutating func take(
        leaf: [UInt8], _ signatures: inout SignatureVerifier
    ) -> AccessEntry? {
        let index = frontier.size
        let head = frontier.root
        defer {
            frontier.append(leafHash: BinaryMerkle.leafHash(leaf))
            compareSeen()
        }
        let entry: AccessEntry
        do throws(AccessEntryError) {
            let signed = try SignedAccessEntry(leaf: leaf)
            entry = try signed.decoded()
            do throws(AccessEntryError) {
                try signed.verify(keys: keys, &signatures)
            } catch { find(.unsigned(index: index)) }
        } catch {
            find(.unreadable(index: index, error))
            return nil
        }
        if entry.sequence != index { find(.sequence(index: index, says: entry.sequence)) }
        if entry.previousHead != head {
            find(.predecessors(index: index, says: entry.previousHead, has: head))
        }
        checkTime(entry.time, at: index)
        return entry
    }

    private mutating func checkTime(_ time: Timestamp, at index: UInt64) {
        if let lastTime, time < lastTime {
            find(.timeOrder(index: index, time: time, before: lastTime))
        }
        lastTime = max(lastTime ?? time, time)
        // The newest head that did not cover this entry: it came later than that was seen.
        guard let head = seen.last(where: { $0.size <= index }) else { return }
        if time.adding(nanoseconds: LogAuditor.clockTolerance) < head.seen {
            find(.backdated(index: index, time: time, seen: head.seen))
        }
    }

    private mutating func compareSeen() {
        for head in seen where head.size == frontier.size && head.root != frontier.root {
            find(.rewritten(size: head.size, saved: head.root, now: frontier.root))
        }
    }

    /// Compares what was handed over with the head that the log signed. Requires that the
    /// checkpoint's signature was verified.
    public mutating func finish(_ checkpoint: Checkpoint, now: Timestamp) {
        for head in seen where head.size > frontier.size {
            find(.shrunk(size: frontier.size, seen: head.size))
        }
        if checkpoint.size != frontier.size {
            find(.count(signed: checkpoint.size, handedOver: frontier.size))
        } else if checkpoint.root != frontier.root {
            find(
                .head(
                    size: frontier.size, signed: checkpoint.root, calculated: frontier.root))
        }
        if let lastTime, lastTime > now.adding(nanoseconds: LogAuditor.clockTolerance) {
            find(.postdated(index: frontier.size - 1, time: lastTime, now: now))
        }
    }

    private mutating func find(_ finding: LogFinding) {
        if findings.count < LogAuditor.maxFindings { findings.append(finding) }
    }
}
