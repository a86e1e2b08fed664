// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient
package import RelayTransport

/// One call, after its caller was let through to its route.
package struct APIRequest: Sendable {
    package let caller: CallerIdentity
    package let method: HTTPMethod
    /// Without the query.
    package let path: String
    /// What stands in the path for each `{name}` of the pattern, decoded.
    package let parameters: [String: String]
    /// Values by name, in order.
    package let query: [String: [String]]
    package let headers: HeaderBlock
    package let body: [UInt8]

    package init(
        caller: CallerIdentity, method: HTTPMethod, path: String,
        parameters: [String: String] = [:], query: [String: [String]] = [:],
        headers: HeaderBlock = HeaderBlock(), body: [UInt8] = []
    ) {
        self.caller = caller
        self.method = method
        self.path = path
        self.parameters = parameters
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// What stands for `{name}` in the path. Empty for a name that the pattern does not have.
    package subscript(_ name: String) -> String { parameters[name] ?? "" }

    /// The last value of a query's name.
    package func query(_ name: String) -> String? { query[name]?.last }

    /// The body as JSON. Unknown members are the type's affair; depth is bounded by the decoder.
    package func json<Value: Decodable>(_ type: Value.Type) throws(APIError) -> Value {
        try requireJSON()
        do throws(StrictJSONError) {
            _ = try StrictJSON(reading: body)
        } catch {
            guard case .duplicateMember = error else { throw .malformedBody("it is no JSON") }
            throw .malformedBody("a member is there twice")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            throw .malformedBody(APIRequest.words(error))
        } catch {
            throw .malformedBody("it is no JSON")
        }
    }

    /// Throws unless the body says that it is JSON. What a browser sends for a page of another
    /// origin without asking first never says so.
    package func requireJSON() throws(APIError) {
        let kind = headers["content-type"] ?? ""
        guard kind.hasPrefix("application/json") else { throw .notJSON }
    }

    /// Names the place, never the value: values may be personal.
    private static func words(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "the top" : path.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context):
            "\"\(key.stringValue)\" is missing at \(place(context.codingPath))"
        case .typeMismatch(let type, let context):
            "\(place(context.codingPath)) is no \(type)"
        case .valueNotFound(let type, let context):
            "\(place(context.codingPath)) is null, a \(type) is needed"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON" : "\(place(context.codingPath)) is not in form"
        @unknown default: "it is not in form"
        }
    }
}
