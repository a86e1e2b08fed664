// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// Port `licence`: licences that move between two cities, by the rules of `LicenceMove`, and
/// statuses that one city tells another. No number and no name is on the chain: moves are keyed by
/// salted commitments, told licences by blind references, the rest is sealed.
///
/// The chain judges order, authority and the race of taking and cancelling. It also ties a move to
/// the licence's record in store `records`: an offer needs the record to say 06, and what was taken
/// stays 06 for good (`MoveBinding`).
package struct Licences: RecordBook {
    package static let portName = StoreName.licence
    package let port = Licences.portName

    package init() {}

    // MARK: our own word

    package func send(
        _ record: JSONValue, _ payload: CityPayload, by signer: [UInt8],
        in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let packet = try Licences.read(record, payload) else { return }
        switch packet {
        case .status(let status): try hear(status, in: context)
        case .office(let office):
            for code in office.institutions {
                try InstitutionRecord.check(code, ownedBy: signer, in: context)
            }
            context.set(
                port, LicenceOffice.announcedKey(payload.client), office.sealingKey)
        case .move(let word):
            try InstitutionRecord.check(word.context.from, ownedBy: signer, in: context)
            guard LicenceOffice(word.context.to, in: context)?.client == payload.client else {
                throw .refusedLicence(.officeUnknown)
            }
            do throws(LicenceError) {
                try say(word, payload, in: context)
            } catch {
                throw .refusedLicence(error.code)
            }
        }
    }

    private func say(
        _ word: LicencePacket.Word, _ payload: CityPayload, in context: ExecutionContext
    ) throws(LicenceError) {
        let moves = MoveStore(context: context, client: payload.client)
        var kept = moves.read(word.context.key)
        if kept == nil, word.act == .offer {
            kept = moves.open(word, side: .source)
        }
        guard var kept, kept.isBetween(word) else { throw .noSuchMove }
        if word.act == .offer {
            let binding = MoveBinding(context: context)
            guard binding.status(of: moves.named(word.context.key)) == .movedOut else {
                throw .recordNotReady
            }
        }
        let effects = try kept.move.say(word.act, at: moves.position)
        // A word that waits has its packet already; a second one would be answered twice.
        guard !effects.isEmpty else { throw .messageInFlight(word.act) }
        kept.note(moves.word(word.act, payload, isOurs: true))
        moves.write(kept, effects)
    }

    package func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError) {
        let refusal: LicenceErrorCode? =
            switch outcome {
            case .acknowledged(let bytes): LicenceAnswer.refusal(in: bytes)
            case .refused: .notRead
            case .timedOut: .timedOut
            }
        switch try? LicencePacket(reading: payload.value) {
        case .move(let word):
            let moves = MoveStore(context: context, client: payload.client)
            guard var kept = moves.read(word.context.key) else { return }
            let effects = kept.move.answer(word.act, refusal: refusal, at: moves.position)
            moves.write(kept, effects)
        case .office where refusal != nil:
            // Not known over there: it is to be told again.
            context.delete(port, LicenceOffice.announcedKey(payload.client))
        default: return
        }
    }

    // MARK: the other side's word

    package func take(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) -> [UInt8] {
        guard let packet = try Licences.read(record, payload) else {
            return acknowledgement(record, payload)
        }
        switch packet {
        case .status(let status):
            try hear(status, in: context)
            return acknowledgement(record, payload)
        case .office(let office): return bind(office, to: payload.client, in: context)
        case .move(let word):
            let moves = MoveStore(context: context, client: payload.client)
            var answer = LicenceAnswer(word.context.key)
            do throws(LicenceError) {
                try hear(word, payload, moves)
            } catch {
                answer.refusal = error.code
                switch error {
                case .takenFirst(let position), .cancelledFirst(let position):
                    answer.decidedAt = position.height
                default: break
                }
            }
            answer.phase = moves.read(word.context.key)?.move.phase
            return answer.encoded
        }
    }

    private func hear(
        _ word: LicencePacket.Word, _ payload: CityPayload, _ moves: MoveStore
    ) throws(LicenceError) {
        let context = moves.context
        guard LicenceOffice(word.context.from, in: context)?.client == payload.client,
            InstitutionRecord.owner(of: word.context.to, in: context) != nil
        else { throw .officeUnknown }
        guard context.block.time.unixSeconds <= word.context.expiresUnixSeconds else {
            throw .expired
        }
        var kept = moves.read(word.context.key)
        if kept == nil, word.act == .offer {
            kept = moves.open(word, side: .destination)
        }
        guard var kept, kept.isBetween(word) else { throw .noSuchMove }
        let effects = try kept.move.hear(word.act, at: moves.position)
        kept.note(moves.word(word.act, payload, isOurs: false))
        moves.write(kept, effects)
    }

    private func bind(
        _ office: LicencePacket.Office, to client: String, in context: ExecutionContext
    ) -> [UInt8] {
        for code in office.institutions {
            let bound = LicenceOffice(code, in: context)
            let isOurs = InstitutionRecord.owner(of: code, in: context) != nil
            guard !isOurs, bound == nil || bound?.client == client else {
                let refusal: JSONValue = [
                    "result": "refused",
                    "code": .string(LicenceErrorCode.officeUnknown.rawValue),
                ]
                return refusal.encoded
            }
        }
        for code in office.institutions {
            LicenceOffice(client: client, sealingKey: office.sealingKey).write(code, to: context)
        }
        let answer: JSONValue = ["result": "taken"]
        return answer.encoded
    }

    // MARK: statuses that are told

    package static func reportKey(_ reference: Digest) -> [UInt8] {
        Array("report/\(reference)".utf8)
    }

    /// Reports overtake each other: an older one changes nothing.
    private func hear(
        _ status: LicencePacket.Status, in context: ExecutionContext
    ) throws(ExecutionError) {
        let key = Licences.reportKey(status.reference)
        if let bytes = context.get(port, key),
            case .status(let kept)? = try? LicencePacket(reading: bytes)
        {
            var report = LicenceReport(kept.status, asOf: kept.asOf)
            do throws(LicenceError) {
                guard try report.hear(status.status, asOf: status.asOf) else { return }
            } catch {
                throw .refusedLicence(error.code)
            }
        }
        context.set(port, key, LicencePacket.status(status).encoded)
    }

    // MARK: the common shape of a book

    /// Nil for a laboratory's record that says nothing.
    private static func read(
        _ record: JSONValue, _ payload: CityPayload
    ) throws(ExecutionError) -> LicencePacket? {
        do throws(PacketFormError) {
            return try LicencePacket(reading: payload.value)
        } catch {
            guard record.saysNothing else { throw .refusedRecord("licence packet: \(error)") }
            return nil
        }
    }

    package func send(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        throw .refusedRecord("licence packet without a signer")
    }

    package func receive(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        _ = try take(record, payload, in: context)
    }

    /// 33 raw bytes: 01 and the hash of the value.
    package func acknowledgement(_ record: JSONValue, _ payload: CityPayload) -> [UInt8] {
        [0x01] + SHA256.hash(payload.value).bytes
    }
}

extension JSONValue {
    /// A record of a test: its kind begins with "test", or there is none, and nothing else is in
    /// it but what steers the laboratory.
    var saysNothing: Bool {
        guard case .object(let members) = self else { return false }
        return members.allSatisfy { member in
            switch member.name {
            case "rig_reply": true
            case "kind": member.value.string?.hasPrefix("test") ?? false
            default: false
            }
        }
    }
}

extension LicenceMoveRecord {
    /// Whether a word is between the two institutions that the move is between.
    fileprivate func isBetween(_ word: LicencePacket.Word) -> Bool {
        word.act.authority == .source
            ? word.context.from == source && word.context.to == destination
            : word.context.from == destination && word.context.to == source
    }
}

extension ExecutionError {
    /// A licence's rules refused our own word: the transaction fails with the stable code in front.
    static func refusedLicence(_ code: LicenceErrorCode) -> ExecutionError {
        ExecutionError("cityapp", 7, "\(code.rawValue): \(code.english)")
    }
}
