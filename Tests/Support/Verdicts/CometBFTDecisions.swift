// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Where we refuse on purpose what CometBFT or ibc-go accepts, and why. Each has its test.
public enum CometBFTDecisions {
    public static let trustLevel =
        "a trust level outside [1/3, 1] is refused even where it is not used or wraps round: "
        + "a client on such terms is misconfigured, and below 1/3 liars alone could carry a header"
    public static let nilHash =
        "a header without validators_hash has no hash: two such headers are not linked by both "
        + "hashes being empty"
    public static let firstState =
        "a first state whose root is no hash or that names no validators can prove nothing and "
        + "never be updated: no client begins so"

    /// The decision behind a refusal; the refusal itself when there is none.
    public static func reason(_ error: any Error) -> String {
        switch error {
        case VerificationError.trustThreshold, VerificationError.powerOverflow: trustLevel
        case VerificationError.block(.noHeaderHash), BlockError.noHeaderHash: nilHash
        case ClientError.invalidState("root"), ClientError.invalidState("next_validators_hash"):
            firstState
        default: "\(error)"
        }
    }
}
