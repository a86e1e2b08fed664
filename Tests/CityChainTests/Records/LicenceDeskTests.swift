// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `A record office with licences` {
    private let rig: DeskCities
    private var hangzhou: DeskCities.Desk { rig.hangzhou }
    private var beijing: DeskCities.Desk { rig.beijing }

    init() throws { rig = try DeskCities() }

    private func name(_ desk: DeskCities.Desk, _ number: Int) throws -> LicenceOrder.Name {
        .reference(try #require(desk.people.licenceIdentifier(number)))
    }

    @Test func `issues once, and the chain shows it`() throws {
        let identifier = try hangzhou.identifier(1)
        let fields = [("certificate_holder", "甲某"), ("certificateExpiringDate", "20300101")]
        let made = try hangzhou.order(
            .issue, .reference(identifier), key: "k1", values: fields)
        #expect(hangzhou.status(made.index) == "01")
        let again = try hangzhou.order(
            .issue, .reference(identifier), key: "k1", values: fields)
        #expect(again == made)
        #expect(
            hangzhou.refusal(.issue, .reference(identifier)) == "licence/already-issued")
        #expect(hangzhou.refusal(.issue, .reference("1.2.3")) == "office/reference-form")
        #expect(
            hangzhou.refusal(.renew, .reference(try hangzhou.identifier(2)))
                == "licence/not-found")
    }

    @Test func `renews, suspends, gives back and revokes, and nothing after the end`() throws {
        let name = try name(hangzhou, 0)
        let renewed = try hangzhou.order(
            .renew, name, values: [("certificateExpiringDate", "20400114")])
        let index = renewed.index
        #expect(hangzhou.state(index)?.revision == 2)
        _ = try hangzhou.order(.suspend, .index(index))
        #expect(hangzhou.status(index) == "02")
        #expect(hangzhou.refusal(.suspend, .index(index)) == "licence/wrong-status")
        #expect(hangzhou.refusal(.renew, .index(index)) == "licence/wrong-status")
        #expect(
            hangzhou.refusal(.end, .index(index), status: .movedOut, to: beijing)
                == "licence/no-end")
        _ = try hangzhou.order(.restore, .index(index))
        #expect(hangzhou.status(index) == "01")
        #expect(hangzhou.refusal(.end, .index(index)) == "licence/no-end")
        #expect(hangzhou.refusal(.cancelMove, .index(index)) == "licence/no-such-move")
        _ = try hangzhou.order(.end, .index(index), status: .revoked)
        let end = try #require(hangzhou.state(index))
        #expect(end.status == "07" && end.statusAsOf > .unixEpoch)
        for operation in [LicenceOperation.renew, .suspend, .restore, .end, .change] {
            #expect(
                hangzhou.refusal(operation, .index(index), status: .cancelled)
                    == "licence/ended", "\(operation)")
        }
        #expect(hangzhou.state(index) == end)
    }

    /// Person 5's licence of Hangzhou, offered to Beijing.
    private func offered() throws -> LicenceOutcome {
        let outcome = try hangzhou.order(
            .end, try name(hangzhou, 5), key: "offer", status: .movedOut, to: beijing)
        #expect(hangzhou.status(outcome.index) == "06")
        let answer = try rig.carried(
            try rig.sent(outcome, from: hangzhou), from: hangzhou, to: beijing)
        #expect(answer.contains(#""result":"taken""#), "\(answer)")
        return outcome
    }

    private func take() throws -> LicenceOutcome {
        try beijing.order(
            .moveIn, .reference(try beijing.identifier(7)), key: "take", to: hangzhou,
            replaces: hangzhou.people.licenceIdentifier(5))
    }

    @Test func `gives a licence away for good, and the other issues it anew`() throws {
        let offer = try offered()
        let taking = try take()
        #expect(beijing.status(taking.index) == "none")
        try rig.carried(try rig.sent(taking, from: beijing), from: beijing, to: hangzhou)
        #expect(beijing.status(taking.index) == "01")
        #expect(hangzhou.status(offer.index) == "06")
        let record = try #require(
            try beijing.office.find(
                kind: "licence", reference: try beijing.identifier(7)
            ).record)
        #expect(record.value("certificate_holder") == "阿依古丽·买买提")
        #expect(
            record.value("associated_identifier") == hangzhou.people.licenceIdentifier(5))
        for operation in [LicenceOperation.cancelMove, .renew, .end] {
            let code = hangzhou.refusal(operation, .index(offer.index), status: .revoked)
            #expect(["licence/taken-first", "licence/ended"].contains(code), "\(code)")
        }
        #expect(try take() == LicenceOutcome.known(taking.index, revision: 1))
        // The new licence lives its own life.
        _ = try beijing.order(.suspend, .index(taking.index))
        #expect(beijing.status(taking.index) == "02")
    }

    @Test func `takes what was sealed to the key before, until that key's time is over`() throws {
        _ = try offered()
        let card = try beijing.office.card()
        #expect(try beijing.office.rotateSealingKey(now: beijing.city.now) != card)
        let taking = try take()
        try rig.carried(try rig.sent(taking, from: beijing), from: beijing, to: hangzhou)
        #expect(beijing.status(taking.index) == "01")
        // Another offer, sealed to the key before as well: Hangzhou's chain knows no other yet.
        let offer = try hangzhou.order(
            .end, try name(hangzhou, 8), key: "offer 8", status: .movedOut, to: beijing)
        try rig.carried(try rig.sent(offer, from: hangzhou), from: hangzhou, to: beijing)
        func takeAnother(_ now: Timestamp) throws -> LicenceOutcome {
            try beijing.office.follow(now: now)
            return try beijing.order(
                .moveIn, .reference(try beijing.identifier(10)), to: hangzhou,
                replaces: hangzhou.people.licenceIdentifier(8))
        }
        let day: Int64 = 86_400_000_000_000
        _ = try takeAnother(beijing.city.now.adding(nanoseconds: 27 * day))
        try beijing.office.follow(now: beijing.city.now.adding(nanoseconds: 29 * day))
        #expect(
            beijing.refusal(
                .moveIn, .reference(try beijing.identifier(11)), to: hangzhou,
                replaces: hangzhou.people.licenceIdentifier(8)) == "licence/sealing-key-retired")
    }

    @Test func `takes an offer back, and the licence is in force again`() throws {
        let offer = try offered()
        let word = try hangzhou.order(.cancelMove, .index(offer.index))
        #expect(hangzhou.status(offer.index) == "06")
        try rig.carried(try rig.sent(word, from: hangzhou), from: hangzhou, to: beijing)
        #expect(hangzhou.status(offer.index) == "01")
        #expect(
            beijing.refusal(
                .moveIn, .reference(try beijing.identifier(7)), to: hangzhou,
                replaces: hangzhou.people.licenceIdentifier(5)) == "licence/cancelled-first")
        // It may be offered anew, under another key.
        let anew = try hangzhou.order(
            .end, .index(offer.index), key: "again", status: .movedOut, to: beijing)
        #expect(anew.packet != offer.packet)
        let answer = try rig.carried(
            try rig.sent(anew, from: hangzhou), from: hangzhou, to: beijing)
        #expect(answer.contains(#""result":"taken""#), "\(answer)")
        #expect(try take().packet.isEmpty == false)
    }

    @Test func `a cancellation that loses the race changes nothing`() throws {
        let offer = try offered()
        let taking = try take()
        let cancelling = try hangzhou.order(.cancelMove, .index(offer.index))
        let (take, cancel) = (
            try rig.sent(taking, from: beijing), try rig.sent(cancelling, from: hangzhou)
        )
        let refused = try rig.carried(cancel, from: hangzhou, to: beijing)
        #expect(refused.contains("licence/taken-first"))
        try rig.carried(take, from: beijing, to: hangzhou)
        #expect(hangzhou.status(offer.index) == "06")
        #expect(beijing.status(taking.index) == "01")
        #expect(hangzhou.refusal(.cancelMove, .index(offer.index)) == "licence/taken-first")
    }

    @Test func `an offer that never left is taken back at once`() throws {
        let offer = try hangzhou.order(
            .end, try name(hangzhou, 5), status: .movedOut, to: beijing)
        #expect(hangzhou.status(offer.index) == "06")
        let back = try hangzhou.order(.cancelMove, .index(offer.index))
        #expect(back.packet.isEmpty)
        #expect(hangzhou.status(offer.index) == "01")
    }

    @Test func `takes only what was offered to it`() throws {
        let code = beijing.refusal(
            .moveIn, .reference(try beijing.identifier(7)), to: hangzhou,
            replaces: hangzhou.people.licenceIdentifier(0))
        #expect(code == "licence/no-such-move")
        _ = try offered()
        #expect(
            beijing.refusal(
                .moveIn, .reference(try beijing.identifier(7)), to: hangzhou,
                replaces: hangzhou.people.licenceIdentifier(0)) == "licence/no-such-move")
    }
}
