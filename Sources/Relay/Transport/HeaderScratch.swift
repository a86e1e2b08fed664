// SPDX-License-Identifier: Apache-2.0

import CNghttp2

// Unsafe: nghttp2_nv holds pointers; they live for one submit call. Its own memory is reached
// through pointers, so that the hottest loop of a request has no exclusivity checks: one thread
// owns it.

/// Turns header lists into nghttp2's form without an allocation a header: names are static, values
/// are copied into one piece of memory that the loop keeps.
@safe
final class HeaderScratch {
    /// Pairs of one message; ours have at most a dozen.
    private static let mostHeaders = 64

    private let pairs: UnsafeMutablePointer<nghttp2_nv>
    private let count: UnsafeMutablePointer<Int>
    private let values = GrowingBuffer()

    init() {
        unsafe pairs = .allocate(capacity: HeaderScratch.mostHeaders)
        unsafe count = .allocate(capacity: 1)
        unsafe count.initialize(to: 0)
    }

    deinit {
        unsafe pairs.deallocate()
        unsafe count.deallocate()
    }

    func begin() {
        unsafe count.pointee = 0
        values.clear()
    }

    func add(_ name: StaticString, _ value: String) {
        var text = value
        text.withUTF8 { bytes in unsafe add(name, bytes.baseAddress, bytes.count) }
    }

    /// A non-negative number in decimal.
    func add(_ name: StaticString, number: Int) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = digits.count
            repeat {
                start -= 1
                unsafe digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0 && start > 0
            let base = unsafe digits.baseAddress.map { unsafe $0 + start }
            unsafe add(name, base, digits.count - start)
        }
    }

    func add(_ headers: [HTTPHeader]) {
        for header in headers { add(header.name, header.value) }
    }

    private func add(_ name: StaticString, _ bytes: UnsafePointer<UInt8>?, _ length: Int) {
        let index = unsafe count.pointee
        guard index < HeaderScratch.mostHeaders else { return }
        if let bytes = unsafe bytes { unsafe values.append(bytes, length) }
        unsafe (pairs + index).initialize(
            to: nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start), value: nil,
                namelen: name.utf8CodeUnitCount, valuelen: length,
                flags: UInt8(truncatingIfNeeded: NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)))
        unsafe count.pointee = index + 1
    }

    /// The list in nghttp2's form, for the duration of the call.
    func submit(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32) -> Int32 {
        // Values move while the buffer grows, so their places are filled in last.
        var place = unsafe UnsafeMutableRawPointer(mutating: values.bytes.baseAddress)
        for index in unsafe 0..<count.pointee {
            unsafe pairs[index].value = unsafe place?.assumingMemoryBound(to: UInt8.self)
            unsafe place = unsafe place.map { unsafe $0 + pairs[index].valuelen }
        }
        return unsafe body(pairs, count.pointee)
    }
}
