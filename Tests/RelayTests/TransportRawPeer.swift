// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A TCP connection to a rig's server, for what no client of ours would do.
final class RawPeer: Sendable {
    let descriptor: Int32

    init(port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        _ = unsafe withUnsafePointer(to: &address) { memory in
            unsafe memory.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(
                    descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // A test that waits for nothing ends all the same.
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
            socklen_t(MemoryLayout<timeval>.size))
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// HPACK: static entries for GET or POST, http and /, then a literal authority.
    static let get: [UInt8] = [0x82, 0x86, 0x84, 0x01, 1, 0x61]
    static let post: [UInt8] = [0x83, 0x86, 0x84, 0x01, 1, 0x61]
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags]
            + (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - 8 * $0)) } + payload
    }

    func write(_ bytes: [UInt8]) {
        _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// All frames until the server closes: type and payload.
    func frames() -> [(type: UInt8, payload: [UInt8])] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        var list: [(type: UInt8, payload: [UInt8])] = []
        var at = 0
        while at + 9 <= bytes.count {
            let length = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
            list.append((bytes[at + 3], Array(bytes[(at + 9)...].prefix(length))))
            at += 9 + length
        }
        return list
    }

    /// The code of the GOAWAY that the server said before it closed.
    func goAwayCode() -> UInt32? {
        frames().last { $0.type == 7 }.map { frame in
            frame.payload.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}
