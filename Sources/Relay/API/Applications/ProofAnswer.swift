// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// One source's part of an answer, as JSON says it.
struct SourceAnswer: Encodable, Sendable {
    struct Status: Encodable, Sendable {
        let code: String
        let chinese: String?
        /// Whether the record may be relied on today; nil for codes of a table not known here.
        let inForce: Bool?
        let asOf: String
        let revision: UInt64
    }

    struct Predicate: Encodable, Sendable {
        let id: String
        let atLeast: UInt64?
        let holds: Bool
    }

    struct Counter: Encodable, Sendable {
        let chinese: String
        let chineseNext: String
        let english: String
        let englishNext: String

        init(_ text: CounterText) {
            chinese = text.chinese
            chineseNext = text.chineseNext
            english = text.english
            englishNext = text.englishNext
        }
    }

    let source: Int
    let city: String
    let kind: String
    /// `present`, `absent`, `refused`, `failed` or `working`.
    let outcome: String
    var verdict = ""
    var verdictChinese = ""
    var status: Status?
    var fields: [String: String]?
    var predicates: [Predicate]?
    /// What was checked, one sentence a step.
    var checked: [String]?
    /// Time and height of the block that says so.
    var asOf: String?
    var height: UInt64?
    var grant: String?
    var logEntry: UInt64?
    var code: String?
    var message: String?
    var next: String?
    var counter: Counter?

    init(source: Int, city: String, kind: String, outcome: String) {
        self.source = source
        self.city = city
        self.kind = kind
        self.outcome = outcome
    }

    static func working(_ source: Int, city: String, kind: String) -> SourceAnswer {
        var answer = SourceAnswer(source: source, city: city, kind: kind, outcome: "working")
        let text = CounterCode.proofPending.text
        answer.verdict = text.english
        answer.verdictChinese = text.chinese
        return answer
    }

    /// A refusal is the other city's decision; everything else may come right by itself.
    static func failed(
        _ source: Int, city: String, kind: String, _ failure: DisclosureFailure
    ) -> SourceAnswer {
        let isRefusal = failure.code.rawValue.hasPrefix("policy/")
        var answer = SourceAnswer(
            source: source, city: city, kind: kind, outcome: isRefusal ? "refused" : "failed")
        let text = failure.code.text
        answer.verdict = text.english
        answer.verdictChinese = text.chinese
        answer.code = failure.code.rawValue
        answer.message = failure.detail
        answer.next = text.englishNext
        answer.counter = Counter(text)
        return answer
    }
}

extension SourceAnswer {
    /// A verified answer, in words.
    init(
        _ source: Int, city: String, cityName: String, localName: String, kind: String,
        chainID: String, _ verified: VerifiedDisclosure
    ) {
        let response = verified.response
        self.init(
            source: source, city: city, kind: kind,
            outcome: verified.record == nil ? "absent" : "present")
        asOf = RFC3339.format(verified.time)
        height = verified.height.height
        grant = response.grant
        logEntry = verified.logIndex
        checked = [
            "Header \(verified.height.height) of \(chainID) is signed by enough of the "
                + "validators that this relay trusts.",
            verified.record == nil
                ? "Under that header the chain holds nothing at the record's index."
                : "Under that header the chain holds the record's state.",
            "\(cityName) signed this answer into its access log as entry \(verified.logIndex).",
        ]
        guard let record = verified.record else {
            verdict = "\(cityName) proves that it holds no such record."
            verdictChinese = "\(localName)证明其没有该档案。"
            return
        }
        if !response.leaves.isEmpty {
            checked?.append("Every shown field belongs to the record's state on the chain.")
        }
        let status = Status(record)
        self.status = status
        fields = [:]
        predicates = []
        for leaf in response.leaves {
            if leaf.isPredicate {
                let isFlag = leaf.atLeast == 0
                predicates?.append(
                    Predicate(
                        id: leaf.id, atLeast: isFlag ? nil : leaf.atLeast,
                        holds: isFlag ? leaf.value == Array("1".utf8) : true))
            } else {
                fields?[leaf.id] = String(decoding: leaf.value, as: UTF8.self)
            }
        }
        verdict = "\(cityName) holds this record; its status is \(status.words)."
        verdictChinese = "\(localName)有该档案，状态为 \(status.words)。"
        let known = (try? RecordSchemas.builtIn.schema(kind: kind))?.predicates ?? []
        for predicate in predicates ?? [] {
            let words = known.first { $0.id == predicate.id }
            let number = predicate.atLeast.map { " \($0)" } ?? ""
            let (yes, no) = (predicate.holds ? "yes" : "no", predicate.holds ? "符合" : "不符合")
            let english = words.map { $0.english.prefix(1).uppercased() + $0.english.dropFirst() }
            verdict += " \(english ?? predicate.id)\(number): \(yes)."
            verdictChinese += "\(words?.chinese ?? predicate.id)\(number)：\(no)。"
        }
    }
}

extension SourceAnswer.Status {
    init(_ record: RecordState) {
        code = record.status
        asOf = RFC3339.format(record.statusAsOf)
        revision = record.revision
        let meaning = RecordSchemas.builtIn.status(of: record)
        chinese = meaning?.chinese
        inForce = meaning?.isInForce
    }

    var words: String { chinese.map { "\(code) \($0)" } ?? code }
}

/// The whole answer of one request.
struct ProofAnswer: Encodable, Sendable {
    let id: String
    /// `complete`: every source has its answer. `working`: come back, or listen to the events.
    let state: String
    let caseNumber: String
    let answers: [SourceAnswer]
    /// Evidence of all answers, which verifies offline; there once every source has answered.
    let bundle: JSONValue?

    var isComplete: Bool { state == "complete" }
}
