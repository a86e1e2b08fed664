// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A light client's refusal in the code and words of ibc-go: a relay tells by them whether to
/// bisect, to wait or to give up.
extension ExecutionError {
    static func updateRefused(_ error: ClientError, client: WireText) -> ExecutionError {
        switch error {
        case .notActive(let status):
            return .clientNotActive(
                "cannot update client (\(client.text)) with status \(status.shown)")
        case .unknownClient: return .clientNotFound(client.text)
        case .noTrustedState(let height):
            return ExecutionError(
                "client", 7,
                "could not get trusted consensus state from clientStore for Header at "
                    + "TrustedHeight: \(height): consensus state not found")
        case .headerHeight(let height, let trusted) where height.revision != trusted.revision:
            return ExecutionError(
                "07-tendermint", 5,
                "header height revision \(height.revision) does not match trusted header revision "
                    + "\(trusted.revision): invalid header height")
        case .headerHeight(let height, let trusted):
            return ExecutionError(
                "07-tendermint", 5,
                "TrustedHeight \(trusted.braced) must be less than header height "
                    + "\(height.braced): invalid header height")
        case .trustedValidatorsMismatch(let got, _):
            return ExecutionError(
                "07-tendermint", 14,
                "trusted validators hash to \(got), which is not the latest trusted validators "
                    + "hash: invalid validator set")
        case .verification(let reason):
            return ExecutionError(
                "undefined", 1, "failed to verify header: \(verification(reason))")
        case .misbehaviour(.expiredTrust):
            return ExecutionError(
                "07-tendermint", 11, "trusted state is too old: trusting period has expired")
        case .misbehaviour(let fault): return .invalidMisbehaviour("\(fault)")
        case .block(.missing(let part)): return .invalidHeader("\(part) cannot be nil")
        case .block(.validatorsMismatch):
            return .invalidHeader("validator set does not match hash")
        case .block(let reason):
            return ExecutionError("undefined", 1, "header failed basic validation: \(reason.code)")
        case .wire(let reason): return .invalidHeader("\(reason)")
        default: return ExecutionError("client", 22, "\(error.code): unable to update light client")
        }
    }

    static func invalidMisbehaviour(_ detail: String) -> ExecutionError {
        ExecutionError("client", 13, "\(detail): invalid light client misbehaviour")
    }

    static func invalidHeader(_ detail: String) -> ExecutionError {
        ExecutionError("client", 12, "\(detail): invalid client header")
    }

    private static func verification(_ error: VerificationError) -> String {
        switch error {
        case .notEnoughTrust(let tally):
            "cant trust new val set: invalid commit -- insufficient voting power: got "
                + "\(tally.signed), needed more than \(tally.toExceed)"
        case .notEnoughPower(let tally):
            "invalid header: invalid commit -- insufficient voting power: got \(tally.signed), "
                + "needed more than \(tally.toExceed)"
        case .wrongSignature(let index, _): "wrong signature (#\(index))"
        case .fromTheFuture(let got, let now, let drift):
            "invalid header: new header has a time from the future \(got.rfc3339) (now: "
                + "\(now.rfc3339); max clock drift: \(drift / 1_000_000_000)s)"
        case .expired(let trusted, let period, let now):
            "old header has expired at "
                + "\(trusted.adding(nanoseconds: period).rfc3339) (now: \(now.rfc3339))"
        case .block(.chainIDMismatch(let got, let expected)):
            "invalid header: untrustedHeader.ValidateBasic failed: header belongs to another chain "
                + "\"\(got)\", not \"\(expected)\""
        default: "invalid header: \(error.code)"
        }
    }
}

extension ClientStatus {
    /// As chains write it: "Active".
    var shown: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension Height {
    /// As Go prints the struct: "{1 42}".
    var braced: String { "{\(revision) \(height)}" }
}
