// SPDX-License-Identifier: Apache-2.0

package import RelayTransport

/// One method and path of the API, who may call it, and what answers.
package struct APIRoute: Sendable {
    /// Runs on the API's loop: answers at once, or hands the reply over and returns. Never waits.
    package typealias Handler = @Sendable (APIRequest, APIReply) throws(APIError) -> Void

    package let method: HTTPMethod
    let pattern: PathPattern
    package let access: APIAccess
    /// Bytes of a body that are taken; more is refused with `api/body-too-large`.
    package let bodyBytes: Int
    /// Whether HEAD is answered as GET. Not where a call changes something, though it is a GET.
    let answersHead: Bool
    let handler: Handler

    /// The pattern as it was written: "/v1/cities/{city}".
    package var path: String { pattern.text }

    package init(
        _ method: HTTPMethod, _ path: String, _ access: APIAccess, bodyBytes: Int = 65_536,
        answersHead: Bool = true, handler: @escaping Handler
    ) {
        self.method = method
        pattern = PathPattern(path)
        self.access = access
        self.bodyBytes = bodyBytes
        self.answersHead = answersHead
        self.handler = handler
    }

    /// A route that has its answer at once.
    package static func direct(
        _ method: HTTPMethod, _ path: String, _ access: APIAccess, bodyBytes: Int = 65_536,
        answer: @escaping @Sendable (APIRequest) throws(APIError) -> APIAnswer
    ) -> APIRoute {
        APIRoute(method, path, access, bodyBytes: bodyBytes) {
            (request, reply) throws(APIError) in
            reply.finish(try answer(request))
        }
    }
}
