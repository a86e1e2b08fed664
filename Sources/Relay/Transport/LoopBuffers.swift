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
    let staging = GrowingBuffer()
    let headers = HeaderScratch()
    /// What TLS wants to send.
    let cipher = GrowingBuffer()

    init() {
        unsafe read = .allocate(byteCount: LoopBuffers.readBytes, alignment: 16)
        unsafe plain = .allocate(byteCount: LoopBuffers.plainBytes, alignment: 16)
    }

    deinit {
        unsafe read.deallocate()
        unsafe plain.deallocate()
    }
}

/// Bytes that gather; the memory is kept for the next time. Its state lies behind a pointer: one
/// thread owns it, and an exclusivity check a piece would cost more than the copy.
@safe
final class GrowingBuffer {
    @safe
    private struct State {
        var memory: UnsafeMutableRawPointer
        var capacity: Int
        var count: Int
    }

    /// A fill of the socket, with room for TLS's own bytes: it grows only for what is larger.
    private static let firstBytes = 163_840

    private let state: UnsafeMutablePointer<State>

    init() {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: State(
                memory: .allocate(byteCount: GrowingBuffer.firstBytes, alignment: 16),
                capacity: GrowingBuffer.firstBytes, count: 0))
    }

    deinit {
        unsafe state.pointee.memory.deallocate()
        unsafe state.deallocate()
    }

    var count: Int { unsafe state.pointee.count }
    var isEmpty: Bool { count == 0 }
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: state.pointee.memory, count: state.pointee.count)
    }

    func clear() { unsafe state.pointee.count = 0 }

    func append(_ source: UnsafeRawPointer, _ length: Int) {
        guard length > 0 else { return }
        let end = count + length
        if unsafe end > state.pointee.capacity { grow(to: end) }
        unsafe (state.pointee.memory + count).copyMemory(from: source, byteCount: length)
        unsafe state.pointee.count = end
    }

    private func grow(to least: Int) {
        let larger = unsafe max(2 * state.pointee.capacity, least)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe moved.copyMemory(from: state.pointee.memory, byteCount: count)
        unsafe state.pointee.memory.deallocate()
        unsafe state.pointee.memory = unsafe moved
        unsafe state.pointee.capacity = larger
    }
}
