// SPDX-License-Identifier: Apache-2.0

/// What follows from a failure.
package enum RetryAction: Hashable, Sendable {
    /// The same step after a while; the cause passes by itself or an alarm calls for help.
    case again
    /// The same step after a while, but not for ever: parked after `attemptsBeforeParking`.
    case againThenPark
    /// The same step after a while, and no calls to this peer until then.
    case pausePeer
    /// Another proof, at a newer header.
    case reprove
    /// Our own chain is asked how the packet stands.
    case lookUp
    /// The hosted client is read anew; then again.
    case readHostedClient
    /// The account sequence is settled and read anew; then again.
    case readAccount
    /// The same with more gas.
    case moreGas
    /// The same in smaller company.
    case split
    /// Too late for our chain: the source's timeout follows.
    case awaitExpiry
    case park
}

/// The one place that maps failures to what follows. Codes: cometbft-ibc.md §5.6 and
/// building-cometbft.md §6.5, as recorded from real nodes.
package enum RetryPolicy {
    private struct Code: Hashable {
        let codespace: String
        let code: UInt32
    }

    private static let chainCodes: [Code: RetryAction] = [
        // Signature, account number or chain id do not fit.
        Code(codespace: "sdk", code: 4): .readAccount,
        Code(codespace: "sdk", code: 5): .again,  // insufficient funds
        Code(codespace: "sdk", code: 6): .split,  // a simulation's every failure
        Code(codespace: "sdk", code: 11): .moreGas,
        Code(codespace: "sdk", code: 13): .again,  // insufficient fee
        Code(codespace: "sdk", code: 18): .againThenPark,  // invalid request
        Code(codespace: "sdk", code: 20): .again,  // mempool full
        Code(codespace: "sdk", code: 21): .split,  // transaction too large
        Code(codespace: "sdk", code: 30): .again,  // timeout height passed
        Code(codespace: "sdk", code: 32): .readAccount,
        Code(codespace: "sdk", code: 41): .split,  // gas above the block's limit
        Code(codespace: "channel", code: 22): .lookUp,  // all packets done, or pending elsewhere
        Code(codespace: "channelv2", code: 2): .park,
        Code(codespace: "channelv2", code: 3): .park,
        Code(codespace: "channelv2", code: 5): .park,
        Code(codespace: "channelv2", code: 9): .awaitExpiry,
        Code(codespace: "channelv2", code: 10): .reprove,
        Code(codespace: "clientv2", code: 34): .park,
        Code(codespace: "clientv2", code: 35): .readHostedClient,
        Code(codespace: "commitment", code: 2): .reprove,
        Code(codespace: "client", code: 7): .readHostedClient,
        Code(codespace: "client", code: 13): .readHostedClient,
        Code(codespace: "client", code: 29): .readHostedClient,
        Code(codespace: "ibc", code: 2): .again,  // not on the client's list of relayers
        Code(codespace: "ibc", code: 8): .readHostedClient,  // registered twice
        Code(codespace: "ibc", code: 9): .readHostedClient,
        Code(codespace: "07-tendermint", code: 5): .readHostedClient,
        Code(codespace: "07-tendermint", code: 14): .readHostedClient,
        // A panic while routing: no application at this port. The packet can only time out.
        Code(codespace: "undefined", code: 111_222): .park,
        // CometBFT's own verification: only the log tells more.
        Code(codespace: "undefined", code: 1): .readHostedClient,
    ]

    package static func action(for result: TransactionResult) -> RetryAction {
        let code = Code(codespace: result.codespace, code: result.code)
        return chainCodes[code] ?? .againThenPark
    }

    /// Whether the action is about single messages, so that the others need not suffer.
    package static func isAboutOneMessage(_ action: RetryAction) -> Bool {
        switch action {
        case .reprove, .awaitExpiry, .park, .againThenPark, .split: true
        default: false
        }
    }

    /// Stable code of a result: "chain/<codespace>-<code>".
    package static func stableCode(_ result: TransactionResult) -> String {
        result.code == 111_222
            ? unknownPort : "chain/\(result.codespace)-\(result.code)"
    }

    /// No application listens at the packet's port.
    package static let unknownPort = "chain/unknown-port"

    /// N of "message index: N", which a refusal in a block carries.
    package static func messageIndex(in log: String) -> Int? {
        let text = Array(log.utf8)
        let key = Array("message index: ".utf8)
        guard text.count > key.count else { return nil }
        for start in 0..<(text.count - key.count)
        where text[start..<(start + key.count)] == key[...] {
            var value = 0
            var place = start + key.count
            while place < text.count, (0x30...0x39).contains(text[place]), value < 1_000_000 {
                value = value * 10 + Int(text[place] - 0x30)
                place += 1
            }
            return place > start + key.count ? value : nil
        }
        return nil
    }

    /// A job that brought nothing. Codes by area: "transport/", "peer/" (calls), "connector/" (our
    /// chain), "verify/" (an answer that did not hold).
    package static func action(for failure: JobFailure) -> RetryAction {
        switch failure.code {
        case "connector/pruned", "connector/no-header", "peer/stale-proof": return .reprove
        // We asked for something that builds on a height which our client does not hold: no fault
        // of the peer's.
        case "verify/client/no-trusted-state": return .again
        default: break
        }
        guard failure.isRetryable else { return .park }
        let isPeers =
            failure.code.hasPrefix("transport/") || failure.code.hasPrefix("peer/")
            || failure.code.hasPrefix("verify/") || failure.code.hasPrefix("job/")
        return isPeers ? .pausePeer : .again
    }

    /// A peer's refusal of one packet or acknowledgement.
    package static func action(forRefusal code: String) -> RetryAction {
        switch code {
        case "packet/elapsed": .awaitExpiry
        case "proof/invalid", "proof/height", "client/header-unknown": .reprove
        default: .park
        }
    }
}
