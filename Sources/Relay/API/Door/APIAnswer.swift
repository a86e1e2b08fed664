// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import RelayTransport

/// A whole answer of the API.
package struct APIAnswer: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON with members in order of their names, so that answers can be compared.
    package static func json(_ value: some Encodable, status: Int = 200) -> APIAnswer {
        do {
            return APIAnswer(
                status: status, headers: [HTTPHeader("content-type", "application/json")],
                body: try encode(value))
        } catch {
            return APIError.internalFault("the answer cannot be written as JSON").answer
        }
    }

    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    package static func text(
        _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
    ) -> APIAnswer {
        APIAnswer(
            status: status, headers: [HTTPHeader("content-type", type)], body: Array(text.utf8))
    }

    var response: Response {
        // Nothing here is for a cache or for a page of somebody else.
        let guards = [
            HTTPHeader("cache-control", "no-store"),
            HTTPHeader("x-content-type-options", "nosniff"),
        ]
        return Response(status: status, headers: headers + guards, body: body)
    }
}
