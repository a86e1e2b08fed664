// SPDX-License-Identifier: Apache-2.0

/// The fixed terms of one light client.
public struct ClientParameters: Hashable, Sendable {
    public var chainID: ChainID
    public var trustThreshold: TrustThreshold
    /// How long a verified header may serve as a base for others.
    public var trustingPeriodNanoseconds: Int64
    /// How far a header's time may lie ahead of our clock.
    public var maxClockDriftNanoseconds: Int64
    /// How long validators can still be punished; the trusting period must be shorter.
    public var unbondingPeriodNanoseconds: Int64

    public init(
        chainID: ChainID, trustThreshold: TrustThreshold = .oneThird,
        trustingPeriodNanoseconds: Int64, maxClockDriftNanoseconds: Int64,
        unbondingPeriodNanoseconds: Int64
    ) {
        self.chainID = chainID
        self.trustThreshold = trustThreshold
        self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
        self.maxClockDriftNanoseconds = maxClockDriftNanoseconds
        self.unbondingPeriodNanoseconds = unbondingPeriodNanoseconds
    }
}
