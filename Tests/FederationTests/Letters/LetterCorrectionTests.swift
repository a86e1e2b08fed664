// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `A letter that was wrong` {
    typealias Samples = LetterSamples

    @Test func `is corrected by a new letter, once it has ended`() throws {
        let open = try `A letter's states`.brought(.transferIn, to: .informed)
        #expect(throws: LetterError.correctsOpenLetter(try Samples.key(1), .informed)) {
            try Letter(
                try Samples.key(2), side: .transferIn, transferOut: Samples.bijie,
                now: Samples.start, correcting: open)
        }
        let ended = try `A letter's states`.brought(.transferIn, to: .failed)
        let new = try Letter(
            try Samples.key(2), side: .transferIn, transferOut: Samples.bijie,
            now: Samples.start, correcting: ended)
        #expect(new.corrects == (try Samples.key(1)))
        #expect(new.state == .sent)
        #expect(ended.state == .failed)
        #expect(try Letter(reading: new.encoded) == new)
    }

    @Test func `is corrected between the same two centres only`() throws {
        let ended = try `A letter's states`.brought(.transferIn, to: .withdrawn)
        #expect(throws: LetterError.correctsOtherParties(try Samples.key(1))) {
            try Letter(
                try Samples.key(2), side: .transferIn,
                transferOut: Samples.institution("520100000000000"), now: Samples.start,
                correcting: ended)
        }
        #expect(throws: LetterError.correctsOtherParties(try Samples.key(1))) {
            try Letter(
                try Samples.key(1), side: .transferIn, transferOut: Samples.bijie,
                now: Samples.start, correcting: ended)
        }
    }

    @Test func `a word that was never heard leaves the letter as it was, with its reason`() throws {
        var letter = try Samples.letter(.transferIn)
        let first = Samples.statement(.application)
        func take(_ event: LetterEvent, _ side: LetterSide) throws -> [LetterEffect] {
            try letter.apply(event, by: side, at: Samples.at(1), now: Samples.start)
        }
        #expect(try take(.statement(first), .transferIn) == [.deliver(first)])
        #expect(try take(.statement(first), .transferIn).isEmpty)
        #expect(throws: LetterError.messageInFlight(first.id)) {
            try take(.statement(Samples.statement(.withdrawal, 2)), .transferIn)
        }
        #expect(
            try take(.timedOut(first.id), .transferOut) == [.unchanged(first.id, .timedOut)])
        #expect(letter.state == .sent && !letter.isDelivered && letter.lastRefusal == .timedOut)
        // Sent again, it counts; and the old name is free for nobody else.
        let again = Samples.statement(.application, 2)
        _ = try take(.statement(again), .transferIn)
        _ = try take(.taken(again.id), .transferOut)
        #expect(letter.isDelivered && letter.lastRefusal == nil)
    }

    @Test func `a letter that OUT never saw can be withdrawn all the same`() throws {
        var letter = try Samples.letter(.transferIn)
        let events: [(LetterEvent, LetterSide)] = [
            (.statement(Samples.statement(.application)), .transferIn),
            (.timedOut(Samples.statement(.application).id), .transferOut),
            (.statement(Samples.statement(.withdrawal, 2)), .transferIn),
            (.refused(Samples.statement(.withdrawal, 2).id, .noSuchLetter), .transferOut),
        ]
        for (event, side) in events {
            _ = try letter.apply(event, by: side, at: Samples.at(1), now: Samples.start)
        }
        #expect(letter.state == .withdrawn)
    }

    @Test func `an OUT that says both acceptance and withdrawal leaves evidence`() throws {
        var letter = try Samples.letter(.transferIn)
        let withdrawal = Samples.statement(.withdrawal, 2)
        let events: [(LetterEvent, LetterSide)] = [
            (.statement(Samples.statement(.application)), .transferIn),
            (.taken(Samples.statement(.application).id), .transferOut),
            (.statement(withdrawal), .transferIn),
            (.statement(Samples.statement(.acceptance)), .transferOut),
        ]
        for (event, side) in events {
            _ = try letter.apply(event, by: side, at: Samples.at(1), now: Samples.start)
        }
        let effects = try letter.apply(
            .taken(withdrawal.id), by: .transferOut, at: Samples.at(1), now: Samples.start)
        #expect(effects == [.contradiction(withdrawal.id)])
        #expect(letter.state == .accepted && letter.pending == nil)
    }
}
