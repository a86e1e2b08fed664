// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Money that the bank took back: at the transfer-in centre a sum that had come, at the
/// transfer-out centre a remittance. The relay moves no money; it stops counting it.
///
/// Serials stand in bodies alone: paths get into the logs of whatever stands in between.
extension LetterService {
    private struct GivenBack: Encodable {
        let filed = "returned"
        var letter: String?
        var reconciled: Bool?
        var expected: String?
        var arrived: String?

        init() {}

        init(_ dossier: LetterDossier) {
            letter = LetterPath.text(dossier.letter.key)
            reconciled = dossier.isReconciled
            expected = dossier.expected?.yuan
            arrived = dossier.arrivals.isEmpty ? nil : dossier.arrived?.yuan
        }
    }

    private static func serial(_ request: APIRequest) throws(APIError) -> String {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            _ = try ProofService.application(request)
            var body = try StrictMembers(body: request.body)
            let serial = try body.required("serial") {
                (1...LetterLimits.serialBytes).contains($0.utf8.count)
            }
            try body.finish()
            return serial
        } catch {
            throw APIError(error)
        }
    }

    /// `POST /v1/letters/arrivals/returned`: from suspense or from a letter. Said again it changes
    /// nothing and answers the same.
    func giveBack(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let serial = try LetterService.serial(request)
        run(reply) { [self] in reply.finish(.json(try giveBack(serial))) }
    }

    private func giveBack(_ serial: String) throws -> GivenBack {
        guard var known = try book.store.arrival(book.vault.mark(serial: serial)) else {
            throw APIError(LetterError.noSuchArrival(serial: serial))
        }
        let key = LetterKey(known.letter)
        let wasReturned = known.reason == LetterArrivalRow.returned
        known.reason = LetterArrivalRow.returned
        guard let key, let found = try book.find(key) else {
            known.letter = LetterArrivalRow.ofNoLetter
            if !wasReturned { try book.store.commit([.arrival(known)]) }
            return GivenBack()
        }
        if !wasReturned {
            // A completion that is on its way to our chain says that the money is here.
            if let word = book.openWord(of: key), word.act == LetterAct.completion.rawValue {
                throw APIError(
                    LetterError.messageInFlight(
                        LetterEventID(.completion, sequence: word.sequence)))
            }
            var trial = found.dossier
            do throws(LetterError) { _ = try trial.giveBack(serial: serial) } catch {
                throw APIError(error)
            }
            let moment = now()
            let event = LetterEventRow(
                letter: key.description, kind: .returned, height: book.cursor, time: moment,
                body: known.notice)
            tell(try book.commit([.arrival(known)], [event], now: moment))
        }
        return GivenBack(try book.find(key)?.dossier ?? found.dossier)
    }

    private struct CameBack: Encodable {
        let letter: String
        let state: CodeText
        let remittance: LetterView.Remittance?
    }

    /// `POST /v1/letters/{letter}/remittances/returned`: the letter stays where it is; the centre
    /// sends the money again or rejects.
    func comeBack(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let serial = try LetterService.serial(request)
        run(reply) { [self] in
            let found = try payable(request)
            let key = found.key
            let moment = now()
            if !found.dossier.returnedRemittances.contains(serial) {
                var trial = found.dossier
                trial.thawChannel()
                do throws(LetterError) {
                    _ = try trial.apply(
                        .bankReturned(serial: serial), by: .transferOut,
                        at: ChainPosition(height: book.cursor), now: moment)
                } catch {
                    throw APIError(error)
                }
                let event = LetterEventRow(
                    letter: key.description, kind: .remittanceReturned, height: book.cursor,
                    time: moment,
                    body: book.vault.seal(Array(serial.utf8), for: StoredRemittance.place))
                tell(try book.commit([], [event], now: moment))
            }
            let now = try book.find(key) ?? found
            reply.finish(
                .json(
                    CameBack(
                        letter: LetterPath.text(key), state: CodeText(now.letter.state),
                        remittance: LetterView.Remittance(now.dossier))))
        }
    }
}

/// The serial of a remittance that came back, as it rests on our disk.
enum StoredRemittance {
    static let place = "remittance"
}
