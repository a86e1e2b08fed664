// SPDX-License-Identifier: Apache-2.0

/// Why a transaction or a query was refused: the code and codespace that an ibc-go chain answers,
/// so that a relay needs no other table for us.
package struct ExecutionError: Error, Hashable, Sendable {
    package var codespace: String
    package var code: UInt32
    package var log: String

    package init(_ codespace: String, _ code: UInt32, _ log: String) {
        self.codespace = codespace
        self.code = code
        self.log = log
    }

    /// The same refusal with an explanation in front, as Go wraps errors.
    package func wrapped(_ context: String) -> ExecutionError {
        ExecutionError(codespace, code, "\(context): \(log)")
    }
}

/// Codes of cosmos-sdk's root codespace. Source: cosmos-sdk v0.53 types/errors.
extension ExecutionError {
    private static func sdk(_ code: UInt32, _ text: String) -> ExecutionError {
        ExecutionError("sdk", code, text)
    }

    static func transactionParse(_ detail: String) -> ExecutionError {
        sdk(2, "\(detail): tx parse error: tx parse error")
    }
    static func unauthorized(_ detail: String) -> ExecutionError {
        sdk(4, "\(detail): unauthorized")
    }
    static func insufficientFunds(_ detail: String) -> ExecutionError {
        sdk(5, "\(detail): insufficient funds")
    }
    static func unknownRequest(_ detail: String) -> ExecutionError {
        sdk(6, "\(detail): unknown request")
    }
    static func invalidAddress(_ detail: String) -> ExecutionError {
        sdk(7, "\(detail): invalid address")
    }
    static func invalidPublicKey(_ detail: String) -> ExecutionError {
        sdk(8, "\(detail): invalid pubkey")
    }
    static func unknownAddress(_ detail: String) -> ExecutionError {
        sdk(9, "\(detail): unknown address")
    }
    static func invalidCoins(_ detail: String) -> ExecutionError {
        sdk(10, "\(detail): invalid coins")
    }
    static func memoTooLarge(_ detail: String) -> ExecutionError {
        sdk(12, "\(detail): memo too large")
    }
    static func insufficientFee(_ detail: String) -> ExecutionError {
        sdk(13, "\(detail): insufficient fee")
    }
    static let noSignatures = sdk(15, "no signatures supplied")
    static func invalidRequest(_ detail: String) -> ExecutionError {
        sdk(18, "\(detail): invalid request")
    }
    static func keyNotFound(_ detail: String) -> ExecutionError {
        sdk(22, "rpc error: code = NotFound desc = \(detail): key not found")
    }
    static func transactionTimeout(_ detail: String) -> ExecutionError {
        sdk(30, "\(detail): tx timeout height")
    }
    static func wrongSequence(_ detail: String) -> ExecutionError {
        sdk(32, "\(detail): incorrect account sequence")
    }
    static func invalidGasLimit(_ detail: String) -> ExecutionError {
        sdk(41, "\(detail): invalid gas limit")
    }
    static let noBlockGasLeft = sdk(11, "no block gas left to run tx: out of gas")

    /// What Go's recovery of a panic answers: an unknown port reaches it.
    static func recovered(_ detail: String) -> ExecutionError {
        ExecutionError("undefined", 111_222, "recovered: \(detail)")
    }
}

/// Codes of the IBC modules that the host itself answers. Source: ibc-go v10 modules/core.
extension ExecutionError {
    static func ibcUnauthorized(_ detail: String) -> ExecutionError {
        ExecutionError("ibc", 2, "\(detail): unauthorized")
    }
    static func ibcInvalidRequest(_ detail: String) -> ExecutionError {
        ExecutionError("ibc", 8, "\(detail): invalid request")
    }
    static func ibcInvalidHeight(_ detail: String) -> ExecutionError {
        ExecutionError("ibc", 9, "\(detail): invalid height")
    }
    static func invalidCounterparty(_ detail: String) -> ExecutionError {
        ExecutionError("clientv2", 34, "\(detail): invalid counterparty")
    }
    static func counterpartyNotFound(_ client: String) -> ExecutionError {
        ExecutionError(
            "clientv2", 35,
            "counterparty not found for client: \(client): counterparty not found")
    }
    static func clientNotFound(_ client: String) -> ExecutionError {
        ExecutionError("client", 4, "\(client): light client not found")
    }
    static func invalidClient(_ detail: String) -> ExecutionError {
        ExecutionError("client", 3, "\(detail): light client is invalid")
    }
    static func clientNotActive(_ detail: String) -> ExecutionError {
        ExecutionError("client", 29, "\(detail): client state is not active")
    }
    static let redundantPackets = ExecutionError("channel", 22, "packet messages are redundant")
}

/// Codes of the two city applications, as the recorded chains answer them.
extension ExecutionError {
    static func unknownPayload(version: String, encoding: String) -> ExecutionError {
        ExecutionError(
            "cityapp", 3,
            "version \"\(version)\" encoding \"\(encoding)\": payload version or encoding unknown")
    }
    static let refusedAtSource = ExecutionError(
        "cityapp", 4, "payload refused by the sending application")
    /// The record itself breaks a rule of the application.
    static func refusedRecord(_ detail: String) -> ExecutionError {
        ExecutionError("cityapp", 5, "\(detail): record refused")
    }
}
