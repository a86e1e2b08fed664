// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Two running relays between two recorded chains: real stores, mutual TLS, light clients and
/// proofs; the nodes are played back, the clock stands where the recorded blocks stood.
/// `ReplayPass` says how.
@Suite(.serialized)
struct `Recording: two relays between played-back chains` {
    /// Each chain leads once; both runs are made once, whichever test asks first.
    private static let passes: [Result<ReplayPass.Outcome, any Error>] = (0..<2).map { leader in
        Result { try ReplayPass.run(try ReplayRecording.shared.get(), leader: leader) }
    }

    /// What the light client says to a header whose bytes are not the signed ones. "Not enough
    /// trust" and the like are not among them: they would mean that the bytes were never looked at.
    private static let headerRefusals = [
        "client/wire", "client/header-height", "commit/block-mismatch", "commit/height-mismatch",
        "commit/wrong-signature", "header/block-version", "header/chain-id-mismatch",
        "header/from-the-future", "header/height-not-increasing", "header/length",
        "header/time-not-increasing", "header/validators-mismatch",
        "header/next-validators-mismatch",
    ]

    private func pass(_ leader: Int) throws -> (ReplayRecording, ReplayPass.Outcome) {
        let recording = try ReplayRecording.shared.get()
        let outcome = try Self.passes[leader].get()
        for trouble in outcome.trouble { Issue.record("\(trouble)") }
        return (recording, outcome)
    }

    @Test(arguments: [0, 1])
    func `every recorded packet is seen, proven, forwarded over mTLS, verified and accepted`(
        leader: Int
    ) throws {
        let (recording, outcome) = try pass(leader)
        let tape = recording.tapes[leader]
        let packets = recording.packets(from: leader)
        #expect(!packets.isEmpty)
        // Execution of the last recorded block is shown by no header.
        let visible = packets.filter { $0.sentAt < tape.chain.last }
        #expect(outcome.seen == Set(visible.map(\.id.sequence)))
        let lastSnapshot = try #require(tape.snapshots.last { $0 < tape.chain.last })
        let provable = packets.filter { $0.sentAt <= lastSnapshot }
        #expect(!provable.isEmpty)
        #expect(outcome.delivered == Set(provable.map(\.id.sequence)))
    }

    @Test(arguments: [0, 1])
    func `every recorded acknowledgement is proven, forwarded over mTLS, verified and accepted`(
        leader: Int
    ) throws {
        let (recording, outcome) = try pass(leader)
        let written = recording.packets(from: 1 - leader).filter { $0.acknowledgedAt != nil }
        #expect(!written.isEmpty)
        #expect(outcome.acknowledged == Set(written.map(\.id.sequence)))
    }

    @Test(arguments: [0, 1])
    func `every recorded timeout's missing receipt is proven over mTLS and accepted`(
        leader: Int
    ) throws {
        let (recording, outcome) = try pass(leader)
        let timedOut = recording.packets(from: 1 - leader).filter(\.isTimedOut)
        #expect(!timedOut.isEmpty)
        #expect(outcome.absent == Set(timedOut.map(\.id.sequence)))
    }

    @Test(arguments: [0, 1])
    func `a flipped byte in any proof is refused over the wire`(leader: Int) throws {
        let (_, outcome) = try pass(leader)
        let used = outcome.delivered.count + outcome.acknowledged.count
        #expect(outcome.proofFlips == ["refused proof/invalid": used])
        #expect(outcome.proofControls == ["alreadyKnown ": used])
        // Proofs of absence are flipped on their way from the node: the asking relay refuses them.
        #expect(outcome.spoiltTimeouts == outcome.absent)
    }

    @Test(arguments: [0, 1])
    func `a flipped byte in any header is refused over the wire`(leader: Int) throws {
        let (recording, outcome) = try pass(leader)
        let chain = recording.tapes[leader].chain
        let first = try recording.anchor(of: leader)
        // Twice each: a bit of the header, a bit of a signature.
        let count = chain.last - first
        let flips = outcome.headerFlips.values.reduce(0, +)
        #expect(Int64(flips) == 2 * count)
        for answer in outcome.headerFlips.keys {
            #expect(Self.headerRefusals.contains { answer.hasPrefix("retry \($0)") })
        }
        #expect(Int64(outcome.headerFlips["retry commit/wrong-signature"] ?? 0) >= count)
        // What is trusted in the end are the recorded headers, every one of them.
        for height in first...chain.last {
            #expect(outcome.headers[UInt64(height)] == (try chain.header(height).hash().bytes))
        }
        #expect(Int64(outcome.headers.count) == chain.last - first + 1)
    }
}
