// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport
import Synchronization

/// This city's keys that questions are sealed to. A key is handed out for an hour, opens questions
/// for one more, and is then forgotten. In memory alone: after a restart askers get a new one.
final class SealingRing: Sendable {
    /// Nanoseconds for which a key is handed out.
    static let handedOutNanoseconds: Int64 = 3_600_000_000_000

    private struct Pair {
        let secret: [UInt8]
        let key: SealingKey
        let made: Timestamp
    }

    private let own: MemberID
    private let evidenceKey: SigningKey
    /// Newest first, two at most.
    private let pairs = Mutex<[Pair]>([])

    init(own: MemberID, evidenceKey: SigningKey) {
        self.own = own
        self.evidenceKey = evidenceKey
    }

    /// The key to seal to from now on; nil when none could be made.
    func key(now: Timestamp) -> SealingKey? {
        pairs.withLock { pairs in
            forget(&pairs, now)
            if let newest = pairs.first,
                now.nanoseconds(since: newest.made) < SealingRing.handedOutNanoseconds
            { return newest.key }
            let secret = RandomBytes.make(HPKE.keyByteCount)
            guard let key = try? HPKE.publicKey(secret: secret) else { return nil }
            let made = Pair(
                secret: secret,
                key: SealingKey(
                    key,
                    expires: now.adding(nanoseconds: 2 * SealingRing.handedOutNanoseconds),
                    of: own, signedBy: evidenceKey), made: now)
            pairs.insert(made, at: 0)
            return made.key
        }
    }

    /// The question; nil where no key of ours opens it.
    func open(_ sealed: [UInt8], from asker: MemberID, now: Timestamp) -> DiscloseRequest? {
        guard !sealed.isEmpty else { return nil }
        let secrets = pairs.withLock { pairs in
            forget(&pairs, now)
            return pairs.map(\.secret)
        }
        for secret in secrets {
            if let question = DisclosureSealing.open(
                sealed, from: asker, to: own, secret: secret)
            { return question }
        }
        return nil
    }

    /// Forgets keys whose time is over.
    func forget(now: Timestamp) { pairs.withLock { forget(&$0, now) } }

    private func forget(_ pairs: inout [Pair], _ now: Timestamp) {
        pairs.removeAll {
            now.nanoseconds(since: $0.made) >= 2 * SealingRing.handedOutNanoseconds
        }
    }
}

/// The other cities' keys, as they last gave them.
final class SealingKeys: Sendable {
    private let keys = Mutex<[MemberID: SealingKey]>([:])

    /// Nil where none is known that will still be good when the question arrives.
    func key(of member: MemberID, now: Timestamp) -> [UInt8]? {
        keys.withLock { keys in
            guard let known = keys[member],
                now.unixNanoseconds < known.expiresUnixNanoseconds
                    &- DisclosureRequest.maxSkewNanoseconds
            else { return nil }
            return known.key
        }
    }

    /// Requires that its signature was verified.
    func learn(_ key: SealingKey, of member: MemberID) { keys.withLock { $0[member] = key } }
}
