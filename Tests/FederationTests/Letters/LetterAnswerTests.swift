// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

/// Chains and relays read answers with one reader: what moves a letter on one must on the other.
@Suite struct `Answers to words of letters and licences` {
    static let answers: [(bytes: String, code: LetterErrorCode?)] = [
        (#"{"result":"taken"}"#, nil),
        (#" {"id":"BDC901/1#7","result":"taken"} "#, nil),
        (#"{"result":"refused","code":"letter/closed"}"#, .closed),
        (#"{"code":"letter/closed","result":"refused","decidedAt":"7"}"#, .closed),
        (#"{"result":"refused","code":"letter/of-another-world"}"#, .notRead),
        (#"{"result":"refused"}"#, .notRead),
        // Both at once, or one of them twice.
        (#"{"result":"taken","code":"letter/closed"}"#, .notRead),
        (#"{"result":"taken","result":"refused"}"#, .notRead),
        (#"{"result":"refused","result":"taken"}"#, .notRead),
        // Neither.
        (#"{"result":"perhaps","code":"letter/closed"}"#, .notRead),
        (#"{"code":"letter/closed"}"#, .notRead),
        (#"{"result":true}"#, .notRead),
        (#"["taken"]"#, .notRead),
        (#"{"result":"taken"}}"#, .notRead),
        (#"{"result":"taken""#, .notRead),
        ("taken", .notRead),
        ("", .notRead),
    ]

    @Test(arguments: answers)
    func `a word was taken only where the answer says so and nothing else`(
        _ answer: (bytes: String, code: LetterErrorCode?)
    ) {
        #expect(LetterAnswer.refusal(in: Array(answer.bytes.utf8)) == answer.code)
        let isTaken = LicenceAnswer.refusal(in: Array(answer.bytes.utf8)) == nil
        #expect(isTaken == (answer.code == nil))
    }

    @Test func `an answer is read as it was meant`() throws {
        let id = LetterEventID(.acceptance, sequence: 7)
        var answer = LetterAnswer(try LetterSamples.key(), id)
        #expect(LetterAnswer.refusal(in: answer.encoded) == nil)
        for code in LetterErrorCode.allCases {
            answer.refusal = code
            #expect(LetterAnswer.refusal(in: answer.encoded) == code)
        }
    }

    @Test func `a word with a member that is not known, or there twice, is none`() throws {
        let context = SealingContext(
            key: try LetterSamples.key(), from: LetterSamples.hangzhou,
            to: LetterSamples.institution("110000000000000"), purpose: .application,
            expiresUnixSeconds: 1_795_744_800)
        let sealed = [UInt8](repeating: 1, count: 1_024 + HPKE.overheadByteCount)
        let packet = LetterPacket(
            LetterStatement(.application, sequence: 7, commitment: SHA256.hash([1])), context,
            sealed: sealed)
        let text = String(decoding: packet.encoded, as: UTF8.self)
        #expect(try LetterPacket(reading: Array(text.utf8)) == packet)
        func read(_ more: String) -> PacketFormError? {
            let bytes = Array("{\(more),\(text.dropFirst())".utf8)
            do throws(PacketFormError) {
                _ = try LetterPacket(reading: bytes)
                return nil
            } catch { return error }
        }
        #expect(read(#""IdNum":"1""#) == .member("?"))
        #expect(read(#""act":"application""#) == .notJSON)
        #expect(read(#""rig_reply":"later""#) == nil)
        var short = packet
        short.sealed.removeLast()
        #expect(throws: PacketFormError.member("sealed")) {
            _ = try LetterPacket(reading: short.encoded)
        }
    }
}
