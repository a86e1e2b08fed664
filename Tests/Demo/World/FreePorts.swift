// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: bind(2) takes a pointer to an address.

/// The ports of a run, which must be free before it begins: an earlier run that still goes on would
/// lose its folder, and its relays would answer for the new ones.
enum FreePorts {
    static func require(for cities: [City]) throws {
        for city in cities {
            for port in [city.rpcPort, city.relayPort, city.apiPort, city.officePort]
            where !isFree(port) {
                throw World.Failure(
                    description: "something listens at 127.0.0.1:\(port), where \(city.name) has "
                        + "its place: another run? End it first (ss -ltnp 'sport = :\(port)')")
            }
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return true }
        defer { close(socket) }
        var yes: Int32 = 1
        // What only waits for its last packets is free.
        unsafe setsockopt(
            socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, size) == 0
            }
        }
    }
}
