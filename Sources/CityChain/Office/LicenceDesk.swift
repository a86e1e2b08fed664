// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Licences at the office: `LicenceLife` judges what may be done, the chain says how far a move
/// is, and nothing of it is told but to the city's own relay.
extension RecordOffice {
    /// Days in which the other side may take a word: a weekend and the holidays around it.
    static let wordSeconds: UInt64 = 14 * 86_400

    /// Carries out an order, once: the same key again gives the same outcome.
    package func perform(
        _ order: LicenceOrder, now: Timestamp
    ) throws -> LicenceOutcome {
        do {
            switch order.operation {
            case .issue: return try issue(order, now: now)
            case .moveIn: return try take(order, now: now)
            default: return try change(order, now: now)
            }
        } catch let error as LicenceError {
            throw OfficeError(error)
        }
    }

    /// After every block: what moves have decided becomes the records' status.
    package func follow(now: Timestamp) throws {
        if sealing.forget(now: now) { try save() }
        for index in offered {
            guard let last = records[index]?.last, let move = last.move,
                chainMove(move.named)?.move.phase == .cancelled, !unsettled.contains(index)
            else { continue }
            let note = OfficeNote(
                key: "\(move.named.key)", operation: .cancelMove, officer: "", caseNumber: "")
            _ = try next(last, .cancelMove, nil, values: [], move: nil, note, now: now)
        }
        for (key, take) in takes {
            switch chainMove(take.move.named)?.move.phase {
            case .taken: try arrive(take, now: now)
            case .cancelled: takes[key] = nil
            default: continue
            }
            try save()
        }
    }

    // MARK: issuing

    private func issue(_ order: LicenceOrder, now: Timestamp) throws -> LicenceOutcome {
        let (reference, index) = try newReference(order)
        if let known = records[index]?.last {
            guard known.note?.key == order.note.key else { throw LicenceErrorCode.alreadyIssued }
            return outcome(known)
        }
        let record = try OfficeRecord(
            schema: .licence, reference: reference, index: index, revision: 1,
            status: LicenceStatus.valid.code, statusAsOf: now,
            values: named(reference, order.values), salts: salts)
        return outcome(try add(record, move: nil, order.note))
    }

    private func arrive(_ take: OfficeTake, now: Timestamp) throws {
        let schema = RecordSchema.licence
        let index = try RecordIndex(key: indexKey, schema: schema, reference: take.reference)
        takes[take.move.named.key] = nil
        guard records[index] == nil else { return }
        let record = try OfficeRecord(
            schema: schema, reference: take.reference, index: index, revision: 1,
            status: LicenceStatus.valid.code, statusAsOf: now, values: take.values, salts: salts)
        _ = try add(record, move: take.move, take.note)
    }

    private func add(
        _ record: OfficeRecord, move: OfficeMove?, _ note: OfficeNote
    ) throws -> OfficeRecord {
        var record = record
        record.move = move
        record.note = note
        records[record.index] = [record]
        unsettled.insert(record.index)
        try save()
        return record
    }

    /// A new licence's identifier must be in strict form.
    private func newReference(
        _ order: LicenceOrder
    ) throws -> (reference: String, index: RecordIndex) {
        guard case .reference(let text) = order.name else {
            throw OfficeError.request("a new licence is named by its identifier")
        }
        guard let identifier = try? LicenceIdentifier(text) else {
            throw OfficeError(
                422, "office/reference-form", "the new identifier is not in strict form")
        }
        let index = try find(kind: RecordSchema.licence.kind, reference: identifier.text).index
        return (identifier.text, index)
    }

    private func named(
        _ reference: String, _ values: [OfficeRecord.Value]
    ) -> [OfficeRecord.Value] {
        values.filter { $0.id != "certificate_identifier" }
            + [OfficeRecord.Value("certificate_identifier", reference)]
    }

    // MARK: taking in

    private func take(_ order: LicenceOrder, now: Timestamp) throws -> LicenceOutcome {
        let (reference, index) = try newReference(order)
        guard let other = order.other, let replaces = order.replaces,
            let old = try? LicenceIdentifier(replaces, mode: .lenient)
        else { throw OfficeError.request("08 needs the old licence and where it is") }
        if let known = records[index]?.last {
            guard known.note?.key == order.note.key else { throw LicenceErrorCode.alreadyIssued }
            return outcome(known)
        }
        let office = try self.office(of: other)
        let (found, content) = try offer(of: old.text, by: office.client, now: now)
        let move = OfficeMove(
            RecordMove(key: found.move.key, client: office.client), salt: content.salt,
            other: other)
        if let waiting = takes[found.move.key] {
            guard waiting.reference == reference else { throw LicenceErrorCode.otherLicence }
        }
        // The rules' own word on whether it may still be taken.
        var trial = found.move
        _ = try trial.say(.take, at: ChainPosition(height: 0))
        var values = content.fields.map { OfficeRecord.Value($0.name, $0.value) }
        values = values.filter { old in !order.values.contains { $0.id == old.id } } + order.values
        values = named(reference, values).filter { $0.id != "associated_identifier" }
        values.append(OfficeRecord.Value("associated_identifier", old.text))
        // What cannot become a record must not be taken.
        _ = try OfficeRecord(
            schema: .licence, reference: reference, index: index, revision: 1,
            status: LicenceStatus.valid.code, statusAsOf: now, values: values, salts: salts)
        takes[found.move.key] = OfficeTake(
            move, predecessor: old.text, reference: reference, values: values, note: order.note)
        try save()
        let told = LicenceContent(
            salt: content.salt, licence: old.text,
            fields: [LicenceContent.Field("certificate_identifier", reference)])
        return LicenceOutcome(
            index: index, revision: 0,
            packet: try word(.take, move, told, to: office.sealingKey, now: now),
            client: office.client)
    }

    /// The offer of a licence, among what a client's chain has offered to this city. Moves are
    /// blind: the office opens their content.
    private func offer(
        of licence: String, by client: String, now: Timestamp
    ) throws(LicenceErrorCode) -> (LicenceMoveRecord, LicenceContent) {
        var found: (LicenceMoveRecord, LicenceContent)?
        var isOneSealed = false
        for pair in list(Licences.portName, Array("move/\(client)/".utf8)) {
            guard let record = try? LicenceMoveRecord(reading: pair.value),
                record.move.side == .destination,
                let offer = record.words.last(where: { $0.act == .offer && !$0.isOurs }),
                let bytes = look(
                    Licences.portName, Array("recv/\(client)/\(offer.sequence)".utf8)),
                case .move(let word)? = try? LicencePacket(reading: bytes)
            else { continue }
            guard let content = sealing.open(word, now: now) else {
                isOneSealed = isOneSealed || record.move.phase == .offered
                continue
            }
            guard content.licence == licence else { continue }
            // One licence may have been offered before: the newest counts, or the open one.
            guard found == nil || found?.0.move.phase.isTerminal == true else { continue }
            found = (record, content)
        }
        guard let found else { throw isOneSealed ? .sealingKeyRetired : .noSuchMove }
        return found
    }

    // MARK: all else

    private func change(_ order: LicenceOrder, now: Timestamp) throws -> LicenceOutcome {
        let last = try existing(order.name)
        if last.note?.key == order.note.key { return try again(last, order, now: now) }
        guard !unsettled.contains(last.index) || records[last.index]?.count == 1 else {
            throw LicenceErrorCode.recordNotReady
        }
        if order.operation == .cancelMove { return try cancel(last, order, now: now) }
        guard order.operation == .end, order.status == .movedOut else {
            return outcome(
                try next(
                    last, order.operation, order.status, values: order.values, move: nil,
                    order.note, now: now))
        }
        guard let other = order.other else {
            throw OfficeError.request("06 needs the other city's institution")
        }
        let office = try self.office(of: other)
        if last.move != nil, last.status == LicenceStatus.movedOut.code {
            return try again(last, order, now: now)
        }
        let salt = Array(random().bytes.prefix(LicenceMoveKey.saltByteCount))
        guard let key = LicenceMoveKey(licence: last.reference, salt: salt) else {
            throw OfficeError(500, "office/failed", "no key of the move was made")
        }
        let move = OfficeMove(
            RecordMove(key: key, client: office.client), salt: salt, other: other)
        let record = try next(
            last, .end, .movedOut, values: order.values, move: move, order.note, now: now)
        return try again(record, order, now: now)
    }

    /// The word of a move that was ordered before, or is said once more.
    private func again(
        _ record: OfficeRecord, _ order: LicenceOrder, now: Timestamp
    ) throws -> LicenceOutcome {
        guard let move = record.move, record.status == LicenceStatus.movedOut.code,
            order.operation == .end
        else { return outcome(record) }
        guard order.other == nil || order.other == move.other else {
            throw LicenceErrorCode.wrongPhase
        }
        if let known = chainMove(move.named)?.move {
            var trial = known
            let isPossible = (try? trial.say(.offer, at: ChainPosition(height: 0))) != nil
            // The order that began it may be repeated after its end.
            if !isPossible, record.note?.key == order.note.key { return outcome(record) }
            _ = try trial.say(.offer, at: ChainPosition(height: 0))
        }
        let content = LicenceContent(
            salt: move.salt, licence: record.reference,
            fields: record.values.map { LicenceContent.Field($0.id, $0.text) })
        let office = try self.office(of: move.other)
        return LicenceOutcome(
            index: record.index, revision: record.revision,
            packet: try word(.offer, move, content, to: office.sealingKey, now: now),
            client: move.named.client)
    }

    private func cancel(
        _ last: OfficeRecord, _ order: LicenceOrder, now: Timestamp
    ) throws -> LicenceOutcome {
        guard let move = last.move, last.status == LicenceStatus.movedOut.code else {
            throw LicenceErrorCode.noSuchMove
        }
        guard let known = chainMove(move.named)?.move else {
            // It was never offered: nobody else needs to be asked.
            return outcome(
                try next(
                    last, .cancelMove, nil, values: [], move: nil, order.note, now: now))
        }
        var trial = known
        _ = try trial.say(.cancel, at: ChainPosition(height: 0))
        let packet = try word(.cancel, move, nil, to: [], now: now)
        return LicenceOutcome(
            index: last.index, revision: 0, packet: packet, client: move.named.client)
    }

    private func next(
        _ last: OfficeRecord, _ operation: LicenceOperation, _ status: LicenceStatus?,
        values: [OfficeRecord.Value], move: OfficeMove?, _ note: OfficeNote, now: Timestamp
    ) throws -> OfficeRecord {
        guard let identifier = try? LicenceIdentifier(last.reference, mode: .lenient),
            let kept = LicenceStatus(rawValue: last.status)
        else { throw OfficeError(500, "office/record-broken", "the record is no licence") }
        let isGone = last.move.flatMap { chainMove($0.named)?.move.phase } == .taken
        var life = LicenceLife(
            identifier, status: kept, asOf: last.statusAsOf,
            hasArrived: kept == .movedOut && isGone)
        try life.apply(operation, to: status, at: now)
        let merged = last.values.filter { old in !values.contains { $0.id == old.id } } + values
        var record = try OfficeRecord(
            schema: last.schema, reference: last.reference, index: last.index,
            revision: last.revision + 1, status: life.status.code, statusAsOf: life.statusAsOf,
            values: named(last.reference, merged), salts: salts)
        record.move = move
        record.note = note
        records[last.index] = [last, record]
        unsettled.insert(last.index)
        try save()
        return record
    }

    private func existing(_ name: LicenceOrder.Name) throws -> OfficeRecord {
        let index: RecordIndex
        switch name {
        case .index(let given): index = given
        case .reference(let text):
            index = try find(kind: RecordSchema.licence.kind, reference: text).index
        }
        guard let record = records[index]?.last, record.schema.kind == RecordSchema.licence.kind
        else { throw LicenceErrorCode.notFound }
        return record
    }

    private func outcome(_ record: OfficeRecord) -> LicenceOutcome {
        .known(record.index, revision: record.revision)
    }

    // MARK: the chain

    private func chainMove(_ named: RecordMove) -> LicenceMoveRecord? {
        look(Licences.portName, LicenceMoveRecord.key(named.client, named.key))
            .flatMap { try? LicenceMoveRecord(reading: $0) }
    }

    private func office(of other: InstitutionCode) throws -> LicenceOffice {
        guard
            let office = look(Licences.portName, LicenceOffice.key(other))
                .flatMap({ LicenceOffice(stored: $0) })
        else { throw LicenceErrorCode.officeUnknown }
        return office
    }

    private func word(
        _ act: LicenceMove.Act, _ move: OfficeMove, _ content: LicenceContent?,
        to receiver: [UInt8], now: Timestamp
    ) throws -> [UInt8] {
        guard let institution else {
            throw OfficeError(500, "office/failed", "this city has no institution code")
        }
        let context = LicenceSealing(
            key: move.named.key, from: institution, to: move.other, act: act,
            expiresUnixSeconds: now.unixSeconds + RecordOffice.wordSeconds)
        guard let content else { return LicencePacket.move(.init(context)).encoded }
        guard
            let sealed = content.seal(
                for: context, to: receiver, ephemeral: random().bytes)
        else { throw LicenceErrorCode.officeUnknown }
        return LicencePacket.move(
            .init(context, commitment: content.commitment, sealed: sealed)
        ).encoded
    }

    /// What other cities' chains are told of this office.
    package func card() throws -> [UInt8] {
        guard let institution else {
            throw OfficeError(500, "office/failed", "this city has no institution code")
        }
        return LicencePacket.office(
            .init([institution], sealingKey: try HPKE.publicKey(secret: sealing.secret))
        ).encoded
    }
}

extension LicenceErrorCode: Error {}

extension OfficeError {
    init(_ error: LicenceError) { self.init(409, error.code.rawValue, error.code.english) }

    init(_ code: LicenceErrorCode) {
        self.init(code == .notFound ? 404 : 409, code.rawValue, code.english)
    }
}
