// SPDX-License-Identifier: Apache-2.0

/// Why a list of institutions was not taken.
public enum InstitutionFileError: Error, Hashable, Sendable {
    case tooLong(limit: Int)
    /// Not in form, at a line counted from 1.
    case malformed(line: Int)
    /// A code stands twice.
    case repeated(InstitutionCode, line: Int)
    /// A successor that the list does not have.
    case unknownSuccessor(InstitutionCode, line: Int)
}

/// The national list of institutions (BDC909) as a city keeps it in a file, with the days on which
/// each code is in use.
///
/// A line an institution, UTF-8, each field ended by `@|$` as in the national batches; lines that
/// begin with `#` and empty lines count for nothing:
/// ```
/// unit_no@|$name@|$parent@|$node@|$first day@|$last day@|$successor@|$
/// ```
/// Days are `YYYYMMDD`. All but the code and the name may be empty: an empty first day is "since
/// ever", an empty last day "still in use".
/// Source: specs/domain.md §2.3, BDC909, and the batches' separator of BDC902.
extension InstitutionRegistry {
    private static let separator: [UInt8] = Array("@|$".utf8)
    private static let fieldCount = 7

    public init(reading bytes: [UInt8]) throws(InstitutionFileError) {
        guard bytes.count <= LetterLimits.institutionBytes else {
            throw .tooLong(limit: LetterLimits.institutionBytes)
        }
        var entries: [InstitutionCode: (entry: InstitutionEntry, line: Int)] = [:]
        var number = 0
        for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            let text = line.last == 0x0d ? line.dropLast() : line
            if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
            let entry = try InstitutionRegistry.entry(Array(text), line: number)
            guard entries[entry.code] == nil else {
                throw .repeated(entry.code, line: number)
            }
            entries[entry.code] = (entry, number)
            guard entries.count <= LetterLimits.institutions else {
                throw .tooLong(limit: LetterLimits.institutions)
            }
        }
        for (entry, line) in entries.values {
            if let successor = entry.successor, entries[successor] == nil {
                throw .unknownSuccessor(successor, line: line)
            }
        }
        self.init(entries.values.map(\.entry))
    }

    private static func entry(
        _ line: [UInt8], line number: Int
    ) throws(InstitutionFileError) -> InstitutionEntry {
        guard let fields = fields(of: line), fields.count == fieldCount,
            let own = try? InstitutionCode(fields[0]), own.form == .fundCentre,
            !fields[1].isEmpty
        else { throw .malformed(line: number) }
        func code(_ text: String) throws(InstitutionFileError) -> InstitutionCode? {
            if text.isEmpty { return nil }
            guard let code = try? InstitutionCode(text) else { throw .malformed(line: number) }
            return code
        }
        func day(_ text: String) throws(InstitutionFileError) -> CivilDate? {
            if text.isEmpty { return nil }
            guard let day = CivilDate(text) else { throw .malformed(line: number) }
            return day
        }
        return InstitutionEntry(
            code: own, name: fields[1], parent: try code(fields[2]), node: fields[3],
            validFrom: try day(fields[4]), validThrough: try day(fields[5]),
            successor: try code(fields[6]))
    }

    /// Nil where the line does not end with the separator or is no UTF-8.
    private static func fields(of line: [UInt8]) -> [String]? {
        var fields: [String] = []
        var start = 0
        var index = 0
        while index + separator.count <= line.count {
            guard Array(line[index..<(index + separator.count)]) == separator else {
                index += 1
                continue
            }
            let field = line[start..<index]
            guard field.count <= LetterLimits.fieldBytes,
                let text = String(validating: field, as: UTF8.self)
            else { return nil }
            fields.append(text)
            index += separator.count
            start = index
        }
        return start == line.count ? fields : nil
    }
}
