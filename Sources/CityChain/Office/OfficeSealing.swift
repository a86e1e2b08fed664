// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// The office's keys that other offices seal to: the newest is on its card, those before open for a
/// time what was sealed to them before its successor was known everywhere.
struct OfficeSealing: Hashable, Sendable {
    struct Retired: Hashable, Sendable {
        var secret: [UInt8]
        var until: Timestamp
    }

    private(set) var secret: [UInt8]
    /// Newest first.
    private(set) var retired: [Retired]

    /// Seconds for which a retired key opens words: a word may wait fourteen days, and another is
    /// sealed to the key until the other city has heard of the new one.
    static let retiredSeconds = 2 * RecordOffice.wordSeconds
    /// Keys that are tried beside the newest.
    static let maxRetired = 4

    init(secret: [UInt8], retired: [Retired] = []) {
        self.secret = secret
        self.retired = retired
    }

    mutating func rotate(to next: [UInt8], now: Timestamp) {
        let until = now.adding(
            nanoseconds: Int64(OfficeSealing.retiredSeconds) * 1_000_000_000)
        retired.insert(Retired(secret: secret, until: until), at: 0)
        retired = Array(retired.prefix(OfficeSealing.maxRetired))
        secret = next
    }

    /// True when a key's time was over: its secret is gone.
    mutating func forget(now: Timestamp) -> Bool {
        let count = retired.count
        retired.removeAll { $0.until <= now }
        return retired.count < count
    }

    /// Nil where none of the keys opens the word.
    func open(_ word: LicencePacket.Word, now: Timestamp) -> LicenceContent? {
        let secrets = [secret] + retired.filter { now < $0.until }.map(\.secret)
        for secret in secrets {
            if let content = try? LicenceContent.open(word, secret: secret) { return content }
        }
        return nil
    }

    // MARK: the office's file

    var json: [JSONMember] {
        [
            JSONMember("sealing_secret", .string(Hex.encode(secret))),
            JSONMember(
                "retired_sealing",
                .array(
                    retired.map {
                        [
                            "secret": .string(Hex.encode($0.secret)),
                            "until": .text($0.until.unixNanoseconds),
                        ]
                    })),
        ]
    }

    init?(_ json: JSONValue) {
        guard let secret = OfficeSealing.secret(json["sealing_secret"]) else { return nil }
        self.secret = secret
        retired = []
        // Files of older programs have none.
        for item in json["retired_sealing"]?.array ?? [] {
            guard let secret = OfficeSealing.secret(item["secret"]),
                let until = item["until"]?.string.flatMap({ Int64($0) })
            else { return nil }
            retired.append(
                Retired(secret: secret, until: Timestamp(unixNanoseconds: until)))
        }
    }

    private static func secret(_ json: JSONValue?) -> [UInt8]? {
        json?.string.flatMap { Hex.decode($0) }
            .flatMap { $0.count == HPKE.keyByteCount ? $0 : nil }
    }
}

extension RecordOffice {
    /// Puts a new key on the card, and keeps the one before for a time: the card.
    package func rotateSealingKey(now: Timestamp) throws -> [UInt8] {
        sealing.rotate(to: random().bytes, now: now)
        try save()
        return try card()
    }
}
