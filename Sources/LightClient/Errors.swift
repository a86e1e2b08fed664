// SPDX-License-Identifier: Apache-2.0

/// Why a light client refused a message or a proof.
public enum ClientError: Error, Hashable, Sendable {
    /// The bytes are no message of the family.
    case wire(WireError)
    /// The message breaks a rule that needs no trust to check.
    case block(BlockError)
    /// The message was not verified against the trusted state.
    case verification(VerificationError)
    case proof(ProofError)
    /// The client is expired or frozen.
    case notActive(ClientStatus)
    /// No such client.
    case unknownClient
    /// Nothing is trusted at the height the message builds on.
    case noTrustedState(Height)
    /// A proof needs a state above the latest one.
    case heightAboveLatest(Height, latest: Height)
    /// A header must be of its trusted state's revision and above it.
    case headerHeight(Height, trusted: Height)
    /// The trusted validators do not hash to what the trusted state names.
    case trustedValidatorsMismatch(got: Digest, expected: [UInt8])
    /// The client's own parameters or first state break a rule, named by its field.
    case invalidState(String)
    case misbehaviour(MisbehaviourFault)
    case delayNotPassed
    case upgrade(UpgradeFault)
    case recovery(RecoveryFault)
    /// More messages or trusted states than one job may carry.
    case tooMany(got: Int, limit: Int)

    /// What makes a misbehaviour message worthless.
    public enum MisbehaviourFault: Hashable, Sendable {
        case missing(String)
        case clientID([UInt8])
        case zeroTrustedHeight
        case differentChains
        /// The first header must not be below the second.
        case order(first: Height, second: Height)
        /// The trusted state was too old when the message came.
        case expiredTrust(Height)
        /// Both headers may be true: they accuse nobody.
        case noContradiction
    }

    public enum UpgradeFault: Hashable, Sendable {
        case noPath
        case height(Height, current: Height)
    }

    public enum RecoveryFault: Hashable, Sendable {
        case subjectActive
        case substituteNotActive
        case substituteNotAhead
        case parametersDiffer
    }

    /// Stable name of the case, for logs, metrics and answers to peers.
    public var code: String {
        switch self {
        case .wire: "client/wire"
        case .block(let error): error.code
        case .verification(let error): error.code
        case .proof(let error): error.code
        case .notActive(let status): "client/\(status.rawValue)"
        case .unknownClient: "client/unknown"
        case .noTrustedState: "client/no-trusted-state"
        case .heightAboveLatest: "client/height-above-latest"
        case .headerHeight: "client/header-height"
        case .trustedValidatorsMismatch: "client/trusted-validators-mismatch"
        case .invalidState: "client/invalid-state"
        case .misbehaviour: "client/misbehaviour-message"
        case .delayNotPassed: "client/delay-not-passed"
        case .upgrade: "client/upgrade"
        case .recovery: "client/recovery"
        case .tooMany: "client/too-many"
        }
    }
}
