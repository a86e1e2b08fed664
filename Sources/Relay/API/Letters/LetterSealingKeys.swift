// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore

/// The key that other centres seal to, and those before it: for a time each still opens what was
/// sealed to it before its successor was known everywhere.
struct LetterSealingKeys: Sendable {
    struct Retired: Sendable {
        let secret: [UInt8]
        let publicKey: [UInt8]
        /// What a block of this time or later brings, it opens no more.
        let until: Timestamp
    }

    let secret: [UInt8]
    let publicKey: [UInt8]
    let retired: [Retired]

    /// - Parameter time: of the block that brought the word.
    func open(
        _ packet: LetterPacket, at time: Timestamp
    ) throws(SealedContentError) -> LetterContent {
        if let content = try LetterSealingKeys.open(packet, secret, at: time) { return content }
        for key in retired {
            guard let content = try LetterSealingKeys.open(packet, key.secret, at: time) else {
                continue
            }
            guard time < key.until else { throw .keyRetired }
            return content
        }
        throw .unreadable
    }

    /// Nil where it is not sealed to this key.
    private static func open(
        _ packet: LetterPacket, _ secret: [UInt8], at time: Timestamp
    ) throws(SealedContentError) -> LetterContent? {
        do throws(SealedContentError) {
            return try SealedContent.open(
                packet.sealed, for: packet.context, commitment: packet.statement.commitment,
                secret: secret, now: time)
        } catch {
            guard error == .unreadable else { throw error }
            return nil
        }
    }
}

/// Why the letters' store cannot be read with the keys of the configuration.
struct LetterKeyFault: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "letters/sealing-key-unknown: \(path) was written under another sealing key than those "
            + "configured; name that key's file in letters.retired_sealing_keys and start again"
    }
}

extension LetterVault {
    private static let storeInfo = Array("cityrelay/letter-store-key/1".utf8)

    /// Opens the store's own key with a sealing key of the configuration, and seals it to the
    /// newest; notes which keys are retired, and since when.
    static func open(
        _ configuration: LettersConfiguration, _ store: LetterStore, now: Timestamp,
        log: (EngineNote) -> Void
    ) throws -> LetterVault {
        let secret = configuration.sealingSecret
        let publicKey = try HPKE.publicKey(secret: secret)
        var changes: [LetterChange] = []
        var retired: [LetterSealingKeys.Retired] = []
        for old in configuration.retiredSealingSecrets where old != secret {
            let key = try HPKE.publicKey(secret: old)
            let since = try store.retired(key)
            if since == nil { changes.append(.retired(key: key, at: now)) }
            let until = (since ?? now).adding(
                nanoseconds: configuration.retiredSealingNanoseconds)
            if until <= now {
                log(
                    EngineNote(
                        level: .warning, code: "letters/sealing-key-over",
                        detail: "the retired sealing key \(Hex.encode(Array(key.prefix(8))))… "
                            + "opens nothing new since \(RFC3339.format(until)); remove its file "
                            + "and its line in letters.retired_sealing_keys"))
            }
            retired.append(
                LetterSealingKeys.Retired(secret: old, publicKey: key, until: until))
        }
        let place = Array(configuration.institution.text.utf8)
        var rest: [UInt8]?
        var isSealedToNewest = false
        if let sealed = try store.vaultKey() {
            for (index, key) in ([secret] + retired.map(\.secret)).enumerated() where rest == nil {
                rest = HPKE.open(sealed, secret: key, info: storeInfo, aad: place)
                isSealedToNewest = index == 0
            }
            guard rest != nil else { throw LetterKeyFault(path: store.path) }
        }
        // What an older program has written rests under the sealing key itself.
        let isNew = try store.lastSequence() == 0 && store.cursor() == 0
        let key = rest ?? (isNew ? LetterVault.random(HPKE.keyByteCount) : secret)
        if !isSealedToNewest {
            let sealed = HPKE.seal(
                key, to: publicKey, info: storeInfo, aad: place,
                ephemeral: LetterVault.random(HPKE.keyByteCount))
            guard let sealed else { throw LetterKeyFault(path: store.path) }
            changes.append(.vaultKey(sealed))
        }
        try store.commit(changes)
        return try LetterVault(
            secret: key,
            keys: LetterSealingKeys(secret: secret, publicKey: publicKey, retired: retired))
    }
}
