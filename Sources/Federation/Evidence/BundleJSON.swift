// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Bundle {
    /// The text form. Throws `form` for a field's value that is not UTF-8.
    public func json() throws(BundleError) -> [UInt8] {
        var list: [StrictJSON] = []
        for part in parts { list.append(try part.json()) }
        let value = StrictJSON.object([
            ("format", .string(Bundle.format)),
            (
                "manifest",
                .object([
                    ("digest", .string(manifest.description)),
                    ("statement", statement.isEmpty ? nil : .base64(statement)),
                ])
            ),
            ("members", .array(members.map { .base64($0) })),
            ("chains", .array(chains.map(\.json))), ("parts", .array(list)),
        ])
        return Array(value.pretty.utf8)
    }
}

extension StrictJSON {
    static func base64(_ bytes: [UInt8]) -> StrictJSON { .string(Base64.encode(bytes)) }
    static func hex(_ bytes: [UInt8]) -> StrictJSON { .string(Hex.encode(bytes)) }
}

extension BundleChain {
    fileprivate var json: StrictJSON {
        .object([
            ("member", .string(member.description)), ("chain", .string(chainID.description)),
            ("anchor", .base64(anchor)), ("headers", .array(headers.map { .base64($0) })),
        ])
    }
}

extension BundlePart {
    fileprivate func json() throws(BundleError) -> StrictJSON {
        var members: [(String, StrictJSON?)] = [
            ("provider", .string(provider.description)), ("request", .base64(request)),
            ("signature", .hex(signature)),
            ("reference", reference.isEmpty ? nil : .string(reference)),
            ("referenceSalt", referenceSalt.isEmpty ? nil : .hex(referenceSalt)),
        ]
        switch answer {
        case .disclosed(let disclosure):
            members += [
                ("answer", .string("disclosed")), ("disclosure", try disclosure.json()),
            ]
        case .refused(let code):
            members += [("answer", .string("refused")), ("code", .string(code))]
        case .unanswered(let code):
            members += [("answer", .string("unanswered")), ("code", .string(code))]
        }
        if !entry.isEmpty { members.append(("entry", .base64(entry))) }
        if !logProof.isEmpty {
            guard let text = String(validating: logProof, as: UTF8.self) else {
                throw .form("logProof")
            }
            members.append(("logProof", .string(text)))
        }
        return .object(members)
    }
}

extension Disclosure {
    fileprivate func json() throws(BundleError) -> StrictJSON {
        var shown: [StrictJSON] = []
        for leaf in leaves { shown.append(try leaf.json()) }
        return .object([
            ("index", .hex(index.bytes)), ("leafCount", .integer(leafCount)),
            ("leaves", .array(shown)), ("state", state.isEmpty ? nil : .base64(state)),
            ("height", .string(height.description)), ("proof", .base64(proof)),
        ])
    }
}

extension ShownLeaf {
    fileprivate func json() throws(BundleError) -> StrictJSON {
        var members: [(String, StrictJSON?)] = [("id", .string(id))]
        if isPredicate, atLeast > 0 {
            members += [
                ("kind", .string("atLeast")), ("atLeast", .integer(atLeast)),
                ("witness", .hex(value)),
            ]
        } else {
            guard let text = String(validating: value, as: UTF8.self) else {
                throw .form("value of \(id)")
            }
            members += [
                ("kind", .string(isPredicate ? "flag" : "field")), ("value", .string(text)),
            ]
        }
        members += [
            ("salt", .hex(salt)), ("leaf", .integer(leaf)),
            ("path", .array(path.map { .hex($0.bytes) })),
        ]
        return .object(members)
    }
}
