// SPDX-License-Identifier: Apache-2.0

/// The acts that somebody picked (`make demo ACTS=letters,traffic`), in that order, with those that
/// they cannot do without.
struct ActChoice {
    private(set) var acts: [Act] = []

    /// A name that no act has.
    struct Unknown: Error, CustomStringConvertible {
        let name: String

        var description: String {
            let width = Act.all.map(\.name.count).max() ?? 0
            let lines = Act.all.map { act in
                "  \(act.name)\(String(repeating: " ", count: width - act.name.count))  \(act.title)"
            }
            return "no act is called `\(name)`. The acts, in their usual order:\n"
                + lines.joined(separator: "\n")
        }
    }

    /// Names behind commas or blanks; none means all.
    init(_ list: String) throws(Unknown) {
        let names = list.split { $0 == "," || $0.isWhitespace }.map(String.init)
        for name in names.isEmpty ? Act.all.map(\.name) : names { try add(name) }
    }

    private mutating func add(_ name: String) throws(Unknown) {
        guard let act = Act.all.first(where: { $0.name == name }) else {
            throw Unknown(name: name)
        }
        for needed in act.needs { try add(needed) }
        guard !acts.contains(where: { $0.name == name }) else { return }
        acts.append(act)
        if let mender = act.mendedBy { try add(mender) }
    }
}
