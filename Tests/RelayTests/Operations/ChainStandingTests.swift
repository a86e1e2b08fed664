// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// What nodes and other relays say of a chain, read and put into words.
@Suite struct `Who signs a chain's headers` {
    /// The example of CometBFT's own description (rpc/openapi/openapi.yaml, v0.38), cut to four
    /// validators.
    static let documented = """
        {"jsonrpc":"2.0","id":0,"result":{"round_state":{"height/round/step":"1262197/0/8",
        "start_time":"2019-08-01T11:52:38.962730289Z",
        "proposal_block_hash":"634ADAF1F402663BEC2ABC340ECE8B4B45AA906FA603272ACC5F5EED3097E009",
        "locked_block_hash":"","valid_block_hash":"","height_vote_set":[{"round":0,"prevotes":[
        "Vote{0:000001E443FD 1262197/00/1(Prevote) 634ADAF1F402 7BB974E1BA40 @ x}",
        "Vote{1:010001E443FD 1262197/00/1(Prevote) 634ADAF1F402 7BB974E1BA40 @ x}","nil-Vote",
        "Vote{3:030001E443FD 1262197/00/1(Prevote) 634ADAF1F402 7BB974E1BA40 @ x}"],
        "prevotes_bit_array":"BA{4:xx_x} 169753436/170151262 = 1.00","precommits":[
        "Vote{0:000001E443FD 1262197/00/2(Precommit) 634ADAF1F402 8A @ x}","nil-Vote","nil-Vote",
        "nil-Vote"],"precommits_bit_array":"BA{4:x___} 118726247/170151262 = 0.70"}],
        "proposer":{"address":"D540AB022088612AC74B287D076DBFBC4A377A2E","index":0}}}}
        """

    @Test func `the documented answer is read`() throws {
        let answers = RPCDecoder.decode(
            Array(Self.documented.utf8), [RPCCall("consensus_state")],
            as: RPCConsensusState.self, node: "n")
        let votes = try #require(RoundVotes(try answers[0].get().round_state))
        #expect(votes.height == 1_262_197 && votes.round == 0 && votes.step == 8)
        #expect(votes.isPresent == [true, true, false, true])
        #expect(votes.power == 169_753_436 && votes.totalPower == 170_151_262)
        #expect(votes.startTime.unixSeconds == 1_564_660_358)
    }

    @Test(arguments: [
        ("1262197/0/8", "1262197/0"), ("1262197/0/8", "x/0/8"), ("1262197/0/8", "1/9/8"),
        ("BA{4:xx_x} 169753436/170151262", "BA{4:xx_x}"),
        ("169753436/170151262", "170151263/170151262"), ("169753436/170151262", "-1/3"),
        (#""nil-Vote","nil-Vote","#, #""nil-Vote","#),
    ])
    func `an answer out of form is none`(good: String, bad: String) throws {
        let text = Self.documented.replacing(good, with: bad)
        let answers = RPCDecoder.decode(
            Array(text.utf8), [RPCCall("consensus_state")], as: RPCConsensusState.self, node: "n")
        if case .success(let answer) = answers[0] {
            #expect(RoundVotes(answer.round_state) == nil)
        }
    }

    static let loudi = ChainWitness.relay(chainID: "loudi-431300-1", city: "Loudi")
    static let now = Timestamp(unixNanoseconds: 1_795_714_206_000_000_000)

    /// 03:12 UTC of the same day.
    static let stalled = ChainStanding(
        height: 1_201, isWaiting: true,
        sinceUnixNanoseconds: 1_795_714_206_000_000_000 - 51_486_000_000_000,
        validators: 4, votes: 2, neededVotes: 3, power: 20, totalPower: 40,
        absent: [AbsentValidator(place: 3, blocks: 40), AbsentValidator(place: 4)])

    @Test func `a chain that lacks signatures has its sentence`() throws {
        var standing = Self.stalled
        var why = try #require(standing.explanation(by: Self.loudi, now: Self.now))
        #expect(
            why.sentence
                == "Loudi's header 1201 carries 2 of 3 needed signatures since 03:12 UTC; "
                + "validator 3 has been absent for 40 blocks; validator 4 has not signed it, "
                + "says Loudi's relay.")
        let later = Self.now.adding(nanoseconds: 86_400_000_000_000)
        #expect(
            standing.explanation(by: Self.loudi, now: later)?.sentence.contains(
                "since 2026-11-26 03:12 UTC") == true)
        #expect(why.nextAction == "Nothing to do here: call Loudi.")
        #expect(why.turn == .peerChain && why.cause == .peerChain && why.saidBy == "Loudi's relay")
        #expect(why.evidence.contains("validator 3 of 4 is absent, and from 40 blocks before"))

        standing.neededVotes = 0
        why = try #require(standing.explanation(by: .ownNodes, now: Self.now))
        #expect(
            why.sentence.contains(
                "Our chain's header 1201 carries 2 of 4 signatures with 20 of 27"))
        #expect(why.nextAction.contains("the people who run validators 3 and 4"))
        #expect(why.cause == .ourChain && why.turn == .ourChain)

        standing.isWaiting = false
        #expect(standing.explanation(by: Self.loudi, now: Self.now) == nil)
        standing = ChainStanding(trouble: "node.unreachable\u{1b}[31m")
        why = try #require(standing.explanation(by: Self.loudi, now: Self.now))
        #expect(why.code == "peer/chain-unreachable" && !why.sentence.contains("\u{1b}"))
    }

    @Test func `a word of hearsay goes before what waits, never before a person's task`() {
        func explanation(_ code: String, _ turn: Explanation.Turn) -> Explanation {
            Explanation(code: code, sentence: code, nextAction: "", turn: turn)
        }
        func codes(_ list: [Explanation]) -> [String] {
            list.with(
                .told(Self.stalled), by: Self.loudi, isAboutPacket: true, now: Self.now
            ).map(\.code)
        }
        #expect(codes([explanation("route/flowing", .nobody)]) == ["peer/chain-no-quorum"])
        #expect(
            codes([explanation("peer/acknowledgement-awaited", .peer)])
                == ["peer/chain-no-quorum", "peer/acknowledgement-awaited"])
        #expect(
            codes([explanation("client/frozen", .operators), explanation("peer/lost", .peer)])
                == ["client/frozen", "peer/chain-no-quorum", "peer/lost"])
        let silent = [explanation("route/flowing", .nobody)]
        #expect(
            silent.with(.untold("peer/busy"), by: Self.loudi, isAboutPacket: false, now: Self.now)
                == silent)
    }

    @Test func `what a relay says is bounded and never traps`() throws {
        var generator = Generator(seed: 4)
        for _ in 0..<400 {
            var bytes = Self.stalled.encoded
            for _ in 0..<3 {
                let place = Int(generator.next() % UInt64(bytes.count))
                bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            guard let standing = try? ChainStanding(reading: bytes) else { continue }
            for witness in [Self.loudi, .ownNodes] {
                _ = standing.explanation(by: witness, now: Self.now)
            }
            #expect(standing.lines.count <= 4 + ChainStanding.namedAbsent)
        }
        var many = Self.stalled
        many.absent = Array(repeating: AbsentValidator(place: 1), count: 17)
        #expect(throws: WireError.self) { try ChainStanding(reading: many.encoded) }
        #expect(try ChainStanding(reading: Self.stalled.encoded) == Self.stalled)
        let response = TraceResponse(chain: Self.stalled)
        #expect(try TraceResponse(reading: response.encoded) == response)
        let request = TraceRequest(chainID: "c", asksChain: true)
        #expect(try TraceRequest(reading: request.encoded) == request)
    }
}

extension `Relays among peers` {
    /// A chain that stands still, told by its own relay and by a peer.
    @Suite(.serialized) struct `A chain without a quorum` {
        @Test func `its relay and its peer say which header lacks whose signatures`() async throws {
            let harness = try `Operators at work`.harness(powers: [10, 10, 10, 10])
            defer { harness.stop() }
            let wang = DoorCallers.wang
            let base = "/v1/operations/why"
            let (hangzhou, beijing) = (harness.hangzhou.city, harness.beijing.city)
            func why(_ path: String) async throws -> JSON {
                try await `Operators at work`.call(harness, wang, .get, "\(base)/\(path)").body
            }
            let well = try await why("client/\(beijing.chainID)")
            let word = "\(beijing.chainID)'s relay: "
            #expect(
                well["reason"]?["evidence"]?.array?.contains {
                    $0.string?.hasPrefix("\(word)newest header ") == true
                } == true, "\(well)")

            beijing.behave(.absent, of: ["val2"])
            beijing.makeBlocks(45)
            beijing.behave(.absent, of: ["val3"])
            let sent = try harness.send(from: harness.hangzhou, [hangzhou.letter(1)])
            try harness.until("the peer has journaled the letter", seconds: 60) {
                try harness.states(sent, at: harness.hangzhou) == [.forwarded]
            }
            // What its nodes say counts once it has waited long enough.
            harness.beijing.clockOffset.withLock { $0 = 30 }
            var packet = JSON.null
            let name = "out/\(try harness.client(on: harness.hangzhou))/\(sent[0].sequence)"
            for _ in 0..<100 where packet["reason"]?["code"]?.string != "peer/chain-no-quorum" {
                hangzhou.makeBlocks()
                packet = try await why("packet/\(name)")
            }
            let sentence = packet["reason"]?["sentence"]?.string ?? ""
            #expect(
                sentence.hasPrefix(
                    "\(beijing.chainID)'s header \(beijing.height + 1) carries 2 of 3 needed "
                        + "signatures since "), "\(packet)")
            #expect(sentence.contains(" has been absent for 40 blocks"), "\(sentence)")
            #expect(packet["reason"]?["next"]?.string?.contains("call \(beijing.chainID)") == true)
            #expect(packet["reason"]?["turn"]?.string == "the peer's chain")
            #expect(packet["reason"]?["saidBy"]?.string == "\(beijing.chainID)'s relay")
            #expect(packet["also"]?[0]?["code"]?.string == "peer/acknowledgement-awaited")
            let route = try await why("route/\(beijing.chainID)")
            #expect(route["reason"]?["code"]?.string == "peer/chain-no-quorum", "\(route)")

            // Our own chain, of our own nodes.
            beijing.behave(.votes, of: ["val2", "val3"])
            harness.beijing.clockOffset.withLock { $0 = 0 }
            hangzhou.behave(.absent, of: ["val1", "val2"])
            harness.hangzhou.clockOffset.withLock { $0 = 30 }
            var own = JSON.null
            for _ in 0..<100 where own["reason"]?["code"]?.string != "chain/no-quorum" {
                beijing.makeBlocks()
                own = try await why("route/\(beijing.chainID)")
            }
            #expect(
                own["reason"]?["sentence"]?.string?.contains(
                    "Our chain's header \(hangzhou.height + 1) carries 2 of 3") == true, "\(own)")
            #expect(own["reason"]?["saidBy"]?.string == "our chain's nodes")
        }
    }
}
