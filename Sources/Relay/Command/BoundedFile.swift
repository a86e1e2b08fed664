// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: file descriptors' calls take pointers to C values.

/// Reads a file whole, and never more than is right: its size is judged before a byte is read, and
/// what has none (a pipe, a device) or grows meanwhile is left off behind the limit.
enum BoundedFile {
    enum Fault: Error, Hashable {
        case missing
        case unreadable
        case tooLarge
    }

    /// Bytes that are asked for at once.
    private static let chunkBytes = 1 << 20

    static func read(_ path: String, atMost limit: Int) throws(Fault) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable
        }
        defer { close(descriptor) }
        return try read(descriptor, atMost: limit)
    }

    /// The rest of a file that is open already.
    static func read(_ descriptor: Int32, atMost limit: Int) throws(Fault) -> [UInt8] {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR else {
            throw .unreadable
        }
        guard facts.st_size <= limit else { throw .tooLarge }
        var result: [UInt8] = []
        result.reserveCapacity(Int(facts.st_size))
        var chunk = [UInt8](repeating: 0, count: min(chunkBytes, limit + 1))
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable }
            guard count > 0 else { return result }
            guard count <= limit - result.count else { throw .tooLarge }
            result += chunk[..<count]
        }
    }
}
