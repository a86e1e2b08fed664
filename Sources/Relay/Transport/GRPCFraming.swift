// SPDX-License-Identifier: Apache-2.0

/// The rules of gRPC's wire that both sides share.
enum GRPCFraming {
    static let contentType = "application/grpc"
    static let prefixByteCount = 5

    static func isContentType(_ headers: HeaderBlock) -> Bool {
        guard let value = headers["content-type"] else { return false }
        return value == contentType || value.hasPrefix("application/grpc+")
            || value.hasPrefix("application/grpc;")
    }

    /// One whole uncompressed message of at most `limit` bytes, and nothing behind it.
    static func check(
        _ prefix: FramePrefix?, _ body: [UInt8], limit: Int
    ) -> Result<Void, GRPCStatus> {
        guard let prefix else {
            return .failure(GRPCStatus(.internal, "the message's five-byte prefix is missing"))
        }
        guard prefix.compressed == 0 else {
            let code: GRPCStatus.Code = prefix.compressed == 1 ? .unimplemented : .internal
            return .failure(
                GRPCStatus(code, "compressed flag \(prefix.compressed): not spoken here"))
        }
        guard Int(prefix.length) <= limit else {
            return .failure(
                GRPCStatus(
                    .resourceExhausted, "message of \(prefix.length) bytes, limit \(limit)"))
        }
        guard Int(prefix.length) == body.count else {
            return .failure(
                GRPCStatus(
                    body.count < Int(prefix.length) ? .internal : .unimplemented,
                    "frame says \(prefix.length) bytes, \(body.count) came"))
        }
        return .success(())
    }

    /// `grpc-timeout`: at most eight digits and a unit (H M S m u n). Rounded up to milliseconds.
    static func timeoutMilliseconds(_ text: String) -> Int? {
        guard let unit = text.utf8.last, (2...9).contains(text.utf8.count) else { return nil }
        var value = 0
        for digit in text.utf8.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        switch unit {
        case UInt8(ascii: "H"): return value * 3_600_000
        case UInt8(ascii: "M"): return value * 60_000
        case UInt8(ascii: "S"): return value * 1_000
        case UInt8(ascii: "m"): return value
        case UInt8(ascii: "u"): return (value + 999) / 1_000
        case UInt8(ascii: "n"): return (value + 999_999) / 1_000_000
        default: return nil
        }
    }
}
