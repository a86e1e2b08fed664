// SPDX-License-Identifier: Apache-2.0

/// One line of BDC909, with the period in which the code is in use.
public struct InstitutionEntry: Hashable, Sendable {
    public let code: InstitutionCode
    public let name: String
    public let parent: InstitutionCode?
    /// Which platform node speaks for it.
    public let node: String
    /// First day of use; nil: since ever.
    public let validFrom: CivilDate?
    /// Last day of use; nil: still in use.
    public let validThrough: CivilDate?
    /// Who took over, by renaming or merging.
    public let successor: InstitutionCode?

    public init(
        code: InstitutionCode, name: String, parent: InstitutionCode? = nil, node: String = "",
        validFrom: CivilDate? = nil, validThrough: CivilDate? = nil,
        successor: InstitutionCode? = nil
    ) {
        self.code = code
        self.name = name
        self.parent = parent
        self.node = node
        self.validFrom = validFrom
        self.validThrough = validThrough
        self.successor = successor
    }

    func isValid(on day: CivilDate) -> Bool {
        if let validFrom, day < validFrom { return false }
        if let validThrough, day > validThrough { return false }
        return true
    }
}

/// The institutions of the national list. Letters keep the code they were written with; who may
/// speak for it today is found here.
public struct InstitutionRegistry: Hashable, Sendable {
    private let entries: [InstitutionCode: InstitutionEntry]

    /// Renamings that are followed: more than any centre has seen, few enough to end a circle.
    public static let successionLimit = 8

    /// A later entry of a code replaces an earlier one.
    public init(_ entries: [InstitutionEntry]) {
        self.entries = Dictionary(entries.map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    }

    public func entry(_ code: InstitutionCode) -> InstitutionEntry? { entries[code] }

    /// Those of one division, by its six digits, in order of their codes.
    public func entries(ofDivision division: String) -> [InstitutionEntry] {
        entries.values.filter { $0.code.text.hasPrefix(division) }
            .sorted { $0.code.text < $1.code.text }
    }

    /// Who answers for a code on a day: itself, or whoever took over. Throws for an unknown code
    /// and for one that ended without a successor.
    public func speaker(
        for code: InstitutionCode, on day: CivilDate
    ) throws(LetterError) -> InstitutionCode {
        var current = code
        for _ in 0..<InstitutionRegistry.successionLimit {
            guard let entry = entries[current] else { throw .institutionUnknown(current) }
            if entry.isValid(on: day) { return current }
            guard let next = entry.successor else {
                throw .institutionEnded(current, successor: nil)
            }
            current = next
        }
        throw .institutionEnded(code, successor: nil)
    }

    /// A new letter must be addressed to a code that is in use.
    public func checkInUse(
        _ code: InstitutionCode, on day: CivilDate
    ) throws(LetterError) {
        guard let entry = entries[code] else { throw .institutionUnknown(code) }
        guard entry.isValid(on: day) else {
            throw .institutionEnded(code, successor: entry.successor)
        }
    }
}
