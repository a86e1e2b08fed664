// SPDX-License-Identifier: Apache-2.0

import CityChain
import Testing

@Suite struct `HTTP requests cut from a byte stream` {
    private func requests(_ bytes: [UInt8], step: Int) -> [HTTPRequest] {
        var parser = HTTPParser()
        var found: [HTTPRequest] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            parser.append(Array(bytes[start..<min(start + step, bytes.count)]))
            var isWaiting = false
            while !isWaiting {
                switch parser.next() {
                case .request(let request): found.append(request)
                case .needsMore: isWaiting = true
                case .expectsContinue: continue
                case .refuse: return found
                }
            }
        }
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func `two requests on one connection arrive whole however they are cut`(step: Int) {
        let text =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n"
            + "0\r\n\r\nGET /status?height=%225%22&a=b+c HTTP/1.0\r\n\r\n"
        let found = requests(Array(text.utf8), step: step)
        #expect(found.count == 3)
        #expect(found.first?.body == Array("hello".utf8))
        #expect(found.dropFirst().first?.body == Array("abcde".utf8))
        #expect(found.last?.path == "/status")
        #expect(found.last?.query == ["height": "\"5\"", "a": "b c"])
        #expect(found.map(\.keepsAlive) == [true, true, false])
    }

    @Test func `a body above the limit is dropped, and said to be`() {
        let size = HTTPParser.bodyLimit + 1
        let head = Array("POST / HTTP/1.1\r\nContent-Length: \(size)\r\n\r\n".utf8)
        let found = requests(head + [UInt8](repeating: 0x20, count: size), step: 100_000)
        #expect(found.count == 1)
        #expect(found.first?.bodyTooLarge == true)
        #expect(found.first?.body == [])
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `what is no request is refused`(text: String) {
        var parser = HTTPParser()
        parser.append(Array(text.utf8))
        #expect(parser.next() == .refuse(status: 400))
    }

    @Test func `a head without an end is refused at its limit`() {
        var parser = HTTPParser()
        parser.append([UInt8](repeating: 0x41, count: HTTPParser.headLimit + 1))
        #expect(parser.next() == .refuse(status: 431))
    }

    @Test func `the websocket key of RFC 6455 gets its answer`() {
        #expect(
            WebSocket.accept(key: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }
}
