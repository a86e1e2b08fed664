// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `member.yaml`: what a member says of itself, before keys are added and signatures made.
struct MemberDraft {
    var id: MemberID
    var name: String
    var localName: String
    var owner: Organisation
    var `operator`: Organisation
    var parent: MemberID?
    /// Empty, as the chain is nil, for a member that only supervises.
    var endpoints: [Endpoint]
    var chain: Chain?

    private enum Keys {
        static let bodyName = ConfigurationKey("name", .text, example: "娄底市数据局", "")
        static let bodyCode = ConfigurationKey("code", .code, .optional, "")
        static let body = ConfigurationSection("owner", "", [bodyName, bodyCode])
        static let owner = ConfigurationKey("owner", .section, .required, "")
        static let `operator` = ConfigurationKey("operator", .section, .required, "")
        static let parent = ConfigurationKey(
            "parent", .code, .optional, example: "\"110000/110000000000000\"", "")
        static let endpoints = ConfigurationKey(
            "endpoints", .list("`host:port`"), .optional, example: "[\"relay.example:27100\"]", "")
        static let chain = ConfigurationKey("chain", .section, .optional, "")
        static let root = ConfigurationSection(
            "", "",
            [
                TopologyKeys.division, TopologyKeys.institution, TopologyKeys.memberName,
                TopologyKeys.localName, owner, Keys.operator, parent, endpoints, chain,
            ])
    }

    /// Reads a draft; throws its first finding, and reports all of them.
    static func read(
        _ path: String, _ files: ConfigurationFiles, _ console: inout Console
    ) throws -> MemberDraft {
        let (root, findings) = files.document(path)
        var decoder = TopologyDecoder(context: DecodingContext(file: path), files: files)
        decoder.context.findings = findings
        let draft = root.flatMap { MemberDraft.decode($0, &decoder) }
        let all = decoder.context.findings + decoder.others
        for finding in all { console.report(finding.description) }
        guard let draft, all.allSatisfy(\.isWarning) else {
            throw MemberFault(
                "member/draft", "\(path) has \(all.count) finding(s)",
                "correct them in the file and run the command again")
        }
        return draft
    }

    private static func decode(_ root: YAMLNode, _ decoder: inout TopologyDecoder) -> MemberDraft? {
        let section = SectionDecoder(root, Keys.root, path: "", &decoder.context)
        let division = section.value(
            TopologyKeys.division, &decoder.context, ScalarParser.division)
        let institution = section.value(
            TopologyKeys.institution, &decoder.context, ScalarParser.institution)
        let name = section.value(TopologyKeys.memberName, &decoder.context, ScalarParser.text)
        let local = section.value(TopologyKeys.localName, &decoder.context, ScalarParser.text)
        let owner = body(section, Keys.owner, &decoder)
        let `operator` = body(section, Keys.operator, &decoder)
        let parent = section.value(Keys.parent, &decoder.context, ScalarParser.member)
        let endpoints = section.list(Keys.endpoints, &decoder.context, ScalarParser.endpoint)
        let part = section.section(Keys.chain, TopologyKeys.chainSection, &decoder.context)
        let chain = part.flatMap { decoder.chain($0) }
        guard let division, let institution, let name, let owner, let `operator`,
            // A chain that is there and wrong is a finding already.
            (part == nil) == (chain == nil)
        else { return nil }
        return MemberDraft(
            id: MemberID(division: division, institution: institution), name: name,
            localName: local ?? "", owner: owner, operator: `operator`, parent: parent,
            endpoints: endpoints ?? [], chain: chain)
    }

    /// The chain, for what cannot be done without one.
    func chainOrRefusal() throws -> Chain {
        guard let chain else {
            throw MemberFault(
                "member/supervising", "\(id) has no chain in its draft: it only supervises",
                "add `chain` and `endpoints` to member.yaml, or leave this step out")
        }
        return chain
    }

    private static func body(
        _ section: SectionDecoder, _ key: ConfigurationKey, _ decoder: inout TopologyDecoder
    ) -> Organisation? {
        guard let part = section.section(key, Keys.body, &decoder.context) else { return nil }
        let name = part.value(Keys.bodyName, &decoder.context, ScalarParser.text)
        let code = part.value(Keys.bodyCode, &decoder.context, ScalarParser.code)
        return name.map { Organisation(name: $0, code: code ?? "") }
    }

    /// Whether the draft is of a member that votes and has neither chain nor relay.
    var isSupervising: Bool { chain == nil }

    /// The entry of this draft with keys.
    func entry(
        authority: [MemberKey], evidence: [MemberKey], pins: [Digest]
    ) -> ManifestMember {
        ManifestMember(
            id: id, name: name, localName: localName, owner: owner, operator: `operator`,
            authorityKeys: authority, evidenceKeys: evidence,
            relay: RelayEndpoints(endpoints: endpoints, keyPins: pins),
            chains: chain.map { [$0] } ?? [], parent: parent)
    }

    /// The draft that `member init` writes: what is known filled in, the rest to be replaced.
    /// Without endpoints it is that of a member that only supervises.
    static func template(
        _ id: MemberID, name: String, localName: String, owner: String, operator runner: String,
        endpoints: [Endpoint]
    ) -> String {
        let head = head(id, name: name, localName: localName, owner: owner, operator: runner)
        return endpoints.isEmpty ? head : head + chain(id, endpoints)
    }

    private static func quoted(_ text: String) -> String { JSONText.string(text).line }

    private static func head(
        _ id: MemberID, name: String, localName: String, owner: String, operator runner: String
    ) -> String {
        """
        # What this member says of itself. Complete it, then run
        # `cityrelay member request`: it checks all of this before anything is sent.
        division: "\(id.division)"
        institution: "\(id.institution)"
        name: \(quoted(name))
        local_name: \(quoted(localName.isEmpty ? name : localName))
        # Who answers for the chain and its records. `code` is a credit code or left away.
        owner:
          name: \(quoted(owner))
        # Who runs chain and relay; the same body, or a company.
        operator:
          name: \(quoted(runner))

        """
    }

    private static func chain(_ id: MemberID, _ endpoints: [Endpoint]) -> String {
        let list = endpoints.map { quoted($0.description) }.joined(separator: ", ")
        return """
            endpoints: [\(list)]
            chain:
              id: "replace-\(id.division)-1"
              family: cometbft
              trust_threshold: 1/3
              trusting_period: 14d
              unbonding_period: 21d
              clock_drift: 10s
              block_interval: 5s
              commitment_prefix: ["ibc", ""]
              # A header of your chain that everyone starts from: height and hash as your node
              # reports them in /commit.
              trust_anchor:
                height: 0
                hash: "\(String(repeating: "0", count: 64))"

            """
    }
}
