// SPDX-License-Identifier: Apache-2.0

internal import Glibc

// Unsafe: file descriptors' calls take pointers to C values.

/// Keeps a second daemon away from a store. The kernel lets go of it when the process ends, however
/// it ends; the text in the file only tells people who holds it.
final class StoreLock {
    private let descriptor: Int32

    init(storePath: String, holder: String) throws {
        let path = storePath + ".lock"
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw StoreError(
                .io, path, "cannot be opened (errno \(errno))", "check the folder and its owner")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            // The property is not set yet: `deinit` must not close the descriptor a second time.
            let text = StoreLock.read(opened)
            close(opened)
            throw StoreError(
                .locked, storePath,
                "another relay uses this store" + (text.isEmpty ? "" : ": \(text)"),
                "stop it first, or give this one a data directory of its own")
        }
        descriptor = opened
        let text = Array("\(holder), process \(getpid())\n".utf8)
        _ = ftruncate(opened, 0)
        unsafe text.withUnsafeBytes { bytes in
            _ = unsafe pwrite(opened, bytes.baseAddress, bytes.count, 0)
        }
    }

    deinit { close(descriptor) }

    /// Lets go of the store, whoever still holds this value.
    func release() { _ = flock(descriptor, LOCK_UN) }

    private static func read(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        let line = buffer.prefix(max(0, count)).prefix { $0 >= 0x20 }
        return String(decoding: line, as: UTF8.self)
    }
}

/// The few file operations that creating a store takes.
enum StoreFiles {
    /// Bytes of a file; nil when there is none.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int64(status.st_size)
    }

    /// Makes an empty file that only its owner can read: packets carry personal records.
    static func createPrivate(_ path: String) throws {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(
                .io, path, "cannot be created (errno \(errno))", "check the folder and its owner")
        }
        close(descriptor)
    }

    /// Gives a finished file its name, and makes the name durable.
    static func publish(_ path: String, as name: String) throws {
        guard unsafe rename(path, name) == 0 else {
            throw StoreError(
                .io, name, "cannot be renamed (errno \(errno))", "check the folder and its owner")
        }
        let folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The bytes of a small file; nil when there is none. One byte too many where it is longer than
    /// the limit.
    static func read(_ path: String, atMost limit: Int) throws -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return nil }
            throw StoreError(
                .io, path, "cannot be read (errno \(errno))", "check the file and its owner")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: limit + 1)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        guard count >= 0 else {
            throw StoreError(.io, path, "cannot be read (errno \(errno))", "check the disk")
        }
        return Array(buffer.prefix(count))
    }

    /// Gives a small file new contents: durable, and never half of them.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = path + ".new"
        try createPrivate(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CLOEXEC)
        let written = unsafe bytes.withUnsafeBytes { bytes in
            unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        let isDurable = descriptor >= 0 && written == bytes.count && fsync(descriptor) == 0
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        guard isDurable else {
            throw StoreError(
                .io, path, "cannot be written (errno \(code))", "check the disk and the folder")
        }
        try publish(draft, as: path)
    }

    static func remove(_ path: String) { _ = unsafe unlink(path) }
}
