// SPDX-License-Identifier: Apache-2.0

/// A JSON-RPC error as CometBFT answers it.
package struct RPCError: Error, Hashable, Sendable {
    package let code: Int
    package let message: String
    package let data: String?

    private init(_ code: Int, _ message: String, _ data: String?) {
        self.code = code
        self.message = message
        self.data = data
    }

    package static func parse(_ data: String) -> RPCError {
        RPCError(-32700, "Parse error. Invalid JSON", data)
    }
    package static func invalidRequest(_ data: String) -> RPCError {
        RPCError(-32600, "Invalid Request", data)
    }
    package static let methodNotFound = RPCError(-32601, "Method not found", nil)
    package static func invalidParams(_ data: String) -> RPCError {
        RPCError(-32602, "Invalid params", data)
    }
    /// What almost every refusal of a node is: the text tells.
    package static func `internal`(_ data: String) -> RPCError {
        RPCError(-32603, "Internal error", data)
    }

    package var json: JSONValue {
        .compact([
            ("code", .int(code)), ("message", .string(message)),
            ("data", data.map { .string($0) }),
        ])
    }
}

/// The envelope of an answer. Without an id it has no member `id` at all.
package enum RPCEnvelope {
    package static func result(_ result: JSONValue, id: JSONValue?) -> JSONValue {
        .compact([("jsonrpc", "2.0"), ("id", id), ("result", result)])
    }

    package static func error(_ error: RPCError, id: JSONValue?) -> JSONValue {
        .compact([("jsonrpc", "2.0"), ("id", id), ("error", error.json)])
    }
}
