// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient
import TestSupport

/// What one signature of a known validator costs, in OpenSSL Ed25519 verifies measured in the same run.
func signatureBench() {
    let bench = SignatureBench()
    guard let openSSL = bench.openSSLNanoseconds() else { return }
    print("ed25519 OpenSSL EVP verify: \(bench.microseconds(openSSL))")
    for (name, frequentKeys) in [("3.8 KB table", 0), ("30 KB table", 32)] {
        for length in [1, 3, 67] {
            let ours = bench.nanoseconds(listLength: length, frequentKeys: frequentKeys)
            print(
                "ed25519 warm, list of \(length), \(name): \(bench.microseconds(ours)) a signature, "
                    + "\(bench.ratio(ours, openSSL)) of an OpenSSL verify")
        }
    }
    let cold = bench.coldNanoseconds()
    print(
        "ed25519 key never seen, table made: \(bench.microseconds(cold)), "
            + "\(bench.ratio(cold, openSSL)) of an OpenSSL verify")
    let known = bench.rememberedNanoseconds()
    print("ed25519 signature seen before: \(bench.microseconds(known))")
    let block = [UInt8](repeating: 7, count: 64)
    let hash = medianNanoseconds(rounds: 9, operations: 20_000) { _ in _ = SHA256.hash(block) }
    print("sha256 of 64 bytes: \(Int(hash)) ns")
}

/// Sixty-seven validators that sign many heights.
struct SignatureBench {
    static let validators = 67
    static let heights = 12
    private let lists: [[SignedClaim]]

    init() {
        var keys: [SigningKey] = []
        for number in 0..<SignatureBench.validators {
            let seed = SHA256.hash([UInt8(number)]).bytes
            if let key = try? SigningKey.ed25519(seed: seed) { keys.append(key) }
        }
        lists = (0..<SignatureBench.heights).map { height in
            keys.enumerated().map { index, key in
                // The length of a precommit's sign bytes; no two alike.
                var message = [UInt8](repeating: UInt8(height), count: 112)
                message[0] = UInt8(index)
                return SignedClaim(
                    key: key.publicKey, message: message, signature: key.sign(message))
            }
        }
    }

    func openSSLNanoseconds() -> Double? {
        let claim = lists[0][0]
        guard let verifier = OpenSSLEd25519(key: claim.key.bytes),
            verifier.isValid(claim.signature, of: claim.message)
        else { return nil }
        return medianNanoseconds(rounds: 9, operations: 400) { _ in
            _ = verifier.isValid(claim.signature, of: claim.message)
        }
    }

    /// Per signature, tables warm, no signature remembered.
    func nanoseconds(listLength: Int, frequentKeys: Int) -> Double {
        var verifier = SignatureVerifier(
            frequentKeyCapacity: frequentKeys, signatureCapacity: 2)
        var cut: [[SignedClaim]] = []
        for list in lists {
            for start in stride(from: 0, through: list.count - listLength, by: listLength) {
                cut.append(Array(list[start..<start + listLength]))
            }
        }
        for _ in 0..<4 {
            for list in cut { precondition(verifier.areValid(list).allSatisfy { $0 }) }
        }
        let rounds = medianNanoseconds(rounds: 9, operations: cut.count) { index in
            precondition(verifier.areValid(cut[index]).allSatisfy { $0 })
        }
        return rounds / Double(listLength)
    }

    func coldNanoseconds() -> Double {
        medianNanoseconds(rounds: 9, operations: 200) { index in
            var verifier = SignatureVerifier()
            let claim = lists[0][index % SignatureBench.validators]
            precondition(verifier.isValid(claim.signature, of: claim.message, by: claim.key))
        }
    }

    func rememberedNanoseconds() -> Double {
        var verifier = SignatureVerifier()
        _ = verifier.areValid(lists[0])
        return medianNanoseconds(rounds: 9, operations: 200) { _ in
            precondition(verifier.areValid(lists[0]).allSatisfy { $0 })
        } / Double(SignatureBench.validators)
    }

    func microseconds(_ nanoseconds: Double) -> String {
        "\((nanoseconds / 10).rounded() / 100) µs"
    }

    func ratio(_ a: Double, _ b: Double) -> String { "\((a / b * 1000).rounded() / 1000)" }
}

/// The median over the rounds of the thread's CPU time per operation.
func medianNanoseconds(rounds: Int, operations: Int, _ body: (Int) -> Void) -> Double {
    let times = (0..<rounds).map { _ in
        let start = threadNanoseconds()
        for index in 0..<operations { body(index) }
        return Double(threadNanoseconds() - start) / Double(operations)
    }
    return times.sorted()[rounds / 2]
}

private func threadNanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
