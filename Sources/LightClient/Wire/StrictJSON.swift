// SPDX-License-Identifier: Apache-2.0

/// A JSON value as evidence is written in: members keep their order, numbers their text.
///
/// Read more strictly than JSON asks (RFC 8259 leaves it open): no member twice, no ill-formed
/// UTF-8, no half of a surrogate pair, no byte behind the value. Two programs that read the same
/// bytes then see the same thing.
public indirect enum StrictJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Digits as they stood: sign, fraction and exponent where there were any.
    case number(String)
    case string(String)
    case array([StrictJSON])
    case object([Member])

    public struct Member: Hashable, Sendable {
        public let name: String
        public let value: StrictJSON

        public init(_ name: String, _ value: StrictJSON) {
            self.name = name
            self.value = value
        }
    }

    /// Levels of nesting: more than any format here has, few enough for the stack.
    public static let maxDepth = 16

    /// Reads one value with nothing behind it but white space.
    public init(reading bytes: [UInt8]) throws(StrictJSONError) {
        var reader = StrictJSONReader(bytes)
        self = try reader.document()
    }

    public static func object(_ members: [(String, StrictJSON?)]) -> StrictJSON {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    /// A whole number, as JSON numbers are exact for in every program up to 2^53.
    public static func integer(_ number: some BinaryInteger) -> StrictJSON { .number("\(number)") }

    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var array: [StrictJSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// A whole number without sign, fraction and exponent, below 2^53.
    public var wholeNumber: UInt64? {
        guard case .number(let text) = self, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(text), number < 1 << 53
        else { return nil }
        return number
    }

    /// The member of that name.
    public subscript(_ name: String) -> StrictJSON? {
        members?.first { $0.name == name }?.value
    }
}

/// Why a text is not JSON, or not in the strict form; with the byte's place from 0.
public enum StrictJSONError: Error, Hashable, Sendable {
    case unexpectedEnd
    case unexpected(UInt8, at: Int)
    case duplicateMember(String)
    case tooDeep(limit: Int)
    case notUTF8
    /// An escape that names half of a surrogate pair.
    case loneSurrogate(at: Int)
    case badNumber(at: Int)

    /// What is wrong, in words for whoever wrote the text.
    public var words: String {
        switch self {
        case .unexpectedEnd: "it ends too early"
        case .unexpected(let byte, let place):
            (0x21..<0x7f).contains(byte)
                ? "\"\(Unicode.Scalar(byte))\" cannot stand at byte \(place)"
                : "byte \(place) cannot be \(byte)"
        case .duplicateMember(let name): "the member \"\(name.prefix(64))\" is there twice"
        case .tooDeep(let limit): "it is nested more than \(limit) levels"
        case .notUTF8: "it is not UTF-8"
        case .loneSurrogate(let place): "half of a surrogate pair is named at byte \(place)"
        case .badNumber(let place): "the number at byte \(place) is not in the form"
        }
    }
}
