// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Bundle {
    /// Reads the text form: exactly the members that FORMATS.md names, each in its one form.
    public init(json bytes: [UInt8]) throws(BundleError) {
        guard bytes.count <= Bundle.maxByteCount else {
            throw .tooLarge("the bundle", limit: Bundle.maxByteCount)
        }
        let value: StrictJSON
        do throws(StrictJSONError) { value = try StrictJSON(reading: bytes) } catch {
            throw .json(error)
        }
        var top = try BundleObject(value, "bundle")
        let format = try top.text("format")
        guard format == Bundle.format else { throw .format(format) }
        var head = try top.object("manifest")
        manifest = try head.digest("digest")
        statement = try head.optionalBase64("statement") ?? []
        try head.end()
        members = []
        for item in try top.list("members", limit: Bundle.maxMembers) {
            members.append(try BundleObject.base64(item, "members"))
        }
        chains = []
        for item in try top.list("chains", limit: Bundle.maxParts) {
            chains.append(try BundleChain(item))
        }
        parts = []
        for item in try top.list("parts", limit: Bundle.maxParts) {
            parts.append(try BundlePart(item))
        }
        try top.end()
        guard !parts.isEmpty else { throw .form("parts") }
    }
}

extension BundleChain {
    fileprivate init(_ value: StrictJSON) throws(BundleError) {
        var object = try BundleObject(value, "chains")
        member = try object.member("member")
        chainID = ChainID(try object.text("chain"))
        anchor = try object.base64("anchor")
        headers = []
        for item in try object.list("headers", limit: Bundle.maxHeaders) {
            headers.append(try BundleObject.base64(item, "headers"))
        }
        try object.end()
    }
}

extension BundlePart {
    fileprivate init(_ value: StrictJSON) throws(BundleError) {
        var object = try BundleObject(value, "parts")
        provider = try object.member("provider")
        request = try object.base64("request")
        signature = try object.hex("signature")
        reference = try object.optionalText("reference") ?? ""
        referenceSalt = try object.optionalHex("referenceSalt") ?? []
        guard reference.isEmpty == referenceSalt.isEmpty else {
            throw .form("parts.referenceSalt")
        }
        entry = try object.optionalBase64("entry") ?? []
        logProof = Array((try object.optionalText("logProof") ?? "").utf8)
        guard entry.isEmpty == logProof.isEmpty else { throw .form("parts.logProof") }
        switch try object.text("answer") {
        case "disclosed":
            answer = .disclosed(try Disclosure(try object.object("disclosure")))
        case "refused": answer = .refused(code: try object.code("code"))
        case "unanswered": answer = .unanswered(code: try object.code("code"))
        default: throw .form("parts.answer")
        }
        if case .unanswered = answer {
            guard entry.isEmpty else { throw .form("parts.entry") }
        } else {
            guard !entry.isEmpty else { throw .form("parts.entry") }
        }
        try object.end()
    }
}

extension Disclosure {
    fileprivate init(_ value: BundleObject) throws(BundleError) {
        var object = value
        index = try object.digest("index")
        state = try object.optionalBase64("state") ?? []
        leafCount = try object.number32("leafCount")
        leaves = []
        for item in try object.list("leaves", limit: PolicyQuestion.maxItems) {
            leaves.append(try ShownLeaf(bundle: item))
        }
        height = try object.height("height")
        proof = try object.base64("proof")
        try object.end()
        guard !state.isEmpty || (leafCount == 0 && leaves.isEmpty) else {
            throw .form("disclosure.leaves")
        }
    }
}

extension ShownLeaf {
    fileprivate init(bundle value: StrictJSON) throws(BundleError) {
        var object = try BundleObject(value, "leaves")
        self.init(id: try object.text("id"))
        let kind = try object.text("kind")
        switch kind {
        case "field", "flag":
            isPredicate = kind == "flag"
            self.value = Array(try object.anyText("value").utf8)
        case "atLeast":
            isPredicate = true
            atLeast = UInt64(try object.number32("atLeast"))
            guard atLeast > 0 else { throw .form("leaves.atLeast") }
            self.value = try object.hex("witness")
        default: throw .form("leaves.kind")
        }
        salt = try object.hex("salt")
        leaf = try object.number32("leaf")
        for item in try object.list("path", limit: ShownLeaf.maxPath) {
            guard let hash = Digest(try BundleObject.hex(item, "path")) else {
                throw .form("leaves.path")
            }
            path.append(hash)
        }
        try object.end()
    }
}
