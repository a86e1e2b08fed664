// SPDX-License-Identifier: Apache-2.0

import RelayTransport

/// Why a node did not give a usable answer. None of these is ever read as absence.
package struct NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable codes: they appear in logs and in packets' reasons.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// No node of the list could be reached.
        case unreachable = "node.unreachable"
        case timeout = "node.timeout"
        /// The HTTP exchange was no JSON-RPC answer.
        case badAnswer = "node.bad-answer"
        /// A JSON-RPC error; `detail` holds the node's own words.
        case rpc = "node.rpc-error"
        /// The height is above what the node has executed: ask again.
        case notExecutedYet = "node.not-executed-yet"
        /// The node no longer keeps the height: another node may.
        case pruned = "node.pruned"
        /// The application refused the query.
        case queryRefused = "node.query-refused"
        /// The answer was for another height or key than asked.
        case wrongAnswer = "node.wrong-answer"
        /// The node follows another chain than the configuration says.
        case wrongChain = "node.wrong-chain"
        /// The node is behind the others or still catching up.
        case behind = "node.behind"
    }

    package let code: Code
    package let node: String
    package let method: String
    /// What is known; text from nodes is escaped and cut.
    package let detail: String
    /// The JSON-RPC or ABCI code, 0 where there is none.
    package let number: Int

    package init(_ code: Code, node: String, method: String, detail: String, number: Int = 0) {
        self.code = code
        self.node = node
        self.method = method
        self.detail = NodeError.clean(detail)
        self.number = number
    }

    package var description: String {
        "\(code.rawValue): \(method) at \(node): \(detail). \(code.advice)"
    }

    /// Longest text of a node that is kept, characters: enough for a reason, too little to flood a
    /// log.
    private static let maxDetail = 600

    /// Printable ASCII and ordinary letters only: a node's log can hold raw bytes.
    package static func clean(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(maxDetail) {
            if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension NodeError {
    /// Whether the application itself says that there is no such thing: `sdk` 22. Every other
    /// refusal is about the question or the node, and no absence.
    package var saysNotFound: Bool { code == .queryRefused && number == 22 }
}

extension NodeError.Code {
    package var advice: String {
        switch self {
        case .unreachable: "Check the node addresses in the relay's configuration, then the nodes."
        case .timeout: "Look at the node's load; the relay asks the next node by itself."
        case .badAnswer: "Check that the address is a CometBFT node's RPC address."
        case .rpc: "Read the node's words; the relay asks again where that can help."
        case .notExecutedYet: "Nothing to do: the relay asks again after the next block."
        case .pruned: "Add a node that keeps more history to the configuration."
        case .queryRefused: "Read the application's words; the question itself is at fault."
        case .wrongAnswer: "Distrust this node: it answered another question than was asked."
        case .wrongChain: "Correct the chain id or the node's address in the configuration."
        case .behind: "Nothing to do while it catches up; the relay prefers the other nodes."
        }
    }
}
