// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore
import Synchronization

/// The member changes that are open here: papers from our own operators and from peers, judged,
/// kept on the disk, passed on, and put together into the next version at quorum.
///
/// Called on verifiers, never on the decider's thread: it waits for the disk.
final class ProposalBook: Sendable {
    private struct State {
        var board: ProposalBoard
        /// Nil after the end.
        var store: PaperStore?
        /// Two signed versions of one number; kept for ever, told to every peer.
        var evidence: [MemberPaper] = []
        var overtaken: OvertakenBook
    }

    /// What became of a paper.
    enum Verdict: Sendable {
        case taken
        case known
        /// It made the quorum of this version.
        case assembled(UInt64)
        case refused(ProposalError)
        case notKept(String)
    }

    private let manifests: ManifestBook
    private let state: Mutex<State>
    private let submit: @Sendable ([EngineEvent]) -> Bool
    /// Versions that were complete when the relay ended, and may not hold yet.
    private let unfinished: [SignedManifest]
    /// Tells every peer of papers that were new here. Set once, before the first call can come.
    private let spreading = Mutex<(@Sendable ([MemberPaper]) -> Void)?>(nil)

    /// Reads what was open when the relay ended; it is judged again.
    init(
        _ manifests: ManifestBook, path: String, now: Timestamp,
        submit: @escaping @Sendable ([EngineEvent]) -> Bool
    ) throws {
        self.manifests = manifests
        self.submit = submit
        let store = try PaperStore(path: path, owner: manifests.own)
        var board = ProposalBoard(manifests.latest)
        var evidence: [MemberPaper] = []
        var unfinished: [SignedManifest] = []
        var signatures = SignatureVerifier()
        var overtaken = OvertakenBook(try store.overtaken(), now: now)
        for kept in try store.all() {
            if kept.paper.kind == .equivocation {
                evidence.append(kept.paper)
            } else {
                do throws(ProposalError) {
                    let outcome = try board.take(
                        kept.paper, from: kept.source, now: now, signatures: &signatures)
                    if case .assembled(let next) = outcome { unfinished.append(next) }
                } catch {
                    // Too old, or about what is no more: left out. Overtaken: told.
                    guard error.isOvertaken,
                        let paper = OvertakenBook.leftOver(kept, manifests.latest)
                    else { continue }
                    try store.overtake([paper], letGo: overtaken.add([paper]))
                }
            }
        }
        self.unfinished = unfinished
        state = Mutex(
            State(board: board, store: store, evidence: evidence, overtaken: overtaken))
    }

    func onFresh(_ tell: @escaping @Sendable ([MemberPaper]) -> Void) {
        spreading.withLock { $0 = tell }
    }

    /// Lets go of the file and of the peers.
    func stop() {
        spreading.withLock { $0 = nil }
        state.withLock { $0.store = nil }
    }

    var isEmpty: Bool { state.withLock { $0.board.open.isEmpty && $0.evidence.isEmpty } }

    /// What is open, as it stands.
    func board() -> ProposalBoard {
        state.withLock { state in
            follow(&state)
            return state.board
        }
    }

    /// What is open, and what was overtaken, for people.
    func listing() -> OpenProposals {
        state.withLock { state in
            follow(&state)
            return OpenProposals(state.board, state.overtaken.papers)
        }
    }

    /// Papers that are here, each proposal before what was said to it.
    func papers() -> [MemberPaper] {
        state.withLock { state in
            follow(&state)
            return state.evidence + state.board.papers
        }
    }

    /// Goes on where the relay ended.
    func resume(now: Timestamp, signatures: inout SignatureVerifier) {
        for version in unfinished {
            _ = submit(
                manifests.judge(
                    [ManifestStep(signed: version.encoded)], from: ProposalBook.quorum, now: now,
                    signatures: &signatures))
        }
    }

    /// Judges papers in order; tells the peers of those that are new.
    func take(
        _ papers: [MemberPaper], from source: String, now: Timestamp,
        signatures: inout SignatureVerifier
    ) -> [Verdict] {
        var verdicts: [Verdict] = []
        var fresh: [MemberPaper] = []
        var events: [EngineEvent] = []
        var versions: [SignedManifest] = []
        for paper in papers {
            let (verdict, found) = take(paper, source, now, &signatures)
            verdicts.append(verdict)
            switch verdict {
            case .taken, .assembled: fresh.append(paper)
            case .known, .notKept: break
            case .refused(let error):
                guard error.isBlameworthy else { continue }
                events.append(
                    .manifestRefused(
                        ManifestRefusal(
                            code: error.code, detail: "a \(paper.kind): \(error.problem)",
                            source: source)))
            }
            events += found.events
            versions += found.versions
        }
        for version in versions {
            events += manifests.judge(
                [ManifestStep(signed: version.encoded)], from: ProposalBook.quorum, now: now,
                signatures: &signatures)
        }
        if !events.isEmpty { _ = submit(events) }
        if !fresh.isEmpty { spreading.withLock { $0 }?(fresh) }
        return verdicts
    }

    /// Where a version came from that was put together here.
    static let quorum = "quorum"

    /// Evidence that this relay met by itself: kept and told as if a peer had brought it.
    func met(_ evidence: ManifestEquivocation, now: Timestamp) {
        let paper = MemberPaper(.equivocation, evidence.encoded)
        let isFresh = state.withLock { keep(paper, "own", now, &$0) }
        if isFresh { spreading.withLock { $0 }?([paper]) }
    }

    private struct Found {
        var events: [EngineEvent] = []
        var versions: [SignedManifest] = []
    }

    private func take(
        _ paper: MemberPaper, _ source: String, _ now: Timestamp,
        _ signatures: inout SignatureVerifier
    ) -> (Verdict, Found) {
        var found = Found()
        if paper.kind == .equivocation {
            return (judge(paper, source, now, &signatures, &found), found)
        }
        let verdict = state.withLock { state -> Verdict in
            follow(&state)
            var board = state.board
            do {
                switch try board.take(paper, from: source, now: now, signatures: &signatures) {
                case .known: return .known
                case .taken:
                    guard let store = state.store else { return .notKept("the relay ends") }
                    try store.keep(paper, from: source, at: now)
                    let isBegun = board.open.count > state.board.open.count
                    state.board = board
                    if isBegun, let open = board.open.last {
                        try? store.forget(state.overtaken.renewed(open))
                    }
                    return .taken
                case .assembled(let next):
                    guard let store = state.store else { return .notKept("the relay ends") }
                    try store.keep(paper, from: source, at: now)
                    state.board = board
                    found.versions.append(next)
                    return .assembled(next.manifest.version)
                }
            } catch let error as ProposalError {
                return .refused(error)
            } catch {
                return .notKept("\(error)")
            }
        }
        return (verdict, found)
    }

    private func judge(
        _ paper: MemberPaper, _ source: String, _ now: Timestamp,
        _ signatures: inout SignatureVerifier, _ found: inout Found
    ) -> Verdict {
        guard state.withLock({ !$0.evidence.contains(paper) }) else { return .known }
        do throws(ManifestError) {
            let evidence: ManifestEquivocation
            do throws(WireError) {
                evidence = try ManifestEquivocation(reading: paper.bytes)
            } catch {
                throw .wire(error)
            }
            let event = try manifests.judge(
                evidence, from: source, now: now, signatures: &signatures)
            if let event { found.events.append(event) }
            return state.withLock { keep(paper, source, now, &$0) } ? .taken : .known
        } catch {
            return .refused(.manifest(error))
        }
    }

    private func keep(
        _ paper: MemberPaper, _ source: String, _ now: Timestamp, _ state: inout State
    ) -> Bool {
        guard !state.evidence.contains(paper),
            state.evidence.count < ManifestLimits.equivocations,
            let store = state.store, (try? store.keep(paper, from: source, at: now)) != nil
        else { return false }
        state.evidence.append(paper)
        return true
    }

    /// A later version may hold since the last call: what was open is overtaken.
    private func follow(_ state: inout State) {
        let latest = manifests.latest
        guard latest.digest != state.board.current.digest else { return }
        let before = state.board.current
        let (fresh, gone) = state.overtaken.add(
            state.board.rebase(onto: latest), before: before, now: latest)
        // Left over after a crash, it is found overtaken at the next start.
        try? state.store?.overtake(fresh, letGo: gone)
        try? state.store?.clear()
    }
}
