// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayTransport

/// What the record office says to an order: where the record stands, and what is to be sent.
struct LicenceOutcome: Sendable {
    let index: RecordIndex
    /// What the chain must show before a packet may go; 0: nothing is waited for.
    let revision: UInt64
    /// The move's word; nil where nothing is sent.
    let word: LicencePacket.Word?
    /// The client that the word goes by.
    let client: String
}

/// The record office's part in licences: it owns values, salts and seals; the relay asks it to
/// write, and carries what it has sealed. Nothing of an exchange is logged.
final class LicenceOffice: Sendable {
    private let http: NodeHTTP
    private let url: String
    private let timeoutMilliseconds: Int

    /// Bytes of an answer: a sealed word of the largest class in base64, and then some.
    private static let answerBytes = 262_144

    init(loop: EventLoop, _ configuration: DisclosureConfiguration, url: String) throws {
        var limits = NodeHTTPLimits()
        limits.bodyBytes = LicenceOffice.answerBytes
        http = try NodeHTTP(
            loop: loop, authorityFile: configuration.officeAuthorities, limits: limits)
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        timeoutMilliseconds = configuration.officeMilliseconds
    }

    func close() { http.close() }

    /// Answers on the loop.
    func update(
        _ body: LicenceBody, index: RecordIndex?, institution: String?, application: String,
        then: @escaping @Sendable (Result<LicenceOutcome, LicenceFailure>) -> Void
    ) {
        let order = Order(
            // Two applications may use one key: the office's is of both.
            key: "\(application)/\(body.idempotencyKey)", operation: body.operation.code,
            reference: index == nil ? body.identifier : nil, index: index?.description,
            status: body.status?.code, values: body.fields, institution: institution,
            replaces: body.replaces, officer: body.officer, caseNumber: body.caseNumber)
        post("/v1/update", order) { result in
            then(result.flatMap(LicenceOffice.outcome))
        }
    }

    /// What other cities' chains are told of the office: a packet's value.
    func card(
        then: @escaping @Sendable (Result<[UInt8], LicenceFailure>) -> Void
    ) {
        post("/v1/card", [String: String]()) { result in
            then(
                result.flatMap { bytes in
                    guard let answer = try? JSONDecoder().decode(Card.self, from: Data(bytes)),
                        let packet = Base64.decode(answer.packet),
                        case .office? = try? LicencePacket(reading: packet)
                    else { return .failure(LicenceOffice.malformed) }
                    return .success(packet)
                })
        }
    }

    /// Where a licence stands or would stand.
    func find(
        _ identifier: String,
        then: @escaping @Sendable (Result<RecordIndex, LicenceFailure>) -> Void
    ) {
        let question = Question(kind: RecordSchema.licence.kind, reference: identifier)
        post("/v1/disclose", question) { result in
            then(
                result.flatMap { bytes in
                    guard let answer = try? JSONDecoder().decode(Place.self, from: Data(bytes)),
                        let index = RecordIndex(answer.index)
                    else { return .failure(LicenceOffice.malformed) }
                    return .success(index)
                })
        }
    }

    // MARK: Private

    private static let malformed = LicenceFailure.other(
        DisclosureFailure(.cityOfficeFailed, "the record office's answer is malformed"))

    private static func outcome(_ bytes: [UInt8]) -> Result<LicenceOutcome, LicenceFailure> {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)),
            let index = RecordIndex(answer.index), let revision = UInt64(answer.revision)
        else { return .failure(malformed) }
        var word: LicencePacket.Word?
        if let text = answer.packet {
            // A word in its form names nobody: what is not in form does not get onto a chain.
            guard let packet = Base64.decode(text),
                case .move(let read)? = try? LicencePacket(reading: packet),
                answer.client != nil
            else { return .failure(malformed) }
            word = read
        }
        return .success(
            LicenceOutcome(
                index: index, revision: revision, word: word, client: answer.client ?? ""))
    }

    private func post(
        _ path: String, _ question: some Encodable,
        then: @escaping @Sendable (Result<[UInt8], LicenceFailure>) -> Void
    ) {
        guard let body = try? JSONEncoder().encode(question) else {
            return then(
                .failure(.other(DisclosureFailure(.cityOfficeFailed, "no question was made"))))
        }
        let request = NodeRequest(
            url: url + path, body: Array(body), timeoutMilliseconds: timeoutMilliseconds)
        http.request(request) { outcome in
            switch outcome {
            case .failure(let error):
                then(
                    .failure(
                        .other(
                            DisclosureFailure(
                                .cityOfficeFailed, "the record office: \(error.code.rawValue)"))))
            case .success(let response) where response.status == 200:
                then(.success(response.body))
            case .success(let response): then(.failure(LicenceOffice.refusal(response)))
            }
        }
    }

    /// The office's own code is told, its sentence is not: it may hold a value.
    private static func refusal(_ response: NodeResponse) -> LicenceFailure {
        let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(response.body))
        let code = refusal.map { String($0.code.prefix(PolicyName.nameBytes)) } ?? ""
        if let rule = LicenceErrorCode(rawValue: code) { return .rule(rule) }
        if response.status < 500, PolicyName.isName(code) {
            return .other(
                DisclosureFailure(.requestMalformed, "the record office says \(code)"))
        }
        return .other(
            DisclosureFailure(
                .cityOfficeFailed, "the record office answered \(response.status)"))
    }
}

private struct Order: Encodable {
    var kind = RecordSchema.licence.kind
    let key: String
    let operation: String
    let reference: String?
    let index: String?
    let status: String?
    let values: [String: String]
    let institution: String?
    let replaces: String?
    let officer: String
    let caseNumber: String

    enum CodingKeys: String, CodingKey {
        case kind, key, operation, reference, index, status, values, institution, replaces
        case officer
        case caseNumber = "case"
    }
}

private struct Question: Encodable {
    let kind: String
    let reference: String
    var items: [String] = []
    var predicates: [String] = []
}

private struct Answer: Decodable {
    let index: String
    let revision: String
    let packet: String?
    let client: String?
}

private struct Place: Decodable { let index: String }
private struct Card: Decodable { let packet: String }
private struct Refusal: Decodable { let code: String }
