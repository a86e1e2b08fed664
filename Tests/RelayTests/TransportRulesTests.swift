// SPDX-License-Identifier: Apache-2.0

import RelayTransport
import Testing

/// What the transport decides without a socket.
@Suite struct `Transport rules` {
    static let timeouts: [(text: String, milliseconds: Int?)] = [
        ("1H", 3_600_000), ("2M", 120_000), ("3S", 3_000), ("250m", 250), ("1500u", 2),
        ("1n", 1), ("99999999H", 359_999_996_400_000), ("100000000S", nil), ("S", nil), ("", nil),
        ("-1S", nil), ("1s", nil), ("1.5S", nil), ("٣S", nil),
    ]

    static func call(
        _ path: String = "/p.S/M", method: HTTPMethod = .post, prefix: FramePrefix?, body: [UInt8],
        headers: [(name: String, value: String)] = []
    ) -> IncomingRequest {
        IncomingRequest(
            token: ResponseToken(connection: 1, stream: 1), peer: nil, method: method, path: path,
            headers: HeaderBlock([(name: "content-type", value: "application/grpc")] + headers),
            framePrefix: prefix, body: body)
    }

    static func status(_ request: IncomingRequest, limit: Int = 100) -> String? {
        switch GRPCServer(methods: ["/p.S/M"], messageBytes: limit).admit(request) {
        case .success: nil
        case .failure(let refusal):
            refusal.response.headers.first { "\($0.name)" == "grpc-status" }?.value
                ?? "http \(refusal.response.status)"
        }
    }

    @Test(arguments: timeouts)
    func `a grpc-timeout is read by its grammar`(_ row: (text: String, milliseconds: Int?)) {
        let request = Self.call(
            prefix: FramePrefix(compressed: 0, length: 0), body: [],
            headers: [(name: "grpc-timeout", value: row.text)])
        switch GRPCServer(methods: ["/p.S/M"]).admit(request) {
        case .success(let call): #expect(call.timeoutMilliseconds == row.milliseconds)
        case .failure: #expect(row.milliseconds == nil)
        }
    }

    @Test func `a whole call is admitted with its message`() throws {
        let request = Self.call(prefix: FramePrefix(compressed: 0, length: 3), body: [1, 2, 3])
        let call = try GRPCServer(methods: ["/p.S/M"]).admit(request).get()
        #expect(call.message == [1, 2, 3])
        #expect(call.method == "/p.S/M")
        #expect(call.timeoutMilliseconds == nil)
    }

    @Test func `what is no acceptable call gets the status that gRPC asks for`() {
        let whole = FramePrefix(compressed: 0, length: 3)
        #expect(Self.status(Self.call("/p.S/Other", prefix: whole, body: [1, 2, 3])) == "12")
        #expect(Self.status(Self.call(method: .get, prefix: whole, body: [1, 2, 3])) == "http 405")
        #expect(Self.status(Self.call(prefix: nil, body: [])) == "13")
        #expect(Self.status(Self.call(prefix: whole, body: [1, 2])) == "13")
        #expect(Self.status(Self.call(prefix: whole, body: [1, 2, 3, 4])) == "12")
        #expect(Self.status(Self.call(prefix: whole, body: [1, 2, 3]), limit: 2) == "8")
        let packed = FramePrefix(compressed: 1, length: 3)
        #expect(Self.status(Self.call(prefix: packed, body: [1, 2, 3])) == "12")
        let strange = FramePrefix(compressed: 7, length: 3)
        #expect(Self.status(Self.call(prefix: strange, body: [1, 2, 3])) == "13")
        let zipped = Self.call(
            prefix: whole, body: [1, 2, 3], headers: [(name: "grpc-encoding", value: "gzip")])
        #expect(Self.status(zipped) == "12")
        #expect(Self.status(Self.call(prefix: whole, body: [1, 2, 3])) == nil)
    }

    @Test func `a full inbox says when to come again`() {
        let response = GRPCServer.response(
            .tryAgain(inMilliseconds: 250, "inbox full: 4096 packets"))
        let headers = response.headers.map { "\($0.name)=\($0.value)" }
        #expect(headers.contains("grpc-status=8"))
        #expect(headers.contains("retry-after-ms=250"))
        #expect(headers.contains("grpc-message=inbox full: 4096 packets"))
    }

    @Test func `status messages survive percent-encoding, whatever they hold`() {
        for text in ["plain", "100 %", "杭州公积金", "a\r\nb: c", "\u{0}\u{7f}~ "] {
            let encoded = PercentEncoding.encode(text)
            #expect(encoded.utf8.allSatisfy { (0x20...0x7e).contains($0) })
            #expect(PercentEncoding.decode(encoded) == text)
        }
        #expect(PercentEncoding.decode("%zz%4") == "%zz%4")
    }

    @Test func `a key pin has one form and 32 bytes`() throws {
        let text = "sha256:" + String(repeating: "0af1", count: 16)
        let pin = try #require(KeyPin(text))
        #expect(pin.description == text)
        #expect(KeyPin(String(text.dropFirst(7))) == pin)
        #expect(KeyPin(bytes: pin.bytes) == pin)
        #expect(KeyPin(String(text.dropLast())) == nil)
        #expect(KeyPin(text + "0") == nil)
        #expect(KeyPin("sha256:" + String(repeating: "g", count: 64)) == nil)
    }

    @Test func `headers keep order and repetition, and a name's first value wins`() {
        let block = HeaderBlock([
            (name: "a", value: "1"), (name: "b", value: ""), (name: "a", value: "2"),
        ])
        #expect(block["a"] == "1")
        #expect(block["b"] == "")
        #expect(block["c"] == nil)
        #expect(block.pairs.map { "\($0.name)=\($0.value)" } == ["a=1", "b=", "a=2"])
        #expect(HeaderBlock([(name: "n", value: String(repeating: "x", count: 70_000))]).isEmpty)
    }

    @Test func `every error code has a stable name of its own and says what to do`() {
        let codes = TransportError.Code.allCases
        #expect(Set(codes.map(\.rawValue)).count == codes.count)
        for code in codes {
            #expect(code.rawValue.wholeMatch(of: /[a-z0-9]+\.[a-z0-9-]+/) != nil)
            #expect(code.advice.hasSuffix(".") && code.advice.count > 20)
        }
    }
}
