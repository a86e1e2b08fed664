// SPDX-License-Identifier: Apache-2.0

import CNghttp2

// Unsafe: nghttp2_nv holds pointers; they live for one submit call.

/// Turns header lists into nghttp2's form without an allocation a header: names are static, values
/// are copied into one piece of memory that the loop keeps.
@safe
final class HeaderScratch {
    private static let mostHeaders = 64

    private var pairs: [nghttp2_nv] = unsafe []
    private var values = GrowingBuffer()
    private var offsets: [(start: Int, count: Int)] = []

    deinit { values.free() }

    func begin() {
        unsafe pairs.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        values.clear()
    }

    func add(_ name: StaticString, _ value: String) {
        guard offsets.count < HeaderScratch.mostHeaders else { return }
        let start = values.count
        var text = value
        text.withUTF8 { bytes in
            if let base = bytes.baseAddress { unsafe values.append(base, bytes.count) }
        }
        add(name, from: start)
    }

    /// A non-negative number in decimal.
    func add(_ name: StaticString, number: Int) {
        let start = values.count
        var scale = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            var digit = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / scale % 10)
            unsafe values.append(&digit, 1)
            scale /= 10
        }
        add(name, from: start)
    }

    func add(_ headers: [HTTPHeader]) {
        for header in headers { add(header.name, header.value) }
    }

    private func add(_ name: StaticString, from start: Int) {
        offsets.append((start, values.count - start))
        unsafe pairs.append(
            nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start), value: nil,
                namelen: name.utf8CodeUnitCount, valuelen: values.count - start,
                flags: UInt8(truncatingIfNeeded: NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)))
    }

    /// The list in nghttp2's form, for the duration of the call.
    func submit(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32) -> Int32 {
        // Values move while the buffer grows, so their places are filled in last.
        let base = unsafe values.bytes.baseAddress
        for index in unsafe pairs.indices {
            guard let base = unsafe base else { break }
            unsafe pairs[index].value = UnsafeMutablePointer(
                mutating: (base + offsets[index].start).assumingMemoryBound(to: UInt8.self))
        }
        return unsafe pairs.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
    }
}
