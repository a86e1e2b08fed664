// SPDX-License-Identifier: Apache-2.0

/// One method that can be called.
package struct RPCMethod {
    package let parameters: [Parameter]
    /// Only reachable over a websocket.
    package let needsWebSocket: Bool
    package let call: (RPCArguments) throws(RPCError) -> JSONValue

    package init(
        _ parameters: [Parameter] = [], needsWebSocket: Bool = false,
        _ call: @escaping (RPCArguments) throws(RPCError) -> JSONValue
    ) {
        self.parameters = parameters
        self.needsWebSocket = needsWebSocket
        self.call = call
    }
}

/// JSON-RPC over HTTP as CometBFT speaks it: POST with single calls and batches, GET with the
/// method in the path.
package struct RPCDispatcher {
    /// Calls in one batch, CometBFT's max_request_batch_size.
    package static let batchLimit = 10

    package var methods: [String: RPCMethod] = [:]

    package init() {}

    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        if request.bodyTooLarge {
            let error = RPCError.invalidRequest(
                "error reading request body: http: request body too large")
            return json(RPCEnvelope.error(error, id: nil), status: 400)
        }
        if request.path == "/" {
            if request.body.isEmpty { return listing(host: request.field("host") ?? "") }
            return answerBody(request.body)
        }
        let name = String(request.path.dropFirst())
        guard let method = methods[name] else {
            return HTTPResponse(
                status: 404, contentType: "text/plain; charset=utf-8",
                body: Array("404 page not found\n".utf8))
        }
        return answerURI(method, request.query)
    }

    /// GET: the id is always -1, and every error is status 500.
    private func answerURI(_ method: RPCMethod, _ query: [String: String]) -> HTTPResponse {
        let id = JSONValue.int(-1)
        do throws(RPCError) {
            guard !method.needsWebSocket else { throw .methodNotFound }
            let arguments = try RPCArguments(query: query, for: method.parameters)
            return json(RPCEnvelope.result(try method.call(arguments), id: id), status: 200)
        } catch {
            return json(RPCEnvelope.error(error, id: id), status: 500)
        }
    }

    private func answerBody(_ body: [UInt8]) -> HTTPResponse {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(body)
        } catch {
            let error = RPCError.parse("error unmarshaling request: \(error.message)")
            return json(RPCEnvelope.error(error, id: nil), status: 500)
        }
        let calls = value.array ?? [value]
        guard calls.count <= RPCDispatcher.batchLimit else {
            let error = RPCError.invalidRequest(
                "batch request exceeds maximum (\(RPCDispatcher.batchLimit)) allowed number of "
                    + "requests")
            return json(RPCEnvelope.error(error, id: nil), status: 200)
        }
        var answers: [JSONValue] = []
        for call in calls {
            guard let answer = answerCall(call, overWebSocket: false) else { continue }
            answers.append(answer)
        }
        if answers.isEmpty { return HTTPResponse(status: 200, contentType: nil, body: []) }
        return json(answers.count == 1 ? answers[0] : .array(answers), status: 200)
    }

    /// The answer to one call, or nil for a notification: a call without an id.
    package func answerCall(_ call: JSONValue, overWebSocket: Bool) -> JSONValue? {
        guard case .object = call else {
            return RPCEnvelope.error(
                .parse(
                    "error unmarshaling request: json: cannot unmarshal into Go value of type "
                        + "types.RPCRequest"), id: nil)
        }
        guard let id = RPCDispatcher.identifier(call["id"]) else { return nil }
        guard let method = methods[call["method"]?.string ?? ""],
            overWebSocket || !method.needsWebSocket
        else { return RPCEnvelope.error(.methodNotFound, id: id) }
        do throws(RPCError) {
            let arguments = try RPCArguments(
                params: call["params"] ?? .null, for: method.parameters)
            return RPCEnvelope.result(try method.call(arguments), id: id)
        } catch {
            return RPCEnvelope.error(error, id: id)
        }
    }

    /// Go reads a numeric id as a float64: above 2^53 it comes back rounded.
    package static func identifier(_ value: JSONValue?) -> JSONValue? {
        switch value {
        case .string(let text)?: .string(text)
        case .number(let text)?:
            Double(text).flatMap { Int64(exactly: $0.rounded(.towardZero)) }.map { .int($0) }
        default: nil
        }
    }

    private func json(_ value: JSONValue, status: Int) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: value.encoded)
    }

    /// What an empty body and `GET /` get: the list of methods.
    private func listing(host: String) -> HTTPResponse {
        var page =
            "<html><body><br>Available endpoints:<br><br>Endpoints that require arguments:<br>"
        for name in methods.keys.sorted() {
            let arguments = (methods[name]?.parameters ?? []).map { "\($0.name)=_" }
            let link = "//\(host)/\(name)?\(arguments.joined(separator: "&"))"
            page += "<a href=\"\(link)\">\(link)</a></br>"
        }
        page += "</body></html>"
        return HTTPResponse(status: 200, contentType: "text/html", body: Array(page.utf8))
    }
}
