// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport
import TestSupport
import Testing

/// Every waiting, parked or refused state has its sentence.
@Suite struct `The book of codes` {
    /// Codes of log lines that no packet, route or refusal ever carries.
    static let logOnly: Set<String> = [
        "area/fact", "text/plain", "application/grpc", "application/json", "node/calls",
    ]
    /// Refusals of orders: each is made with a sentence and a next step of its own
    /// (`OrderRefusal`), and no packet waits with it.
    static let orderRefusals: Set<String> = [
        "proposal/no-block", "proposal/other-kind", "store/not-writable",
        "manifest/version-not-kept",
        "action/no-reason", "action/raced", "action/wrong-subject", "dead/ended-for-good",
        "dead/ended-well",
        "dead/holds-money", "dead/still-under-way", "route/not-paused", "route/unknown",
    ]
    /// Notes about what was done; nothing waits with them.
    static let notes: Set<String> = [
        "members/changed", "reconcile/repaired-acknowledgement", "reconcile/repaired-ended",
        "reconcile/repaired-received", "reconcile/repaired-unknown", "route/resumed",
    ]

    /// String literals of the form area/fact in these folders.
    static func codes(in folders: [String]) throws -> Set<String> {
        var found: Set<String> = []
        for folder in folders {
            let root = "\(Corpus.root)/\(folder)"
            for path in try FileManager.default.subpathsOfDirectory(atPath: root)
            where path.hasSuffix(".swift") {
                let text = String(decoding: try Corpus.read("\(root)/\(path)"), as: UTF8.self)
                for line in text.split(separator: "\n") where !line.contains("///") {
                    let pieces = line.split(separator: "\"", omittingEmptySubsequences: false)
                    for (index, piece) in pieces.enumerated() where index % 2 == 1 {
                        if isCode(piece) { found.insert(String(piece)) }
                    }
                }
            }
        }
        return found
    }

    static func isCode(_ text: Substring) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "-" && part.last != "-"
                    && part.allSatisfy { ($0 >= "a" && $0 <= "z") || $0 == "-" }
            }
    }

    @Test func `every code that stands in the engine, its peers and connectors is in it`() throws {
        let codes = try Self.codes(in: [
            "Sources/Relay/Engine", "Sources/Relay/API/Peers", "Sources/Relay/API/Membership",
            "Sources/Relay/API/Daemon", "Sources/Relay/Connectors",
        ])
        #expect(codes.count > 80)
        let told = Self.logOnly.union(Self.orderRefusals).union(Self.notes)
        for code in codes.subtracting(told).sorted() {
            #expect(Advice(code: code) != nil, "nobody has written about \(code)")
        }
        // The lists of exceptions hold nothing that is no code any more.
        for code in Self.orderRefusals.union(Self.notes) {
            #expect(codes.contains(code), "\(code) is nobody's")
        }
    }

    /// A packet can be parked, or wait after failures, with every code that there is.
    @Test func `every code of the book explains a parked and a waiting packet`() {
        for (code, advice) in CodeBook.all {
            for state in PacketState.allCases where !state.isTerminal {
                var record = PacketRecord(
                    id: PacketID(direction: .outgoing, client: "07-tendermint-0", sequence: 1),
                    counterpartyChain: "c", packet: [], state: state, timeoutSeconds: 1,
                    committedHeight: .zero, now: .unixEpoch)
                record.reasonCode = code
                record.attempts = 2
                record.parkedFrom = state == .parked ? .proven : nil
                let why = Explanation(of: record)
                #expect(why.code == code && why.cause == advice.cause, "\(code) \(state)")
                #expect(why.sentence.contains(advice.sentence), "\(code) \(state)")
                #expect(why.nextAction.hasPrefix(advice.next), "\(code) \(state)")
                #expect(why.turn == (state == .parked ? .operators : advice.turn), "\(code)")
            }
        }
    }

    @Test func `every failure of transport, nodes and light clients is in it`() {
        for code in TransportError.Code.allCases {
            #expect(Advice(code: "transport/\(code.rawValue)") != nil, "\(code)")
        }
        for code in NodeError.Code.allCases {
            #expect(Advice(code: code.rawValue) != nil, "\(code)")
            #expect(Advice(code: "connector/\(code.rawValue.dropFirst(5))")?.cause == .ourChain)
        }
        #expect(Advice(code: "transport/tls.wrong-key")?.cause == .certificate)
        #expect(Advice(code: "transport/net.cannot-connect")?.cause == .network)
        #expect(Advice(code: "chain/channelv2-9")?.cause == .ourChain)
        #expect(Advice(code: "nowhere/at-all") == nil)
    }

    @Test func `every sentence ends, and says whose turn it is and what to do`() {
        for (code, advice) in CodeBook.all {
            #expect(advice.sentence.hasSuffix("."), "\(code)")
            #expect(advice.next.hasSuffix(".") || advice.next.hasSuffix("`."), "\(code)")
            #expect(advice.sentence.count < 120, "\(code)")
            if advice.cause == .people { #expect(advice.turn == .operators, "\(code)") }
        }
    }

    @Test(arguments: PacketState.allCases)
    func `a packet in any state is explained from the store alone`(state: PacketState) {
        for code in ["", "peer/busy", "chain/channelv2-5"] {
            var record = PacketRecord(
                id: PacketID(direction: .incoming, client: "07-tendermint-0", sequence: 1),
                counterpartyChain: "c", packet: [], state: state, timeoutSeconds: 1,
                committedHeight: .zero, now: .unixEpoch)
            record.reasonCode = state == .parked && code.isEmpty ? "operator/parked" : code
            record.attempts = code.isEmpty ? 0 : 3
            record.parkedFrom = state == .parked ? .verified : nil
            let why = Explanation(of: record)
            #expect(!why.sentence.isEmpty && !why.nextAction.isEmpty, "\(state) \(code)")
            #expect(!why.sentence.contains("Ask the running relay"), "\(state)")
            if state.isTerminal { #expect(why.turn == .nobody) }
            if state == .parked { #expect(why.nextAction.contains("queue release")) }
        }
    }

    @Test func `foreign texts lose what could be a person`() {
        let cases: [(text: String, clean: String)] = [
            ("no account 33010018800101123X here", "no account … here"),
            ("mobile 13800138000, code 22", "mobile …, code 22"),
            ("王小明 is unknown", "… is unknown"),
            ("height 1234567890 of 07-tendermint-0", "height 1234567890 of 07-tendermint-0"),
            ("x12345678901y", "x…y"), ("", ""),
        ]
        for (text, clean) in cases { #expect(Redaction.clean(text) == clean) }
    }

    @Test func `who signed a chain's headers is told from the headers themselves`() {
        func votes(_ height: UInt64, _ signed: [Bool]) -> Participation.Votes {
            Participation.Votes(
                height: Height(revision: 1, height: height), signed: signed,
                power: [10, 10, 10, 10])
        }
        let participation = Participation(votes: [
            votes(1, [true, true, true, true]), votes(5, [true, true, false, true]),
            votes(9, [true, true, false, true]),
        ])
        #expect(
            participation.lines == [
                "header 1-9 carries 3 of 4 signatures, 75 % of the power; "
                    + "more than 66 % are needed",
                "validator 3 of 4 signed none of the last 2 headers that we hold",
            ])
        #expect(Participation(votes: []).lines.isEmpty)
    }
}
