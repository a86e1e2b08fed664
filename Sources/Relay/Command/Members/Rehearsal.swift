// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// What other members will do with a candidate's chain, done once by the candidate itself.
package struct Rehearsal {
    package struct Line: Hashable {
        package let isGood: Bool
        /// `rehearse/what-was-tried`: it never changes, whatever the outcome.
        package let code: String
        package let text: String
        /// What to do; empty where it is in order.
        package let next: String

        init(_ isGood: Bool, _ code: String, _ text: String, next: String) {
            self.isGood = isGood
            self.code = "rehearse/" + code
            self.text = text
            self.next = isGood ? "" : next
        }
    }

    private let probe: ChainProbe
    let chain: Chain
    private let now: Timestamp
    private let presentKey: [UInt8]
    private(set) var lines: [Line] = []
    private(set) var strength: [String] = []

    /// Headers verified one after another, the latest ones: a minute of most chains.
    static let adjacentHeaders: UInt64 = 16
    /// Questions whose time is measured.
    static let timedQuestions = 5
    /// A chain whose last block is older than so many blocks' time has stopped.
    static let stalledBlocks: Int64 = 20
    /// Lies that come of a genuine header, at least: fewer is no rehearsal.
    package static let fewestLies = 24
    /// Clocks further apart than this are to be set: peers refuse headers from the future.
    static let clockSeconds: Int64 = 10
    /// A key that no chain has.
    private static let absentKey = Array("cityrelay/rehearsal/absent".utf8)

    init(probe: ChainProbe, chain: Chain, presentKey: [UInt8], now: Timestamp) {
        self.probe = probe
        self.chain = chain
        self.presentKey = presentKey
        self.now = now
    }

    var isGood: Bool { lines.allSatisfy(\.isGood) }

    /// Runs all of it. Throws what keeps it from going on; what was found before stays.
    mutating func run() throws {
        let height = try askStatus()
        guard let anchor = chain.anchor else {
            add(
                false, "anchor", "there is no trust anchor in the draft",
                next: "put height and hash of one header of this node into member.yaml")
            return
        }
        var signatures = SignatureVerifier()
        let message = try probe.anchor(at: anchor.height)
        let first: TrustedHeader
        do throws(ClientError) {
            first = try Families.verifyAnchor(
                message, family: chain.family, parameters: chain.parameters,
                hash: anchor.headerHash, signatures: &signatures)
        } catch {
            let shown = try? Families.inspect(message, family: chain.family).headerHash
            let what =
                shown.map { $0 == anchor.headerHash }.map { isSame in
                    isSame
                        ? "its signatures do not hold"
                        : "the node's header has the hash \(shown.map { "\($0)" } ?? "")"
                } ?? "the node's header cannot be read"
            add(
                false, "anchor",
                "the trust anchor at height \(anchor.height) does not verify (\(error.code)): "
                    + "\(what), member.yaml says \(anchor.headerHash)",
                next: "compare both with a second node, then write height and hash into "
                    + "member.yaml")
            return
        }
        let end = first.timestamp.adding(
            nanoseconds: chain.parameters.trustingPeriodNanoseconds)
        guard now < end else {
            add(
                false, "anchor-expired",
                "the trust anchor at height \(anchor.height) is of \(first.timestamp.utcText): its "
                    + "trusting period ended at \(end.utcText)",
                next: "write height and hash of a later header into member.yaml")
            return
        }
        add(true, "anchor", "the trust anchor at height \(anchor.height) verifies", next: "")
        guard height >= anchor.height + 3 else {
            add(
                false, "too-few-blocks", "the chain stands at \(height)",
                next: "let it make three blocks after the anchor")
            return
        }
        // The last header's commit may still grow: the one before is what proofs stand on.
        let target = height - 1
        try walk(first, to: target, &signatures)
        guard let last = try jump(first, to: target, &signatures) else { return }
        try prove(at: last.header)
        lie(first, last.messages, &signatures)
    }

    mutating func add(_ isGood: Bool, _ code: String, _ text: String, next: String) {
        lines.append(Line(isGood, code, text, next: next))
    }

    mutating func add(_ line: Line) { lines.append(line) }

    private func snapshot(_ trusted: TrustedHeader) -> ClientSnapshot {
        ClientSnapshot(
            family: chain.family, parameters: chain.parameters, trusted: [trusted.height: trusted])
    }

    private mutating func askStatus() throws -> UInt64 {
        var times: [Duration] = []
        var status = try probe.status()
        for _ in 0..<Rehearsal.timedQuestions {
            times.append(try ContinuousClock().measure { status = try probe.status() })
        }
        let height = UInt64(clamping: status.sync_info.latest_block_height.value)
        let median = times.sorted()[times.count / 2]
        add(
            status.node_info.network == chain.id.description, "chain-id",
            "the node follows \(status.node_info.network), the draft says \(chain.id)",
            next: "correct --node or the id in member.yaml")
        add(
            !status.sync_info.catching_up, "catching-up",
            status.sync_info.catching_up
                ? "the node stands at \(height) and is still catching up"
                : "the node stands at height \(height)", next: "wait until it has caught up")
        let milliseconds =
            median.components.seconds * 1_000
            + median.components.attoseconds / 1_000_000_000_000_000
        add(
            milliseconds < 1_000, "answer-time", "it answers in \(milliseconds) ms",
            next: "ask a node that is nearer")
        judgeClock(now.nanoseconds(since: status.sync_info.latest_block_time.value))
        return height
    }

    /// From the age of the newest block: a healthy chain's is at most about one interval old.
    private mutating func judgeClock(_ age: Int64) {
        let (second, drift): (Int64, Int64) = (
            1_000_000_000, chain.parameters.maxClockDriftNanoseconds
        )
        if age < 0 {
            let limit = min(drift, Rehearsal.clockSeconds * second)
            return add(
                -age <= limit, "clock",
                "its last block is \(-age / 1_000_000) ms ahead of this machine's clock; "
                    + "\(limit / 1_000_000) ms are allowed",
                next: "set the clocks of this machine and of the validators")
        }
        let interval = max(1, chain.blockIntervalNanoseconds)
        guard age / interval < Rehearsal.stalledBlocks else {
            return add(
                false, "clock",
                "its last block is \(age / 1_000_000) ms old: the chain has stopped, or a clock is "
                    + "wrong", next: "look whether the chain makes blocks, and set the clocks")
        }
        let late = max(0, age - interval) / second
        add(
            true, "clock",
            "its last block is \(age / 1_000_000) ms old: the clocks differ by \(late) s at most"
                + (late <= Rehearsal.clockSeconds
                    ? ""
                    : ", more than \(Rehearsal.clockSeconds): WARNING, set them, or give the true "
                        + "block_interval"),
            next: "")
    }

    /// The latest headers one by one, across changes of the validators where there are any.
    private mutating func walk(
        _ anchor: TrustedHeader, to target: UInt64, _ signatures: inout SignatureVerifier
    ) throws {
        let start = max(anchor.height.height, target - min(target, Rehearsal.adjacentHeaders))
        var trusted = anchor
        if start > anchor.height.height {
            guard let base = try jump(anchor, to: start, &signatures, isTold: false) else { return }
            trusted = base.header
        }
        var sets = Set([set(at: start)].compactMap { $0 })
        for height in start + 1...target {
            let messages = try probe.updates(from: height - 1, to: height)
            for message in messages {
                let hash = (try? ICS07.Header(reading: message))?.signedHeader?.header
                sets.insert(hash?.validatorsHash ?? [])
            }
            do throws(ClientError) {
                trusted =
                    try Families.verifyUpdates(
                        messages, snapshot: snapshot(trusted), now: now, signatures: &signatures
                    ).last ?? trusted
            } catch {
                add(
                    false, "headers", "header \(height) is refused (\(error.code))",
                    next: "show it to the chain's maker: others will refuse it too")
                return
            }
        }
        let changes = max(0, sets.count - 1)
        add(
            true, "headers",
            "headers \(start + 1) to \(target) verify one by one, across \(changes) change(s) of "
                + "the validators", next: "")
        if changes == 0 { try crossChange(anchor, before: start, &signatures) }
    }

    /// The latest change of the validators may be older than the headers that were walked: it is
    /// looked for by halving, and crossed too.
    private mutating func crossChange(
        _ anchor: TrustedHeader, before end: UInt64, _ signatures: inout SignatureVerifier
    ) throws {
        var (low, high) = (anchor.height.height, end)
        guard let first = set(at: low), let last = set(at: high) else {
            return add(
                true, "set-change",
                "whether the validators changed between \(low) and \(high) is unknown: this node "
                    + "keeps no headers there", next: "")
        }
        guard first != last else {
            return add(
                true, "set-change",
                "the validators at height \(high) are those of the trust anchor: no change of them "
                    + "had to be crossed", next: "")
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            guard let found = set(at: middle) else {
                return add(
                    true, "set-change",
                    "the validators changed between \(low) and \(high), where this node keeps no "
                        + "headers", next: "")
            }
            if found == last { high = middle } else { low = middle }
        }
        guard
            let base = low == anchor.height.height
                ? anchor : try jump(anchor, to: low, &signatures, isTold: false)?.header
        else { return }
        let messages = try probe.updates(from: low, to: high)
        do throws(ClientError) {
            _ = try Families.verifyUpdates(
                messages, snapshot: snapshot(base), now: now, signatures: &signatures)
            add(
                true, "set-change",
                "the change of the validators at height \(high) is crossed header by header",
                next: "")
        } catch {
            add(
                false, "set-change",
                "the change of the validators at height \(high) is refused (\(error.code))",
                next: "show it to the chain's maker: others will refuse it too")
        }
    }

    /// Hash of the validators that sign at a height; nil when the node does not have it.
    private func set(at height: UInt64) -> [UInt8]? {
        guard let message = try? probe.anchor(at: height) else { return nil }
        return (try? ICS07.Header(reading: message))?.signedHeader?.header?.validatorsHash
    }

    /// From the anchor to a height in as few headers as the sets allow.
    private mutating func jump(
        _ anchor: TrustedHeader, to target: UInt64, _ signatures: inout SignatureVerifier,
        isTold: Bool = true
    ) throws -> (header: TrustedHeader, messages: [[UInt8]])? {
        let messages = try probe.updates(from: anchor.height.height, to: target)
        do throws(ClientError) {
            let headers = try Families.verifyUpdates(
                messages, snapshot: snapshot(anchor), now: now, signatures: &signatures)
            guard let last = headers.last else { return nil }
            if isTold {
                let bytes = messages.reduce(0) { $0 + $1.count }
                add(
                    true, "skip",
                    "from the anchor to \(target) in \(messages.count) header(s), \(bytes) bytes",
                    next: "")
                readStrength(messages)
            }
            return (last, messages)
        } catch {
            add(
                false, "skip",
                "the way from the anchor to \(target) is refused (\(error.code))",
                next: "try a later anchor; if it stays so, call whoever runs the chain")
            return nil
        }
    }

    private mutating func readStrength(_ messages: [[UInt8]]) {
        guard let last = messages.last, let header = try? ICS07.Header(reading: last),
            let set = header.validatorSet
        else { return }
        strength = ChainStrength(powers: set.validators.map(\.votingPower)).sentences
    }

    private mutating func prove(at header: TrustedHeader) throws {
        let prefix = chain.commitmentPrefix
        let store = prefix.first ?? ""
        let rest = Array((prefix.count > 1 ? prefix[1] : "").utf8)
        let proofs = try probe.prove(
            [rest + presentKey, rest + Rehearsal.absentKey], store: store,
            state: header.height.height - 1)
        let paths = [presentKey, Rehearsal.absentKey].map { [Array(store.utf8), rest + $0] }
        do throws(ClientError) {
            try Families.verifyMembership(
                family: chain.family, proof: proofs[0].proof, path: paths[0],
                value: proofs[0].value, at: header)
            add(
                true, "present-key",
                "a present key is proven present: \(proofs[0].proof.count) bytes", next: "")
        } catch {
            add(
                false, "present-key", "a key that is there is not proven (\(error.code))",
                next: "name one that the store has with --present-key")
        }
        do throws(ClientError) {
            try Families.verifyNonMembership(
                family: chain.family, proof: proofs[1].proof, path: paths[1], at: header)
            add(
                true, "absent-key",
                "an absent key is proven absent: \(proofs[1].proof.count) bytes", next: "")
        } catch {
            add(
                false, "absent-key", "an absent key is not proven absent (\(error.code))",
                next: "ask the chain's maker for proofs of absence: others need them")
        }
    }

    private mutating func lie(
        _ anchor: TrustedHeader, _ messages: [[UInt8]], _ signatures: inout SignatureVerifier
    ) {
        let lies = messages.first.map { HostileHeaders.lies(of: $0) } ?? []
        add(
            Rehearsal.judge(lies) { message in
                (try? Families.verifyUpdates(
                    [message], snapshot: snapshot(anchor), now: now, signatures: &signatures))
                    != nil
            })
    }

    /// Shows each lie to a client; too few lies show nothing.
    package static func judge(
        _ lies: [HostileHeaders.Lie], isTaken: ([UInt8]) -> Bool
    ) -> Line {
        guard lies.count >= fewestLies else {
            return Line(
                false, "hostile-headers",
                "only \(lies.count) hostile headers come of the genuine one, \(fewestLies) are "
                    + "needed", next: "show the header to this software's maker")
        }
        let taken = lies.filter { isTaken($0.message) }.map(\.name)
        return Line(
            taken.isEmpty, "hostile-headers",
            taken.isEmpty
                ? "\(lies.count) hostile headers made of a genuine one are all refused"
                : "hostile headers were TAKEN: \(taken.joined(separator: ", "))",
            next: "do not join: whoever follows this chain can be lied to")
    }
}
