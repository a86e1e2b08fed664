// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The body of `POST /v1/proofs`: one person, one matter, these facts from these cities.
struct ProofBody: Sendable {
    struct Source: Sendable {
        let city: String
        let kind: String
        let reference: String
        let items: [String]
        let predicates: [PredicateQuestion]
        let fieldReason: FieldReason?
        let presentation: String?
    }

    let idempotencyKey: String
    let department: String
    let officer: String
    let purpose: String
    let serviceItem: String
    let caseNumber: String
    let consent: String
    let maxAgeSeconds: Int64
    /// How long the answer may take before it is given in part, milliseconds.
    let waitMilliseconds: Int
    /// How long a city that cannot answer yet is asked again, seconds.
    let patienceSeconds: Int64
    let sources: [Source]

    /// Sources of one request: the departments that one matter involves.
    static let maxSources = 8
    /// A waiting window holds a connection: a clerk waits some seconds, then takes the number.
    static let maxWaitMilliseconds: Int64 = 30_000
    static let standardWaitMilliseconds: Int64 = 5_000
    /// A city may be away over a weekend; what is asked lives in memory meanwhile.
    static let maxPatienceSeconds: Int64 = 259_200
    static let standardPatienceSeconds: Int64 = 60
    /// A year: older than that nothing is fresh.
    static let maxAgeSeconds: Int64 = 31_536_000

    init(_ bytes: [UInt8]) throws(DisclosureFailure) {
        var body = try StrictMembers(body: bytes)
        idempotencyKey = try body.required("idempotencyKey")
        department = try body.required("department")
        officer = try body.required("officer")
        purpose = try body.required("purpose", PolicyForm.name)
        serviceItem = try body.required("serviceItem")
        caseNumber = try body.required("caseNumber")
        consent = try body.text("consent") ?? ""
        maxAgeSeconds = try body.integer(
            "maxAgeSeconds", in: 1...ProofBody.maxAgeSeconds, standard: nil)
        waitMilliseconds = Int(
            try body.integer(
                "waitMilliseconds", in: 0...ProofBody.maxWaitMilliseconds,
                standard: ProofBody.standardWaitMilliseconds))
        patienceSeconds = try body.integer(
            "patienceSeconds", in: 0...ProofBody.maxPatienceSeconds,
            standard: ProofBody.standardPatienceSeconds)
        let list = try body.list("sources", limit: ProofBody.maxSources)
        guard !list.isEmpty else { throw body.wrong("sources", "is empty") }
        var sources: [Source] = []
        for (index, value) in list.enumerated() {
            sources.append(try Source(value, at: "sources[\(index)]"))
        }
        self.sources = sources
        try body.finish()
    }
}

extension ProofBody.Source {
    init(_ value: JSONValue, at place: String) throws(DisclosureFailure) {
        var body = try StrictMembers(value, at: place)
        city = try body.required("city")
        kind = try body.required("kind", PolicyForm.name)
        reference = try ProofBody.Source.reference(&body)
        var items: [String] = []
        for field in try body.list("fields", limit: PolicyQuestion.maxItems) {
            guard case .string(let text) = field, PolicyForm.name(text), !items.contains(text)
            else { throw body.wrong("fields", "names a field twice or not in form") }
            items.append(text)
        }
        var predicates: [PredicateQuestion] = []
        for (index, value) in try body.list("predicates", limit: PolicyQuestion.maxItems)
            .enumerated()
        {
            var entry = try StrictMembers(value, at: "\(place).predicates[\(index)]")
            let id = try entry.required("id", PolicyForm.name)
            let atLeast = try entry.integer("atLeast", in: 0...600, standard: 0)
            try entry.finish()
            guard !predicates.contains(where: { $0.id == id }) else {
                throw body.wrong("predicates", "names one twice")
            }
            predicates.append(
                PredicateQuestion(id: id, atLeast: atLeast == 0 ? nil : UInt64(atLeast)))
        }
        guard items.count + predicates.count <= PolicyQuestion.maxItems else {
            throw DisclosureFailure(
                .requestTooLarge, "\(place) asks for more than \(PolicyQuestion.maxItems) items")
        }
        self.items = items
        self.predicates = predicates
        let reason = try body.text("fieldReason", PolicyForm.name)
        fieldReason = reason.flatMap(FieldReason.init(rawValue:))
        guard reason == nil || fieldReason != nil else {
            throw body.wrong("fieldReason", "is none of the known reasons")
        }
        presentation = try body.text("presentation")
        try body.finish()
    }

    /// One person a request: a list, or a text that holds several, is told as what it is.
    private static func reference(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> String {
        guard let value = body.value("reference") else {
            throw body.wrong("reference", "is missing")
        }
        guard case .string(let text) = value, !PolicyName.isList(text) else {
            throw DisclosureFailure(
                .policySeveralSubjects, "\(body.path("reference")) is not one reference")
        }
        guard PolicyForm.reference(text) else { throw body.wrong("reference", "is not in form") }
        return text
    }
}
