// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The centre's keys: everything that rests on our disk and could tell of a person is sealed to a
/// key of the store's own, and found again by keyed hashes; what other centres write is sealed to
/// the centre's sealing keys. A sealing key can so be replaced, and nothing at rest is lost.
struct LetterVault: Sendable {
    private static let info = Array("cityrelay/letter-at-rest/1".utf8)

    let keys: LetterSealingKeys
    private let secret: [UInt8]
    private let restKey: [UInt8]
    private let marks: [UInt8]
    private let bodies: [UInt8]
    private let persons: [UInt8]

    /// - Parameter secret: what all at rest is sealed to: 32 bytes that live in the store alone.
    init(secret: [UInt8], keys: LetterSealingKeys) throws(KeyError) {
        self.keys = keys
        self.secret = secret
        restKey = try HPKE.publicKey(secret: secret)
        func derived(_ label: String) -> [UInt8] {
            HMACSHA256.code(key: secret, Array("cityrelay/letter-\(label)/1".utf8)).bytes
        }
        marks = derived("marks")
        bodies = derived("bodies")
        persons = derived("persons")
    }

    /// What others seal to.
    var publicKey: [UInt8] { keys.publicKey }

    static func random(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }

    // MARK: Our own disk

    /// `place` is bound in: what was sealed for one row opens in no other.
    func seal(_ bytes: [UInt8], for place: String) -> [UInt8] {
        HPKE.seal(
            bytes, to: restKey, info: LetterVault.info, aad: Array(place.utf8),
            ephemeral: LetterVault.random(HPKE.keyByteCount)) ?? []
    }

    func open(_ sealed: [UInt8], for place: String) -> [UInt8]? {
        HPKE.open(sealed, secret: secret, info: LetterVault.info, aad: Array(place.utf8))
    }

    // MARK: Keyed hashes

    func mark(serial: String) -> Digest { HMACSHA256.code(key: marks, Array(serial.utf8)) }
    func fingerprint(_ body: [UInt8]) -> Digest { HMACSHA256.code(key: bodies, body) }

    func person(_ person: LetterPerson) -> Digest {
        HMACSHA256.code(key: persons, Array("\(person.kind.rawValue)\n\(person.number)".utf8))
    }
}
