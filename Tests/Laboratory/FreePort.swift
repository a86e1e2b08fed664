// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A port on loopback that nobody listens on. Below those that systems give to outgoing
/// connections: a program that is killed finds its port free when it comes again.
package enum FreePort {
    private static let range = 10_000..<20_000
    /// Handed out already: whoever asked may not listen yet.
    private static let taken = Mutex<Set<Int>>([])

    package static func any() throws -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            guard isFree(port), taken.withLock({ $0.insert(port).inserted }) else { continue }
            return port
        }
        throw LaboratoryCity.Trouble("no free port")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { memory in
            unsafe memory.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0
            }
        }
    }
}
