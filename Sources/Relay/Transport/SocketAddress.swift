// SPDX-License-Identifier: Apache-2.0

import CUV
import Glibc

// Unsafe: sockaddr structs and uv_getaddrinfo's request.

/// An IP address and port, as the kernel wants it.
@safe
struct SocketAddress {
    fileprivate var storage = sockaddr_storage()

    /// Nil unless the text is a numeric IPv4 or IPv6 address.
    init?(numeric text: String, port: Int) {
        guard (0...65_535).contains(port) else { return nil }
        let result = unsafe withUnsafeMutablePointer(to: &storage) { memory in
            let v4 = unsafe memory.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                unsafe uv_ip4_addr(text, Int32(port), $0)
            }
            if v4 == 0 { return v4 }
            return unsafe memory.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                unsafe uv_ip6_addr(text, Int32(port), $0)
            }
        }
        guard result == 0 else { return nil }
    }

    fileprivate init(_ address: UnsafePointer<sockaddr>, _ length: Int) {
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(
                from: UnsafeRawBufferPointer(start: address, count: min(length, $0.count)))
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    /// 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        unsafe withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET: unsafe bytes[4] == 127
            case AF_INET6:
                unsafe bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
            default: false
            }
        }
    }

    /// The port of a bound or connected socket.
    var port: Int { unsafe withUnsafeBytes(of: storage) { unsafe Int($0[2]) << 8 | Int($0[3]) } }

    /// The local address of a bound handle; nil when the kernel does not say.
    init?(boundTo handle: UnsafePointer<uv_tcp_t>) {
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { memory in
            unsafe memory.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe uv_tcp_getsockname(handle, $0, &length)
            }
        }
        guard result == 0 else { return nil }
    }
}

/// Host names to addresses, on libuv's own threads.
enum Resolver {
    /// Addresses tried for one name: more would only multiply the waiting.
    static let addresses = 8

    @safe
    private final class Look {
        let completion: (Result<[SocketAddress], TransportError>) -> Void
        let host: String
        let port: Int

        init(
            _ host: String, _ port: Int,
            _ completion: @escaping (Result<[SocketAddress], TransportError>) -> Void
        ) {
            self.host = host
            self.port = port
            self.completion = completion
        }
    }

    /// `completion` runs on the loop: at once for a numeric address, else once the resolver
    /// answers.
    static func resolve(
        _ loop: EventLoop, host: String, port: Int,
        completion: @escaping (Result<[SocketAddress], TransportError>) -> Void
    ) {
        if let address = SocketAddress(numeric: host, port: port) {
            completion(.success([address]))
            return
        }
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        unsafe request.pointee.data = Unmanaged.passRetained(Look(host, port, completion))
            .toOpaque()
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let started = unsafe uv_getaddrinfo(
            loop.uv, request, { unsafe Resolver.finish($0, $1, $2) }, host, nil, &hints)
        if started != 0 { unsafe finish(request, started, nil) }
    }

    private static func finish(
        _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: Int32,
        _ list: UnsafeMutablePointer<addrinfo>?
    ) {
        guard let request = unsafe request, let owner = unsafe request.pointee.data else { return }
        let look = unsafe Unmanaged<Look>.fromOpaque(owner).takeRetainedValue()
        unsafe request.deallocate()
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next, found.count < addresses {
            if let address = unsafe entry.pointee.ai_addr {
                found.append(
                    unsafe SocketAddress(address, Int(entry.pointee.ai_addrlen))
                        .with(port: look.port))
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        unsafe uv_freeaddrinfo(list)
        if status == 0, !found.isEmpty {
            look.completion(.success(found))
        } else {
            look.completion(
                .failure(
                    TransportError(.cannotResolve, "\(look.host): \(ByteChannel.words(status))")))
        }
    }
}

extension SocketAddress {
    fileprivate func with(port: Int) -> SocketAddress {
        var copy = self
        unsafe withUnsafeMutableBytes(of: &copy.storage) {
            unsafe $0[2] = UInt8(truncatingIfNeeded: port >> 8)
            unsafe $0[3] = UInt8(truncatingIfNeeded: port)
        }
        return copy
    }
}
