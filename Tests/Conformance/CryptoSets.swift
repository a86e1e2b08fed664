// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Signatures: CometBFT's verdicts, the Ed25519 consensus vectors, Wycheproof.
let cryptoSets: [CorpusSet] =
    [
        CorpusSet(
            name: "verdicts/ed25519",
            matches: { $0.suffix(2) == ["ed25519", "signatures.jsonl"] },
            judge: { path, tally in try judgeSignatureVerdicts(path, &tally) }),
        consensusSet("speccheck", "speccheck_cases.json", key: "pub_key", signature: "signature") {
            $0["message"]?.string.flatMap { Hex.decode($0) }
        },
        consensusSet("noble", "noble_zip215.json", key: "vk_bytes", signature: "sig_bytes") { _ in
            Array("Zcash".utf8)
        },
        consensusSet("cctv", "cctv_ed25519vectors.json", key: "key", signature: "sig") {
            $0["msg"]?.string.map { Array($0.utf8) }
        },
    ] + wycheproofSets

/// Every line under both ways of asking: alone, and again from memory.
private func judgeSignatureVerdicts(_ path: String, _ tally: inout Tally) throws {
    var verifier = SignatureVerifier()
    for (number, line) in try Corpus.lines(path).enumerated() {
        guard let verdict = SignatureVerdict(line),
            let key = publicKey(verdict.kind, verdict.publicKey)
        else {
            tally.record(line["id"]?.string ?? "line \(number + 1)", .disagreed("not readable"))
            continue
        }
        let isValid = verifier.isValid(verdict.signature, of: verdict.message, by: key)
        let again = verifier.isValid(verdict.signature, of: verdict.message, by: key)
        tally.record(
            verdict.id,
            isValid == verdict.isAccepted && again == isValid
                ? .agreed
                : .disagreed("\(verdict.name): we say \(isValid), then \(again)"))
    }
}

/// The key of any length: those of a wrong length are refused when they verify.
private func publicKey(_ kind: String, _ bytes: [UInt8]) -> PublicKey? {
    switch kind {
    case "ed25519": .ed25519(bytes: bytes)
    case "secp256k1": .secp256k1(bytes: bytes)
    default: nil
    }
}

/// A list of Ed25519 cases with the verdict of ZIP-215.
private func consensusSet(
    _ name: String, _ file: String, key: String, signature: String,
    message: @escaping @Sendable (JSON) -> [UInt8]?
) -> CorpusSet {
    CorpusSet(
        name: "ed25519-consensus/\(name)",
        matches: { $0.suffix(2) == ["ed25519-consensus", file] },
        judge: { path, tally in
            var verifier = SignatureVerifier()
            guard let cases = try JSON.parse(Corpus.read(path)).array else {
                tally.record(file, .disagreed("not a list"))
                return
            }
            for (number, item) in cases.enumerated() {
                let id = item["index"]?.int64 ?? item["number"]?.int64 ?? Int64(number)
                guard let keyBytes = item[key]?.string.flatMap({ Hex.decode($0) }),
                    let signatureBytes = item[signature]?.string.flatMap({ Hex.decode($0) }),
                    let messageBytes = message(item),
                    let expected = (item["zip215_valid"] ?? item["valid_zip215"])?.bool
                else {
                    tally.record("\(id)", .disagreed("not readable"))
                    continue
                }
                let isValid = verifier.isValid(
                    signatureBytes, of: messageBytes, by: .ed25519(bytes: keyBytes))
                tally.record(
                    "\(id)", isValid == expected ? .agreed : .disagreed("we say \(isValid)"))
            }
        })
}
