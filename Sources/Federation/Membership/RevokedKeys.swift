// SPDX-License-Identifier: Apache-2.0

public import LightClient

// A member that is put out must not come back by another door. The keys of its entry are barred
// while the entry stands; when the entry goes, or the member comes in anew, their marks stay in the
// manifest for ever.

extension MemberKey {
    /// What the key is remembered by once it was revoked: its pin, or the hash of its bytes where
    /// the type's SubjectPublicKeyInfo is not known.
    public var mark: Digest { pin ?? SHA256.hash(encoded) }
}

extension ManifestMember {
    /// The marks of all keys of the entry, in whatever role.
    var keyMarks: [Digest] { (authorityKeys + evidenceKeys).map(\.mark) + relay.keyPins }
}

extension Manifest {
    /// Every key that was revoked with its member, in this version or an earlier one, by its mark.
    /// None of them may stand in the entry of a member that is not revoked.
    public var revokedKeys: Set<Digest> {
        var marks = Set(spentKeys)
        for member in members where member.status == .revoked { marks.formUnion(member.keyMarks) }
        return marks
    }

    /// Keeps the marks of keys that were revoked in an earlier version and would be forgotten in
    /// this one, because their entry is gone or begins anew.
    mutating func keepRevokedKeys(of old: Manifest) {
        let lost = old.revokedKeys.subtracting(revokedKeys)
        guard !lost.isEmpty else { return }
        spentKeys = (spentKeys + lost).sorted()
    }
}

extension ManifestCheck {
    /// No revoked key counts again: not for its own member, not for another, in no role, and not
    /// after its entry is gone.
    mutating func checkRevokedKeys() {
        if manifest.spentKeys.count > ManifestLimits.spentKeys {
            add(
                "spent_keys",
                .tooMany(
                    "spent keys", count: manifest.spentKeys.count, limit: ManifestLimits.spentKeys))
        }
        let kept = manifest.revokedKeys
        let before = previous?.revokedKeys ?? []
        for mark in before.subtracting(kept).sorted() {
            add("spent_keys", .revokedKeyForgotten(mark))
        }
        let revoked = kept.union(before)
        guard !revoked.isEmpty else { return }
        for member in manifest.members where member.status != .revoked {
            for key in member.authorityKeys + member.evidenceKeys where revoked.contains(key.mark) {
                add("members[\(member.id)].keys", .revokedKeyReturns(member.id, key))
            }
            for pin in member.relay.keyPins where revoked.contains(pin) {
                add("members[\(member.id)].relay.key_pins", .revokedPinReturns(member.id, pin))
            }
        }
    }
}
