// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient
import Testing

// Unsafe: pipes to a child process and a socket of the C library; no pointer leaves this file.

/// What curl prints. `input` bytes of zeros go to its standard input.
func curl(_ arguments: [String], input: Int = 0) throws -> String {
    let quoted = (["curl", "-s", "--max-time", "20"] + arguments).map {
        "'" + $0.replacing("'", with: "'\\''") + "'"
    }
    let source = input > 0 ? "head -c \(input) /dev/zero | " : ""
    guard let pipe = unsafe popen(source + quoted.joined(separator: " "), "r") else {
        throw TestFailure("curl does not start")
    }
    defer { unsafe pclose(pipe) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe fread(&buffer, 1, buffer.count, pipe)
        if count == 0 { break }
        text.append(contentsOf: buffer[..<count])
    }
    return String(decoding: text, as: UTF8.self)
}

/// A small websocket client: text frames below 64 KiB out, whole text messages in.
final class WebSocketProbe {
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        try write(
            Array(
                ("GET /websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
        while !String(decoding: pending, as: UTF8.self).contains("\r\n\r\n") { try read() }
        let head = String(decoding: pending, as: UTF8.self)
        try #require(head.hasPrefix("HTTP/1.1 101 "))
        try #require(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        let mark = Array("\r\n\r\n".utf8)
        let end = pending.indices.first { pending[$0...].starts(with: mark) } ?? 0
        pending.removeFirst(end + mark.count)
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let body = Array(text.utf8)
        let mask: [UInt8] = [1, 2, 3, 4]
        var frame: [UInt8] = [0x81]
        if body.count < 126 {
            frame.append(0x80 | UInt8(body.count))
        } else {
            frame += [0xfe, UInt8(body.count >> 8), UInt8(body.count & 0xff)]
        }
        frame += mask + body.enumerated().map { $0.element ^ mask[$0.offset % 4] }
        try write(frame)
    }

    func receive() throws -> [UInt8] {
        while true {
            try fill(2)
            let opcode = pending[0] & 15
            var length = Int(pending[1] & 127)
            var start = 2
            if length == 126 {
                try fill(4)
                length = Int(pending[2]) << 8 | Int(pending[3])
                start = 4
            } else if length == 127 {
                try fill(10)
                length = pending[2..<10].reduce(0) { $0 << 8 | Int($1) }
                start = 10
            }
            try fill(start + length)
            let body = Array(pending[start..<start + length])
            pending.removeFirst(start + length)
            if opcode == 1 { return body }
        }
    }

    private func fill(_ count: Int) throws { while pending.count < count { try read() } }

    private func read() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        try #require(count > 0)
        pending.append(contentsOf: buffer[..<count])
    }

    private func write(_ bytes: [UInt8]) throws {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        try #require(count == bytes.count)
    }
}
