// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// The rules by which this chain makes blocks, applied to the blocks of two real chains: whatever
/// they computed must come out. The test walks the chain as a node's state does.
@Suite struct RecordingBlockRulesTests {
    struct Walk {
        var blocks: [(block: Block, id: BlockID)] = []
        /// Height -> members with priorities, as `validators` answered.
        var validators: [Int64: [ProposerRotation.Member]] = [:]
        var updates: [Int64: [ValidatorUpdate]] = [:]
        var results: [Int64: [TransactionResult]] = [:]
        /// Rounds that decided, for a height whose successor is not recorded too.
        var commits: [Int64: Commit] = [:]
    }

    static func walk(_ chain: RecordedChain, _ folder: String) throws -> Walk {
        var walk = Walk()
        for result in try RecordedAnswers.results(chain, folder, "blocks.jsonl") {
            guard let block = RecordedAnswers.block(result["block"]),
                let id = RecordedAnswers.blockID(result["block_id"])
            else { continue }
            walk.blocks.append((block, id))
        }
        for result in try RecordedAnswers.results(chain, folder, "validators.jsonl") {
            guard let height = result["block_height"]?.int64 else { continue }
            walk.validators[height] = result["validators"]?.array?.compactMap { entry in
                guard let key = RecordedAnswers.key(entry["pub_key"]),
                    let power = entry["voting_power"]?.int64,
                    let priority = entry["proposer_priority"]?.int64
                else { return nil }
                return ProposerRotation.Member(
                    publicKey: key, power: power, priority: priority)
            }
        }
        for result in try RecordedAnswers.results(chain, folder, "block_results.jsonl") {
            guard let height = result["height"]?.int64 else { continue }
            walk.updates[height] = result["validator_updates"]?.array?
                .compactMap(RecordedAnswers.update)
            walk.results[height] = (result["txs_results"]?.array ?? []).map { entry in
                var outcome = TransactionResult()
                outcome.code = UInt32(entry["code"]?.int64 ?? 0)
                outcome.data = RecordedAnswers.base64(entry["data"])
                outcome.gasWanted = entry["gas_wanted"]?.int64 ?? 0
                outcome.gasUsed = entry["gas_used"]?.int64 ?? 0
                return outcome
            }
        }
        for result in try RecordedAnswers.results(chain, folder, "commits.jsonl") {
            let commit = RecordedAnswers.commit(result["signed_header"]?["commit"])
            if let commit { walk.commits[commit.height] = commit }
        }
        return walk
    }

    static let walks: [(chain: RecordedChain, walk: Walk)] = {
        guard let folder = RecordedChain.folder else { return [] }
        return RecordedChain.all.compactMap { chain in
            (try? walk(chain, folder)).map { (chain, $0) }
        }
    }()

    @Test func `both chains are read whole`() throws {
        _ = try #require(RecordedChain.folder)
        #expect(!Self.walks.isEmpty)
        #expect(Self.walks.count == RecordedChain.all.count)
        for (_, walk) in Self.walks {
            #expect(walk.blocks.count == walk.commits.count)
            #expect(walk.validators.count == walk.blocks.count + 1)
        }
        if RecordedChain.isOriginal { #expect(Self.walks.map(\.walk.blocks.count) == [241, 259]) }
    }

    @Test func `block bytes have the recorded parts and hashes`() throws {
        for (_, walk) in Self.walks {
            for (block, id) in walk.blocks {
                let place = "height \(block.header.height)"
                #expect(try block.header.hash().bytes == id.hash, "\(place)")
                #expect(PartSet.header(of: block.encoded) == id.parts, "\(place)")
                #expect(
                    BlockHashes.data(block.transactions).bytes == block.header.dataHash, "\(place)")
                #expect(
                    BlockHashes.evidence(block.evidence).bytes == block.header.evidenceHash,
                    "\(place)")
                #expect(block.lastCommit.hash().bytes == block.header.lastCommitHash, "\(place)")
            }
        }
    }

    @Test func `block times are the weighted medians of the last commits`() {
        for (_, walk) in Self.walks {
            for (before, after) in zip(walk.blocks, walk.blocks.dropFirst()) {
                let powers = Dictionary(
                    uniqueKeysWithValues: (walk.validators[before.block.header.height] ?? [])
                        .map { ($0.address, $0.power) })
                let votes = after.block.lastCommit.signatures.compactMap { vote in
                    vote.flag == .absent
                        ? nil
                        : powers[vote.validatorAddress].map { (time: vote.timestamp, power: $0) }
                }
                #expect(
                    MedianTime.of(votes) == after.block.header.time,
                    "height \(after.block.header.height)")
            }
        }
    }

    @Test func `sets, priorities and proposers follow the rotation through every set change`()
        throws
    {
        for (chain, walk) in Self.walks {
            var current = try ProposerRotation(
                genesis: (walk.validators[1] ?? []).map {
                    ValidatorUpdate(publicKey: $0.publicKey, power: $0.power)
                })
            var next = try current.advanced()
            var above = 0
            for (block, _) in walk.blocks {
                let height = block.header.height
                #expect(current.members == walk.validators[height], "\(chain) \(height)")
                #expect(
                    current.validatorSet.hash().bytes == block.header.validatorsHash,
                    "\(chain) \(height)")
                #expect(
                    next.validatorSet.hash().bytes == block.header.nextValidatorsHash,
                    "\(chain) \(height)")
                let round = walk.commits[height]?.round ?? 0
                above += round > 0 ? 1 : 0
                // A block proposed again in a later round keeps its first proposer.
                let proposers = (0...round).map { current.proposerAddress(round: $0) }
                #expect(
                    proposers.contains(block.header.proposerAddress), "\(chain) \(height)")
                let following = try next.advanced(with: walk.updates[height] ?? [])
                (current, next) = (next, following)
            }
            #expect(current.members == walk.validators[Int64(walk.blocks.count) + 1])
            if RecordedChain.isOriginal, chain.code == "110000" { #expect(above == 5) }
        }
    }

    @Test func `results hashes stand in the next header`() {
        for (chain, walk) in Self.walks {
            for (before, after) in zip(walk.blocks, walk.blocks.dropFirst()) {
                let results = walk.results[before.block.header.height] ?? []
                #expect(
                    BlockHashes.results(results.map(\.hashedPart)).bytes
                        == after.block.header.lastResultsHash,
                    "\(chain) \(after.block.header.height)")
            }
        }
    }

    /// Vector W15: height of the update, first eight digits of the set's hash where they are known.
    static let changes: [String: [(at: Int, hash: String)]] = [
        "330100": [(19, "DA5000B8"), (37, "FDD7B41F"), (129, "8DB75836")],
        "110000": [(23, "4B1063B1")],
    ]

    @Test func `a set change shows one height later and votes two heights later`() {
        for (chain, walk) in Self.walks {
            let headers = walk.blocks.map(\.block.header)
            for (height, updates) in walk.updates where !updates.isEmpty {
                let header = headers[Int(height) - 1]
                let (next, second) = (headers[Int(height)], headers[Int(height) + 1])
                #expect(next.nextValidatorsHash != header.nextValidatorsHash)
                #expect(next.validatorsHash == header.nextValidatorsHash)
                #expect(second.validatorsHash == next.nextValidatorsHash)
            }
            guard RecordedChain.isOriginal else { continue }
            for (height, hash) in Self.changes[chain.code] ?? [] {
                let voting = Hex.encode(headers[height + 1].validatorsHash).uppercased()
                #expect(voting.hasPrefix(hash), "\(chain) \(height)")
                #expect(walk.updates[Int64(height)]?.isEmpty == false)
            }
        }
    }
}
