// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Wycheproof. The algorithms that the relay judges have lines of their own; the files of others
/// are named as unsupported, case by case. What a case is, its file says itself.
let wycheproofSets: [CorpusSet] = [
    wycheproofSet("ed25519") { $0.hasPrefix("ed25519_") },
    wycheproofSet("secp256k1") { $0.hasPrefix("ecdsa_secp256k1_") },
    wycheproofSet("other algorithms") { _ in true },
]

private func wycheproofSet(
    _ name: String, _ isOfSet: @escaping @Sendable (String) -> Bool
) -> CorpusSet {
    CorpusSet(
        name: "wycheproof/\(name)",
        matches: { path in
            guard path.dropLast().last == "wycheproof", let file = path.last else { return false }
            return isOfSet(file)
        },
        judge: { path, tally in try WycheproofFile(path).judge(&tally) })
}

/// One file of Wycheproof.
private struct WycheproofFile {
    private let name: String
    private let json: JSON

    init(_ path: String) throws {
        name = path.split(separator: "/").last.map(String.init) ?? path
        json = try JSON.parse(Corpus.read(path))
    }

    func judge(_ tally: inout Tally) throws {
        let algorithm = json["algorithm"]?.string ?? "?"
        for group in json["testGroups"]?.array ?? [] {
            let type = group["type"]?.string ?? ""
            let curve = group["publicKey"]?["curve"]?.string ?? group["curve"]?.string ?? ""
            for test in group["tests"]?.array ?? [] {
                let id = "\(name)#\(test["tcId"]?.int64 ?? -1)"
                let outcome: Outcome =
                    switch (type, curve, group["sha"]?.string) {
                    case ("EddsaVerify", "edwards25519", _): ed25519(group, test)
                    case ("EcdsaVerify", "secp256k1", "SHA-256"):
                        secp256k1(group, test, allowHighS: true) { ECDSASignature(der: $0) }
                    case ("EcdsaBitcoinVerify", "secp256k1", "SHA-256"):
                        secp256k1(group, test, allowHighS: false) { ECDSASignature(der: $0) }
                    case ("EcdsaP1363Verify", "secp256k1", "SHA-256"):
                        secp256k1(group, test, allowHighS: true) { ECDSASignature($0) }
                    default: .unsupported("\(algorithm) \(curve)")
                    }
                tally.record(id, outcome)
            }
        }
    }

    private func ed25519(_ group: JSON, _ test: JSON) -> Outcome {
        guard let key = bytes(group["publicKey"]?["pk"]), let message = bytes(test["msg"]),
            let signature = bytes(test["sig"]), let isValid = expected(test)
        else { return .disagreed("not readable") }
        var verifier = SignatureVerifier()
        let ours = verifier.isValid(signature, of: message, by: .ed25519(bytes: key))
        // Wycheproof judges by RFC 8032, which has one encoding of each point; ZIP-215 accepts the
        // others too. That is the only way in which we may accept what it refuses.
        let mayDiffer =
            signature.count == 64
            && (!isCanonicalPoint(Array(signature[..<32])) || !isCanonicalPoint(key))
        if ours == isValid || (ours && mayDiffer) { return .agreed }
        return .disagreed("we say \(ours): \(test["comment"]?.string ?? "")")
    }

    private func secp256k1(
        _ group: JSON, _ test: JSON, allowHighS: Bool, decode: ([UInt8]) -> ECDSASignature?
    ) -> Outcome {
        guard let point = bytes(group["publicKey"]?["uncompressed"]), point.count == 65,
            let message = bytes(test["msg"]), let encoded = bytes(test["sig"]),
            let isValid = expected(test)
        else { return .disagreed("not readable") }
        let key = [2 + (point[64] & 1)] + point[1...32]
        let hash = SHA256.hash(message)
        let ours =
            decode(encoded).map {
                Secp256k1.isValid($0.bytes, ofHash: hash, by: key, allowHighS: allowHighS)
            } ?? false
        return ours == isValid
            ? .agreed : .disagreed("we say \(ours): \(test["comment"]?.string ?? "")")
    }

    private func bytes(_ value: JSON?) -> [UInt8]? { value?.string.flatMap { Hex.decode($0) } }

    /// Nil for "acceptable" and unknown words, which none of the judged files uses.
    private func expected(_ test: JSON) -> Bool? {
        switch test["result"]?.string {
        case "valid": true
        case "invalid": false
        default: nil
        }
    }

    /// Whether the 32 bytes are a point's one RFC 8032 encoding: y below p, and no sign where x =
    /// 0.
    private func isCanonicalPoint(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32 else { return false }
        var y = bytes
        y[31] &= 0x7f
        let prime = [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
        guard y.reversed().lexicographicallyPrecedes(prime.reversed()) else { return false }
        let one = [1] + [UInt8](repeating: 0, count: 31)
        let minusOne = [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
        return bytes[31] < 0x80 || (y != one && y != minusOne)
    }
}
