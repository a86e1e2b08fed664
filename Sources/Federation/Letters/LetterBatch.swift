// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a batch as a whole.
public enum BatchFault: Hashable, Sendable {
    case tooLong(limit: Int)
    /// The file has another number of lines than was announced.
    case total(announced: Int, got: Int)
    /// Not BDC902 or BDC906.
    case code(LetterCode)
    /// A line that does not have exactly the fields of its layout, each ended by `@|$`.
    case line(fields: Int, expected: Int)
    /// A value that holds the separator or a line feed can not be written.
    case value(field: String)
}

/// One line's outcome. Lines are judged one by one: a bad one leaves the others alone.
public struct BatchLineResult: Hashable, Sendable {
    /// Counted from 1.
    public let line: Int
    /// Nil when the line could not be read as far as its number.
    public let number: LetterNumber?
    /// Nil when the line was taken.
    public let refusal: LetterError?

    public init(line: Int, number: LetterNumber?, refusal: LetterError?) {
        self.line = line
        self.number = number
        self.refusal = refusal
    }
}

/// BDC902 and BDC906: many 901 or 905 in one file. A line is one message: every field of its
/// layout in order, empty ones too, each ended by the three characters `@|$`; lines end with a line
/// feed.
public struct LetterBatch: Hashable, Sendable {
    public let number: BatchLetterNumber
    public let code: LetterCode
    /// Lines as they could be read.
    public let lines: [Result<LetterMessage, LetterFormError>]

    public static let separator = "@|$"

    /// Reads a file. Throws for faults of the whole only; faults of a line are in `lines`.
    public init(
        _ number: BatchLetterNumber, _ code: LetterCode, total: Int, reading bytes: [UInt8]
    ) throws(LetterFormError) {
        guard bytes.count <= LetterLimits.batchBytes else {
            throw .batch(.tooLong(limit: LetterLimits.batchBytes))
        }
        let (layout, single) = try LetterBatch.layout(code)
        var rows = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        if rows.last?.isEmpty == true { rows.removeLast() }
        guard rows.count <= LetterLimits.batchLines else {
            throw .batch(.tooLong(limit: LetterLimits.batchLines))
        }
        guard rows.count == total else {
            throw .batch(.total(announced: total, got: rows.count))
        }
        self.number = number
        self.code = code
        lines = rows.map { row in
            do throws(LetterFormError) {
                return .success(try LetterBatch.message(row, layout, single))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Offers each message in order, and collects one result per line.
    public func results(
        _ take: (LetterMessage) throws(LetterError) -> Void
    ) -> [BatchLineResult] {
        lines.enumerated().map { index, line in
            switch line {
            case .failure(let error):
                return BatchLineResult(line: index + 1, number: nil, refusal: .form(error))
            case .success(let message):
                do throws(LetterError) {
                    try take(message)
                    return BatchLineResult(line: index + 1, number: message.number, refusal: nil)
                } catch {
                    return BatchLineResult(
                        line: index + 1, number: message.number, refusal: error)
                }
            }
        }
    }

    /// The file of these messages, all of one code.
    public static func file(
        _ code: LetterCode, _ messages: [LetterFields]
    ) throws(LetterFormError) -> [UInt8] {
        let (layout, _) = try layout(code)
        var bytes: [UInt8] = []
        for fields in messages {
            for slot in layout.slots {
                let value = fields[slot.name] ?? ""
                guard !value.contains(separator), !value.contains("\n") else {
                    throw .batch(.value(field: slot.name))
                }
                bytes += Array((value + separator).utf8)
            }
            bytes.append(0x0a)
        }
        return bytes
    }

    private static func layout(
        _ code: LetterCode
    ) throws(LetterFormError) -> (LetterLayout, LetterCode) {
        switch code {
        case .bdc902: (.application, .bdc901)
        case .bdc906: (.information, .bdc905)
        default: throw .batch(.code(code))
        }
    }

    private static func message(
        _ row: ArraySlice<UInt8>, _ layout: LetterLayout, _ code: LetterCode
    ) throws(LetterFormError) -> LetterMessage {
        var text = String(decoding: row, as: UTF8.self)
        if text.hasSuffix("\r") { text.removeLast() }
        let values = parts(text)
        guard let values, values.count == layout.slots.count else {
            throw .batch(
                .line(fields: values?.count ?? 0, expected: layout.slots.count))
        }
        let list = zip(layout.slots, values).map { LetterField($0.name, $1) }
        return try LetterMessage(code, try LetterFields(list.filter { !$0.value.isEmpty }))
    }

    /// The values before each separator; nil when the line does not end with one.
    private static func parts(_ text: String) -> [String]? {
        let mark = Array(separator.utf8)
        let bytes = Array(text.utf8)
        var values: [String] = []
        var start = 0
        var index = 0
        while index + mark.count <= bytes.count {
            guard bytes[index] == mark[0], bytes[index + 1] == mark[1], bytes[index + 2] == mark[2]
            else {
                index += 1
                continue
            }
            values.append(String(decoding: bytes[start..<index], as: UTF8.self))
            index += mark.count
            start = index
            if values.count > LetterLimits.fields { return nil }
        }
        return start == bytes.count ? values : nil
    }
}
