// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayTransport

/// What the city's record office says of one record.
enum OfficeAnswer: Sendable {
    /// No such record: the chain must show that nothing stands under this index.
    case absent(RecordIndex)
    case found(OfficeRecord)
}

/// A record that is there, with the leaves that were asked for.
struct OfficeRecord: Sendable {
    let index: RecordIndex
    let schemaID: String
    let schemaVersion: UInt32
    /// Root of the field tree that the leaves belong to; the chain may lag behind it.
    let root: Digest
    let leafCount: UInt32
    let leaves: [ShownLeaf]
}

/// Asks the city's record office, over HTTP/1.1 on loopback or by https. References and values pass
/// through memory: nothing of an exchange is logged.
final class RecordOffice: Sendable {
    private let http: NodeHTTP
    private let url: String
    private let timeoutMilliseconds: Int

    /// Bytes of an office's answer: 32 fields of 4 KiB in hexadecimal and then some.
    private static let answerBytes = 1_048_576

    init(
        loop: EventLoop, url: String, authorityFile: String?, timeoutMilliseconds: Int
    ) throws {
        var limits = NodeHTTPLimits()
        limits.bodyBytes = RecordOffice.answerBytes
        http = try NodeHTTP(loop: loop, authorityFile: authorityFile, limits: limits)
        self.url = url.hasSuffix("/") ? url + "v1/disclose" : url + "/v1/disclose"
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    func close() { http.close() }

    /// Whether the office is there: any answer but a failure of its own shows it. Asks for a kind
    /// that no office keeps. Answers on the loop.
    func probe(then: @escaping @Sendable (DisclosureFailure?) -> Void) {
        let question = Question(kind: "probe", reference: "probe", items: [], predicates: [])
        ask(question) { answer in
            guard case .failure(let failure) = answer, failure.code == .cityOfficeFailed else {
                return then(nil)
            }
            then(failure)
        }
    }

    /// Answers on the loop.
    func disclose(
        kind: String, reference: String, items: [String], predicates: [PredicateQuestion],
        then: @escaping @Sendable (Result<OfficeAnswer, DisclosureFailure>) -> Void
    ) {
        let question = Question(
            kind: kind, reference: reference, items: items,
            predicates: predicates.map {
                Question.Predicate(id: $0.id, atLeast: $0.atLeast)
            })
        ask(question, then: then)
    }

    private func ask(
        _ question: Question,
        then: @escaping @Sendable (Result<OfficeAnswer, DisclosureFailure>) -> Void
    ) {
        guard let body = try? JSONEncoder().encode(question) else {
            return then(.failure(DisclosureFailure(.cityOfficeFailed, "no question was made")))
        }
        let request = NodeRequest(
            url: url, body: Array(body), timeoutMilliseconds: timeoutMilliseconds)
        http.request(request) { outcome in
            switch outcome {
            case .failure(let error):
                then(
                    .failure(
                        DisclosureFailure(
                            .cityOfficeFailed, "the record office: \(error.code.rawValue)")))
            case .success(let response): then(RecordOffice.read(response))
            }
        }
    }

    /// What the applicant's window is told for a code of the office (FORMATS.md).
    static func meaning(of code: String) -> CounterCode {
        switch code {
        case "office/threshold-not-reached": .proofNotReached
        case "office/not-held": .proofNotHeld
        case "office/unknown-kind": .policyUnknownKind
        case "office/unknown-field", "office/unknown-predicate": .policyUnknownField
        case "office/never-disclosed", "office/predicate-only", "office/withheld":
            .policyNotShared
        case "office/reference-form", "office/predicate-form", "office/threshold-range",
            "office/asked-twice":
            .requestMalformed
        default: .cityOfficeFailed
        }
    }

    private static func read(
        _ response: NodeResponse
    ) -> Result<OfficeAnswer, DisclosureFailure> {
        switch response.status {
        case 200: break
        case 422:
            // The office's own code is told, its sentence is not: it may hold a value.
            let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(response.body))
            let code = refusal.map { String($0.code.prefix(PolicyName.nameBytes)) } ?? ""
            let name = PolicyName.isName(code) ? code : "unnamed"
            return .failure(
                DisclosureFailure(meaning(of: name), "the record office says \(name)"))
        default:
            return .failure(
                DisclosureFailure(
                    .cityOfficeFailed, "the record office answered \(response.status)"))
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)),
            let index = RecordIndex(answer.index)
        else {
            return .failure(
                DisclosureFailure(.cityOfficeFailed, "the record office's answer is malformed"))
        }
        guard answer.found else { return .success(.absent(index)) }
        guard let record = answer.record(index) else {
            return .failure(
                DisclosureFailure(.cityOfficeFailed, "the record office's answer is incomplete"))
        }
        return .success(.found(record))
    }
}

private struct Question: Encodable {
    struct Predicate: Encodable {
        let id: String
        let atLeast: UInt64?
    }

    let kind: String
    let reference: String
    let items: [String]
    let predicates: [Predicate]
}

private struct Refusal: Decodable {
    let code: String
}

private struct Answer: Decodable {
    struct Leaf: Decodable {
        let id: String
        let value: String?
        let witness: String?
        let atLeast: UInt64?
        let salt: String
        let leaf: UInt32
        let path: [String]

        func shown(isPredicate: Bool) -> ShownLeaf? {
            guard let salt = Hex.decode(salt) else { return nil }
            var bytes: [UInt8]
            if let witness {
                guard let decoded = Hex.decode(witness) else { return nil }
                bytes = decoded
            } else {
                guard let value else { return nil }
                bytes = Array(value.utf8)
            }
            var hashes: [Digest] = []
            for text in path {
                guard let raw = Hex.decode(text), let hash = Digest(raw) else { return nil }
                hashes.append(hash)
            }
            return ShownLeaf(
                id: id, isPredicate: isPredicate, atLeast: atLeast ?? 0, value: bytes,
                salt: salt, leaf: leaf, path: hashes)
        }
    }

    let index: String
    let found: Bool
    let schemaId: String?
    let schemaVersion: UInt32?
    let root: String?
    let leafCount: UInt32?
    let fields: [Leaf]?
    let predicates: [Leaf]?

    func record(_ index: RecordIndex) -> OfficeRecord? {
        guard let schemaId, let schemaVersion, let leafCount,
            let root = root.flatMap({ Hex.decode($0) }).flatMap({ Digest($0) })
        else { return nil }
        var leaves: [ShownLeaf] = []
        for (list, isPredicate) in [(fields ?? [], false), (predicates ?? [], true)] {
            for leaf in list {
                guard let shown = leaf.shown(isPredicate: isPredicate) else { return nil }
                leaves.append(shown)
            }
        }
        return OfficeRecord(
            index: index, schemaID: schemaId, schemaVersion: schemaVersion, root: root,
            leafCount: leafCount, leaves: leaves)
    }
}
