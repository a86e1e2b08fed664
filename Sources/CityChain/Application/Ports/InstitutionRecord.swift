// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// BDC909 on port `transfer`: the institution codes that a city speaks for. The receiving chain
/// takes letters of an institution only from the client that brought its code, so one member's
/// chain cannot speak for another's centre. A code belongs to the client that brought it first.
package struct InstitutionRecord: Hashable, Sendable {
    package static let kind = "institutions"
    /// Codes of one record: more sub-centres than any city has.
    package static let limit = 64

    package let codes: [InstitutionCode]
    /// X25519 key that letters to these institutions are sealed to; empty: told in another way. The
    /// client that a code belongs to may announce another one: what is on its way opens with the
    /// old key.
    package let sealingKey: [UInt8]

    package init(codes: [InstitutionCode], sealingKey: [UInt8] = []) {
        self.codes = codes
        self.sealingKey = sealingKey
    }

    package static func isOne(_ record: JSONValue) -> Bool { record["kind"]?.string == kind }

    package var json: JSONValue {
        .compact([
            ("kind", .string(InstitutionRecord.kind)), ("TxCode", "BDC909"),
            ("codes", .array(codes.map { .string($0.text) })),
            ("sealing", sealingKey.isEmpty ? nil : .string(Hex.encode(sealingKey))),
        ])
    }

    package init(_ record: JSONValue) throws(ExecutionError) {
        guard let list = record["codes"]?.array, (1...InstitutionRecord.limit).contains(list.count)
        else { throw .brokenLetter("codes") }
        var codes: [InstitutionCode] = []
        for item in list {
            guard let text = item.string, let code = try? InstitutionCode(text),
                code.form == .fundCentre
            else { throw .brokenLetter("codes") }
            codes.append(code)
        }
        self.codes = codes
        guard let sealing = record["sealing"] else {
            sealingKey = []
            return
        }
        guard let key = sealing.string.flatMap({ Hex.decode($0) }), key.count == HPKE.keyByteCount
        else { throw .brokenLetter("sealing") }
        sealingKey = key
    }

    // MARK: our own institutions

    /// Gives an institution of this city to an account; done at genesis.
    package static func own(
        _ code: InstitutionCode, by account: [UInt8], in context: ExecutionContext
    ) {
        context.set(Letters.portName, ownKey(code), account)
    }

    static func owner(of code: InstitutionCode, in context: ExecutionContext) -> [UInt8]? {
        context.get(Letters.portName, ownKey(code))
    }

    static func check(
        _ code: InstitutionCode, ownedBy signer: [UInt8], in context: ExecutionContext
    ) throws(ExecutionError) {
        guard owner(of: code, in: context) == signer else {
            throw .refusedRecord("account does not speak for institution \(code)")
        }
    }

    func check(
        ownedBy signer: [UInt8], in context: ExecutionContext
    ) throws(ExecutionError) {
        for code in codes { try InstitutionRecord.check(code, ownedBy: signer, in: context) }
    }

    // MARK: theirs

    static func client(of code: InstitutionCode, in context: ExecutionContext) -> String? {
        context.get(Letters.portName, peerKey(code)).map { String(decoding: $0, as: UTF8.self) }
    }

    static func check(
        _ code: InstitutionCode, reachedBy client: String, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard self.client(of: code, in: context) == client else {
            throw .refusedLetter(.institutionUnknown(code))
        }
    }

    /// Binds the codes to a client; all or none.
    func bind(
        to client: String, in context: ExecutionContext
    ) throws(ExecutionError) -> [UInt8] {
        for code in codes {
            let bound = InstitutionRecord.client(of: code, in: context)
            let isOurs = InstitutionRecord.owner(of: code, in: context) != nil
            guard !isOurs, bound == nil || bound == client else {
                let refusal: JSONValue = [
                    "result": "refused", "code": "letter/institution-unknown",
                ]
                return refusal.encoded
            }
        }
        for code in codes {
            context.set(
                Letters.portName, InstitutionRecord.peerKey(code), Array(client.utf8))
            guard !sealingKey.isEmpty else { continue }
            context.set(
                Letters.portName, InstitutionAnnouncement.sealingKey(code), sealingKey)
        }
        let answer: JSONValue = ["result": "taken"]
        return answer.encoded
    }

    /// The other chain has taken our announcement.
    func noteAnnounced(to client: String, in context: ExecutionContext) {
        for code in codes {
            context.set(
                Letters.portName, InstitutionAnnouncement.announcedKey(client, code),
                sealingKey.isEmpty ? [0] : sealingKey)
        }
    }

    private static func ownKey(_ code: InstitutionCode) -> [UInt8] {
        Array("institution/\(code)".utf8)
    }

    private static func peerKey(_ code: InstitutionCode) -> [UInt8] {
        InstitutionAnnouncement.clientKey(code)
    }
}
