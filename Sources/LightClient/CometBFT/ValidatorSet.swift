// SPDX-License-Identifier: Apache-2.0

/// A validator set as it came over the wire: claimed. `checked()` gives the form that may be
/// counted with.
public struct ValidatorSet: Hashable, Sendable {
    public var validators: [Validator]
    /// Must be present and a member; otherwise it plays no part.
    public var proposer: Validator?
    /// As on the wire. Ignored when read and left out towards ibc-go chains, as CometBFT does.
    public var totalVotingPower: Int64

    /// Most members of a set, as CometBFT: a provider's 100 pages of 100.
    public static let maxMembers = 10_000
    /// Most power of a set: 2^60 - 1, so that sums and products with small fractions fit 64 bits.
    public static let maxTotalPower: Int64 = (1 << 60) - 1

    public init(validators: [Validator], proposer: Validator? = nil) {
        self.validators = validators
        self.proposer = proposer ?? validators.first
        totalVotingPower = 0
    }

    /// The root over keys and powers in the order given. Sorting is not ours to do: the canonical
    /// order is part of what is hashed. Spec: §1.5.
    public func hash() -> Digest {
        BinaryMerkle.root(leafHashes: validators.map { BinaryMerkle.leafHash($0.leaf) })
    }

    /// The canonical order: power descending, then address ascending.
    public static func canonicalOrder(_ left: Validator, _ right: Validator) -> Bool {
        if left.votingPower != right.votingPower { return left.votingPower > right.votingPower }
        return left.address.lexicographicallyPrecedes(right.address)
    }

    /// Checks every member and the proposer. Order and duplicates are not judged, as in CometBFT: a
    /// repeated member hashes differently, and votes are counted once an entry or once an address.
    public func checked() throws(BlockError) -> CheckedValidatorSet {
        guard !validators.isEmpty else { throw .noValidators }
        var members: [CheckedValidatorSet.Member] = []
        members.reserveCapacity(validators.count)
        var total: Int64 = 0
        for (index, validator) in validators.enumerated() {
            let key = try validator.checkedKey(index: index)
            // Both are at most 2^60 - 1 once checked: the sum cannot overflow.
            guard validator.votingPower <= ValidatorSet.maxTotalPower - total else {
                throw .totalPowerTooLarge
            }
            total += validator.votingPower
            members.append(
                .init(key: key, address: validator.address, power: validator.votingPower))
        }
        try checkProposer()
        return CheckedValidatorSet(members: members, totalPower: total, hash: hash())
    }

    /// The same as `checked()`, for a set that most often is `other` again: the members' keys need
    /// not be hashed twice then. Proposer and priorities are this set's own.
    func checked(like other: ValidatorSet, _ known: CheckedValidatorSet) throws(BlockError)
        -> CheckedValidatorSet
    {
        guard validators.count == other.validators.count else { return try checked() }
        for (mine, theirs) in zip(validators, other.validators)
        where mine.address != theirs.address || mine.publicKey != theirs.publicKey
            || mine.votingPower != theirs.votingPower
        {
            return try checked()
        }
        try checkProposer()
        return known
    }

    private func checkProposer() throws(BlockError) {
        guard let proposer else { throw .missing("proposer") }
        guard !validators.contains(proposer) else { return }
        _ = try proposer.checkedKey(index: -1)
        for validator in validators where validator.address == proposer.address { return }
        throw .proposerNotMember(proposer.address)
    }
}

/// A validator set whose addresses follow from its keys and whose powers can be added.
public struct CheckedValidatorSet: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public let key: PublicKey
        public let address: [UInt8]
        public let power: Int64
    }

    public let members: [Member]
    public let totalPower: Int64
    private let digest: Digest

    init(members: [Member], totalPower: Int64, hash: Digest) {
        self.members = members
        self.totalPower = totalPower
        digest = hash
    }

    /// The root over keys and powers in the order given.
    public func hash() -> Digest { digest }

    /// Place of the first member with each address.
    var indexByAddress: [[UInt8]: Int] {
        var places: [[UInt8]: Int] = [:]
        places.reserveCapacity(members.count)
        for (index, member) in members.enumerated() where places[member.address] == nil {
            places[member.address] = index
        }
        return places
    }
}

extension ValidatorSet: ProtobufMessage {
    public init() {
        validators = []
        proposer = nil
        totalVotingPower = 0
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            try reader.append(
                field, to: &validators, limit: ValidatorSet.maxMembers, "validator set")
        case 2: try reader.merge(field, into: &proposer)
        case 3: totalVotingPower = try reader.int64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, validators)
        writer.message(2, proposer)
        writer.int64(3, totalVotingPower)
    }
}
