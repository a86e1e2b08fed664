// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The centre's sealing key and what is derived from it: everything that rests on our disk and
/// could tell of a person is sealed to ourselves, and found again by keyed hashes.
struct LetterVault: Sendable {
    private static let info = Array("cityrelay/letter-at-rest/1".utf8)

    private let secret: [UInt8]
    /// What others seal to.
    let publicKey: [UInt8]
    private let marks: [UInt8]
    private let bodies: [UInt8]
    private let persons: [UInt8]

    init(secret: [UInt8]) throws(KeyError) {
        self.secret = secret
        publicKey = try HPKE.publicKey(secret: secret)
        func derived(_ label: String) -> [UInt8] {
            HMACSHA256.code(key: secret, Array("cityrelay/letter-\(label)/1".utf8)).bytes
        }
        marks = derived("marks")
        bodies = derived("bodies")
        persons = derived("persons")
    }

    static func random(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }

    // MARK: Our own disk

    /// `place` is bound in: what was sealed for one row opens in no other.
    func seal(_ bytes: [UInt8], for place: String) -> [UInt8] {
        HPKE.seal(
            bytes, to: publicKey, info: LetterVault.info, aad: Array(place.utf8),
            ephemeral: LetterVault.random(HPKE.keyByteCount)) ?? []
    }

    func open(_ sealed: [UInt8], for place: String) -> [UInt8]? {
        HPKE.open(sealed, secret: secret, info: LetterVault.info, aad: Array(place.utf8))
    }

    // MARK: The other centre's words

    func open(
        _ packet: LetterPacket, at time: Timestamp
    ) throws(SealedContentError) -> LetterContent {
        try SealedContent.open(
            packet.sealed, for: packet.context, commitment: packet.statement.commitment,
            secret: secret, now: time)
    }

    // MARK: Keyed hashes

    func mark(serial: String) -> Digest { HMACSHA256.code(key: marks, Array(serial.utf8)) }
    func fingerprint(_ body: [UInt8]) -> Digest { HMACSHA256.code(key: bodies, body) }

    func person(_ person: LetterPerson) -> Digest {
        HMACSHA256.code(key: persons, Array("\(person.kind.rawValue)\n\(person.number)".utf8))
    }
}
