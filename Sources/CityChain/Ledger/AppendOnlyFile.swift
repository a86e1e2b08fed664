// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: read(2) and write(2) take pointers. No pointer leaves this file.

/// A file that only grows, and whose growth is on disk when `append` returns.
final class AppendOnlyFile {
    let path: String
    private let descriptor: Int32

    /// Opens or makes the file; the directory must exist.
    init(path: String) throws(BlockLogError) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw .system("open", path: path, errno: errno) }
        // Two writers would tear each other's frames.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            throw .system("lock", path: path, errno: reason)
        }
    }

    deinit { close(descriptor) }

    func readAll() throws(BlockLogError) -> [UInt8] {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system("stat", path: path, errno: errno)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
                    off_t(filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path: path, errno: errno) }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// Writes all bytes and waits for the disk.
    func append(_ bytes: [UInt8]) throws(BlockLogError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(
                    descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path: path, errno: errno) }
            written += count
        }
        guard fdatasync(descriptor) == 0 else { throw .system("sync", path: path, errno: errno) }
    }

    /// Cuts the file to that many bytes.
    func truncate(to count: Int) throws(BlockLogError) {
        guard ftruncate(descriptor, off_t(count)) == 0, fdatasync(descriptor) == 0 else {
            throw .system("truncate", path: path, errno: errno)
        }
    }
}
