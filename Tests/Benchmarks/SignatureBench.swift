// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// What one signature of a known validator costs, in OpenSSL Ed25519 verifies measured in the same
/// run, in turns.
func signatureBench() {
    let bench = SignatureBench()
    for (name, frequentKeys) in [("7.7 KB table", 0), ("30 KB table", 32)] {
        for (validators, length) in [(4, 1), (4, 3), (67, 67)] {
            let (ours, theirs) = bench.warm(
                validators: validators, listLength: length, frequentKeys: frequentKeys)
            print(
                "ed25519 warm, \(validators) keys, list of \(length), \(name): "
                    + bench.row(ours, theirs))
        }
    }
    let (cold, theirs) = bench.cold()
    print("ed25519 key never seen, table made: " + bench.row(cold, theirs))
    print("ed25519 signature seen before: \(bench.microseconds(bench.remembered()))")
    let block = [UInt8](repeating: 7, count: 64)
    let hash = (0..<9).map { _ in
        nanosecondsEach(20_000) { _ in _ = SHA256.hash(block) }
    }
    print("sha256 of 64 bytes: \(Int(median(hash))) ns")
}

/// Sixty-seven validators that sign many heights.
struct SignatureBench {
    static let rounds = 15
    private let lists: [[SignedClaim]]

    init() {
        var keys: [SigningKey] = []
        for number in 0..<67 {
            let seed = SHA256.hash([UInt8(number)]).bytes
            if let key = try? SigningKey.ed25519(seed: seed) { keys.append(key) }
        }
        lists = (0..<12).map { height in
            keys.enumerated().map { index, key in
                // The length of a precommit's sign bytes; no two alike.
                var message = [UInt8](repeating: UInt8(height), count: 112)
                message[0] = UInt8(index)
                return SignedClaim(
                    key: key.publicKey, message: message, signature: key.sign(message))
            }
        }
    }

    /// Per signature, tables warm, no signature remembered; and one OpenSSL verify.
    func warm(validators: Int, listLength: Int, frequentKeys: Int) -> (Double, Double) {
        // Fewer are remembered than lie between two uses of the same signature.
        var verifier = SignatureVerifier(frequentKeyCapacity: frequentKeys, signatureCapacity: 24)
        let cut = lists.flatMap { list in
            stride(from: 0, through: validators - listLength, by: listLength).map {
                Array(list[$0..<$0 + listLength])
            }
        }
        for _ in 0..<40 { for list in cut { _ = verifier.areValid(list) } }
        return inTurns {
            nanosecondsEach(cut.count) { index in
                precondition(verifier.areValid(cut[index]).allSatisfy { $0 })
            } / Double(listLength)
        }
    }

    func cold() -> (Double, Double) {
        inTurns {
            nanosecondsEach(60) { index in
                var verifier = SignatureVerifier()
                let claim = lists[0][index]
                precondition(verifier.isValid(claim.signature, of: claim.message, by: claim.key))
            }
        }
    }

    func remembered() -> Double {
        var verifier = SignatureVerifier()
        _ = verifier.areValid(lists[0])
        let rounds = (0..<SignatureBench.rounds).map { _ in
            nanosecondsEach(100) { _ in precondition(verifier.areValid(lists[0]).allSatisfy { $0 })
            }
        }
        return median(rounds) / Double(lists[0].count)
    }

    /// Our median and OpenSSL's, round by round in turns, so that both meet the same machine.
    private func inTurns(_ ours: () -> Double) -> (Double, Double) {
        let claim = lists[0][0]
        guard let openSSL = OpenSSLEd25519(key: claim.key.bytes) else { return (0, 0) }
        var rounds: [(ours: Double, theirs: Double)] = []
        for _ in 0..<SignatureBench.rounds {
            let theirs = nanosecondsEach(40) { _ in
                precondition(openSSL.isValid(claim.signature, of: claim.message))
            }
            rounds.append((ours(), theirs))
        }
        return (median(rounds.map(\.ours)), median(rounds.map(\.theirs)))
    }

    func row(_ ours: Double, _ theirs: Double) -> String {
        "\(microseconds(ours)) a signature, OpenSSL \(microseconds(theirs)), "
            + "\((ours / theirs * 1000).rounded() / 1000) of it"
    }

    func microseconds(_ nanoseconds: Double) -> String {
        "\((nanoseconds / 10).rounded() / 100) µs"
    }
}
