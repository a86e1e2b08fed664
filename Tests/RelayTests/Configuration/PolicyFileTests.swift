// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayCommand
import Testing

@Suite struct `A disclosure policy is read strictly` {
    static let policy = """
        resources:
          - kind: fund-account
            share: conditional
          - kind: tree-identity
            share: unconditional
            items:
              - {id: species, sensitivity: 1, disclosure: always}
        grants:
          - id: beijing-loans
            resource: fund-account
            mode: fields
            items: [JZNY]
            predicates: [monthsGE]
            requester: "110000/110000000000000"
            department: "12110000TEXT000175"
            service_items: ["110000-LOAN-01"]
            purpose: housing-loan
            basis: statutory-duty
            legal_reference: Order-262-26
            impact_assessment: PIA-2026-001
            daily_cap: 500
            valid_from: "20260101"
            valid_until: "20261231"
            approved_by: [data-bureau]

        """

    private func load(_ policy: String) -> LoadedConfiguration {
        let records = """
            records:
              evidence_key_file: evidence.key
              policy: policy.yaml

            """
        return ConfigurationLoader.load(
            relay: "/etc/relay/relay.yaml",
            files: ConfigurationFiles([
                "/etc/relay/relay.yaml": ConfigurationSamples.relay + records,
                "/etc/relay/topology.yaml": ConfigurationSamples.topology,
                "/etc/relay/facts.yaml": ConfigurationSamples.facts,
                "/etc/relay/tls/relay.crt": "x", "/etc/relay/tls/relay.key": "x",
                "/etc/relay/tls/ca.crt": "x", "/etc/relay/account.key": "x",
                "/etc/relay/data": "", "/etc/relay/evidence.key": "x",
                "/etc/relay/policy.yaml": policy,
            ]))
    }

    @Test func `whether a use-code is needed stands in the grant`() {
        #expect(load(Self.policy).policy?.grants.first?.presentation == .optional)
        for rule in Grant.Presentation.allCases {
            let text = Self.policy.replacing(
                "daily_cap: 500", with: "presentation: \(rule.rawValue)\n    daily_cap: 500")
            #expect(load(text).policy?.grants.first?.presentation == rule)
        }
        let wrong = Self.policy.replacing(
            "daily_cap: 500", with: "presentation: maybe\n    daily_cap: 500")
        #expect(load(wrong).policy == nil)
    }

    @Test func `a good file is what it says`() throws {
        let loaded = load(Self.policy)
        #expect(loaded.findings.isEmpty, "\(loaded.findings)")
        let policy = try #require(loaded.policy)
        #expect(policy.provider.description == "330100/330100000000000")
        #expect(policy.resources["tree-identity"]?.items.map(\.id) == ["species"])
        let fund = try #require(policy.resources["fund-account"])
        #expect(fund.predicates == ["SixMconFlag", "monthsGE", "noUnsettledLoan"])
        #expect(fund.item("SJHM")?.disclosure == .never)
        let grant = try #require(policy.grants.first)
        #expect(grant.requester.application == nil)
        #expect(grant.dailyCap == 500 && grant.status == .active && grant.basis == .statutoryDuty)
    }

    static let spoilt: [(part: String, other: String, word: String)] = [
        ("mode: fields", "mode: all", "not known"), ("daily_cap: 500", "daily_cap: 0", "outside"),
        ("\"20261231\"", "\"20261331\"", "no day"), ("\"20261231\"", "\"20251231\"", "ends before"),
        ("[JZNY]", "[SJHM]", "never leaves"), ("[JZNY]", "[salary]", "unknown item"),
        ("impact_assessment:", "assessment:", "missing"),
        ("share: conditional", "share: none", "not shared"),
        ("kind: fund-account", "kind: fund", "no built-in schema"),
        ("approved_by: [data-bureau]", "approved_by: []", "approved by nobody"),
        ("purpose: housing-loan", "purpos: housing-loan", "no key"),
    ]

    @Test(arguments: spoilt)
    func `one thing wrong and no policy is used`(
        _ change: (part: String, other: String, word: String)
    ) throws {
        let loaded = load(try ConfigurationSamples.spoil(Self.policy, change.part, change.other))
        #expect(loaded.policy == nil)
        #expect(loaded.hasErrors)
        #expect(
            loaded.findings.contains { $0.problem.contains(change.word) }, "\(loaded.findings)")
    }
}
