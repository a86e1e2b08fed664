// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import TestSupport
import Testing

/// What the relay that asks makes of an answer, by its own client of the source's chain.
@Suite struct DisclosureCheckTests {
    private func judge(
        _ kind: BundleSample.Kind, asked: String = "fund-account",
        change: (inout DiscloseResponse) -> Void = { _ in }
    ) throws -> VerifiedDisclosure {
        var sample = BundleSample(depth: 6, rotations: 1)
        sample.askedKind = asked
        let source = sample.source(of: AccessSample.provider)
        let exchange = try source.exchange(kind)
        var response = exchange.response
        response.update = ClientUpdate(headers: exchange.lineage?.headers ?? [])
        change(&response)
        let member = try #require(
            try sample.manifest().manifest.member(AccessSample.provider)?.member)
        let anchor = source.chain.trusted(1)
        let check = DisclosureCheck(
            peer: PeerChain(member),
            client: ClientSnapshot(
                family: .cometBFT, parameters: source.chain.parameters,
                trusted: [anchor.height: anchor]),
            keys: [source.evidenceKey.publicKey], request: exchange.request,
            signature: exchange.asked.signature, now: source.chain.now)
        var state = VerifierState()
        return try check.verify(response, &state)
    }

    private func refusal(
        _ kind: BundleSample.Kind, asked: String = "fund-account",
        change: (inout DiscloseResponse) -> Void = { _ in }
    ) -> DisclosureFailure? {
        #expect(throws: DisclosureFailure.self) {
            try judge(kind, asked: asked, change: change)
        }
    }

    @Test func `an honest answer is believed`() throws {
        #expect(try judge(.present).record?.schemaID == "frr.fund-account")
        #expect(try judge(.absent).record == nil)
        #expect(try judge(.revoked).record?.status == "07")
        #expect(try judge(.present, asked: "330100-pension").record?.status == "01")
    }

    @Test func `an answer with a record of another kind is refused`() throws {
        for schema in RecordSchemas.builtIn.all where schema.kind != "fund-account" {
            let failure = refusal(.present, asked: schema.kind)
            #expect(failure?.code == .proofNotVerified, "\(schema.kind)")
            #expect(failure?.detail.contains("another kind") == true, "\(schema.kind)")
            #expect(try judge(.absent, asked: schema.kind).record == nil)
        }
    }

    @Test func `an answer with other items, or another entry, is refused`() {
        #expect(refusal(.present) { $0.leaves.removeLast() }?.code == .proofNotVerified)
        #expect(refusal(.present) { $0.state[4] ^= 1 }?.code == .proofNotVerified)
        #expect(refusal(.present) { $0.entry[9] ^= 1 }?.code == .proofNotVerified)
        #expect(refusal(.present) { $0.update = ClientUpdate(headers: []) } != nil)
    }
}
