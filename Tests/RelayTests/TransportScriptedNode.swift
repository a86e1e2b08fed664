// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayTransport
import Synchronization

/// A chain node that says exactly what a test wants, byte by byte, over plain TCP on loopback. Each
/// connection is served on a thread of its own.
final class ScriptedNode: Sendable {
    struct Connection {
        let descriptor: Int32
        /// 1 for the first connection.
        let number: Int

        /// Reads until the mark has come, and a body of `content-length` after it; nil at the end.
        func request() -> String? {
            var text: [UInt8] = []
            while !String(decoding: text, as: UTF8.self).contains("\r\n\r\n") {
                guard let more = read() else { return nil }
                text += more
            }
            let head = String(decoding: text, as: UTF8.self)
            let length =
                head.lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
            let bodyStart = head.utf8.count - (head.components(after: "\r\n\r\n")?.utf8.count ?? 0)
            while text.count < bodyStart + length {
                guard let more = read() else { return nil }
                text += more
            }
            return String(decoding: text, as: UTF8.self)
        }

        func read() -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            return count > 0 ? Array(buffer[..<count]) : nil
        }

        func read(_ count: Int) -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                var buffer = [UInt8](repeating: 0, count: count - bytes.count)
                let got = unsafe recv(descriptor, &buffer, buffer.count, 0)
                guard got > 0 else { return nil }
                bytes += buffer[..<got]
            }
            return bytes
        }

        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { memory in
                    unsafe Glibc.send(
                        descriptor, memory.baseAddress?.advanced(by: sent), bytes.count - sent,
                        Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        func answer(_ body: String, status: String = "200 OK") {
            write(
                "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\n"
                    + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    let port: Int
    private let listener: Int32
    private let open = Mutex<[Int32]>([])
    private let accepted = Mutex(0)

    /// Connections accepted so far.
    var connections: Int { accepted.withLock { $0 } }

    init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { memory in
            unsafe memory.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw TransportError(.cannotListen, "scripted node") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        ScriptedNode.thread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                open.withLock { $0.append(descriptor) }
                let number = accepted.withLock { count in
                    count += 1
                    return count
                }
                ScriptedNode.thread { [self] in
                    serve(Connection(descriptor: descriptor, number: number))
                    let mine = open.withLock { list in
                        let found = list.firstIndex(of: descriptor).map { list.remove(at: $0) }
                        return found != nil
                    }
                    if mine { Glibc.close(descriptor) }
                }
            }
        }
    }

    /// Cuts everything.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
        open.withLock { list in
            for descriptor in list { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    static func thread(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start)
        if result == 0 { pthread_detach(thread) }
    }
}

extension String {
    fileprivate func components(after mark: String) -> String? {
        firstRange(of: mark).map { String(self[$0.upperBound...]) }
    }
}
