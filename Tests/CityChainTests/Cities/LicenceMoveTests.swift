// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `A licence between two chains` {
    private let rig: LicenceCities

    init() throws { rig = try LicenceCities() }

    private func phases() throws -> [LicenceMove.Phase?] {
        [try rig.move(.source)?.move.phase, try rig.move(.destination)?.move.phase]
    }

    @Test func `is offered, taken in, and 06 for good where it was`() throws {
        try rig.offered()
        #expect(try phases() == [.offered, .offered])
        #expect(try rig.exchange(.take).hasPrefix(#"{"result":"taken""#))
        #expect(try phases() == [.taken, .taken])
        // The new licence is in force there, tied to the move.
        #expect(try rig.put(.valid, revision: 1, in: rig.beijing, move: rig.named()).code == 0)
        #expect(try rig.record(rig.beijing)?.status == "01")
        for status in LicenceStatus.allCases where status != .movedOut {
            let refused = try rig.put(status, revision: 3, in: rig.hangzhou)
            #expect((refused.code, refused.codespace) == (8, "records"), "\(status)")
            #expect(refused.log.contains("licence/ended"))
        }
        #expect(try rig.record(rig.hangzhou)?.status == "06")
        let cancelled = try rig.refused(.cancel)
        #expect((cancelled.code, cancelled.codespace) == (7, "cityapp"))
        #expect(cancelled.log.contains("licence/taken-first"))
        let words = try #require(try rig.move(.source)).words
        #expect(words.map(\.act) == [.offer, .take] && words.map(\.isOurs) == [true, false])
    }

    @Test func `is provably 06 and taken, under one header`() throws {
        try rig.offered()
        try rig.exchange(.take)
        try rig.hangzhou.makeBlocks()
        let height = rig.hangzhou.chain.latestHeight
        let index = LicenceCities.index(rig.hangzhou)
        let (value, proof) = try rig.hangzhou.prove(
            index.stateKey, under: height, store: "records")
        #expect(try RecordState(stored: try #require(value)).status == "06" && !proof.isEmpty)
        let (move, moveProof) = try rig.hangzhou.prove(
            LicenceMoveRecord.key(TestCity.client.text, try rig.key()), under: height,
            store: "licence")
        let kept = try LicenceMoveRecord(reading: try #require(move))
        #expect(kept.move.phase == .taken && kept.move.side == .source && !moveProof.isEmpty)
    }

    @Test func `comes back when its offer is cancelled, and can not be taken any more`() throws {
        try rig.offered()
        #expect(try rig.exchange(.cancel).hasPrefix(#"{"result":"taken""#))
        #expect(try phases() == [.cancelled, .cancelled])
        let late = try rig.refused(.take)
        #expect(late.log.contains("licence/cancelled-first"))
        let unearned = try rig.put(.valid, revision: 1, in: rig.beijing, move: rig.named())
        #expect(unearned.log.contains("licence/wrong-phase"))
        #expect(try rig.put(.valid, revision: 3, in: rig.hangzhou).code == 0)
        #expect(try rig.record(rig.hangzhou)?.status == "01")
    }

    @Test func `one chain decides when both speak at once`() throws {
        try rig.offered()
        let cancel = try rig.sent(.cancel)
        let take = try rig.sent(.take)
        let height = rig.beijing.chain.latestHeight
        let refused = try rig.carried(cancel, .cancel)
        let answer = try JSONParser.parse(refused.appAcknowledgements[0])
        #expect(answer["code"]?.string == "licence/taken-first")
        #expect(answer["decidedAt"]?.string == "\(height)")
        // Until the source has heard, nothing is in force anywhere.
        let early = try rig.put(.valid, revision: 1, in: rig.beijing, move: rig.named())
        #expect(early.log.contains("licence/wrong-phase"))
        let taken = try rig.carried(take, .take)
        try rig.returned(cancel, .cancel, refused)
        try rig.returned(take, .take, taken)
        #expect(try phases() == [.taken, .taken])
        #expect(try rig.move(.source)?.move.lastRefusal == .takenFirst)
    }

    @Test func `a cancellation that comes first ends a take that is under way`() throws {
        try rig.offered()
        let cancel = try rig.sent(.cancel)
        let answer = try rig.carried(cancel, .cancel)
        let late = try rig.refused(.take)
        #expect(late.log.contains("licence/cancelled-first"))
        try rig.returned(cancel, .cancel, answer)
        #expect(try phases() == [.cancelled, .cancelled])
    }

    @Test func `is not offered before its record says 06, nor given back while it is offered`()
        throws
    {
        #expect(try rig.refused(.offer).log.contains("licence/record-not-ready"))
        try rig.put(.valid, revision: 1, in: rig.hangzhou)
        #expect(try rig.refused(.offer).log.contains("licence/record-not-ready"))
        let alone = try rig.put(.valid, revision: 2, in: rig.hangzhou, move: rig.named())
        #expect(alone.log.contains("licence/record-not-ready"))
        // Taken back before it was offered: the key is free again.
        try rig.put(.movedOut, revision: 2, in: rig.hangzhou, move: rig.named())
        #expect(try rig.put(.valid, revision: 3, in: rig.hangzhou).code == 0)
        #expect(try rig.refused(.offer).log.contains("licence/record-not-ready"))
        try rig.put(.movedOut, revision: 4, in: rig.hangzhou, move: rig.named())
        try rig.exchange(.offer)
        let back = try rig.put(.valid, revision: 5, in: rig.hangzhou)
        #expect(back.log.contains("licence/wrong-phase"))
    }

    @Test func `words of the wrong side, of strangers and behind their time are refused`() throws {
        try rig.put(.valid, revision: 1, in: rig.hangzhou)
        try rig.put(.movedOut, revision: 2, in: rig.hangzhou, move: rig.named())
        let late = try rig.sent(.offer, secondsToExpiry: 1)
        for city in [rig.hangzhou, rig.beijing] {
            city.wait(seconds: 30)
            try city.makeBlocks(2)
        }
        let answer = try rig.carried(late, .offer)
        #expect(LicenceCities.text(answer).contains("licence/expired"))
        try rig.returned(late, .offer, answer)
        #expect(try rig.refused(.take).log.contains("licence/no-such-move"))
        // An offer that was lost may be said again, and cancelled where it never arrived.
        let unheard = try rig.exchange(.cancel)
        #expect(unheard.contains("licence/no-such-move"))
        #expect(try phases() == [.cancelled, nil])
        let stranger = try rig.hangzhou.runInBlock(
            try TwoCities.send(
                String(decoding: try rig.word(.offer).encoded, as: UTF8.self), port: "licence",
                from: rig.hangzhou, by: "licensing"), by: "licensing")
        #expect(stranger.log.contains("does not speak for institution"))
    }

    @Test func `opens for the other office alone, in its place alone`() throws {
        guard case .move(var word) = try rig.word(.offer) else { return }
        let content = try LicenceContent.open(
            word, secret: LicenceCities.secret(rig.beijing))
        #expect(content.licence == LicenceCities.licence)
        #expect(content.fields.map(\.value) == [LicenceCities.holder])
        #expect(throws: SealedContentError.unreadable) {
            try LicenceContent.open(word, secret: LicenceCities.secret(rig.hangzhou))
        }
        word.commitment = SHA256.hash([1])
        #expect(throws: SealedContentError.commitment) {
            try LicenceContent.open(word, secret: LicenceCities.secret(rig.beijing))
        }
        guard case .move(var moved) = try rig.word(.offer) else { return }
        moved.context = LicenceSealing(
            key: LicenceMoveKey(SHA256.hash([2])), from: moved.context.from,
            to: moved.context.to, act: .offer,
            expiresUnixSeconds: moved.context.expiresUnixSeconds)
        #expect(throws: SealedContentError.unreadable) {
            try LicenceContent.open(moved, secret: LicenceCities.secret(rig.beijing))
        }
    }

    static let clear = [
        #""licenceId":"L1""#, #""holder":"王小明""#, #""IdNum":"330106188001010014""#,
    ]

    @Test(arguments: clear)
    func `nothing in clear gets onto a chain`(_ member: String) throws {
        for port in ["licence", "providentfund"] as [WireText] {
            let record =
                port == "licence"
                ? #"{"kind":"licence-status",\#(member)}"#
                : #"{"TxCode":"BDC901",\#(member)}"#
            let result = try rig.hangzhou.runInBlock(
                try TwoCities.send(record, port: port, from: rig.hangzhou), by: "bureau")
            #expect((result.code, result.codespace) == (5, "cityapp"), "\(port.text)")
            #expect(!result.log.contains("330106188001010014"))
        }
    }

    @Test func `no number and no name is in a block or in the state of either chain`() throws {
        try rig.offered()
        try rig.exchange(.take)
        try rig.put(.valid, revision: 1, in: rig.beijing, move: rig.named())
        let letter = try TwoCities.sent(
            TwoCities.letter("1", account: rig.hangzhou.account(of: 0), yuan: "1.00"),
            port: "providentfund", from: rig.hangzhou)
        try TwoCities.deliver(letter, to: rig.beijing, from: rig.hangzhou)
        let planted = [
            LicenceCities.licence, "20260101000000000001", LicenceCities.holder,
            rig.hangzhou.person(0), rig.beijing.person(0),
        ]
        for city in [rig.hangzhou, rig.beijing] {
            var seen = 0
            for height in 1...city.chain.latestHeight {
                guard let stored = city.chain.block(at: height) else { continue }
                for bytes in stored.block.transactions {
                    seen += 1
                    expectNone(of: planted, in: bytes, "block \(height)")
                }
            }
            let record = try #require(try rig.record(city))
            expectNone(of: planted, in: record.encoded, "records")
            for store in ["licence", "providentfund", "transfer", "ibc"] {
                let answer = city.chain.query(
                    ApplicationQuery(path: "/store/\(store)/subspace", data: []))
                let bytes = try #require(answer.value)
                seen += bytes.count
                expectNone(of: planted, in: bytes, store)
            }
            #expect(seen > 1_000)
            #expect(city.fen("account/\(rig.hangzhou.account(of: 0))") > 0)
        }
    }

    private func expectNone(of planted: [String], in bytes: [UInt8], _ place: String) {
        for text in planted {
            let part = Array(text.utf8)
            #expect(bytes.firstRange(of: part) == nil, "\(place) holds \(text)")
            #expect(
                bytes.firstRange(of: Array(Base64.encode(part).utf8.prefix(16))) == nil,
                "\(place) holds \(text) as base64")
        }
    }
}
