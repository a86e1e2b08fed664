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
    /// Keys with a table of 3.8 KB: 5,000 take 19 MB.
    public static let defaultKeyTableCapacity = 5_000
    /// Keys with a table of 30 KB: 256 take 8 MB.
    public static let defaultFrequentKeyCapacity = 256
    /// Signatures known to be valid, at some 70 bytes each: two hundred commits of 100 validators.
    public static let defaultSignatureCapacity = 20_000

    private var ed25519: Ed25519Verifier
    private var verified: RecentlyUsed<Digest, Void>

    public init(
        keyTableCapacity: Int = defaultKeyTableCapacity,
        frequentKeyCapacity: Int = defaultFrequentKeyCapacity,
        signatureCapacity: Int = defaultSignatureCapacity
    ) {
        ed25519 = Ed25519Verifier(
            keyTableCapacity: keyTableCapacity, frequentKeyCapacity: frequentKeyCapacity)
        verified = RecentlyUsed(capacity: signatureCapacity)
    }

    /// Whether the signature holds, by the rules of the key's algorithm: ZIP-215 for Ed25519; R ‖ S with
    /// low S over SHA-256(message) for secp256k1.
    public mutating func isValid(
        _ signature: [UInt8], of message: [UInt8], by key: PublicKey
    ) -> Bool {
        areValid([SignedClaim(key: key, message: message, signature: signature)])[0]
    }

    /// One verdict per claim, in order. Dearer work is shared over the list, so longer lists cost less
    /// per signature.
    public mutating func areValid(_ claims: [SignedClaim]) -> [Bool] {
        var verdicts = [Bool](repeating: false, count: claims.count)
        var open: [(index: Int, memory: Digest)] = []
        var edwards: [SignedClaim] = []
        open.reserveCapacity(claims.count)
        edwards.reserveCapacity(claims.count)
        for (index, claim) in claims.enumerated() {
            let memory = SignatureVerifier.digest(of: claim)
            if verified.value(for: memory) != nil {
                verdicts[index] = true
                continue
            }
            switch claim.key {
            case .ed25519:
                open.append((index, memory))
                edwards.append(claim)
            case .secp256k1(let bytes):
                let isValid = Secp256k1.isValid(
                    claim.signature, ofHash: SHA256.hash(claim.message), by: bytes)
                verdicts[index] = isValid
                if isValid { verified.insert((), for: memory) }
            }
        }
        for (place, isValid) in zip(open, ed25519.areValid(edwards)) where isValid {
            verdicts[place.index] = true
            verified.insert((), for: place.memory)
        }
        return verdicts
    }

    /// What stands for a claim in memory. Every part has its length before it, so that no two claims
    /// hash the same bytes.
    private static func digest(of claim: SignedClaim) -> Digest {
        var stream = SHA256.Stream()
        switch claim.key {
        case .ed25519(let bytes):
            stream.update(1)
            stream.update(length(bytes))
            stream.update(bytes)
        case .secp256k1(let bytes):
            stream.update(2)
            stream.update(length(bytes))
            stream.update(bytes)
        }
        stream.update(length(claim.signature))
        stream.update(claim.signature)
        stream.update(claim.message)
        return stream.finish()
    }

    /// One byte is enough: no valid key or signature is longer, and only valid claims are remembered.
    private static func length(_ bytes: [UInt8]) -> UInt8 { UInt8(clamping: bytes.count) }
}
