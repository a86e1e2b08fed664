// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

extension LetterPacket {
    /// Reads a packet as the chain does. Refuses every member that it does not know: a field in
    /// clear that should have been sealed must not get onto a chain.
    package init(_ json: JSONValue) throws(ExecutionError) {
        guard case .object(let members) = json else { throw .brokenLetter("record") }
        for member in members where !LetterPacket.names.contains(member.name) {
            throw .brokenLetter("member \(member.name)")
        }
        let fields = Fields(json)
        guard let act = LetterAct(rawValue: try fields.text("act")) else {
            throw .brokenLetter("act")
        }
        let sequence = try fields.number("SendSeqNo")
        let statement = LetterStatement(
            act, sequence: sequence, commitment: try fields.digest("commitment"),
            reconciliation: json["reconciliation"] == nil
                ? nil : try fields.digest("reconciliation"))
        guard try fields.text("TxCode") == act.code.rawValue,
            try fields.text("TxFunc") == "\(act.function)", sequence > 0
        else { throw .brokenLetter("TxCode") }
        let key = try fields.key
        let (from, to) = (try fields.institution("SendNode"), try fields.institution("ReceiveNode"))
        guard from != to, from == key.institution || to == key.institution else {
            throw .brokenLetter("SendNode")
        }
        let context = SealingContext(
            key: key, from: from, to: to, purpose: act,
            expiresUnixSeconds: try fields.number("expires"))
        var corrects: LetterKey?
        if json["corrects"] != nil {
            guard act == .application, let old = LetterKey(try fields.text("corrects")) else {
                throw .brokenLetter("corrects")
            }
            corrects = old
        }
        guard let sealed = Base64.decode(try fields.text("sealed")),
            SealedContent.sizeClasses.contains(sealed.count - HPKE.overheadByteCount)
        else { throw .brokenLetter("sealed") }
        self.init(statement, context, sealed: sealed, corrects: corrects)
    }

    private static let names: Set<String> = [
        "kind", "TxCode", "TxFunc", "act", "institution", "ConNum", "SendNode", "ReceiveNode",
        "SendSeqNo", "corrects", "expires", "commitment", "reconciliation", "sealed",
        "rig_reply",
    ]

    private struct Fields {
        let json: JSONValue

        init(_ json: JSONValue) { self.json = json }

        func text(_ name: String) throws(ExecutionError) -> String {
            guard let text = json[name]?.string else { throw .brokenLetter(name) }
            return text
        }

        func number(_ name: String) throws(ExecutionError) -> UInt64 {
            let text = try text(name)
            guard let number = UInt64(text), "\(number)" == text else {
                throw .brokenLetter(name)
            }
            return number
        }

        func digest(_ name: String) throws(ExecutionError) -> Digest {
            guard let bytes = Hex.decode(try text(name)), let digest = Digest(bytes) else {
                throw .brokenLetter(name)
            }
            return digest
        }

        func institution(_ name: String) throws(ExecutionError) -> InstitutionCode {
            guard let code = try? InstitutionCode(try text(name)), code.form == .fundCentre
            else { throw .brokenLetter(name) }
            return code
        }

        var key: LetterKey {
            get throws(ExecutionError) {
                let institution = try institution("institution")
                guard let number = try? LetterNumber(try text("ConNum")),
                    let key = try? LetterKey(institution: institution, number: number)
                else { throw .brokenLetter("ConNum") }
                return key
            }
        }
    }
}

extension ExecutionError {
    /// Names the member, never its value.
    static func brokenLetter(_ member: String) -> ExecutionError {
        .refusedRecord("letter: \(member) is not in form")
    }
}

/// What the receiving chain answers: whether the letter took the word, or why not.
package struct LetterAnswer: Hashable, Sendable {
    package var key: LetterKey
    package var id: LetterEventID
    /// The receiver's state afterwards; nil when it has no such letter.
    package var state: LetterState?
    /// Nil when the word was taken.
    package var refusal: LetterErrorCode?
    /// For a lost race: where the receiver's chain had decided.
    package var decidedAt: UInt64?

    package var json: JSONValue {
        .compact([
            ("result", .string(refusal == nil ? "taken" : "refused")),
            ("code", refusal.map { .string($0.rawValue) }),
            ("institution", .string(key.institution.text)),
            ("ConNum", .string(key.number.text)), ("id", .string(id.description)),
            ("state", state.map { .string($0.rawValue) }),
            ("decidedAt", decidedAt.map { .text($0) }),
        ])
    }

    /// What an acknowledgement's bytes say about our word: nil when it was taken. Bytes that say
    /// neither are a refusal: the letter must not move on what nobody said.
    package static func refusal(in acknowledgement: [UInt8]) -> LetterErrorCode? {
        guard let json = try? JSONParser.parse(acknowledgement) else { return .notRead }
        if json["result"]?.string == "taken" { return nil }
        return json["code"]?.string.flatMap { LetterErrorCode(rawValue: $0) } ?? .notRead
    }
}
