// SPDX-License-Identifier: Apache-2.0

package import RelayTransport
package import TestSupport

/// A caller of an API listener. Answers of paths that `openapi.json` describes must be as it says.
package enum APICaller {
    package static func call(
        port: Int, _ caller: Laboratory.Credentials, expected: ExpectedMember,
        _ method: HTTPMethod, _ path: String, json: String? = nil,
        type: String = "application/json", headers: [HTTPHeader] = [],
        deadlineMilliseconds: Int = 40_000
    ) async throws -> (status: Int, body: JSON, text: String) {
        let loop = try EventLoop(name: "caller")
        defer { loop.stop() }
        let client = HTTP2Client(
            loop: loop, host: "127.0.0.1", port: port,
            tls: try TLSContext(files: caller.files) { _ in .accept }, expected: expected,
            random: { 0.5 })
        var request = OutgoingRequest(method: method, path: path)
        if let json {
            request.headers = [HTTPHeader("content-type", type)]
            request.body = Array(json.utf8)
        }
        request.headers += headers
        let outcomes = await withCheckedContinuation { continuation in
            client.send([request], deadlineMilliseconds: deadlineMilliseconds) {
                continuation.resume(returning: $0)
            }
        }
        switch outcomes.first {
        case .response(let answer):
            let text = String(decoding: answer.body, as: UTF8.self)
            try judge(
                DescribedAnswers.Exchange(
                    method.name, path, sent: json, status: answer.status,
                    contentType: answer.headers["content-type"] ?? "", body: text))
            return (answer.status, (try? JSON.parse(answer.body)) ?? .null, text)
        case .failed(let failure): throw failure
        case nil: throw TransportError(.badAnswer, "no outcome")
        }
    }

    private static func judge(_ exchange: DescribedAnswers.Exchange) throws {
        let faults = try DescribedAnswers.own.get().faults(of: exchange)
        guard faults.isEmpty else { throw UndescribedAnswer(exchange, faults) }
    }
}
