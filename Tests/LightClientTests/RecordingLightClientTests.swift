// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// The light client on recorded chains: what real nodes answered, height by height.
@Suite struct RecordingLightClientTests {
    static let folder = try? Fixtures.recordings("ibc-go-v10")
    static let chains: [RecordedChain] = (try? folder.map(RecordedChain.all)) ?? []

    @Test func `the recording is there`() {
        #expect(RecordingLightClientTests.chains.count >= 2)
    }

    /// From the first to the last height through every block and through as few as possible: the
    /// same state, across every change of the set.
    @Test(arguments: chains.map(\.code))
    func `header by header and by skipping to the same state`(code: String) throws {
        let chain = try chain(code)
        let now = try chain.now()
        var signatures = SignatureVerifier()
        let verifier = Verifier(chain.options)
        var state = TrustedState(unchecked: try chain.header(chain.first))
        for height in (chain.first + 1)...chain.last {
            let set = try ValidatorSet(validators: chain.validators(height)).checked()
            state = try verifier.verifyAdjacent(
                chain.signedHeader(height), validators: set, trusted: state, now: now,
                signatures: &signatures)
        }
        #expect(state.height == chain.last)

        let trace = try skip(chain, from: chain.first, to: chain.last, &signatures)
        #expect(trace.last == state)
        #expect(trace.count < Int(chain.last - chain.first))

        // The relay's own client takes the same way, in client messages.
        var base = chain.first
        var messages: [[UInt8]] = []
        for step in trace {
            messages.append(try chain.clientMessage(step.height, trusting: base))
            base = step.height
        }
        let snapshot = ClientSnapshot(
            family: .cometBFT, parameters: chain.parameters,
            trusted: [try chain.revisionHeight(chain.first): try chain.trusted(chain.first)])
        let verified = try Families.verifyUpdates(
            messages, snapshot: snapshot, now: now, signatures: &signatures)
        #expect(verified.last == (try chain.trusted(chain.last)))
        for header in verified {
            #expect(Families.judge(header, against: snapshot, now: now) == .apply)
        }
    }

    /// Every hash of a header follows from the answers beside it, and every vote is genuine.
    @Test(arguments: chains.map(\.code))
    func `every commit, set and link holds`(code: String) throws {
        let chain = try chain(code)
        var signatures = SignatureVerifier()
        for height in chain.first...chain.last {
            let checked = try chain.signedHeader(height).checked(chainID: chain.chainID)
            let set = try ValidatorSet(validators: chain.validators(height)).checked()
            #expect(set.hash().bytes == checked.header.validatorsHash)
            let next = try ValidatorSet(validators: chain.validators(height + 1))
            #expect(next.hash().bytes == checked.header.nextValidatorsHash)
            try checked.commit.verify(
                chainID: chain.chainID, blockID: checked.commit.blockID, height: height,
                validators: set, signatures: &signatures)
            guard height > chain.first else { continue }
            let before = try chain.signedHeader(height - 1)
            #expect(checked.header.lastBlockID == before.commit?.blockID)
            #expect(checked.header.lastCommitHash == before.commit?.hash().bytes)
            _ = try Verifier.verifyBackwards(chain.header(height - 1), trusted: checked.header)
        }
    }

    /// A forged header passes by itself, as its signers are the right ones; beside the real one it
    /// freezes the client and the evidence names both.
    @Test func `forged headers verify alone and are unmasked beside the real ones`() throws {
        let folder = try #require(RecordingLightClientTests.folder)
        var signatures = SignatureVerifier()
        for line in try Corpus.lines("\(folder)/fork-headers.jsonl") {
            let chain = try #require(
                RecordingLightClientTests.chains.first {
                    $0.chainID.description == line["chain_id"]?.string
                })
            let base = try #require(line["trusted_height"]?.int64)
            let height = try #require(line["height"]?.int64)
            let message = try #require(line["ics07_header"]?.string.flatMap { Base64.decode($0) })
            let now = try chain.now()
            var snapshot = ClientSnapshot(
                family: .cometBFT, parameters: chain.parameters,
                trusted: [try chain.revisionHeight(base): try chain.trusted(base)])
            let forged = try Families.verifyUpdates(
                [message], snapshot: snapshot, now: now, signatures: &signatures)[0]
            #expect(
                forged.headerHash?.description == line["forged_hash"]?.string?.lowercased())
            let real = try chain.trusted(height)
            #expect(real.headerHash?.description == line["real_hash"]?.string?.lowercased())
            #expect(Families.judge(forged, against: snapshot, now: now) == .apply)
            snapshot.trusted[real.height] = real
            #expect(
                Families.judge(forged, against: snapshot, now: now)
                    == .misbehaviour(.twoHeaders(stored: real, received: forged)))
        }
    }

    /// One flipped bit anywhere: refused, or nothing signed was touched and the same header
    /// results.
    @Test(arguments: chains.map(\.code))
    func `flipped bits never give another header`(code: String) throws {
        let chain = try chain(code)
        let now = try chain.now()
        var signatures = SignatureVerifier()
        var refused = 0
        for height in stride(from: chain.first + 2, through: chain.last, by: 40) {
            let message = try chain.clientMessage(height, trusting: height - 1)
            let snapshot = ClientSnapshot(
                family: .cometBFT, parameters: chain.parameters,
                trusted: [try chain.revisionHeight(height - 1): try chain.trusted(height - 1)])
            let expected = try chain.trusted(height)
            for position in stride(from: Int(height % 7), to: message.count, by: 7) {
                var flipped = message
                flipped[position] ^= 1 << UInt8(position % 8)
                guard
                    let result = try? Families.verifyUpdates(
                        [flipped], snapshot: snapshot, now: now, signatures: &signatures)
                else {
                    refused += 1
                    continue
                }
                #expect(result == [expected], "height \(height), byte \(position)")
            }
        }
        #expect(refused > 500)
    }

    private func chain(_ code: String) throws -> RecordedChain {
        try #require(RecordingLightClientTests.chains.first { $0.code == code })
    }

    private func skip(
        _ chain: RecordedChain, from: Int64, to target: Int64,
        _ signatures: inout SignatureVerifier
    ) throws -> [TrustedState] {
        let now = try chain.now()
        var bisection = try Bisection(
            from: TrustedState(unchecked: chain.header(from)),
            validators: ValidatorSet(validators: chain.validators(from + 1)), to: target,
            options: chain.options)
        var block: FetchedBlock?
        while true {
            switch try bisection.next(block, now: now, signatures: &signatures) {
            case .done(let trace): return trace
            case .fetch(let height): block = try chain.fetched(height)
            }
        }
    }
}
