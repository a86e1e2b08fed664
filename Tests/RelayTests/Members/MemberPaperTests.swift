// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Relays carry member changes: a request is handed in at one, approvals at it, and all of them
/// have the next version.
@Suite(.serialized) struct `Relays that carry member changes` {
    private static let cities = ["330100", "110000", "431300"]

    private func harness() throws -> FederationHarness {
        let harness = try FederationHarness(Self.cities, quorum: 3)
        for relay in harness.relays { try start(relay, harness) }
        return harness
    }

    /// Hangzhou's relay has an API.
    private func start(_ relay: FederationHarness.Relay, _ harness: FederationHarness) throws {
        try harness.start(relay, with: harness.versions) { configuration in
            guard relay.city.code == "330100" else { return }
            configuration.api = APIConfiguration(
                address: "127.0.0.1", port: 0, tls: try DoorCallers.relay.get().files)
        }
    }

    /// What a newcomer's own machine makes: every key signs.
    private func request(
        _ newcomer: FederationHarness.Relay, _ harness: FederationHarness
    ) throws -> RegistrationRequest {
        var request = RegistrationRequest(
            .join, federation: "laboratory", basis: harness.latest.digest,
            createdAt: Timestamp.wallClock, entry: try harness.entry(newcomer))
        let code = newcomer.city.code
        for (role, purpose) in [(KeyRole.authority, "authority"), (.evidence, "evidence")] {
            let key = try FederationHarness.key(purpose, code)
            request.proofs.append(try #require(KeyProof(role, key, of: request)))
        }
        let key = try PrivateKey(
            pem: Corpus.read(newcomer.credentials.files.key), passphrase: nil)
        request.proofs.append(
            KeyProof(
                role: .relay, info: try key.info(), signature: try key.sign(request.signBytes)))
        return request
    }

    private func approval(_ next: SealedManifest, _ code: String) throws -> String {
        let key = try FederationHarness.key("authority", code)
        return Armour.encode(.approval, try #require(Approval(of: next, with: key)).encoded)
    }

    private func hand(
        _ text: String, _ path: String, _ harness: FederationHarness,
        as caller: Result<Laboratory.Credentials, any Error> = DoorCallers.wang
    ) async throws -> (status: Int, body: JSON, text: String) {
        let port = harness["330100"].daemon.withLock { $0?.apiPort } ?? nil
        return try await DoorCallers.call(
            port: try #require(port), try caller.get(), .post, "/v1/member/\(path)", json: text,
            type: "text/plain")
    }

    private func open(_ relay: FederationHarness.Relay) -> [OpenProposals.Proposal] {
        relay.daemon.withLock { $0?.openProposals?.open } ?? []
    }

    @Test func `a newcomer's request is handed in once, approved, and every relay has the version`()
        async throws
    {
        let harness = try harness()
        defer { harness.stop() }
        let (hangzhou, loudi) = (harness["330100"], harness["431300"])
        let newcomer = try harness.addCity("320100")
        let request = try request(newcomer, harness)
        let text = Armour.encode(.request, request.encoded)
        #expect(
            try await hand(text, "requests", harness, as: DoorCallers.observer).text
                .contains("access/role-too-small"))
        let taken = try await hand(text, "requests", harness)
        #expect(taken.status == 200 && taken.text.contains("\"taken\""), "\(taken.text)")
        #expect(try await hand(text, "requests", harness).text.contains("\"known\""))
        try harness.until("every relay lists the request") {
            Self.cities.allSatisfy { open(harness[$0]).count == 1 }
        }
        #expect(open(loudi)[0].note == "join 320100/320100000000000")
        let next = MembershipProposal([request], after: harness.latest.sealed).next
        #expect(open(loudi)[0].digest == next.digest.description)

        // What does not count: a stranger's yes, another kind of paper, a damaged file.
        let strange = try await hand(
            try approval(next, "610100"), "approvals", harness)
        #expect(strange.status == 422 && strange.text.contains("manifest/unknown-signer"))
        #expect(
            try await hand(text, "approvals", harness).text.contains("proposal/other-kind"))
        #expect(
            try await hand(String(text.prefix(300)), "requests", harness).text
                .contains("proposal/no-block"))

        let first = try await hand(try approval(next, "110000"), "approvals", harness)
        #expect(first.status == 200, "\(first.text)")
        try harness.until("Loudi knows of Beijing's approval") {
            open(loudi).first?.approvedBy == ["110000/110000000000000"]
        }
        // A relay that starts again still has what is open.
        loudi.stop()
        try start(loudi, harness)
        #expect(open(loudi).first?.approvedBy == ["110000/110000000000000"])

        #expect(
            try await hand(try approval(next, "330100"), "approvals", harness).text
                .contains("\"taken\""))
        let begun = FederationHarness.milliseconds
        let last = try await hand(try approval(next, "431300"), "approvals", harness)
        #expect(last.text.contains("\"assembled\""), "\(last.text)")
        try harness.until("every relay has version 2") {
            Self.cities.allSatisfy { harness.version(at: harness[$0]) == 2 }
        }
        print(
            "after the last approval was handed in: every relay had the version after "
                + "\(FederationHarness.milliseconds - begun) ms")
        for code in Self.cities {
            let held = harness[code].daemon.withLock { $0?.membersVersion?.digest }
            #expect(held == next.digest)
            #expect(open(harness[code]).isEmpty)
        }
        #expect(!hangzhou.said("manifest/adopted").isEmpty)
        let stale = try await hand(text, "requests", harness)
        #expect(stale.text.contains("request/stale"), "\(stale.text)")
    }

    @Test func `evidence that one relay meets is told to all, and each verifies and keeps it`()
        async throws
    {
        let harness = try harness()
        defer { harness.stop() }
        let first = try harness.next { $0.note = "renewed" }
        let handed = try await hand(
            Armour.encode(.manifest, first.encoded), "manifests", harness)
        #expect(handed.status == 200, "\(handed.text)")
        try harness.until("every relay has version 2") {
            Self.cities.allSatisfy { harness.version(at: harness[$0]) == 2 }
        }
        let other = try harness.sign(after: harness.versions[0]) { $0.note = "another history" }
        harness.offer([other], to: harness["110000"])
        try harness.until("all three keep the evidence") {
            try Self.cities.allSatisfy { code in
                try harness[code].journal().evidence().contains {
                    $0.kind == "manifest/equivocation"
                }
            }
        }
        for code in Self.cities {
            #expect(
                harness[code].daemon.withLock { $0?.membersVersion?.digest } == first.digest)
            // Once, however many tell of it.
            #expect(harness[code].said("manifest/equivocation").count == 1)
        }
        let few = SignedManifest(
            try harness.sign { $0.note = "too few" }.sealed, signatures: [])
        let refused = try await hand(
            Armour.encode(.manifest, few.encoded), "manifests", harness)
        #expect(
            refused.status == 422 && refused.text.contains("manifest/not-enough-signatures"),
            "\(refused.text)")
        let far = try harness.sign(after: harness.sign { _ in }) { _ in }
        #expect(
            try await hand(Armour.encode(.manifest, far.encoded), "manifests", harness).text
                .contains("manifest/gap"))
    }

    @Test func `the command hands files in, lists what is open, and reviews it at the relay`()
        async throws
    {
        let harness = try harness()
        defer { harness.stop() }
        let hangzhou = harness["330100"]
        let newcomer = try harness.addCity("320100")
        let request = try request(newcomer, harness)
        let folder = try ScratchFolder()
        try folder.write(
            Array(Armour.encode(.request, request.encoded).utf8), to: "request.txt")
        let relay = try DoorCallers.relay.get().files
        let port = hangzhou.daemon.withLock { $0?.apiPort } ?? nil
        let yaml = """
            member: "330100/330100000000000"
            topology: topology.yaml
            data_directory: \(hangzhou.store.dropLast("/relay.db".count))
            peer:
              listen: 127.0.0.1:\(hangzhou.port)
              certificate: \(relay.certificate)
              private_key: \(relay.key)
              authorities: \(relay.authority)
            api:
              listen: 127.0.0.1:\(try #require(port))
            chain:
              nodes: [http://127.0.0.1:26657]
              account_key_file: account.key
              gas_price: "0.001stake"

            """
        let samples = ConfigurationSamples.files(relay: yaml)
        let wang = try DoorCallers.wang.get().files
        func run(
            _ words: [String], asWang: Bool = false
        ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
            var console = Console(now: Timestamp.wallClock, files: samples)
            var words = ["member"] + words + ["--config", "/etc/relay/relay.yaml"]
            if asWang { words += ["--certificate", wang.certificate, "--key", wang.key] }
            let status = CommandTree.cityrelay.run(words, &console)
            return (status, console.output, console.errors)
        }
        let file = ["submit", "--file", folder.file("request.txt")]
        let looking = run(file)
        #expect(looking.status == .negative && looking.errors.contains("access/wrong-kind"))
        let taken = run(file, asWang: true)
        #expect(taken.output.contains("the request is taken"), "\(taken.errors)")
        let list = run(["list", "--open"])
        #expect(list.output.contains("join 320100/320100000000000"), "\(list.errors)")
        #expect(list.output.contains("0 of 3 approvals"))
        let digest = try #require(open(hangzhou).first?.digest)
        let review = run(["review", "--open", String(digest.prefix(12))])
        #expect(review.status == .success, "\(review.errors)")
        #expect(review.output.contains("comes in"))
        // Its --key is the authority's, encrypted; the caller is the relay itself.
        let bench = try MemberBench()
        try bench.member("330100", "Hangzhou")
        let approve = run([
            "approve", "--open", String(digest.prefix(12)), "--key",
            bench.path("Hangzhou/authority.key"), "--passphrase-file", bench.path("pass"),
            "--out", folder.file("own.approval"),
        ])
        #expect(approve.output.contains("comes in"), "\(approve.errors)")
        let none = run(["review", "--open", "ffff"])
        #expect(none.errors.contains("proposal/unknown"), "\(none.errors)")
        harness.stop()
        let gone = run(["list", "--open"])
        #expect(
            gone.status == .unavailable && gone.errors.contains("relay/not-reached"),
            "\(gone.errors)")
    }
}
