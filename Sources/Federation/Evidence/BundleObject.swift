// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A JSON object that is read member by member, and must be empty at the end. Every byte string has
/// one form: lower-case hex, or base64 with padding and no unused bit set.
struct BundleObject {
    private let path: String
    private var members: [String: StrictJSON] = [:]

    init(_ value: StrictJSON, _ path: String) throws(BundleError) {
        guard case .object(let list) = value else { throw .form(path) }
        self.path = path
        for member in list { members[member.name] = member.value }
        // Names that differ in bytes and mean the same letters fall together here.
        guard members.count == list.count else { throw .form(path) }
    }

    /// Throws when a member was not taken.
    func end() throws(BundleError) {
        if let name = members.keys.sorted().first { throw .form("\(path).\(name)") }
    }

    private mutating func take(_ name: String) throws(BundleError) -> StrictJSON {
        guard let value = members.removeValue(forKey: name) else { throw fault(name) }
        return value
    }

    private func fault(_ name: String) -> BundleError { .form("\(path).\(name)") }

    mutating func object(_ name: String) throws(BundleError) -> BundleObject {
        try BundleObject(try take(name), "\(path).\(name)")
    }

    mutating func list(_ name: String, limit: Int) throws(BundleError) -> [StrictJSON] {
        guard let items = try take(name).array else { throw fault(name) }
        guard items.count <= limit else { throw .tooLarge("\(path).\(name)", limit: limit) }
        return items
    }

    /// Not empty.
    mutating func text(_ name: String) throws(BundleError) -> String {
        guard let text = try take(name).string, !text.isEmpty else { throw fault(name) }
        return text
    }

    /// A code, in the form that codes have in the access log: nothing else may stand where only its
    /// sender vouches for a text.
    mutating func code(_ name: String) throws(BundleError) -> String {
        let text = try text(name)
        guard (try? AccessCode(text)) != nil else { throw fault(name) }
        return text
    }

    mutating func anyText(_ name: String) throws(BundleError) -> String {
        guard let text = try take(name).string else { throw fault(name) }
        return text
    }

    mutating func optionalText(_ name: String) throws(BundleError) -> String? {
        members[name] == nil ? nil : try text(name)
    }

    mutating func base64(_ name: String) throws(BundleError) -> [UInt8] {
        try BundleObject.base64(try take(name), "\(path).\(name)")
    }

    mutating func optionalBase64(_ name: String) throws(BundleError) -> [UInt8]? {
        members[name] == nil ? nil : try base64(name)
    }

    mutating func hex(_ name: String) throws(BundleError) -> [UInt8] {
        try BundleObject.hex(try take(name), "\(path).\(name)")
    }

    mutating func optionalHex(_ name: String) throws(BundleError) -> [UInt8]? {
        members[name] == nil ? nil : try hex(name)
    }

    mutating func digest(_ name: String) throws(BundleError) -> Digest {
        guard let digest = Digest(try hex(name)) else { throw fault(name) }
        return digest
    }

    mutating func member(_ name: String) throws(BundleError) -> MemberID {
        guard let id = MemberID(try text(name)) else { throw fault(name) }
        return id
    }

    /// Below 2^53, as every program reads JSON's numbers.
    mutating func number(_ name: String) throws(BundleError) -> UInt64 {
        guard let number = try take(name).wholeNumber else { throw fault(name) }
        return number
    }

    mutating func number32(_ name: String) throws(BundleError) -> UInt32 {
        guard let number = try take(name).wholeNumber, let small = UInt32(exactly: number) else {
            throw fault(name)
        }
        return small
    }

    /// "revision-height" in decimal digits without leading zeros.
    mutating func height(_ name: String) throws(BundleError) -> Height {
        let text = try text(name)
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let revision = UInt64(parts[0]), let number = UInt64(parts[1])
        else { throw fault(name) }
        let height = Height(revision: revision, height: number)
        guard Array(height.description.utf8) == Array(text.utf8) else { throw fault(name) }
        return height
    }

    /// Not empty.
    static func base64(_ value: StrictJSON, _ path: String) throws(BundleError) -> [UInt8] {
        guard let text = value.string, let bytes = Base64.decode(text), !bytes.isEmpty else {
            throw .form(path)
        }
        return bytes
    }

    /// Not empty, lower case.
    static func hex(_ value: StrictJSON, _ path: String) throws(BundleError) -> [UInt8] {
        guard let text = value.string, let bytes = Hex.decode(text), !bytes.isEmpty,
            Array(Hex.encode(bytes).utf8) == Array(text.utf8)
        else { throw .form(path) }
        return bytes
    }
}
