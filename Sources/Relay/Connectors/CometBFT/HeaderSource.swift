// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// Builds client updates of our own chain for others: headers, commits and validator sets as the
/// nodes give them. Sets are kept by hash, which is all that a header says of them.
package final class HeaderSource {
    package typealias Answer<Value> = (Result<Value, NodeError>) -> Void

    private let rpc: NodeRPC
    private let revision: UInt64
    private let threshold: TrustThreshold
    private var sets: [[UInt8]: [Validator]] = [:]
    private var setOrder: [[UInt8]] = []
    private var headers: [UInt64: SignedHeader] = [:]
    private var headerOrder: [UInt64] = []

    /// Validator sets kept: a chain changes its set rarely, and a hundred members are 10 kB.
    static let maxSets = 64
    /// Signed headers kept: several peers ask for the same ones within a few blocks.
    static let maxHeaders = 128
    /// Pages of a validator set, 100 members each (cometbft-ibc §5.2).
    static let maxPages = 100
    /// Headers of one update: the peer protocol's limit.
    static let maxUpdateHeaders = 64

    package init(rpc: NodeRPC, revision: UInt64, threshold: TrustThreshold) {
        self.rpc = rpc
        self.revision = revision
        self.threshold = threshold
    }

    /// Client messages that lead from a trusted height to a target, in order: one where enough of
    /// the trusted set signed the target, more where the set has changed too much in between.
    package func update(from trusted: UInt64, to target: UInt64, then: @escaping Answer<[[UInt8]]>)
    {
        guard target > trusted else { return then(.success([])) }
        steps(from: trusted, to: target, room: HeaderSource.maxUpdateHeaders, then: then)
    }

    /// The header at a height as a message that builds on nothing: for a trust anchor, judged by
    /// its hash.
    func anchor(at height: UInt64, then: @escaping Answer<[[UInt8]]>) {
        withBlock(height) { [self] block in
            then(
                block.flatMap {
                    self.message($0.header, $0.validators, trusted: Height.zero, trustedSet: [])
                        .map { [$0] }
                })
        }
    }

    /// A header and its commit; verified by whoever receives it.
    func signedHeader(_ height: UInt64, then: @escaping Answer<SignedHeader>) {
        if let known = headers[height] { return then(.success(known)) }
        let node = rpc.currentAddress
        rpc.call(RPCCall("commit", [("height", "\(height)")]), as: RPCCommitAnswer.self) {
            [self] answer in
            then(
                answer.flatMap { answer in
                    guard let header = answer.signed_header.header,
                        let commit = answer.signed_header.commit,
                        header.height.value == Int64(clamping: height)
                    else {
                        return .failure(
                            NodeError(
                                .wrongAnswer, node: node, method: "commit",
                                detail: "no signed header of height \(height)"))
                    }
                    let signed = SignedHeader(header: header.value, commit: commit.value)
                    remember(signed, at: height)
                    return .success(signed)
                })
        }
    }

    // MARK: Private

    private func steps(
        from trusted: UInt64, to target: UInt64, room: Int, then: @escaping Answer<[[UInt8]]>
    ) {
        withBlock(target) { [self] block in
            guard case .success(let block) = block else { return then(block.map { _ in [] }) }
            withNextSet(trusted) { [self] answer in
                let set: [Validator]
                switch answer {
                case .success(let found): set = found
                // No node keeps the trusted height. Sets change seldom, so the target's own is
                // tried: whoever receives the update compares its hash with the one that it trusts.
                case .failure(let error) where error.code == .pruned: set = block.validators
                case .failure(let error): return then(.failure(error))
                }
                if target == trusted + 1 || overlaps(block.header, set) {
                    let base = Height(revision: revision, height: trusted)
                    return then(
                        message(block.header, block.validators, trusted: base, trustedSet: set)
                            .map { [$0] })
                }
                guard room > 1 else {
                    return then(
                        .failure(
                            NodeError(
                                .wrongAnswer, node: rpc.currentAddress, method: "commit",
                                detail:
                                    "more than \(HeaderSource.maxUpdateHeaders) headers lead from "
                                    + "\(trusted) to \(target)")))
                }
                // 9/16 of the way, as CometBFT's own client does.
                let pivot = trusted + max(1, (target - trusted) * 9 / 16)
                split(trusted, pivot, target, room, then)
            }
        }
    }

    private func split(
        _ trusted: UInt64, _ pivot: UInt64, _ target: UInt64, _ room: Int,
        _ then: @escaping Answer<[[UInt8]]>
    ) {
        steps(from: trusted, to: pivot, room: room - 1) { [self] first in
            guard case .success(let first) = first else { return then(first) }
            steps(from: pivot, to: target, room: room - first.count) { second in
                then(second.map { first + $0 })
            }
        }
    }

    /// Whether more than the trust threshold of the set signed the header. Signatures are not
    /// checked here: the receiver does.
    private func overlaps(_ signed: SignedHeader, _ set: [Validator]) -> Bool {
        var powers: [[UInt8]: Int64] = [:]
        var total: Int64 = 0
        for validator in set {
            powers[validator.address] = validator.votingPower
            total = total.addingReportingOverflow(validator.votingPower).partialValue
        }
        var tally: Int64 = 0
        for signature in signed.commit?.signatures ?? [] where signature.flag == .commit {
            let power = powers.removeValue(forKey: signature.validatorAddress) ?? 0
            tally = tally.addingReportingOverflow(power).partialValue
        }
        guard let needed = try? threshold.powerToExceed(of: total) else { return false }
        return tally > needed
    }

    private func message(
        _ signed: SignedHeader, _ validators: [Validator], trusted: Height, trustedSet: [Validator]
    ) -> Result<[UInt8], NodeError> {
        do {
            return .success(
                try CometBFT.clientMessage(
                    signedHeader: signed, validators: validators, trustedHeight: trusted,
                    trustedValidators: trustedSet))
        } catch {
            return .failure(
                NodeError(
                    .wrongAnswer, node: rpc.currentAddress, method: "validators",
                    detail: "\(error.code)"))
        }
    }

    private func withBlock(
        _ height: UInt64, then: @escaping Answer<(header: SignedHeader, validators: [Validator])>
    ) {
        signedHeader(height) { [self] signed in
            guard case .success(let signed) = signed else {
                return then(signed.map { ($0, []) })
            }
            validators(height, hash: signed.header?.validatorsHash ?? []) { set in
                then(set.map { (signed, $0) })
            }
        }
    }

    /// The set that the header at this height announces for the next one.
    private func withNextSet(_ height: UInt64, then: @escaping Answer<[Validator]>) {
        signedHeader(height) { [self] signed in
            guard case .success(let signed) = signed else { return then(signed.map { _ in [] }) }
            validators(height + 1, hash: signed.header?.nextValidatorsHash ?? [], then: then)
        }
    }

    private func validators(
        _ height: UInt64, hash: [UInt8], then: @escaping Answer<[Validator]>
    ) {
        if let known = sets[hash] { return then(.success(known)) }
        page(height, 1, []) { [self] answer in
            then(
                answer.flatMap { set in
                    guard ValidatorSet(validators: set).hash().bytes == hash else {
                        return .failure(
                            NodeError(
                                .wrongAnswer, node: rpc.currentAddress, method: "validators",
                                detail: "the set at \(height) is not the one its header names"))
                    }
                    remember(set, hash: hash)
                    return .success(set)
                })
        }
    }

    private func page(
        _ height: UInt64, _ number: Int, _ collected: [Validator],
        then: @escaping Answer<[Validator]>
    ) {
        let call = RPCCall(
            "validators",
            [("height", "\(height)"), ("page", "\(number)"), ("per_page", "100")])
        let node = rpc.currentAddress
        rpc.call(call, as: RPCValidators.self) { [self] answer in
            guard case .success(let page) = answer else { return then(answer.map { _ in [] }) }
            let members = page.validators.compactMap(\.value)
            let all = collected + members
            guard members.count == page.validators.count, !members.isEmpty,
                page.block_height.value == Int64(clamping: height),
                number <= HeaderSource.maxPages
            else {
                return then(
                    .failure(
                        NodeError(
                            .wrongAnswer, node: node, method: "validators",
                            detail: "page \(number) of height \(height) is not usable")))
            }
            if Int64(all.count) >= page.total.value { return then(.success(all)) }
            self.page(height, number + 1, all, then: then)
        }
    }

    private func remember(_ set: [Validator], hash: [UInt8]) {
        if sets.updateValue(set, forKey: hash) == nil { setOrder.append(hash) }
        if setOrder.count > HeaderSource.maxSets { sets[setOrder.removeFirst()] = nil }
    }

    private func remember(_ header: SignedHeader, at height: UInt64) {
        if headers.updateValue(header, forKey: height) == nil { headerOrder.append(height) }
        if headerOrder.count > HeaderSource.maxHeaders { headers[headerOrder.removeFirst()] = nil }
    }
}
