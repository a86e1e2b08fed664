// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// Vectors W9–W11: equal to CometBFT v0.38.26 (building-cometbft.md section 9).
@Suite struct ProposerRotationTests {
    static func key(_ name: String) throws -> PublicKey {
        try SigningKey.ed25519(seed: SHA256.hash(Array(name.utf8)).bytes).publicKey
    }

    /// The set of the worked vectors: val0 ... val3 with powers 10, 20, 20, 1.
    static func worked() throws -> ProposerRotation {
        let powers: [Int64] = [10, 20, 20, 1]
        return try ProposerRotation(
            genesis: powers.enumerated().map { index, power in
                ValidatorUpdate(publicKey: try key("val\(index)"), power: power)
            })
    }

    static func short(_ address: [UInt8]) -> String { Hex.encode(address.prefix(3)) }

    static let turns: [(priorities: [Int64], proposer: String)] = [
        ([-31, 20, 10, 1], "b3688d"), ([-11, -11, 20, 2], "d3599d"), ([9, 9, -21, 3], "80e4e7"),
        ([-22, 29, -11, 4], "b3688d"), ([-2, -2, -1, 5], "d3599d"), ([-33, 18, 9, 6], "b3688d"),
        ([-13, -13, 19, 7], "d3599d"), ([7, 7, -22, 8], "80e4e7"),
    ]

    @Test func `eight heights have CometBFT's priorities and proposers`() throws {
        var rotation = try Self.worked()
        #expect(
            rotation.members.map { Self.short($0.address) }
                == ["b3688d", "d3599d", "80e4e7", "cd5743"])
        for turn in Self.turns {
            #expect(rotation.members.map(\.priority) == turn.priorities)
            #expect(Self.short(rotation.proposerAddress) == turn.proposer)
            rotation = try rotation.advanced()
        }
    }

    @Test func `a set change gives CometBFT's priorities`() throws {
        var rotation = try Self.worked()
        for _ in 1..<8 { rotation = try rotation.advanced() }
        let updates = [
            ValidatorUpdate(publicKey: try Self.key("val4"), power: 30),
            ValidatorUpdate(publicKey: try Self.key("val0"), power: 15),
            ValidatorUpdate(publicKey: try Self.key("val3"), power: 0),
        ]
        var changed = rotation
        try changed.update(with: updates)
        #expect(
            changed.members.map { Self.short($0.address) }
                == ["c8fe7e", "b3688d", "d3599d", "80e4e7"])
        #expect(changed.members.map(\.priority) == [-70, 33, 33, 4])
        let next = try rotation.advanced(with: updates)
        #expect(next.members.map(\.priority) == [-40, -32, 53, 19])
        #expect(Self.short(next.proposerAddress) == "b3688d")
        #expect(Self.short(next.proposerAddress(round: 2)) == "80e4e7")
        var second = next
        second.increment(times: 2)
        #expect(second.members.map(\.priority) == [20, 8, 8, -36])
    }

    @Test func `impossible set changes are refused and change nothing`() throws {
        let rotation = try Self.worked()
        var copy = rotation
        let stranger = try Self.key("stranger")
        #expect(throws: ValidatorUpdateError.unknown(address: stranger.address)) {
            try copy.update(with: [ValidatorUpdate(publicKey: stranger, power: 0)])
        }
        #expect(throws: ValidatorUpdateError.negativePower(-1)) {
            try copy.update(with: [ValidatorUpdate(publicKey: stranger, power: -1)])
        }
        #expect(throws: ValidatorUpdateError.duplicate(address: stranger.address)) {
            try copy.update(with: [
                ValidatorUpdate(publicKey: stranger, power: 1),
                ValidatorUpdate(publicKey: stranger, power: 2),
            ])
        }
        #expect(throws: ValidatorUpdateError.totalPowerTooLarge) {
            try copy.update(with: [
                ValidatorUpdate(
                    publicKey: stranger, power: ProposerRotation.totalPowerLimit - 50)
            ])
        }
        #expect(throws: ValidatorUpdateError.emptySet) {
            try copy.update(
                with: rotation.members.map {
                    ValidatorUpdate(publicKey: $0.publicKey, power: 0)
                })
        }
        #expect(copy == rotation)
    }

    @Test func `the median time is where half of the power is reached`() {
        func at(_ votes: [(Int64, Int64)]) -> Int64? {
            MedianTime.of(
                votes.compactMap { seconds, power in
                    Timestamp(seconds: seconds).map { (time: $0, power: power) }
                })?.seconds
        }
        #expect(at([(3, 20), (1, 10), (2, 20), (9, 1)]) == 2)
        #expect(at([(2, 20), (1, 20)]) == 1)
        #expect(at([]) == nil)
    }

    @Test func `laboratory keys are those of the recorded chains`() throws {
        let key = try DeterministicKeys.consensus(role: "val0", code: "330100")
        #expect(Hex.encode(key.publicKey.address) == "a65de50d852aae96227b12d4cb4b4a6353f38d44")
        let account = try DeterministicKeys.account(role: "operator", code: "330100")
        #expect(
            Hex.encode(account.publicKey.bytes)
                == "039d6bef4f6e7334e82028c5932277ee4066d36d060118f57bef40c16a2c5bf71a")
    }
}
