// SPDX-License-Identifier: Apache-2.0

extension ICS07 {
    /// The terms and the latest height of a client.
    public struct ClientState: Hashable, Sendable {
        public var chainID: ChainID
        public var trustLevel: TrustThreshold
        public var trustingPeriodNanoseconds: Int64
        public var unbondingPeriodNanoseconds: Int64
        public var maxClockDriftNanoseconds: Int64
        /// Zero unless frozen.
        public var frozenHeight: Height
        public var latestHeight: Height
        /// Leaf tree first.
        public var proofSpecs: [ProofSpec]
        /// Where the chain commits the client of its successor, root to leaf; text, kept byte for
        /// byte.
        public var upgradePath: [[UInt8]]
        /// Deprecated and ignored; kept because they are part of the stored bytes.
        public var allowUpdateAfterExpiry: Bool
        public var allowUpdateAfterMisbehaviour: Bool

        /// Specifications and path elements one client state may name. Real ones have two of each.
        public static let maxListCount = 64

        public init(
            chainID: ChainID, trustLevel: TrustThreshold, trustingPeriodNanoseconds: Int64,
            unbondingPeriodNanoseconds: Int64, maxClockDriftNanoseconds: Int64,
            latestHeight: Height, proofSpecs: [ProofSpec] = ProofSpec.cosmosSDK,
            upgradePath: [[UInt8]] = [Array("upgrade".utf8), Array("upgradedIBCState".utf8)]
        ) {
            self.chainID = chainID
            self.trustLevel = trustLevel
            self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
            self.unbondingPeriodNanoseconds = unbondingPeriodNanoseconds
            self.maxClockDriftNanoseconds = maxClockDriftNanoseconds
            frozenHeight = .zero
            self.latestHeight = latestHeight
            self.proofSpecs = proofSpecs
            self.upgradePath = upgradePath
            allowUpdateAfterExpiry = false
            allowUpdateAfterMisbehaviour = false
        }

        var options: TrustOptions {
            TrustOptions(
                trustThreshold: trustLevel, trustingPeriodNanoseconds: trustingPeriodNanoseconds,
                clockDriftNanoseconds: maxClockDriftNanoseconds)
        }

        /// What a client must be to be created. Spec: §2.5.
        public func validate() throws(ClientError) {
            guard !chainID.isBlank, chainID.bytes.count <= ChainID.maxByteCount else {
                throw .invalidState("chain_id")
            }
            guard trustLevel.passesReferenceTest else { throw .invalidState("trust_level") }
            guard trustingPeriodNanoseconds > 0 else { throw .invalidState("trusting_period") }
            guard unbondingPeriodNanoseconds > 0 else { throw .invalidState("unbonding_period") }
            guard maxClockDriftNanoseconds > 0 else { throw .invalidState("max_clock_drift") }
            let revision = try basicRules { () throws(BlockError) in try chainID.revision() }
            guard latestHeight.revision == revision, latestHeight.height != 0 else {
                throw .invalidState("latest_height")
            }
            guard trustingPeriodNanoseconds < unbondingPeriodNanoseconds else {
                throw .invalidState("trusting_period")
            }
            guard !proofSpecs.isEmpty else { throw .invalidState("proof_specs") }
            for key in upgradePath where key.isBlankText { throw .invalidState("upgrade_path") }
        }

        /// What the chain itself decides, as its successor commits it; what each client chooses is
        /// left out.
        var withoutCustomFields: ClientState {
            var kept = ClientState()
            kept.chainID = chainID
            kept.unbondingPeriodNanoseconds = unbondingPeriodNanoseconds
            kept.latestHeight = latestHeight
            kept.proofSpecs = proofSpecs
            kept.upgradePath = upgradePath
            return kept
        }
    }
}

/// Runs a basic rule and wraps its error once.
func basicRules<Result>(
    _ body: () throws(BlockError) -> Result
) throws(ClientError) -> Result {
    do throws(BlockError) { return try body() } catch { throw .block(error) }
}

extension ICS07.ClientState: ProtobufMessage {
    public init() {
        self.init(
            chainID: ChainID(bytes: []), trustLevel: TrustThreshold(),
            trustingPeriodNanoseconds: 0, unbondingPeriodNanoseconds: 0,
            maxClockDriftNanoseconds: 0, latestHeight: .zero, proofSpecs: [], upgradePath: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        let limit = ICS07.ClientState.maxListCount
        switch field.number {
        case 1: chainID = ChainID(bytes: try reader.bytes(field))
        case 2: try reader.merge(field, into: &trustLevel)
        case 3: trustingPeriodNanoseconds = try reader.durationNanoseconds(field)
        case 4: unbondingPeriodNanoseconds = try reader.durationNanoseconds(field)
        case 5: maxClockDriftNanoseconds = try reader.durationNanoseconds(field)
        case 6: try reader.merge(field, into: &frozenHeight)
        case 7: try reader.merge(field, into: &latestHeight)
        case 8: try reader.append(field, to: &proofSpecs, limit: limit, "proof specs")
        case 9:
            guard upgradePath.count < limit else { throw .tooLarge("upgrade path", limit: limit) }
            upgradePath.append(try reader.bytes(field))
        case 10: allowUpdateAfterExpiry = try reader.bool(field)
        case 11: allowUpdateAfterMisbehaviour = try reader.bool(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, chainID.bytes)
        writer.message(2, trustLevel)
        writer.message(3, ProtobufDuration(nanoseconds: trustingPeriodNanoseconds))
        writer.message(4, ProtobufDuration(nanoseconds: unbondingPeriodNanoseconds))
        writer.message(5, ProtobufDuration(nanoseconds: maxClockDriftNanoseconds))
        writer.message(6, frozenHeight)
        writer.message(7, latestHeight)
        writer.messages(8, proofSpecs)
        for key in upgradePath { writer.alwaysBytes(9, key) }
        writer.bool(10, allowUpdateAfterExpiry)
        writer.bool(11, allowUpdateAfterMisbehaviour)
    }
}
