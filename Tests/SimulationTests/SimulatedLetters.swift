// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// Letters and licences that move, on one simulated chain; a value within the chain's state, so
/// that a failed transaction takes its words back. The rules are the real engine's.
struct SimulatedLetters {
    /// By the other chain and the letter, as a chain keeps letters by client.
    private(set) var letters: [String: Letter] = [:]
    private(set) var moves: [String: LicenceMove] = [:]
    /// How often an effect came to a letter or a licence here.
    private(set) var effects: [String: Int] = [:]
    /// For a test that must fail.
    var defect: LetterDefect?
    private var sequence: UInt64 = 0

    /// One word on its way: "L institution number out act sequence" or "M key act", joined by
    /// slashes, as packets carry no blanks.
    enum Word: Hashable {
        case letter(LetterKey, out: InstitutionCode, LetterStatement)
        case move(LicenceMoveKey, LicenceMove.Act)

        var text: String {
            switch self {
            case .letter(let key, let out, let statement):
                "L/\(key)/\(out)/\(statement.act.rawValue)/\(statement.id.sequence)"
                    + (statement.reconciliation == nil ? "" : "/money")
            case .move(let key, let act): "M/\(key)/\(act.rawValue)"
            }
        }

        init?(_ text: String) {
            let parts = text.split(separator: "/").map(String.init)
            if parts.count == 3, parts[0] == "M", let act = LicenceMove.Act(rawValue: parts[2]) {
                guard let key = LicenceMoveKey(parts[1]) else { return nil }
                self = .move(key, act)
                return
            }
            guard (6...7).contains(parts.count), parts[0] == "L",
                let key = LetterKey("\(parts[1])/\(parts[2])"),
                let out = try? InstitutionCode(parts[3]),
                let act = LetterAct(rawValue: parts[4]), let sequence = UInt64(parts[5])
            else { return nil }
            self = .letter(
                key, out: out,
                SimulatedLetters.statement(key, act, sequence, withMoney: parts.count == 7))
        }
    }

    static func statement(
        _ key: LetterKey, _ act: LetterAct, _ sequence: UInt64, withMoney: Bool
    ) -> LetterStatement {
        let commitment = SHA256.hash(Array("\(key)/\(act.rawValue)/\(sequence)".utf8))
        return LetterStatement(
            act, sequence: sequence, commitment: commitment,
            reconciliation: withMoney ? SHA256.hash(Array("money \(key)".utf8)) : nil)
    }

    static func licence(_ serial: String) -> LicenceMoveKey? {
        let identifier = try? LicenceIdentifier(
            kind: "11100000000013338W011", issuer: "12330100TEXT000170", serial: serial,
            version: 1)
        return identifier.flatMap {
            LicenceMoveKey(
                licence: $0.text, salt: Array(SHA256.hash(Array(serial.utf8)).bytes.prefix(16)))
        }
    }

    /// Cities share a division, so their numbers collide: only the whole key tells letters apart.
    static func institution(_ chainID: String) -> InstitutionCode? {
        guard let place = chainID.utf8.last else { return nil }
        return try? InstitutionCode("33010000000000\(place % 10)")
    }

    // MARK: our own word

    /// Takes a word of ours; nil when it is not to be sent.
    mutating func say(_ word: Word, to other: String, height: UInt64, time: Int64) -> Bool {
        switch word {
        case .letter(let key, let out, let statement):
            let side = statement.act.authority
            let place = "\(other) \(key)"
            guard var letter = letters[place] ?? open(key, out, statement, side, time) else {
                return false
            }
            let done = try? letter.apply(
                .statement(statement), by: side, at: ChainPosition(height: height),
                now: Timestamp(unixNanoseconds: time))
            guard letter.side == side, done?.isEmpty == false else { return false }
            letters[place] = letter
            return true
        case .move(let key, let act):
            let place = "\(other) \(key)"
            guard
                var move = moves[place]
                    ?? (act == .offer ? LicenceMove(key, side: .source) : nil)
            else { return false }
            let position = ChainPosition(height: height)
            let done = try? move.say(act, at: position)
            guard done?.isEmpty == false else { return false }
            moves[place] = defect?.kept(move, said: act, at: position) ?? move
            return true
        }
    }

    mutating func nextSequence() -> UInt64 {
        sequence += 1
        return sequence
    }

    // MARK: the other side's word

    /// Hears a word: "taken", or the code of the refusal.
    mutating func hear(_ word: Word, from other: String, height: UInt64, time: Int64) -> String {
        let position = ChainPosition(height: height)
        switch word {
        case .letter(let key, let out, let statement):
            let side = statement.act.authority
            let place = "\(other) \(key)"
            guard var letter = letters[place] ?? open(key, out, statement, side.other, time)
            else { return LetterErrorCode.noSuchLetter.rawValue }
            do throws(LetterError) {
                let done = try letter.apply(
                    .statement(statement), by: side, at: position,
                    now: Timestamp(unixNanoseconds: time))
                keep(letter, place, done)
                return "taken"
            } catch {
                letters[place] = letter
                return defect?.hides(error) == true ? "taken" : error.code.rawValue
            }
        case .move(let key, let act):
            let place = "\(other) \(key)"
            guard
                var move = moves[place]
                    ?? (act == .offer ? LicenceMove(key, side: .destination) : nil)
            else { return LicenceErrorCode.noSuchMove.rawValue }
            do throws(LicenceError) {
                let done = try move.hear(act, at: position)
                keep(move, place, done)
                return "taken"
            } catch {
                if let defect, moves[place] != nil {
                    moves[place] = defect.kept(move, refused: act, at: position)
                }
                return defect?.hides(error, of: act) == true ? "taken" : error.code.rawValue
            }
        }
    }

    /// What became of a word of ours; nil: it timed out.
    mutating func finish(
        _ word: Word, to other: String, answer: String?, height: UInt64, time: Int64
    ) {
        if defect == .losesAnswers { return }
        let position = ChainPosition(height: height)
        switch word {
        case .letter(let key, _, let statement):
            let place = "\(other) \(key)"
            guard var letter = letters[place] else { return }
            let event: LetterEvent =
                switch answer {
                case nil: .timedOut(statement.id)
                case "taken": .taken(statement.id)
                case let code?:
                    .refused(statement.id, LetterErrorCode(rawValue: code) ?? .notRead)
                }
            let done = try? letter.apply(
                event, by: letter.side.other, at: position,
                now: Timestamp(unixNanoseconds: time))
            keep(letter, place, done ?? [.contradiction(statement.id)])
        case .move(let key, let act):
            let place = "\(other) \(key)"
            guard var move = moves[place] else { return }
            let refusal: LicenceErrorCode? =
                switch answer {
                case nil: .timedOut
                case "taken": nil
                case let code?: LicenceErrorCode(rawValue: code) ?? .wrongPhase
                }
            keep(move, place, move.answer(act, refusal: refusal, at: position))
            moves[place] = move
        }
    }

    private func open(
        _ key: LetterKey, _ out: InstitutionCode, _ statement: LetterStatement,
        _ side: LetterSide, _ time: Int64
    ) -> Letter? {
        guard statement.act == .application else { return nil }
        return try? Letter(
            key, side: side, transferOut: out, now: Timestamp(unixNanoseconds: time))
    }

    private mutating func keep(_ letter: Letter, _ place: String, _ done: [LetterEffect]) {
        letters[place] = defect?.kept(letter, done: done) ?? letter
        for effect in done {
            switch effect {
            case .accountTransferredIn:
                effects["\(place) in", default: 0] += defect == .creditsTwice ? 2 : 1
            case .accountTransferredOut: effects["\(place) out", default: 0] += 1
            case .tellCitizen(let state):
                effects["\(place) \(state.rawValue)", default: 0] += 1
            case .contradiction: effects["\(place) contradiction", default: 0] += 1
            default: break
            }
        }
    }

    private mutating func keep(
        _ move: LicenceMove, _ place: String, _ done: [LicenceMove.Effect]
    ) {
        moves[place] = move
        for effect in done {
            switch effect {
            case .taken: effects["\(place) taken", default: 0] += 1
            case .cancelled: effects["\(place) cancelled", default: 0] += 1
            case .contradiction: effects["\(place) contradiction", default: 0] += 1
            default: break
            }
        }
    }
}

extension SimulatedChain {
    /// A centre's word leaves as a packet of port `letters`; false when the letter does not allow
    /// it or the link is not there yet.
    func send(_ word: SimulatedLetters.Word, to chainID: String, timeoutAfter: UInt64) -> Bool {
        guard
            let (clientID, client) = state.clients.filter({ $0.value.chainID == chainID })
                .min(by: { $0.key < $1.key }), !client.counterparty.isEmpty, !client.isFrozen,
            state.letters.say(word, to: chainID, height: height + 1, time: time)
        else { return false }
        let sequence = state.nextSequence[clientID] ?? 1
        let packet = SimulatedPacket(
            sequence: sequence, source: clientID, destination: client.counterparty,
            timeoutSeconds: seconds + timeoutAfter, port: SimulatedPacket.letters, amount: 0,
            receiver: word.text)
        let key = Key.commitment(clientID, sequence)
        state.nextSequence[clientID] = sequence + 1
        state.set(key, packet.commitment, height: height + 1)
        state.sent[key] = (packet, height + 1)
        events.append(PacketEvent(kind: .send, packet: packet.summary))
        return true
    }

    /// The acknowledgement of a word that came.
    func hear(
        _ packet: SimulatedPacket, from chainID: String, _ state: inout ChainState
    ) -> [UInt8] {
        guard let word = SimulatedLetters.Word(packet.receiver) else {
            return UniversalError.encoded
        }
        let answer = state.letters.hear(word, from: chainID, height: height, time: time)
        var writer = ProtobufWriter()
        writer.alwaysString(1, answer)
        return writer.bytes
    }

    /// A word of ours has ended; nil: it timed out.
    func finish(
        _ packet: SimulatedPacket, _ acknowledgement: [UInt8]?, _ state: inout ChainState
    ) {
        guard packet.port == SimulatedPacket.letters,
            let word = SimulatedLetters.Word(packet.receiver),
            let client = state.clients[packet.source]
        else { return }
        let answer = acknowledgement.map { String(decoding: $0.dropFirst(2), as: UTF8.self) }
        state.letters.finish(
            word, to: client.chainID, answer: answer, height: height, time: time)
    }
}
