// SPDX-License-Identifier: Apache-2.0

/// The status of one gRPC call, as trailers carry it.
package struct GRPCStatus: Error, Hashable, Sendable, CustomStringConvertible {
    /// The codes of gRPC's core; values on the wire.
    package enum Code: Int, Hashable, Sendable, CaseIterable {
        case ok = 0
        case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists
        case permissionDenied, resourceExhausted, failedPrecondition, aborted, outOfRange
        case unimplemented, `internal`, unavailable, dataLoss, unauthenticated
    }

    package let code: Code
    package let message: String
    /// Back pressure: the caller should come again after this time.
    package let retryAfterMilliseconds: Int?

    package init(_ code: Code, _ message: String, retryAfterMilliseconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    /// The inbox is full: try again in so many milliseconds.
    package static func tryAgain(inMilliseconds delay: Int, _ message: String) -> GRPCStatus {
        GRPCStatus(.resourceExhausted, message, retryAfterMilliseconds: delay)
    }

    package var description: String { "\(code): \(message)" }

    var trailers: [HTTPHeader] {
        var list = [HTTPHeader("grpc-status", String(code.rawValue))]
        if !message.isEmpty {
            list.append(HTTPHeader("grpc-message", PercentEncoding.encode(message)))
        }
        if let delay = retryAfterMilliseconds {
            list.append(HTTPHeader("retry-after-ms", String(delay)))
        }
        return list
    }

    /// What a peer's trailers say. A missing or strange status is an error of the peer.
    init(trailers: HeaderBlock) {
        guard let text = trailers["grpc-status"], let number = Int(text) else {
            self.init(.internal, "the answer carries no grpc-status")
            return
        }
        self.init(
            Code(rawValue: number) ?? .unknown,
            PercentEncoding.decode(trailers["grpc-message"] ?? ""),
            retryAfterMilliseconds: trailers["retry-after-ms"].flatMap(Int.init).flatMap {
                $0 >= 0 ? $0 : nil
            })
    }
}

/// Percent-encoding, in upper case.
package enum PercentEncoding {
    /// - Parameter keeps: the bytes that stay; without it gRPC's of status messages: printable
    ///   ASCII but `%`.
    package static func encode(
        _ text: String,
        keeping keeps: (UInt8) -> Bool = { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "%") }
    ) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if keeps(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Never fails: what is not an escape stays as it is, wrong UTF-8 becomes U+FFFD.
    package static func decode(_ text: String) -> String {
        let input = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < input.count {
            if input[index] == UInt8(ascii: "%"), index + 2 < input.count,
                let high = Character(Unicode.Scalar(input[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(input[index + 2])).hexDigitValue
            {
                bytes.append(UInt8(high << 4 | low))
                index += 3
            } else {
                bytes.append(input[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
