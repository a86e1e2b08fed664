// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Verifying an adjacent header of a chain whose validators are known, per signature checked, in
/// OpenSSL Ed25519 verifies measured in turns in the same run.
func headerBench() {
    for validators in [4, 100] {
        HeaderBench(validators: validators).run()
    }
}

private struct HeaderBench {
    let validators: Int
    let chain: TestChain
    let messages: [[UInt8]]

    init(validators: Int) {
        self.validators = validators
        let members = (0..<validators).map { TestMember($0, power: 10) }
        let chain = TestChain("bench-1", members: members, blocks: 40)
        self.chain = chain
        messages = (2...40).map { height in
            chain.update(to: chain.block(height), trusting: height - 1).encoded
        }
    }

    func run() {
        // More than two thirds are needed: verification stops there.
        let signatures = validators * 2 / 3 + 1
        let claimKey = chain.block(1).members[0].key
        let message = [UInt8](repeating: 7, count: 112)
        let signature = claimKey.sign(message)
        guard let openSSL = OpenSSLEd25519(key: claimKey.publicKey.bytes) else { return }
        // No signature is remembered from one round to the next: every one is computed.
        var verifier = SignatureVerifier(signatureCapacity: 1)
        verify(&verifier)
        var ours: [Double] = []
        var theirs: [Double] = []
        for _ in 0..<9 {
            theirs.append(
                nanosecondsEach(60) { _ in precondition(openSSL.isValid(signature, of: message)) })
            let start = threadNanoseconds()
            verify(&verifier)
            ours.append(Double(threadNanoseconds() - start) / Double(messages.count))
        }
        let header = median(ours)
        let share = header / Double(signatures) / median(theirs)
        print(
            "header, adjacent, \(validators) known validators (\(signatures) signatures), decoding "
                + "included: \(hundredths(header / 1000)) µs, per signature \(hundredths(share)) "
                + "of an OpenSSL verify (\(hundredths(median(theirs) / 1000)) µs)")
    }

    private func verify(_ verifier: inout SignatureVerifier) {
        for (index, message) in messages.enumerated() {
            let snapshot = chain.snapshot(trusting: [index + 1])
            let headers = try? Families.verifyUpdates(
                [message], snapshot: snapshot, now: chain.now, signatures: &verifier)
            precondition(headers?.count == 1)
        }
    }
}
