// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Two members' names that people could take for one another. Not forbidden: there are two Suzhous.
/// Who approves must know of it.
public struct NameLikeness: Hashable, Sendable {
    /// The member whose name is new.
    public let member: MemberID
    public let text: String
    public let other: MemberID
    public let otherText: String
    public let isChain: Bool

    /// One line for people.
    public var sentence: String {
        let what = isChain ? "chain id" : "name"
        let relation =
            text == otherText
            ? "is a \(what) of \(other) too"
            : "looks like \"\(otherText)\", a \(what) of \(other)"
        return PlainText.line(
            "the \(what) \"\(text)\" of \(member) \(relation): tell them apart by their codes, and "
                + "call both before anyone approves")
    }
}

extension Manifest {
    /// Names and chain ids that are new since an earlier version and look like another member's, in
    /// order of the members. Everything is new where there is no earlier version.
    public func likenesses(since old: Manifest?) -> [NameLikeness] {
        let all = members.map { (member: $0, names: LookAlike.names(of: $0)) }
        var found: [NameLikeness] = []
        for (place, one) in all.enumerated() {
            let before = old?.member(one.member.id).map { LookAlike.names(of: $0) } ?? []
            for name in one.names where !before.contains(name) {
                for (otherPlace, other) in all.enumerated() where otherPlace != place {
                    // Two that are both new are told of once.
                    if otherPlace < place, old?.member(other.member.id) == nil { continue }
                    guard
                        let like = other.names.first(where: {
                            $0.folded == name.folded && $0.isChain == name.isChain
                        })
                    else { continue }
                    found.append(
                        NameLikeness(
                            member: one.member.id, text: name.text, other: other.member.id,
                            otherText: like.text, isChain: name.isChain))
                }
            }
        }
        return found
    }
}

/// A name as it looks rather than as it is spelled.
struct LookAlike: Hashable {
    let text: String
    let folded: String
    let isChain: Bool

    init(_ text: String, isChain: Bool) {
        self.text = text
        self.isChain = isChain
        folded = LookAlike.fold(text)
    }

    /// Short name, own name and chain ids, each once.
    static func names(of member: ManifestMember) -> [LookAlike] {
        var names = [member.name, member.localName].filter { !$0.isEmpty }
            .map { LookAlike($0, isChain: false) }
        if names.count == 2, names[0].folded == names[1].folded { names.removeLast() }
        return names + member.chains.map { LookAlike($0.id.description, isChain: true) }
    }

    /// Letters of other alphabets, and digits, that are drawn like Latin small letters. The usual
    /// ones; the whole table of the Unicode consortium is a hundred times this.
    private static let twins: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "o", "1": "l", "|": "l", "i": "l", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c",
        "х": "x", "у": "y", "ѕ": "s", "і": "l", "ј": "j", "һ": "h", "ո": "n", "α": "a", "ο": "o",
        "ν": "v", "ι": "l", "ı": "l", "ɡ": "g",
    ]
    /// Two letters that are drawn like one, in most faces.
    private static let pairs = [("rn", "m"), ("vv", "w")]

    /// Without case, width, spaces, dots and dashes; twins as one. Canonical composition (NFC) is
    /// what Swift's strings compare by.
    static func fold(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let narrow = PersonName.narrow(scalar)
            let properties = narrow.properties
            if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { continue }
            if properties.isDash || narrow == "_" || PersonName.isDotLike(narrow) { continue }
            scalars.append(narrow)
        }
        var folded = String.UnicodeScalarView()
        for scalar in String(scalars).lowercased().unicodeScalars {
            folded.append(twins[scalar] ?? scalar)
        }
        var result = String(folded)
        for (pair, letter) in pairs { result = LookAlike.replace(pair, by: letter, in: result) }
        return result
    }

    private static func replace(_ pair: String, by letter: String, in text: String) -> String {
        var rest = text[...]
        var result = ""
        while let first = rest.first {
            if rest.hasPrefix(pair) {
                result += letter
                rest = rest.dropFirst(pair.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
