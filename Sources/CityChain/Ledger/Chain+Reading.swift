// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// What the RPC methods show. Every answer that is nil here is an error there.
extension Chain {
    package func block(at height: UInt64) -> StoredBlock? { blocks[height] }

    package func block(hash: [UInt8]) -> StoredBlock? {
        heightsByHash[hash].flatMap { blocks[$0] }
    }

    /// The next block's last commit is canonical; at the tip there is only what the node saw.
    package func commit(at height: UInt64) -> (commit: Commit, isCanonical: Bool)? {
        guard let stored = blocks[height] else { return nil }
        if let next = blocks[height + 1] { return (next.block.lastCommit, true) }
        return (stored.seenCommit, false)
    }

    package func lightBlock(at height: UInt64) -> LightBlock? {
        guard let stored = blocks[height], let commit = commit(at: height)?.commit else {
            return nil
        }
        return LightBlock(
            signedHeader: SignedHeader(header: stored.block.header, commit: commit),
            validators: stored.validators.validatorSet)
    }

    /// Known up to one height above the tip, which is also what a call without height gets.
    package func validators(at height: UInt64) -> ProposerRotation? {
        height <= nextHeight ? rotations[height] : nil
    }

    /// Known for the height above the tip only once the tip is executed.
    package func parameters(at height: UInt64) -> ConsensusParameters? {
        height <= nextHeight ? parameters[height] : nil
    }

    package func results(at height: UInt64) -> BlockResults? { blocks[height]?.results }

    /// Answered by the application at its own heights.
    package func query(_ request: ApplicationQuery) -> ApplicationAnswer {
        application.query(request)
    }

    /// A transaction that a block carried; failed ones too.
    package func transaction(hash: Digest) -> TransactionRecord? {
        index.place(of: hash).flatMap(record)
    }

    /// Ascending by height and index.
    package func transactions(matching query: EventQuery) -> [TransactionRecord] {
        index.transactionCandidates(query).compactMap(record).filter {
            query.matches($0.indexedEvents)
        }
    }

    /// Heights whose finalize_block_events match, ascending. Events of transactions do not count.
    package func blocks(matching query: EventQuery) -> [UInt64] {
        let candidates = index.blockCandidates(query) ?? Array(firstKept..<nextHeight)
        return candidates.filter { height in
            guard let results = blocks[height]?.results else { return false }
            var events = results.output.events.indexed
            events["block.height"] = [String(height)]
            return query.matches(events)
        }
    }

    /// Offers a transaction to the mempool: `broadcast_tx_sync`.
    package func submit(
        _ transaction: [UInt8]
    ) throws(MempoolError) -> (hash: Digest, result: CheckResult) {
        let hash = try mempool.admit(transaction)
        let result = application.check(transaction, isRecheck: false)
        if result.code == 0 {
            mempool.append(transaction, hash: hash, gasWanted: result.gasWanted)
        } else {
            mempool.forget(hash)
        }
        return (hash, result)
    }

    private func record(_ place: TransactionPlace) -> TransactionRecord? {
        guard let stored = blocks[place.height], let results = stored.results,
            stored.block.transactions.indices.contains(place.index),
            results.output.transactionResults.indices.contains(place.index)
        else { return nil }
        let bytes = stored.block.transactions[place.index]
        return TransactionRecord(
            hash: SHA256.hash(bytes), height: place.height, index: place.index, bytes: bytes,
            result: results.output.transactionResults[place.index])
    }
}

/// A transaction in a block with what it did.
package struct TransactionRecord: Hashable, Sendable {
    package let hash: Digest
    package let height: UInt64
    package let index: Int
    package let bytes: [UInt8]
    package let result: TransactionResult

    /// What searches and subscriptions match: "type.key" to values, with `tx.height` and `tx.hash`.
    package var indexedEvents: [String: [String]] {
        var events = result.events.indexed
        events["tx.height"] = [String(height)]
        events["tx.hash"] = [Hex.encode(hash.bytes).uppercased()]
        return events
    }
}

extension [ChainEvent] {
    /// "type.key" to the values of all indexed attributes.
    package var indexed: [String: [String]] {
        var values: [String: [String]] = [:]
        for event in self {
            for attribute in event.attributes where attribute.isIndexed {
                values["\(event.type).\(attribute.key)", default: []].append(attribute.value)
            }
        }
        return values
    }
}
