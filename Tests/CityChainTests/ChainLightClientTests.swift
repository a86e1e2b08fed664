// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// The light client cannot tell this chain from a real one.
@Suite struct ChainLightClientTests {
    static let options = TrustOptions(
        trustingPeriodNanoseconds: 14 * 86_400 * 1_000_000_000,
        clockDriftNanoseconds: 10_000_000_000)

    /// Thirty blocks; by height 20 nobody of the first set is left.
    static func changingChain() throws -> Chain {
        let chain = try Laboratory.chain([40, 30, 20, 10, 0, 0, 0, 0])
        let orders: [UInt64: [(String, Int64)]] = [
            5: [("val4", 50)], 8: [("val0", 0), ("val5", 45)], 11: [("val1", 0), ("val6", 35)],
            14: [("val2", 0), ("val7", 15)], 17: [("val3", 0)],
        ]
        for height in UInt64(1)...30 {
            for (name, power) in orders[height] ?? [] { try chain.order(power: power, of: name) }
            if height == 22 { try chain.setBehaviour(.absent, of: "val7") }
            if height == 25 { try chain.setBehaviour(.votesNil, of: "val7") }
            _ = try chain.submit(Laboratory.bytes("k\(height)=v\(height)"))
            try chain.produceBlock(now: Laboratory.now(height))
        }
        return chain
    }

    static func anchor(_ chain: Chain) throws -> TrustedState {
        TrustedState(unchecked: try #require(chain.block(at: 1)).block.header)
    }

    @Test func `header by header and by skipping lead to the same state`() throws {
        let chain = try Self.changingChain()
        let now = Laboratory.now(31)
        var signatures = SignatureVerifier()
        let verifier = Verifier(Self.options)
        var trusted = try Self.anchor(chain)
        for height in UInt64(2)...30 {
            let block = try #require(chain.lightBlock(at: height))
            trusted = try verifier.verifyAdjacent(
                try #require(block.signedHeader),
                validators: try #require(block.validators).checked(), trusted: trusted,
                now: now, signatures: &signatures)
        }

        var bisection = try Bisection(
            from: try Self.anchor(chain),
            validators: try #require(chain.validators(at: 2)).validatorSet, to: 30,
            options: Self.options)
        var fetched: FetchedBlock?
        var asked: [Int64] = []
        var last: TrustedState?
        while last == nil {
            switch try bisection.next(fetched, now: now, signatures: &signatures) {
            case .done(let trace): last = trace.last
            case .fetch(let height):
                asked.append(height)
                fetched = FetchedBlock(
                    block: try #require(chain.lightBlock(at: UInt64(height))),
                    nextValidators: try #require(chain.validators(at: UInt64(height) + 1))
                        .validatorSet)
            }
        }
        #expect(last == trusted)
        #expect(asked.count > 1, "the sets do not overlap: one step cannot do")
        #expect(asked.count < 29)
    }

    @Test func `proofs at every kept height verify against the next header alone`() throws {
        let chain = try Self.changingChain()
        for height in UInt64(1)...29 {
            let own = try #require(chain.block(at: height)).block.header.appHash
            let next = try #require(chain.block(at: height + 1)).block.header.appHash
            for number in UInt64(1)...30 {
                let key = Laboratory.bytes("k\(number)")
                let answer = chain.query(
                    ApplicationQuery(path: "", data: key, height: height, wantsProof: true))
                let proof = MerkleProof(
                    try #require(answer.proof).map { try CommitmentProof(reading: $0.data) })
                let path = [Laboratory.bytes(KeyValueApplication.store), key]
                if number <= height {
                    let value = Laboratory.bytes("v\(number)")
                    #expect(answer.value == value)
                    try proof.verifyMembership(
                        specs: ProofSpec.cosmosSDK, root: next, path: path, value: value)
                    #expect(throws: ProofError.self) {
                        try proof.verifyMembership(
                            specs: ProofSpec.cosmosSDK, root: own, path: path, value: value)
                    }
                } else {
                    #expect(answer.value == nil)
                    try proof.verifyNonMembership(
                        specs: ProofSpec.cosmosSDK, root: next, path: path)
                    #expect(throws: ProofError.self) {
                        try proof.verifyNonMembership(
                            specs: ProofSpec.cosmosSDK, root: own, path: path)
                    }
                }
            }
        }
    }

    @Test func `a forged header passes by itself, as misbehaviour must`() throws {
        let chain = try Self.changingChain()
        let verifier = Verifier(Self.options)
        var signatures = SignatureVerifier()
        let forged = try chain.forge(at: 2) { $0.appHash = SHA256.hash([9]).bytes }
        let now = Laboratory.now(31)
        let state = try verifier.verifyAdjacent(
            try #require(forged.signedHeader),
            validators: try #require(forged.validators).checked(),
            trusted: try Self.anchor(chain), now: now, signatures: &signatures)
        #expect(state.headerHash?.bytes != chain.block(at: 2)?.id.hash)

        // 70 of 100 sign: enough. 60 do not: refused.
        let enough = try chain.forge(at: 2, signers: ["val0", "val1"]) { $0.appHash = [1] }
        _ = try verifier.verifyAdjacent(
            try #require(enough.signedHeader),
            validators: try #require(enough.validators).checked(),
            trusted: try Self.anchor(chain), now: now, signatures: &signatures)
        let short = try chain.forge(at: 2, signers: ["val0", "val2"]) { $0.appHash = [1] }
        #expect(throws: VerificationError.self) {
            try verifier.verifyAdjacent(
                try #require(short.signedHeader),
                validators: try #require(short.validators).checked(),
                trusted: try Self.anchor(chain), now: now, signatures: &signatures)
        }
    }

    @Test(arguments: 1...9)
    func `proofs of stores of any number verify`(_ count: Int) throws {
        let names = (0..<count).map { "store\($0)" }
        var stores = Multistore(storeNames: names)
        var seed = SHA256.hash([UInt8(count)]).bytes
        var present: Set<[UInt8]> = []
        for _ in 0..<(count * 5) {
            seed = SHA256.hash(seed).bytes
            let key = Array(seed.prefix(Int(seed[31] % 3) + 1))
            present.insert(key)
            for name in names { stores.set(name, key, Array(name.utf8) + key) }
        }
        let (version, appHash) = stores.commit()
        for name in names {
            for byte in UInt8.min ... .max {
                for key in present.filter({ $0[0] == byte }) + [[byte], [byte, byte]] {
                    let answer = try #require(stores.prove(name, key, version: version))
                    let proof = MerkleProof(
                        try answer.operations.map { try CommitmentProof(reading: $0.data) })
                    let path = [Array(name.utf8), key]
                    if present.contains(key) {
                        try proof.verifyMembership(
                            specs: ProofSpec.cosmosSDK, root: appHash.bytes, path: path,
                            value: try #require(answer.value))
                    } else {
                        try proof.verifyNonMembership(
                            specs: ProofSpec.cosmosSDK, root: appHash.bytes, path: path)
                    }
                }
            }
        }
    }
}
