// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Proofs in a federation whose members change while its relays run.
@Suite(.serialized) struct `Proofs among members that change` {
    private static let department = DisclosureRig.department

    private func configure(_ relay: FederationHarness.Relay, asker: MemberID)
        throws -> (inout DaemonConfiguration) -> Void
    {
        let own = relay.city.member
        let grant = Grant(
            id: "fund", resource: "fund-account", items: ["JZNY"], predicates: [], provider: own,
            requester: Grant.Requester(
                member: asker, department: Self.department, application: "loan-desk"),
            serviceItems: ["110000-LOAN-01"], purpose: "housing-loan", basis: .statutoryDuty,
            legalReference: "Order-262-26", impactAssessment: "PIA-2026-001", mode: .fields,
            dailyCap: 100, validFrom: try #require(PolicyDay("20200101")),
            validUntil: try #require(PolicyDay("20991231")), approvedBy: ["data-bureau"],
            status: .active)
        let policy = try DisclosurePolicy(
            provider: own,
            resources: [
                SharedResource(
                    try RecordSchemas.builtIn.schema(kind: "fund-account"),
                    shareClass: .conditional)
            ], grants: own == asker ? [] : [grant])
        let key = try FederationHarness.key("evidence", relay.city.code)
        let office = relay.city.node.officePort.map { "http://127.0.0.1:\($0)" }
        let disclosure = DisclosureConfiguration(
            office: office, policy: policy, evidenceKey: key,
            storeFile: relay.folder.file("access.db"))
        return { configuration in
            configuration.disclosure = disclosure
            configuration.api = APIConfiguration(
                address: "127.0.0.1", port: 0, tls: relay.credentials.files)
        }
    }

    @Test func `a city that joined is asked without a restart; suspended or revoked it is not`()
        async throws
    {
        let harness = try FederationHarness(["110000", "431300"])
        defer { harness.stop() }
        let beijing = harness["110000"]
        let hall = try Laboratory.issue(
            "app-live-\(UInt32.random(in: .min ... .max))", division: "110000",
            institution: "110000000000000", role: "app", options: ["--name", "loan-desk"])
        for relay in harness.relays {
            try harness.start(
                relay, with: harness.versions,
                try configure(relay, asker: beijing.city.member))
        }
        let person = SyntheticRecords(code: "330100").person(0)
        func ask() async throws
            -> (code: String?, outcome: String?, bundle: [UInt8]?, text: String)
        {
            let body = DisclosureRig.body([
                DisclosureRig.source("fund-account", person, fields: ["JZNY"])
            ])
            let answer = try await APICaller.call(
                port: beijing.daemon.withLock { $0?.apiPort } ?? 0, hall,
                expected: beijing.credentials.expected, .post, "/v1/proofs", json: body)
            let first = answer.body["answers"]?[0]
            let code = first?["code"]?.string ?? answer.body["code"]?.string
            return (
                code, first?["outcome"]?.string,
                try DisclosureRig.bundle(inAnswer: answer.text), answer.text
            )
        }
        #expect(try await ask().code == "city/unknown")

        let hangzhou = try harness.addCity("330100", office: true)
        let joined = try harness.next { $0.set(try harness.entry(hangzhou)) }
        try harness.start(
            hangzhou, with: [joined], try configure(hangzhou, asker: beijing.city.member))
        let before = beijing.daemon.withLock { $0 }
        harness.offer([joined], to: beijing)
        try harness.until("Beijing and Hangzhou are linked") {
            try harness.areLinked(beijing, hangzhou)
        }
        let present = try await ask()
        #expect(present.outcome == "present", "\(present.text)")
        #expect(beijing.daemon.withLock { $0 } === before)
        let bundle = try #require(present.bundle)
        func words(_ roots: TrustRoots) throws -> [String] {
            try BundleVerifier.verify(bundle, roots: roots).parts.map(\.word)
        }
        // The bundle names the version that held when it was made.
        #expect(try Bundle(json: bundle).manifest == joined.digest)
        #expect(try words(TrustRoots(joined.sealed)) == ["present"])

        for status in [MemberStatus.suspended, .active] {
            _ = try harness.change(hangzhou, to: status, from: beijing)
            let answer = try await ask()
            #expect(answer.code == (status == .active ? nil : "city/suspended"), "\(answer.text)")
        }

        let revoked = try harness.next { manifest in
            var member = try #require(manifest.member(hangzhou.city.member))
            member.status = .revoked
            member.statusReason = "its office was closed"
            manifest.set(member)
        }
        harness.offer([revoked], to: beijing)
        try harness.until("Beijing has version 5") { harness.version(at: beijing) == 5 }
        let refused = try await ask()
        #expect(refused.code == "city/unknown", "\(refused.text)")
        // What was proven stays proven, to whoever holds the versions.
        #expect(throws: BundleError.otherVersion(2, held: 5)) {
            try words(TrustRoots(revoked.sealed))
        }
        let roots = TrustRoots(revoked.sealed, earlier: harness.versions.map(\.sealed))
        #expect(try words(roots) == ["present"])
    }
}
