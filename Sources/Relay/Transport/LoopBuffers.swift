// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: raw memory that libuv, OpenSSL and nghttp2 read and write.

/// Memory that every connection of a loop shares, since only one of them runs at a time: nothing in
/// it outlives the call that filled it.
@safe
final class LoopBuffers {
    /// One read from a socket. libuv reads again while it comes back full.
    static let readBytes = 65_536
    /// What one SSL_read may give: four records.
    static let plainBytes = 65_536

    let read: UnsafeMutableRawBufferPointer
    let plain: UnsafeMutableRawBufferPointer
    /// What HTTP/2 wants to send, before encryption.
    var staging = GrowingBuffer()
    let headers = HeaderScratch()
    /// What TLS wants to send.
    var cipher = GrowingBuffer()

    init() {
        unsafe read = .allocate(byteCount: LoopBuffers.readBytes, alignment: 16)
        unsafe plain = .allocate(byteCount: LoopBuffers.plainBytes, alignment: 16)
    }

    deinit {
        unsafe read.deallocate()
        unsafe plain.deallocate()
        staging.free()
        cipher.free()
    }
}

/// Bytes that gather; the memory is kept for the next time.
@safe
struct GrowingBuffer {
    private var memory: UnsafeMutableRawPointer
    private var capacity = 163_840
    private(set) var count = 0

    init() { unsafe memory = .allocate(byteCount: capacity, alignment: 16) }

    var isEmpty: Bool { count == 0 }
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: memory, count: count) }

    mutating func clear() { count = 0 }

    mutating func append(_ source: UnsafeRawPointer, _ length: Int) {
        guard length > 0 else { return }
        if count + length > capacity {
            let larger = max(2 * capacity, count + length)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            unsafe moved.copyMemory(from: memory, byteCount: count)
            unsafe memory.deallocate()
            unsafe memory = unsafe moved
            capacity = larger
        }
        unsafe (memory + count).copyMemory(from: source, byteCount: length)
        count += length
    }

    mutating func free() { unsafe memory.deallocate() }
}
