// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One chain of a recording: what its node answered to `commit` and `validators` at every height.
public struct RecordedChain: Sendable {
    public enum Failure: Error { case missing(String) }

    public let chainID: ChainID
    public let code: String
    public let first: Int64
    public let last: Int64
    private let commits: [Int64: SignedHeader]
    private let sets: [Int64: [Validator]]

    /// All chains of the recording, by its `chains.jsonl`.
    public static func all(in folder: String) throws -> [RecordedChain] {
        try Corpus.lines("\(folder)/chains.jsonl").map { line in
            guard let code = line["code"]?.string, let name = line["chain_id"]?.string else {
                throw Failure.missing("code or chain_id")
            }
            return try RecordedChain(code: code, name: name, folder: "\(folder)/chain-\(code)")
        }
    }

    private init(code: String, name: String, folder: String) throws {
        var commits: [Int64: SignedHeader] = [:]
        for line in try Corpus.lines("\(folder)/commits.jsonl") {
            guard let json = line["response"]?["result"]?["signed_header"] else { continue }
            let signed = try RPCJSON.signedHeader(json)
            commits[signed.header?.height ?? 0] = signed
        }
        var sets: [Int64: [Validator]] = [:]
        for line in try Corpus.lines("\(folder)/validators.jsonl") {
            guard let result = line["response"]?["result"],
                let height = result["block_height"]?.int64
            else { continue }
            sets[height, default: []] += try RPCJSON.validators(result["validators"])
        }
        guard let first = commits.keys.min(), let last = commits.keys.max() else {
            throw Failure.missing("commits")
        }
        chainID = ChainID(name)
        self.code = code
        self.first = first
        self.last = last
        self.commits = commits
        self.sets = sets
    }

    public func signedHeader(_ height: Int64) throws -> SignedHeader {
        guard let signed = commits[height] else { throw Failure.missing("commit \(height)") }
        return signed
    }

    public func header(_ height: Int64) throws -> Header {
        guard let header = commits[height]?.header else {
            throw Failure.missing("header \(height)")
        }
        return header
    }

    /// The set that makes the block of this height, in the order of the answer.
    public func validators(_ height: Int64) throws -> [Validator] {
        guard let set = sets[height] else { throw Failure.missing("validators \(height)") }
        return set
    }

    public func fetched(_ height: Int64) throws -> FetchedBlock {
        FetchedBlock(
            block: LightBlock(
                signedHeader: try signedHeader(height),
                validators: ValidatorSet(validators: try validators(height))),
            nextValidators: ValidatorSet(validators: try validators(height + 1)))
    }

    public func clientMessage(_ height: Int64, trusting trusted: Int64) throws -> [UInt8] {
        try CometBFT.clientMessage(
            signedHeader: signedHeader(height), validators: validators(height),
            trustedHeight: try revisionHeight(trusted),
            trustedValidators: validators(trusted + 1))
    }

    public func revisionHeight(_ height: Int64) throws -> Height {
        Height(revision: try chainID.revision(), height: UInt64(height))
    }

    public func trusted(_ height: Int64) throws -> TrustedHeader {
        let header = try header(height)
        return TrustedHeader(
            height: try revisionHeight(height), timestamp: header.time,
            headerHash: try header.hash(), consensusState: ICS07.ConsensusState(header).encoded)
    }

    /// Two weeks of trust, as the recorded clients have.
    public var parameters: ClientParameters {
        ClientParameters(
            chainID: chainID, trustingPeriodNanoseconds: 336 * TestChain.hour,
            maxClockDriftNanoseconds: 10_000_000_000,
            unbondingPeriodNanoseconds: 504 * TestChain.hour)
    }

    public var options: TrustOptions {
        TrustOptions(
            trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
            clockDriftNanoseconds: parameters.maxClockDriftNanoseconds)
    }

    /// A moment right after the last block.
    public func now() throws -> Timestamp {
        try header(last).time.adding(nanoseconds: 1_000_000_000)
    }
}
