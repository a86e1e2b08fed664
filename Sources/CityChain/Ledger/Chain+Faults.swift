// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// What goes wrong on demand.
extension Chain {
    /// How a validator of this name votes from the next block on.
    package func setBehaviour(
        _ behaviour: ValidatorBehaviour, of name: String
    ) throws(ChainError) {
        behaviours[try address(of: name)] = behaviour
    }

    /// Orders a set change: it goes out with the next block h, shows in next_validators_hash of h+1
    /// and votes from h+2 on. Power 0 removes. A later order for the same validator replaces this
    /// one.
    package func order(power: Int64, of name: String) throws(ChainError) {
        guard let validator = configuration.validators.first(where: { $0.name == name }) else {
            throw .unknownValidator(name)
        }
        let key = validator.key.publicKey
        let type = key.keyTypeName
        guard power == 0 || parameters[nextHeight]?.validatorKeyTypes.contains(type) ?? true
        else { throw .validatorUpdate(height: nextHeight, .keyTypeNotAllowed(type)) }
        let others = orderedUpdates.filter { $0.publicKey != key }
        let updates = others + [ValidatorUpdate(publicKey: key, power: power)]
        if let current = rotations[nextHeight + 1] {
            do throws(ValidatorUpdateError) {
                _ = try current.advanced(with: updates)
            } catch {
                throw .validatorUpdate(height: nextHeight, error)
            }
        }
        orderedUpdates = updates
    }

    /// Puts evidence into the next block.
    package func include(_ evidence: Evidence) throws(ChainError) {
        do throws(BlockError) {
            try evidence.validate()
        } catch {
            throw .evidence(error)
        }
        pendingEvidence.append(evidence)
    }

    /// A header that the chain never made, signed by its validators: what misbehaviour is made of.
    ///
    /// - Parameters:
    ///   - height: of the genuine header that `change` starts from.
    ///   - round: of the commit.
    ///   - signers: names of those who sign; all of the set when nil.
    ///   - validators: another set to vote (a lunatic header must then name its hash).
    package func forge(
        at height: UInt64, round: Int32 = 0, signers: Set<String>? = nil,
        validators: ProposerRotation? = nil, _ change: (inout Header) -> Void
    ) throws(ChainError) -> LightBlock {
        guard let genuine = blocks[height] else { throw .noSuchHeight(height) }
        var header = genuine.block.header
        change(&header)
        var behaviours: [[UInt8]: ValidatorBehaviour] = [:]
        if let signers {
            for validator in configuration.validators where !signers.contains(validator.name) {
                behaviours[validator.key.publicKey.address] = .absent
            }
        }
        let rotation = validators ?? genuine.validators
        let voting = VotingRound(
            chainID: configuration.chainID, validators: rotation, keys: signingKeys,
            behaviours: behaviours)
        let hash = header.hashOrEmpty
        let id = BlockID(hash: hash, parts: PartSet.header(of: header.encoded))
        let commits = voting.commits(
            height: header.height, round: round, blockID: id,
            votedFrom: header.time.adding(nanoseconds: Self.voteStepNanoseconds))
        return LightBlock(
            signedHeader: SignedHeader(header: header, commit: commits.complete),
            validators: rotation.validatorSet)
    }

    /// From now on `commit` shows a forged header in its height's place, as a node does that
    /// follows the other of two histories.
    package func show(_ forged: LightBlock) {
        guard let signed = forged.signedHeader, let height = signed.header?.height else { return }
        shownForks[UInt64(clamping: height)] = signed
    }

    /// `commit` shows the one history again.
    package func showGenuine() { shownForks = [:] }

    package func shownFork(at height: UInt64) -> SignedHeader? { shownForks[height] }

    /// A validator's two votes at one height: evidence against it.
    package func duplicateVote(
        by name: String, at height: UInt64
    ) throws(ChainError) -> Evidence {
        guard let stored = blocks[height] else { throw .noSuchHeight(height) }
        let address = try address(of: name)
        guard let key = signingKeys[address],
            let place = stored.validators.members.firstIndex(where: { $0.address == address })
        else { throw .unknownValidator(name) }
        let other = BlockID(
            hash: SHA256.hash(stored.id.hash).bytes,
            parts: PartSetHeader(total: 1, hash: SHA256.hash(stored.id.parts.hash).bytes))
        let votes = [stored.id, other].map { id in
            var vote = Vote()
            vote.type = Vote.precommit
            vote.height = Int64(height)
            vote.round = stored.seenCommit.round
            vote.blockID = id
            vote.timestamp = stored.block.header.time.adding(
                nanoseconds: Self.voteStepNanoseconds)
            vote.validatorAddress = address
            vote.validatorIndex = Int32(place)
            vote.signature = key.sign(vote.signBytes(chainID: configuration.chainID))
            return vote
        }.sorted { precedes($0.blockID.hash, $1.blockID.hash) }
        var evidence = DuplicateVoteEvidence()
        evidence.voteA = votes[0]
        evidence.voteB = votes[1]
        evidence.totalVotingPower = stored.validators.totalPower
        evidence.validatorPower = stored.validators.members[place].power
        evidence.timestamp = stored.block.header.time
        return Evidence(.duplicateVote(evidence))
    }

    private func address(of name: String) throws(ChainError) -> [UInt8] {
        guard let validator = configuration.validators.first(where: { $0.name == name }) else {
            throw .unknownValidator(name)
        }
        return validator.key.publicKey.address
    }
}
