// SPDX-License-Identifier: Apache-2.0

/// IN's desk for bank money: finds the letter of each arrival, or keeps it in suspense until a
/// clerk does. Every serial is taken once. Moves no money.
public struct ArrivalDesk: Hashable, Sendable {
    /// Whose letters it serves: a number alone does not name a letter.
    public let institution: InstitutionCode
    public private(set) var suspense: [Suspended] = []
    private var serials: Set<String> = []

    public struct Suspended: Hashable, Sendable {
        public let notice: ArrivalNotice
        public let reason: SuspenseReason
    }

    /// Where a notice went.
    public enum Filing: Hashable, Sendable {
        /// To a letter, with what follows from it.
        case letter(LetterKey, [LetterEffect])
        case suspense(SuspenseReason)
        /// The serial was here before; nothing happened.
        case known
        /// The suspense queue is full; the notice was not taken and must come again.
        case full
    }

    public init(institution: InstitutionCode) { self.institution = institution }

    /// Files a notice among the letters of this institution.
    public mutating func file(
        _ notice: ArrivalNotice, among letters: inout [LetterKey: LetterDossier]
    ) -> Filing {
        guard !serials.contains(notice.serial) else { return .known }
        let numbers = notice.letterNumbers
        let keys = numbers.compactMap { number in
            (try? LetterKey(institution: institution, number: number))
                .flatMap { letters[$0] == nil ? nil : $0 }
        }
        guard let key = keys.first, keys.count == 1 else {
            return suspend(
                notice,
                numbers.isEmpty ? .noNumber : keys.isEmpty ? .unknownLetter : .severalNumbers)
        }
        return put(notice, to: key, among: &letters)
    }

    /// A clerk says which letter a suspended sum belongs to.
    public mutating func claim(
        serial: String, for key: LetterKey, among letters: inout [LetterKey: LetterDossier]
    ) throws(LetterError) -> Filing {
        guard letters[key] != nil else { throw .noSuchLetter(key) }
        guard let index = suspense.firstIndex(where: { $0.notice.serial == serial }) else {
            throw .moneyClaimed(serial: serial)
        }
        let waiting = suspense.remove(at: index)
        serials.remove(serial)
        return put(waiting.notice, to: key, among: &letters)
    }

    /// The bank has taken a suspended sum back.
    public mutating func giveBack(serial: String) throws(LetterError) {
        guard let index = suspense.firstIndex(where: { $0.notice.serial == serial }) else {
            throw .noSuchArrival(serial: serial)
        }
        suspense.remove(at: index)
    }

    private mutating func put(
        _ notice: ArrivalNotice, to key: LetterKey,
        among letters: inout [LetterKey: LetterDossier]
    ) -> Filing {
        guard var dossier = letters[key] else { return suspend(notice, .unknownLetter) }
        do throws(LetterError) {
            let effects = try dossier.arrive(notice)
            letters[key] = dossier
            serials.insert(notice.serial)
            return .letter(key, effects)
        } catch {
            if case .closed = error { return suspend(notice, .letterEnded) }
            return suspend(notice, .tooManyArrivals)
        }
    }

    private mutating func suspend(_ notice: ArrivalNotice, _ reason: SuspenseReason) -> Filing {
        guard suspense.count < LetterLimits.suspense else { return .full }
        serials.insert(notice.serial)
        suspense.append(Suspended(notice: notice, reason: reason))
        return .suspense(reason)
    }
}
