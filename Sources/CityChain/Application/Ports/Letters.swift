// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Port `transfer`: provident-fund letters live on both cities' chains. One packet carries one
/// message; each chain runs the national engine on it and keeps the letter, provable, in its store.
///
/// The chain judges order, authority and the race between withdrawal and acceptance. It sees no
/// name, number, reason or amount, so it cannot judge those: that messages are about one person,
/// that sums add up and that money arrived is the centres' word, given by a signed transaction and
/// a salted commitment (`LetterDossier` checks it before and after). A completion that says money
/// came must carry such a commitment to the bank's notices; whether it is true, an auditor with the
/// salt can see later.
///
/// A refused word undoes nothing: the acknowledgement says why, and the sender's letter stays as it
/// was. So does a packet that times out.
package struct Letters: RecordBook {
    package static let portName = StoreName.transfer
    package let port = Letters.portName

    package init() {}

    // MARK: our own word

    package func send(
        _ record: JSONValue, _ payload: CityPayload, by signer: [UInt8],
        in context: ExecutionContext
    ) throws(ExecutionError) {
        if InstitutionRecord.isOne(record) {
            return try InstitutionRecord(record).check(ownedBy: signer, in: context)
        }
        let letter = try LetterPacket(chain: payload.value)
        try InstitutionRecord.check(letter.context.from, ownedBy: signer, in: context)
        try InstitutionRecord.check(
            letter.context.to, reachedBy: payload.client, in: context)
        let store = LetterStore(context: context, client: payload.client)
        try calling { () throws(LetterError) in
            var kept = try store.readOrOpen(letter)
            guard kept.side == letter.side, kept.transferOut == letter.transferOut else {
                throw .wrongSide(letter.statement.act, by: letter.side)
            }
            let effects = try kept.apply(
                .statement(letter.statement), by: letter.side, at: store.position,
                now: context.block.time)
            // A word that was said already has its packet; a second one would be answered twice.
            guard !effects.isEmpty else {
                throw kept.pending == nil
                    ? .sequenceReused(letter.statement.id) : .messageInFlight(letter.statement.id)
            }
            store.write(kept, effects)
        }
    }

    package func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let json = try? JSONParser.parse(payload.value) else { return }
        if InstitutionRecord.isOne(json) {
            guard case .acknowledged(let bytes) = outcome, LetterAnswer.refusal(in: bytes) == nil
            else { return }
            return try InstitutionRecord(json).noteAnnounced(to: payload.client, in: context)
        }
        let letter = try LetterPacket(chain: payload.value)
        let store = LetterStore(context: context, client: payload.client)
        guard var kept = store.read(letter.key) else { return }
        let id = letter.statement.id
        let event: LetterEvent =
            switch outcome {
            case .acknowledged(let bytes):
                LetterAnswer.refusal(in: bytes).map { .refused(id, $0) } ?? .taken(id)
            case .refused: .refused(id, .notRead)
            case .timedOut: .timedOut(id)
            }
        // What cannot be applied must not keep the packet from ending.
        let effects = try? kept.apply(
            event, by: letter.side.other, at: store.position, now: context.block.time)
        store.write(kept, effects ?? [.contradiction(id)])
    }

    // MARK: the other side's word

    package func take(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) -> [UInt8] {
        if InstitutionRecord.isOne(record) {
            return try InstitutionRecord(record).bind(to: payload.client, in: context)
        }
        let letter = try LetterPacket(chain: payload.value)
        let store = LetterStore(context: context, client: payload.client)
        var answer = LetterAnswer(letter.key, letter.statement.id)
        do throws(LetterError) {
            answer.state = try take(letter, store)
        } catch {
            answer.refusal = error.code
            answer.state = store.read(letter.key)?.state
            switch error {
            case .acceptedFirst(let position), .withdrawnFirst(let position):
                answer.decidedAt = position.height
            default: break
            }
        }
        return answer.encoded
    }

    private func take(
        _ letter: LetterPacket, _ store: LetterStore
    ) throws(LetterError) -> LetterState {
        let context = store.context
        guard InstitutionRecord.client(of: letter.context.from, in: context) == store.client
        else { throw .institutionUnknown(letter.context.from) }
        guard InstitutionRecord.owner(of: letter.context.to, in: context) != nil else {
            throw .institutionUnknown(letter.context.to)
        }
        guard context.block.time.unixSeconds <= letter.context.expiresUnixSeconds else {
            throw .expired
        }
        var kept = try store.readOrOpen(letter)
        guard kept.side == letter.side.other, kept.transferOut == letter.transferOut else {
            throw .wrongSide(letter.statement.act, by: letter.side)
        }
        // Kept after a refusal, too: a refused word stays refused.
        do throws(LetterError) {
            let effects = try kept.apply(
                .statement(letter.statement), by: letter.side, at: store.position,
                now: context.block.time)
            store.write(kept, effects)
            return kept.state
        } catch {
            store.write(kept, [])
            throw error
        }
    }

    // MARK: the old shape of a book

    package func send(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        throw .brokenLetter("signer")
    }

    package func receive(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        _ = try take(record, payload, in: context)
    }

    package func acknowledgement(_ record: JSONValue, _ payload: CityPayload) -> [UInt8] { [] }

    private func calling(
        _ body: () throws(LetterError) -> Void
    ) throws(ExecutionError) {
        do throws(LetterError) {
            try body()
        } catch {
            throw ExecutionError.refusedLetter(error)
        }
    }
}

/// Letters of one client in the port's store.
struct LetterStore {
    let context: ExecutionContext
    let client: String

    /// A block is final once it is committed: CometBFT takes none back.
    var position: ChainPosition { ChainPosition(height: context.block.height) }

    func read(_ key: LetterKey) -> Letter? {
        context.get(Letters.portName, Letters.letterKey(client, key))
            .flatMap { try? Letter(reading: $0) }
    }

    /// The letter of a record; a new one for an application.
    func readOrOpen(_ record: LetterPacket) throws(LetterError) -> Letter {
        if let letter = read(record.key) { return letter }
        guard record.statement.act == .application else { throw .noSuchLetter(record.key) }
        var corrected: Letter?
        if let old = record.corrects {
            guard let letter = read(old) else { throw .noSuchLetter(old) }
            corrected = letter
        }
        let isOurs = InstitutionRecord.owner(of: record.context.from, in: context) != nil
        return try Letter(
            record.key, side: isOurs ? record.side : record.side.other,
            transferOut: record.transferOut, now: context.block.time, correcting: corrected)
    }

    func write(_ letter: Letter, _ effects: [LetterEffect]) {
        context.set(Letters.portName, Letters.letterKey(client, letter.key), letter.encoded)
        for effect in effects {
            switch effect {
            case .stateChanged(let from, let to):
                context.emit(
                    "letter_state", ("letter", letter.key.description),
                    ("side", letter.side.rawValue), ("from", from.rawValue),
                    ("to", to.rawValue))
            case .unchanged(let id, let code):
                context.emit(
                    "letter_unchanged", ("letter", letter.key.description),
                    ("id", id.description), ("code", code.rawValue))
            case .contradiction(let id):
                context.emit(
                    "letter_contradiction", ("letter", letter.key.description),
                    ("id", id.description))
            default: break
            }
        }
    }
}

extension Letters {
    /// "letter/<client>/<institution>/<number>": what one client brings concerns its own letters.
    package static func letterKey(_ client: String, _ key: LetterKey) -> [UInt8] {
        Array("letter/\(client)/\(key)".utf8)
    }
}

extension LetterPacket {
    fileprivate init(chain bytes: [UInt8]) throws(ExecutionError) {
        do throws(PacketFormError) {
            try self.init(reading: bytes)
        } catch {
            switch error {
            case .notJSON: throw .brokenLetter("record")
            case .unknownKind: throw .brokenLetter("kind")
            case .member("?"): throw .brokenLetter("an unknown member")
            case .member(let name): throw .brokenLetter(name)
            }
        }
    }
}

extension ExecutionError {
    /// Names the member, never its value.
    static func brokenLetter(_ member: String) -> ExecutionError {
        .refusedRecord("letter: \(member) is not in form")
    }

    /// A letter refused our own word: the transaction fails with the stable code in front.
    static func refusedLetter(_ error: LetterError) -> ExecutionError {
        ExecutionError("cityapp", 6, "\(error.code.rawValue): \(error.code.english)")
    }
}
