// SPDX-License-Identifier: Apache-2.0

package import RelayEngine

/// A simulation's every failure is code 6 of `sdk`, the cause only in its log (cometbft-ibc §5.6).
/// The log ends with the words that the cause's code is registered under, so the code is found
/// again by them.
package enum SimulationFailure {
    private static let causes: [(words: String, codespace: String, code: UInt32)] = [
        ("packet messages are redundant", "channel", 22),
        ("invalid packet timeout", "channelv2", 8),
        ("invalid packet", "channelv2", 2),
        ("invalid payload", "channelv2", 3),
        ("invalid acknowledgement", "channelv2", 5),
        ("timeout elapsed", "channelv2", 9),
        ("timeout not reached", "channelv2", 10),
        ("consensus state not found", "client", 7),
        ("client state is not active", "client", 29),
        ("invalid counterparty", "clientv2", 34),
        ("counterparty not found", "clientv2", 35),
        ("invalid proof", "commitment", 2),
        ("invalid height", "ibc", 9),
        ("insufficient funds", "sdk", 5),
        ("insufficient fee", "sdk", 13),
        ("out of gas", "sdk", 11),
        ("tx timeout height", "sdk", 30),
        ("incorrect account sequence", "sdk", 32),
    ]

    /// The result that a block would have given, as far as the log tells; else the answer's own
    /// code.
    package static func result(_ error: NodeError) -> TransactionResult {
        let words = lastWords(error.detail)
        for cause in causes where words.hasSuffix(cause.words) {
            return TransactionResult(
                codespace: cause.codespace, code: cause.code, log: error.detail)
        }
        if error.detail.contains("no route for") {
            return TransactionResult(codespace: "undefined", code: 111_222, log: error.detail)
        }
        return TransactionResult(
            codespace: "sdk", code: UInt32(clamping: error.number), log: error.detail)
    }

    /// What stands before the place in the source and the gas that a node appends.
    private static func lastWords(_ log: String) -> Substring {
        var text = log[...]
        if let gas = text.range(of: " with gas used") { text = text[..<gas.lowerBound] }
        if text.hasSuffix("]"), let place = text.lastIndex(of: "[") { text = text[..<place] }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension Substring {
    /// The first place of a text in this one.
    fileprivate func range(of words: String) -> Range<Index>? { firstRange(of: words) }
}
