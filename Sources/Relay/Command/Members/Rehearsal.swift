// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// What other members will do with a candidate's chain, done once by the candidate itself.
struct Rehearsal {
    struct Line: Hashable {
        let isGood: Bool
        let text: String
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
            add(false, "there is no trust anchor in the draft")
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
                false,
                "the trust anchor at height \(anchor.height) does not verify (\(error.code)): "
                    + "\(what), member.yaml says \(anchor.headerHash); compare both with a second "
                    + "node, then write height and hash into member.yaml")
            return
        }
        add(true, "the trust anchor at height \(anchor.height) verifies")
        guard height >= anchor.height + 3 else {
            add(false, "the chain stands at \(height): let it make three blocks after the anchor")
            return
        }
        // The last header's commit may still grow: the one before is what proofs stand on.
        let target = height - 1
        try walk(first, to: target, &signatures)
        guard let last = try jump(first, to: target, &signatures) else { return }
        try prove(at: last.header)
        lie(first, last.messages, &signatures)
    }

    mutating func add(_ isGood: Bool, _ text: String) {
        lines.append(Line(isGood: isGood, text: text))
    }

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
            status.node_info.network == chain.id.description,
            "the node follows \(status.node_info.network), the draft says \(chain.id)")
        add(
            !status.sync_info.catching_up,
            status.sync_info.catching_up
                ? "the node stands at \(height) and is still catching up"
                : "the node stands at height \(height)")
        let milliseconds =
            median.components.seconds * 1_000
            + median.components.attoseconds / 1_000_000_000_000_000
        add(milliseconds < 1_000, "it answers in \(milliseconds) ms")
        let age = now.nanoseconds(since: status.sync_info.latest_block_time.value)
        let drift = chain.parameters.maxClockDriftNanoseconds
        if age < 0 {
            add(
                -age <= drift,
                "its last block is \(-age / 1_000_000) ms ahead of this machine's clock; "
                    + "\(drift / 1_000_000) ms are allowed")
        } else {
            let isAlive = age / max(1, chain.blockIntervalNanoseconds) < Rehearsal.stalledBlocks
            add(
                isAlive,
                "its last block is \(age / 1_000_000) ms old"
                    + (isAlive ? "" : ": the chain has stopped, or a clock is wrong"))
        }
        return height
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
        var sets: Set<[UInt8]> = []
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
                add(false, "header \(height) is refused (\(error.code))")
                return
            }
        }
        let changes = max(0, sets.count - 1)
        add(
            true,
            "headers \(start + 1) to \(target) verify one by one, across \(changes) change(s) of "
                + "the validators")
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
                    true,
                    "from the anchor to \(target) in \(messages.count) header(s), \(bytes) bytes")
                readStrength(messages)
            }
            return (last, messages)
        } catch {
            let end = anchor.timestamp.adding(
                nanoseconds: chain.parameters.trustingPeriodNanoseconds)
            add(
                false,
                "the way from the anchor to \(target) is refused (\(error.code)): "
                    + (end <= now
                        ? "header \(anchor.height.height) is of \(anchor.timestamp.utcText), and "
                            + "its trusting period is over since \(end.utcText); write height "
                            + "and hash of a later header into member.yaml"
                        : "try a later anchor; if it stays so, call whoever runs the chain"))
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
            add(true, "a present key is proven present: \(proofs[0].proof.count) bytes")
        } catch {
            add(false, "a key that is there is not proven (\(error.code)): --present-key names one")
        }
        do throws(ClientError) {
            try Families.verifyNonMembership(
                family: chain.family, proof: proofs[1].proof, path: paths[1], at: header)
            add(true, "an absent key is proven absent: \(proofs[1].proof.count) bytes")
        } catch {
            add(false, "an absent key is not proven absent (\(error.code))")
        }
    }

    private mutating func lie(
        _ anchor: TrustedHeader, _ messages: [[UInt8]], _ signatures: inout SignatureVerifier
    ) {
        guard let genuine = messages.first else { return }
        let lies = HostileHeaders.lies(of: genuine)
        var taken: [String] = []
        for lie in lies {
            let verified = try? Families.verifyUpdates(
                [lie.message], snapshot: snapshot(anchor), now: now, signatures: &signatures)
            if verified != nil { taken.append(lie.name) }
        }
        add(
            taken.isEmpty,
            taken.isEmpty
                ? "\(lies.count) hostile headers made of a genuine one are all refused"
                : "hostile headers were TAKEN: \(taken.joined(separator: ", "))")
    }
}
