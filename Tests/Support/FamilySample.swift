// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A small genuine run of one family's chain, and forms of it that no client may take. A new family
/// adds its sample here and is judged by every test that runs for `FamilyID.allCases`.
public struct FamilySample: Sendable {
    public let family: FamilyID
    public let parameters: ClientParameters
    /// A moment at which the run is fresh.
    public let now: Timestamp
    /// The message that carries the first trusted header, its hash and what a client remembers of
    /// it.
    public let anchorMessage: [UInt8]
    public let anchorHash: Digest
    public let anchor: TrustedHeader
    /// Updates, each on the one before, across a change of those who sign.
    public let updates: [[UInt8]]
    public let expected: [TrustedHeader]
    /// Updates on the anchor that must be refused, by what is wrong with them.
    public let refused: [String: [UInt8]]
    /// A second genuine update to the first update's height.
    public let conflicting: [UInt8]
    /// A genuine update above the last one's height that is not later.
    public let early: [UInt8]
    /// A value proven under the last update's state.
    public let path: [[UInt8]]
    public let value: [UInt8]
    public let proof: [UInt8]

    public func snapshot(_ trusted: [TrustedHeader]) -> ClientSnapshot {
        ClientSnapshot(
            family: family, parameters: parameters,
            trusted: Dictionary(uniqueKeysWithValues: trusted.map { ($0.height, $0) }))
    }

    public static func of(_ family: FamilyID) -> FamilySample {
        switch family {
        case .cometBFT: cometBFT
        }
    }

    /// The state of worked vector V2.
    private static let appHash =
        Hex.decode("f0bb03acc5ec4797f01c4682bfd963974b87f64b663464b416db32f7d47b1244") ?? []
    private static let proofText =
        "0a780a760a1830372d74656e6465726d696e742d300100000000000000011220a09672"
        + "2aa6534040a0efbdae0576"
        + "5132a7b223ad306d6512f3734821bd0465051a0b0801180120012a0300020a222b0801"
        + "120402040a201a21203cc3"
        + "846e9c2cba7758cfd386f2ac30d298647f3fc6f67fcd7a811324841978d30a5b0a590a"
        + "03696263122006ebc807cb"
        + "b3bd3a12b54dd1cf67c79316ff22cc7bc8172f966d2259323882ce1a09080118012001"
        + "2a010022250801122101b8"
        + "da986f9e08d334502c94430d22e0b171b8586be68e95a16a5ba29bfa00cd60"

    private static let cometBFT: FamilySample = {
        let chain = TestChain(
            blocks: 9,
            changes: [
                6: [TestMember(1, power: 20), TestMember(2, power: 20), TestMember(4, power: 30)]
            ])
        let last = chain.bent(9) { $0.appHash = appHash }
        let updates = [
            chain.update(to: 3, trusting: 1), chain.update(to: 6, trusting: 3),
            chain.update(to: last, trusting: 6),
        ]
        let target = chain.block(3)
        let power = { (flags: [Int: VoteFlag]) -> [UInt8] in
            var block = target
            block.commit = TestChain.commit(block.header, block.members, flags: flags)
            return chain.update(to: block, trusting: 1).encoded
        }
        var double = target
        double.commit = TestChain.commit(
            double.header, double.members, flags: [2: .absent, 0: .absent, 3: .absent])
        let entry = double.commit.signatures.first { $0.flag == .commit } ?? .absent
        double.commit.signatures = double.commit.signatures.map { _ in entry }
        var proposerless = chain.update(to: 3, trusting: 1)
        proposerless.validatorSet?.proposer = nil
        let other = TestChain("fed-fork-1", blocks: 3)
        let future = chain.bent(3) { $0.time = chain.now.adding(nanoseconds: 10_000_000_000) }
        return FamilySample(
            family: .cometBFT, parameters: chain.parameters, now: chain.now,
            anchorMessage: anchorMessage(chain), anchorHash: anchorHash(chain),
            anchor: chain.trusted(1), updates: updates.map(\.encoded),
            expected: [chain.trusted(3), chain.trusted(6), trusted(last, chain)],
            refused: [
                "too little power": power([1: .absent]),
                "votes for nothing": power([1: .forNil, 2: .forNil]),
                "one member's vote several times": chain.update(to: double, trusting: 1).encoded,
                "another chain": other.update(to: 3, trusting: 1).encoded,
                "from the future": chain.update(to: future, trusting: 1).encoded,
                "no proposer": proposerless.encoded, "nothing": [],
            ],
            conflicting: chain.update(
                to: chain.bent(3) { $0.appHash = [UInt8](repeating: 9, count: 32) }, trusting: 1
            ).encoded,
            early: chain.update(
                to: chain.bent(9) { $0.time = TestChain.time(6) }, trusting: 1
            ).encoded,
            path: [
                Array("ibc".utf8),
                Hex.decode("30372d74656e6465726d696e742d30010000000000000001") ?? [],
            ],
            value: Hex.decode("a096722aa6534040a0efbdae05765132a7b223ad306d6512f3734821bd046505")
                ?? [],
            proof: Hex.decode(proofText) ?? [])
    }()

    private static func anchorMessage(_ chain: TestChain) -> [UInt8] {
        var header = chain.update(to: 1, trusting: 1)
        header.trustedHeight = .zero
        return header.encoded
    }

    private static func anchorHash(_ chain: TestChain) -> Digest {
        chain.trusted(1).headerHash ?? .zero
    }

    private static func trusted(_ block: TestChain.Block, _ chain: TestChain) -> TrustedHeader {
        TrustedHeader(
            height: chain.height(Int(block.header.height)), timestamp: block.header.time,
            headerHash: try? block.header.hash(),
            consensusState: ICS07.ConsensusState(block.header).encoded)
    }
}
