// SPDX-License-Identifier: Apache-2.0

/// One signature to be judged.
public struct SignedClaim: Hashable, Sendable {
    public var key: PublicKey
    public var message: [UInt8]
    public var signature: [UInt8]

    public init(key: PublicKey, message: [UInt8], signature: [UInt8]) {
        self.key = key
        self.message = message
        self.signature = signature
    }
}

/// Judges signatures, and remembers the keys and the valid signatures that it has seen. What it
/// remembers changes the cost of a verdict, never the verdict.
///
/// A value owned by one thread and passed `inout`.
public struct SignatureVerifier: Sendable {
    /// Keys with a table of 7.7 KB: 4,000 take 31 MB, the validators of forty chains of 100.
    public static let defaultKeyTableCapacity = 4_000
    /// Keys with a table of 30 KB: 32 take 1 MB, which a core's own cache can hold; beyond it the
    /// bigger tables are no faster than the small ones.
    public static let defaultFrequentKeyCapacity = 32
    /// Signatures known to be valid, some 100 bytes each: two hundred commits of 100 validators, 2
    /// MB.
    public static let defaultSignatureCapacity = 20_000

    private var ed25519: Ed25519Verifier
    private var verified: RecentlyUsed<VerifiedSignature, Void>

    public init(
        keyTableCapacity: Int = defaultKeyTableCapacity,
        frequentKeyCapacity: Int = defaultFrequentKeyCapacity,
        signatureCapacity: Int = defaultSignatureCapacity
    ) {
        ed25519 = Ed25519Verifier(
            keyTableCapacity: keyTableCapacity, frequentKeyCapacity: frequentKeyCapacity)
        verified = RecentlyUsed(capacity: signatureCapacity)
    }

    /// Whether the signature holds, by the rules of the key's algorithm: ZIP-215 for Ed25519; R ‖ S
    /// with low S over SHA-256(message) for secp256k1.
    public mutating func isValid(
        _ signature: [UInt8], of message: [UInt8], by key: PublicKey
    ) -> Bool {
        areValid([SignedClaim(key: key, message: message, signature: signature)])[0]
    }

    /// One verdict per claim, in order. The dearest step is shared over the list, so longer lists
    /// cost less per signature.
    public mutating func areValid(_ claims: [SignedClaim]) -> [Bool] {
        var verdicts = [Bool](repeating: false, count: claims.count)
        var open: [Ed25519Claim] = []
        var places: [Int] = []
        open.reserveCapacity(claims.count)
        places.reserveCapacity(claims.count)
        for index in claims.indices {
            let claim = claims[index]
            switch claim.key {
            case .ed25519(let key):
                guard
                    let parsed = Ed25519Claim(
                        signature: claim.signature, message: claim.message, key: key)
                else { continue }
                if verified.value(for: VerifiedSignature(parsed)) != nil {
                    verdicts[index] = true
                } else {
                    open.append(parsed)
                    places.append(index)
                }
            case .secp256k1(let key): verdicts[index] = isValidSecp256k1(claim, key)
            }
        }
        let judged = ed25519.areValid(open)
        for index in judged.indices where judged[index] {
            verdicts[places[index]] = true
            verified.insert((), for: VerifiedSignature(open[index]))
        }
        return verdicts
    }

    private mutating func isValidSecp256k1(_ claim: SignedClaim, _ key: [UInt8]) -> Bool {
        guard let memory = VerifiedSignature(secp256k1: claim, key) else { return false }
        if verified.value(for: memory) != nil { return true }
        let isValid = Secp256k1.isValid(
            claim.signature, ofHash: SHA256.hash(claim.message), by: key)
        if isValid { verified.insert((), for: memory) }
        return isValid
    }
}
