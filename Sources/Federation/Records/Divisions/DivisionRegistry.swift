// SPDX-License-Identifier: Apache-2.0

/// Why a table of divisions cannot be used.
public enum DivisionRegistryError: Error, Hashable, Sendable {
    /// A line that is not `code|name|from|to|successors|authority`.
    case line(Int)
    /// Two entries of one code, one authority and overlapping times.
    case overlap(String)
    /// A validity that ends before it begins.
    case validity(String)
    /// A successor that the table does not have.
    case unknownSuccessor(String, of: String)
    /// Successors that lead back to where they began.
    case circle(String)
}

/// One division for one span of time.
public struct DivisionEntry: Hashable, Sendable {
    /// Six digits.
    public var code: String
    public var chinese: String
    /// The first day; nil: since before anything a record speaks of.
    public var validFrom: CivilDate?
    /// The last day; nil: still valid.
    public var validTo: CivilDate?
    /// Codes that took its place.
    public var successors: [String]
    /// Whose code it is: `GB/T 2260`, or another authority that needs a code where the standard has
    /// none.
    public var authority: String

    public static let nationalStandard = "GB/T 2260"

    public init(
        code: String, chinese: String, validFrom: CivilDate? = nil, validTo: CivilDate? = nil,
        successors: [String] = [], authority: String = DivisionEntry.nationalStandard
    ) {
        self.code = code
        self.chinese = chinese
        self.validFrom = validFrom
        self.validTo = validTo
        self.successors = successors
        self.authority = authority
    }

    /// Whether the code stands for the division on that day.
    public func isValid(on day: CivilDate) -> Bool {
        if let validFrom, day < validFrom { return false }
        if let validTo, day > validTo { return false }
        return true
    }
}

/// Divisions with their history: records keep the code of their time, and a centre keeps the code
/// of its founding (522400 became 520500).
/// Source: specs/domain.md section 2.11.
public struct DivisionRegistry: Hashable, Sendable {
    public let entries: [DivisionEntry]

    /// Mergers from one code to the one of today: more than any division has seen.
    public static let maxSuccessions = 8

    public init(_ entries: [DivisionEntry]) throws(DivisionRegistryError) {
        self.entries = entries
        try check()
    }

    private init(unchecked entries: [DivisionEntry]) { self.entries = entries }

    /// Reads lines `code|name|validFrom|validTo|successor,successor|authority`; dates as
    /// `YYYYMMDD`, empty where there is none; an empty authority is the national standard. Lines
    /// that begin with # and empty lines say nothing.
    public init(table: String) throws(DivisionRegistryError) {
        var entries: [DivisionEntry] = []
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
            guard let entry = DivisionEntry(line: line) else { throw .line(index + 1) }
            entries.append(entry)
        }
        try self.init(entries)
    }

    /// This table and more entries.
    public func adding(_ more: [DivisionEntry]) throws(DivisionRegistryError) -> DivisionRegistry {
        try DivisionRegistry(entries + more)
    }

    public func entries(of code: String) -> [DivisionEntry] { entries.filter { $0.code == code } }

    /// The entry that holds on a day.
    public func entry(of code: String, on day: CivilDate) -> DivisionEntry? {
        entries.first { $0.code == code && $0.isValid(on: day) }
    }

    /// The codes that stand on a day for what the code once named: itself when it is valid, its
    /// successors otherwise. Empty for a code that the table does not have.
    public func current(_ code: String, on day: CivilDate) -> [String] {
        var found: [String] = []
        var open = [code]
        for _ in 0...DivisionRegistry.maxSuccessions {
            var next: [String] = []
            for code in open {
                if entry(of: code, on: day) != nil {
                    if !found.contains(code) { found.append(code) }
                } else {
                    next += entries(of: code).flatMap(\.successors)
                }
            }
            open = next
        }
        return found
    }

    /// Whether two codes name the same division on a day, under whatever name of its history.
    public func areSame(_ first: String, _ second: String, on day: CivilDate) -> Bool {
        let codes = Set(current(first, on: day))
        return !codes.isEmpty && codes == Set(current(second, on: day))
    }

    private func check() throws(DivisionRegistryError) {
        for (index, entry) in entries.enumerated() {
            if let from = entry.validFrom, let to = entry.validTo, to < from {
                throw .validity(entry.code)
            }
            for other in entries[..<index]
            where other.code == entry.code && other.authority == entry.authority {
                if DivisionRegistry.overlap(entry, other) { throw .overlap(entry.code) }
            }
            for successor in entry.successors where entries(of: successor).isEmpty {
                throw .unknownSuccessor(successor, of: entry.code)
            }
            try checkEnd(of: entry)
        }
    }

    private static func overlap(_ first: DivisionEntry, _ second: DivisionEntry) -> Bool {
        let startsLate = first.validFrom.flatMap { from in second.validTo.map { from > $0 } }
        let endsEarly = second.validFrom.flatMap { from in first.validTo.map { from > $0 } }
        return startsLate != true && endsEarly != true
    }

    private func checkEnd(of entry: DivisionEntry) throws(DivisionRegistryError) {
        var open = Set(entry.successors)
        for _ in 0..<DivisionRegistry.maxSuccessions {
            if open.isEmpty { return }
            var next: Set<String> = []
            for code in open { next.formUnion(entries(of: code).flatMap(\.successors)) }
            open = next
        }
        if !open.isEmpty { throw .circle(entry.code) }
    }
}

extension DivisionRegistry {
    /// The divisions of the sample federation, with the changes that its records can meet. A member
    /// adds its own; a test puts the table through the checked initializer.
    ///
    /// Xiong'an is no unit of GB/T 2260: statistics use 133100 for it (unverified), its counties
    /// have codes of their own.
    public static let sample = DivisionRegistry(unchecked: sampleEntries)

    private static let sampleEntries: [DivisionEntry] =
        [
            ("110000", "北京市"), ("120000", "天津市"), ("310000", "上海市"), ("320100", "南京市"),
            ("330100", "杭州市"), ("350200", "厦门市"), ("370100", "济南市"), ("420100", "武汉市"),
            ("430100", "长沙市"), ("431300", "娄底市"), ("440100", "广州市"), ("440300", "深圳市"),
            ("500000", "重庆市"), ("510100", "成都市"), ("520100", "贵阳市"), ("520300", "遵义市"),
            ("522700", "黔南布依族苗族自治州"), ("610100", "西安市"), ("130629", "容城县"),
            ("130632", "安新县"), ("130638", "雄县"),
        ].map { DivisionEntry(code: $0.0, chinese: $0.1) } + [
            DivisionEntry(
                code: "522400", chinese: "毕节地区",
                validTo: CivilDate(year: 2011, month: 10, day: 21), successors: ["520500"]),
            DivisionEntry(
                code: "520500", chinese: "毕节市",
                validFrom: CivilDate(year: 2011, month: 10, day: 22)),
            DivisionEntry(
                code: "133100", chinese: "雄安新区",
                validFrom: CivilDate(year: 2017, month: 4, day: 1), authority: "statistics"),
        ]
}

extension DivisionEntry {
    /// Nil unless the line has the form that `DivisionRegistry.init(table:)` names.
    init?(line: Substring) {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0].utf8.count == 6,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), !parts[1].isEmpty
        else { return nil }
        let from = CivilDate(parts[2])
        let to = CivilDate(parts[3])
        guard from != nil || parts[2].isEmpty, to != nil || parts[3].isEmpty else { return nil }
        self.init(
            code: parts[0], chinese: parts[1], validFrom: from, validTo: to,
            successors: parts[4].split(separator: ",").map(String.init),
            authority: parts[5].isEmpty ? DivisionEntry.nationalStandard : parts[5])
    }
}
