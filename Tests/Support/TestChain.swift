// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A member of a test chain's validator set. Keys follow one rule, that of the worked vectors: the
/// Ed25519 seed of member i is H("val" ‖ i).
public struct TestMember: Hashable, Sendable {
    public let number: Int
    public let power: Int64

    public init(_ number: Int, power: Int64) {
        self.number = number
        self.power = power
    }

    public var key: SigningKey {
        let seed = SHA256.hash(Array("val\(number)".utf8)).bytes
        guard let key = try? SigningKey.ed25519(seed: seed) else {
            preconditionFailure("a hash is a seed")
        }
        return key
    }

    public var validator: Validator { Validator(key: key.publicKey, votingPower: power) }

    public static func == (left: TestMember, right: TestMember) -> Bool {
        left.number == right.number && left.power == right.power
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        hasher.combine(power)
    }
}

/// A small chain of genuine blocks, the same at every run: 20 s apart, made by the members given,
/// with the set changes asked for. Tests bend what it makes and sign it again.
public struct TestChain: Sendable {
    public struct Block: Hashable, Sendable {
        public var header: Header
        public var commit: Commit
        public var members: [TestMember]
        public var nextMembers: [TestMember]

        public var signedHeader: SignedHeader { SignedHeader(header: header, commit: commit) }
        public var validators: ValidatorSet { TestChain.set(members) }
        public var nextValidators: ValidatorSet { TestChain.set(nextMembers) }
    }

    public let chainID: ChainID
    public private(set) var blocks: [Block] = []

    /// The members of the worked vectors: powers 10, 20, 20 and 1.
    public static let founders = [
        TestMember(0, power: 10), TestMember(1, power: 20), TestMember(2, power: 20),
        TestMember(3, power: 1),
    ]
    public static let interval: Int64 = 20
    /// Time of block 1.
    public static let start: Int64 = 1_700_000_000

    /// `changes[h]` is the set that makes block h and those after it.
    public init(
        _ name: String = "fed-test-1", members: [TestMember] = TestChain.founders,
        blocks count: Int, changes: [Int: [TestMember]] = [:]
    ) {
        chainID = ChainID(name)
        var current = members
        for height in 1...max(count, 1) {
            let next = changes[height + 1] ?? current
            let header = header(Int64(height), current, next)
            blocks.append(
                Block(
                    header: header, commit: TestChain.commit(header, current),
                    members: current, nextMembers: next))
            current = next
        }
    }

    public func block(_ height: Int) -> Block { blocks[height - 1] }

    /// Members in the canonical order.
    public static func set(_ members: [TestMember]) -> ValidatorSet {
        ValidatorSet(
            validators: sorted(members).map(\.validator))
    }

    public static func sorted(_ members: [TestMember]) -> [TestMember] {
        members.map { ($0, $0.validator) }
            .sorted { ValidatorSet.canonicalOrder($0.1, $1.1) }.map(\.0)
    }

    private func header(
        _ height: Int64, _ members: [TestMember], _ next: [TestMember]
    ) -> Header {
        let last = blocks.last
        let hash = { (text: String) in SHA256.hash(Array(text.utf8)).bytes }
        return Header(
            version: BlockVersion(app: 0), chainID: chainID, height: height,
            time: TestChain.time(height), lastBlockID: last?.commit.blockID ?? .zero,
            lastCommitHash: last?.commit.hash().bytes ?? SHA256.empty.bytes,
            dataHash: SHA256.empty.bytes, validatorsHash: TestChain.set(members).hash().bytes,
            nextValidatorsHash: TestChain.set(next).hash().bytes, consensusHash: hash("cp"),
            appHash: hash("app \(height)"), lastResultsHash: SHA256.empty.bytes,
            evidenceHash: SHA256.empty.bytes,
            proposerAddress: TestChain.set(members).validators[0].address)
    }

    /// Time of the block at a height.
    public static func time(_ height: Int64) -> Timestamp {
        guard let time = Timestamp(seconds: start + (height - 1) * interval, nanoseconds: 5) else {
            preconditionFailure("test heights are small")
        }
        return time
    }

    /// The commit of a header by its members, in canonical order. `flags` says what a member does,
    /// by number; all vote for the block unless said otherwise.
    public static func commit(
        _ header: Header, _ members: [TestMember], round: Int32 = 0,
        flags: [Int: VoteFlag] = [:]
    ) -> Commit {
        let hash = (try? header.hash().bytes) ?? []
        let id = BlockID(
            hash: hash,
            parts: PartSetHeader(total: 1, hash: SHA256.hash(Array("psh".utf8)).bytes))
        var commit = Commit(height: header.height, round: round, blockID: id, signatures: [])
        for member in sorted(members) {
            commit.signatures.append(
                signature(member, flags[member.number] ?? .commit, in: commit, header.chainID))
        }
        return commit
    }

    /// One member's entry, signed for what its flag says.
    public static func signature(
        _ member: TestMember, _ flag: VoteFlag, in commit: Commit, _ chainID: ChainID
    ) -> CommitSig {
        guard flag != .absent else { return .absent }
        let vote = VoteSignBytes(
            type: Vote.precommit, height: commit.height, round: commit.round,
            blockID: flag == .commit ? commit.blockID : .zero, chainID: chainID)
        let time = time(max(commit.height, 1)).adding(nanoseconds: 1_000_000_000)
        return CommitSig(
            flag: flag, validatorAddress: member.key.publicKey.address, timestamp: time,
            signature: member.key.sign(vote.bytes(at: time)))
    }
}
