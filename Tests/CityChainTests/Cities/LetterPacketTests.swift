// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `A letter between two chains` {
    private let cities: LetterCities
    private let key: LetterKey

    init() throws {
        cities = try LetterCities()
        key = try cities.key()
    }

    private func accepted() throws {
        try cities.exchange(try cities.application(key), key)
        try cities.exchange(try cities.acceptance(key), key)
    }

    private func expect(
        _ state: LetterState, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(
            try cities.states(key) == [state, state, state, state],
            sourceLocation: sourceLocation)
    }

    private func arrive(_ serial: String, _ yuan: String) throws -> ArrivalDesk.Filing {
        let amount = try #require(Fen(yuan: yuan))
        return cities.hangzhou.arrive(
            try #require(
                ArrivalNotice(
                    serial: serial, amount: amount, remark: "转移接续 \(key.number)",
                    time: cities.hangzhou.city.now)))
    }

    @Test func `goes 01, 02, 08, 00, with the bank's money matched once`() throws {
        let answer = try cities.exchange(try cities.application(key), key)
        #expect(
            answer
                == #"{"result":"taken","institution":"330100000000000","#
                + #""ConNum":"3301002611260001","id":"BDC901/0#1","state":"01"}"#)
        try expect(.sent)
        try cities.exchange(try cities.acceptance(key), key)
        try expect(.accepted)
        try cities.exchange(try cities.information(key), key)
        try expect(.informed)
        let sum = try #require(Fen(yuan: "10300.25"))
        #expect(try arrive("b1", "10300.25") == .letter(key, [.arrivalMatched(sum)]))
        #expect(try arrive("b1", "10300.25") == .known)
        try cities.exchange(try cities.information(key, function: "2"), key)
        try expect(.completed)
        let booked: (LetterCentre, LetterEffect) -> Int = { centre, effect in
            centre.effects.filter { $0 == effect }.count
        }
        #expect(booked(cities.hangzhou, .accountTransferredIn) == 1)
        #expect(booked(cities.beijing, .accountTransferredOut) == 1)
        #expect(booked(cities.hangzhou, .accountTransferredOut) == 0)
        // The completion carries the centre's word about the money, and only as a commitment.
        let entry = try cities.beijing.onChain(key)?.entries.last
        #expect(entry?.statement.act == .completion && entry?.statement.reconciliation != nil)
    }

    @Test func `is provable under a header, and its absence too`() throws {
        try accepted()
        let path = Letters.letterKey(TestCity.client.text, key)
        let city = cities.beijing.city
        try city.makeBlocks()
        let height = city.chain.latestHeight
        let (value, proof) = try city.prove(path, under: height, store: "transfer")
        let bytes = try #require(value)
        #expect(try Letter(reading: bytes).state == .accepted)
        #expect(!proof.isEmpty)
        let other = Letters.letterKey(TestCity.client.text, try cities.key(9))
        #expect(try city.prove(other, under: height, store: "transfer").value == nil)
    }

    @Test func `goes through rejection, 13 and 40, and no chain learns the reason`() throws {
        try accepted()
        try cities.exchange(try cities.rejection(key), key)
        try expect(.rejected)
        #expect(cities.hangzhou.dossiers[key]?.message(.rejection)?.reason == .accountFrozen)
        try cities.exchange(try cities.failure(key), key)
        try expect(.failed)
    }

    @Test func `goes through negotiation, 06 and 20, when cents differ`() throws {
        try accepted()
        try cities.exchange(try cities.information(key), key)
        _ = try arrive("b1", "10300.31")
        #expect(throws: LetterError.self) {
            try cities.sent(try cities.information(key, function: "2"), key)
        }
        try cities.exchange(
            try cities.information(key, function: "1", total: "10300.31", interest: "300.31"), key)
        try expect(.negotiating)
        try cities.exchange(
            try cities.information(key, function: "2", total: "10300.31", interest: "300.31"), key)
        try expect(.completedAfterNegotiation)
    }

    @Test func `a withdrawal that reaches OUT's chain after the acceptance loses`() throws {
        try cities.exchange(try cities.application(key), key)
        let (withdrawal, first) = try cities.sent(try cities.withdrawal(key), key)
        let (acceptance, second) = try cities.sent(try cities.acceptance(key), key)
        let height = try #require(
            try cities.beijing.onChain(key)?.position(of: .acceptance)?.height)
        let refused = try cities.carried(first, withdrawal)
        let answer = try JSONParser.parse(refused.appAcknowledgements[0])
        #expect(answer["result"]?.string == "refused")
        #expect(answer["code"]?.string == "letter/accepted-first")
        #expect(answer["decidedAt"]?.string == "\(height)")
        let taken = try cities.carried(second, acceptance)
        try cities.returned(first, withdrawal, refused)
        try cities.returned(second, acceptance, taken)
        try expect(.accepted)
        #expect(try cities.hangzhou.onChain(key)?.lastRefusal == .acceptedFirst)
        // The letter goes on as if nothing had been said.
        try cities.exchange(try cities.information(key), key)
        try expect(.informed)
    }

    @Test func `an acceptance after the withdrawal has reached OUT's chain is not even sent`()
        throws
    {
        try cities.exchange(try cities.application(key), key)
        let (withdrawal, packet) = try cities.sent(try cities.withdrawal(key), key)
        let taken = try cities.carried(packet, withdrawal)
        let acceptance = try cities.beijing.record(
            try cities.acceptance(key), key, to: cities.hangzhou)
        let message = try TwoCities.send(
            String(decoding: acceptance.encoded, as: UTF8.self), port: "transfer",
            from: cities.beijing.city)
        let result = try cities.beijing.city.runInBlock(message, by: "bureau")
        #expect((result.code, result.codespace) == (6, "cityapp"))
        #expect(result.log.contains("letter/withdrawn-first"))
        try cities.returned(packet, withdrawal, taken)
        try expect(.withdrawn)
    }

    @Test func `a 901 that times out leaves the letter as before with its reason`() throws {
        let record = try cities.hangzhou.record(
            try cities.application(key), key, to: cities.beijing)
        try cities.hangzhou.say(try cities.application(key), record)
        let (a, b) = (cities.hangzhou.city, cities.beijing.city)
        let packet = try cities.sent(
            record, from: cities.hangzhou, timeoutSeconds: a.now.unixSeconds + 20)
        for city in [a, b] {
            city.wait(seconds: 60)
            try city.makeBlocks(2)
        }
        let result = try a.run(
            [try TwoCities.update(a, from: b), try TwoCities.timeout(packet, on: a, from: b)],
            by: "relayer")
        #expect(result.code == 0, "\(result.log)")
        #expect(result.events.contains { $0.type == "letter_unchanged" })
        let letter = try #require(try cities.hangzhou.onChain(key))
        #expect(letter.state == .sent && !letter.isDelivered && letter.pending == nil)
        #expect(letter.lastRefusal == .timedOut)
        #expect(try cities.beijing.onChain(key) == nil)
        try cities.hangzhou.answered(key, .timedOut(record.statement.id), by: .transferOut)
        // The same letter may be sent again, and goes on.
        try accepted()
        try expect(.accepted)
    }

    @Test func `duplicates and replays change nothing`() throws {
        let (record, packet) = try cities.sent(try cities.application(key), key)
        let acknowledgement = try cities.carried(packet, record)
        let city = cities.beijing.city
        let before = try cities.beijing.onChain(key)
        let again = try city.runInBlock(
            try TwoCities.receive(packet, on: city, from: cities.hangzhou.city), by: "relayer")
        #expect(again.code == 0)
        #expect(try cities.beijing.onChain(key) == before)
        try cities.returned(packet, record, acknowledgement)
        // The same statement in a second packet is not sent; another one under its name neither.
        for changed in [false, true] {
            var copy = record
            if changed { copy.statement.commitment = SHA256.hash([1]) }
            let result = try cities.hangzhou.city.runInBlock(
                try TwoCities.send(
                    String(decoding: copy.encoded, as: UTF8.self), port: "transfer",
                    from: cities.hangzhou.city), by: "bureau")
            #expect(result.log.contains("letter/sequence-reused"))
        }
        try expect(.sent)
    }

    @Test func `two words of one side do not overtake each other`() throws {
        _ = try cities.sent(try cities.application(key), key)
        let withdrawal = try cities.hangzhou.record(
            try cities.withdrawal(key), key, to: cities.beijing)
        let result = try cities.hangzhou.city.runInBlock(
            try TwoCities.send(
                String(decoding: withdrawal.encoded, as: UTF8.self), port: "transfer",
                from: cities.hangzhou.city), by: "bureau")
        #expect(result.log.contains("letter/message-in-flight"))
    }

    @Test func `only a letter's own centres speak, over their own client`() throws {
        let (a, b) = (cities.hangzhou, cities.beijing)
        let record = try a.record(try cities.application(key), key, to: b)
        func refusal(
            _ record: LetterPacket, from city: TestCity, by role: String = "bureau"
        ) throws -> String {
            try city.runInBlock(
                try TwoCities.send(
                    String(decoding: record.encoded, as: UTF8.self), port: "transfer",
                    from: city, by: role), by: role
            ).log
        }
        #expect(try refusal(record, from: a.city, by: "notary").contains("may not send"))
        #expect(try refusal(record, from: b.city).contains("does not speak for institution"))
        var foreign = record
        foreign.context = SealingContext(
            key: key, from: a.code, to: try InstitutionCode("520100000000000"),
            purpose: .application, expiresUnixSeconds: record.context.expiresUnixSeconds)
        #expect(try refusal(foreign, from: a.city).contains("letter/institution-unknown"))
        // A code that is taken, or the receiver's own, is not given to another client.
        let stolen = InstitutionRecord(codes: [a.code]).json
        let theft = try b.city.runInBlock(
            try TwoCities.send(
                String(decoding: stolen.encoded, as: UTF8.self), port: "transfer", from: b.city),
            by: "bureau")
        #expect(theft.log.contains("does not speak for institution"))
    }

    @Test func `an unknown letter, an expired one and one in clear are refused`() throws {
        let late = try cities.beijing.record(
            try cities.acceptance(key), key, to: cities.hangzhou)
        let result = try cities.beijing.city.runInBlock(
            try TwoCities.send(
                String(decoding: late.encoded, as: UTF8.self), port: "transfer",
                from: cities.beijing.city), by: "bureau")
        #expect(result.log.contains("letter/no-such-letter"))
        let short = try cities.hangzhou.record(
            try cities.application(key), key, to: cities.beijing, secondsToExpiry: 0)
        try cities.hangzhou.say(try cities.application(key), short)
        let packet = try cities.sent(short, from: cities.hangzhou)
        for city in [cities.hangzhou.city, cities.beijing.city] {
            city.wait(seconds: 30)
            try city.makeBlocks(2)
        }
        let acknowledgement = try cities.carried(packet, short)
        #expect(cities.text(acknowledgement).contains("letter/payload-expired"))
        try cities.returned(packet, short, acknowledgement)
        guard case .object(var members) = try JSONParser.parse(short.encoded) else { return }
        members.append(JSONMember("IdNum", .string(cities.hangzhou.city.person(0))))
        let clear = try cities.hangzhou.city.runInBlock(
            try TwoCities.send(
                String(decoding: JSONValue.object(members).encoded, as: UTF8.self),
                port: "transfer", from: cities.hangzhou.city), by: "bureau")
        #expect(clear.log.contains("an unknown member is not in form"))
    }

    @Test func `no name, number, reason or amount is in a store or a transaction of either chain`()
        throws
    {
        try accepted()
        try cities.exchange(try cities.information(key), key)
        _ = try arrive("b1", "10300.25")
        try cities.exchange(try cities.information(key, function: "2"), key)
        let planted = [
            "甲某", "6220001", "10300.25", "10000.00", "300.25", "1030025", "201001",
        ]
        for centre in [cities.hangzhou, cities.beijing] {
            var seen: [[UInt8]] = []
            let state = centre.city.chain.query(
                ApplicationQuery(path: "/store/transfer/subspace", data: []))
            seen.append(state.value ?? [])
            for height in 1...centre.city.chain.latestHeight {
                seen += try #require(centre.city.chain.block(at: height)).block.transactions
            }
            #expect(seen.contains { contains($0, Array(key.number.text.utf8)) })
            for bytes in seen {
                for value in planted { #expect(!contains(bytes, Array(value.utf8)), "\(value)") }
                let person = Array(cities.hangzhou.city.person(0).utf8)
                #expect(!contains(bytes, person))
            }
        }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first, bytes.count >= part.count else { return false }
        for start in 0...(bytes.count - part.count)
        where bytes[start] == first && bytes[start..<(start + part.count)].elementsEqual(part) {
            return true
        }
        return false
    }
}
