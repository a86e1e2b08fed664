// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
package import RelayTransport
import Synchronization
package import TestSupport

extension DisclosureRig {
    package struct Answer {
        package let status: Int
        package let body: JSON
        package let text: String

        package var first: JSON? { body["answers"]?.array?.first }
        package var outcome: String? { first?["outcome"]?.string }
        package var code: String? { first?["code"]?.string ?? body["code"]?.string }
    }

    package func call(
        _ method: HTTPMethod, _ path: String, json: String? = nil,
        headers: [HTTPHeader] = [], as caller: Laboratory.Credentials? = nil,
        at relay: PeerHarness.Relay? = nil
    ) async throws -> Answer {
        let isHall = relay == nil && caller == nil
        let relay = relay ?? harness.beijing
        var port = relay.daemon.withLock { $0?.apiPort } ?? 0
        if isHall, let taps { port = taps.application.port }
        let answer = try await APICaller.call(
            port: port, caller ?? hall, expected: relay.credentials.expected, method, path,
            json: json, headers: headers)
        return Answer(status: answer.status, body: answer.body, text: answer.text)
    }

    /// What the answer's bundle proves to somebody who has the manifest or the topology alone: one
    /// word a source.
    package func words(_ answer: Answer) throws -> [String] {
        guard let bundle = try DisclosureRig.bundle(inAnswer: answer.text) else {
            throw LaboratoryCity.Trouble("no bundle in \(answer.text)")
        }
        let verdict = try BundleVerifier.verify(
            bundle, roots: TrustRoots(try manifest ?? SealedManifest(harness.topology())))
        return verdict.parts.map(\.word)
    }

    /// The bundle of an answer in its text form; nil where there is none.
    package static func bundle(inAnswer text: String) throws -> [UInt8]? {
        let value = try JSONDecoder().decode(RelayAPI.JSONValue.self, from: Data(text.utf8))
        return try value["bundle"].map { try APIAnswer.encode($0) }
    }

    /// One source, asked as the loan desk does.
    package func ask(
        _ kind: String, _ reference: String, fields: [String] = [],
        predicates: [String] = [], key: String? = nil, more: String = "", sourceMore: String = "",
        as caller: Laboratory.Credentials? = nil
    ) async throws -> Answer {
        let body = DisclosureRig.body(
            [
                DisclosureRig.source(
                    kind, reference, fields: fields, predicates: predicates, more: sourceMore)
            ], key: key, more: more)
        return try await call(.post, "/v1/proofs", json: body, as: caller)
    }

    package static func source(
        _ kind: String, _ reference: String, city: String = "330100", fields: [String] = [],
        predicates: [String] = [], more: String = ""
    ) -> String {
        let fields = fields.map { "\"\($0)\"" }.joined(separator: ",")
        return "{\"city\":\"\(city)\",\"kind\":\"\(kind)\",\"reference\":\"\(reference)\","
            + "\"fields\":[\(fields)],\"predicates\":[\(predicates.joined(separator: ","))]\(more)}"
    }

    package static func body(
        _ sources: [String], key: String? = nil, maxAgeSeconds: Int = 3_600,
        waitMilliseconds: Int = 20_000, patienceSeconds: Int = 2,
        caseNumber: String = "BJ-2026-0001", more: String = ""
    ) -> String {
        let key = key ?? "key-\(UInt64.random(in: .min ... .max))"
        return "{\"idempotencyKey\":\"\(key)\",\"department\":\"\(department)\","
            + "\"officer\":\"window-3\",\"purpose\":\"housing-loan\","
            + "\"serviceItem\":\"110000-LOAN-01\",\"caseNumber\":\"\(caseNumber)\","
            + "\"maxAgeSeconds\":\(maxAgeSeconds),\"waitMilliseconds\":\(waitMilliseconds),"
            + "\"patienceSeconds\":\(patienceSeconds)\(more),"
            + "\"sources\":[\(sources.joined(separator: ","))]}"
    }
}
