// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads a topology file and the files that it names, and gathers all findings.
struct TopologyDecoder {
    var context: DecodingContext
    /// Findings in files that the topology names.
    private(set) var others: [Finding] = []
    private let files: ConfigurationFiles

    /// Nil where the file cannot be read at all; a topology with findings that are errors is not to
    /// be used.
    static func decode(
        path: String, files: ConfigurationFiles
    ) -> (topology: Topology?, findings: [Finding]) {
        let (root, findings) = files.document(path)
        guard let root else { return (nil, findings) }
        var decoder = TopologyDecoder(context: DecodingContext(file: path), files: files)
        decoder.context.findings = findings
        let topology = decoder.topology(root)
        let isComplete = decoder.context.findings.allSatisfy(\.isWarning)
        if isComplete, decoder.others.allSatisfy(\.isWarning) {
            decoder.check(topology)
        }
        return (topology, decoder.context.findings + decoder.others)
    }

    init(context: DecodingContext, files: ConfigurationFiles) {
        self.context = context
        self.files = files
    }

    private mutating func check(_ topology: Topology) {
        for finding in topology.findings() {
            context.add(
                context.mark(of: finding.path), finding.path, finding.fault.problem,
                finding.fault.remedy, isWarning: finding.fault.isWarning)
        }
    }

    private mutating func topology(_ node: YAMLNode) -> Topology {
        let keys = TopologyKeys.self
        let root = SectionDecoder(node, keys.root, path: "", &context)
        let head = root.section(keys.topology, keys.head, &context)
        let name = head?.value(keys.name, &context, ScalarParser.text)
        let version = head?.value(keys.version, &context, ScalarParser.integer)
        var members: [Member] = []
        let memberNodes = root.nodes(keys.members, &context) ?? []
        for (index, node) in memberNodes.enumerated() {
            let path = "members[\(index)]"
            context.marks[path] = node.mark
            if let member = member(node, path) { members.append(member) }
        }
        var routes: [Route] = []
        let routeNodes = root.nodes(keys.routes, &context) ?? []
        for (index, node) in routeNodes.enumerated() {
            let path = "routes[\(index)]"
            context.marks[path] = node.mark
            if let route = route(node, path) { routes.append(route) }
        }
        return Topology(
            name: name ?? "", version: version ?? 0, members: members, routes: routes)
    }

    private mutating func member(_ node: YAMLNode, _ path: String) -> Member? {
        let keys = TopologyKeys.self
        let section = SectionDecoder(node, keys.member, path: path, &context)
        let division = section.value(keys.division, &context, ScalarParser.division)
        let institution = section.value(keys.institution, &context, ScalarParser.institution)
        let name = section.value(keys.memberName, &context, ScalarParser.text)
        let localName = section.value(keys.localName, &context, ScalarParser.text)
        let chain = section.section(keys.chain, keys.chainSection, &context)
            .flatMap { self.chain($0) }
        let relay = section.section(keys.relay, keys.relaySection, &context)
            .flatMap { self.relay($0) }
        let evidenceKeys =
            section.has(keys.evidenceKeys)
            ? section.list(keys.evidenceKeys, &context, ScalarParser.memberKey) ?? [] : []
        guard let division, let institution, let name, let chain, let relay else { return nil }
        return Member(
            id: MemberID(division: division, institution: institution), name: name,
            localName: localName ?? "", chain: chain, relay: relay, evidenceKeys: evidenceKeys)
    }

    mutating func chain(_ section: SectionDecoder) -> Chain? {
        let keys = TopologyKeys.self
        let id = section.value(keys.chainID, &context, ScalarParser.text)
        let family = section.choice(keys.family, &context).flatMap { FamilyID(rawValue: $0) }
        let threshold = section.value(keys.trustThreshold, &context, ScalarParser.fraction)
        let trusting = section.value(keys.trustingPeriod, &context, ScalarParser.duration)
        let unbonding = section.value(keys.unbondingPeriod, &context, ScalarParser.duration)
        let drift = section.value(keys.clockDrift, &context, ScalarParser.duration)
        let interval = section.value(keys.blockInterval, &context, ScalarParser.duration)
        // Parts of a prefix may be empty, and look like nothing else.
        let prefix =
            section.has(keys.commitmentPrefix)
            ? section.list(keys.commitmentPrefix, &context) { $0.text } : ["ibc", ""]
        let anchor = anchor(section)
        guard let id, let family, let threshold, let trusting, let unbonding, let drift,
            let interval, let prefix
        else { return nil }
        return Chain(
            family: family,
            parameters: ClientParameters(
                chainID: ChainID(id), trustThreshold: threshold,
                trustingPeriodNanoseconds: trusting, maxClockDriftNanoseconds: drift,
                unbondingPeriodNanoseconds: unbonding),
            anchor: anchor, blockIntervalNanoseconds: interval, commitmentPrefix: prefix)
    }

    /// The anchor given in place or in the file named; nil, and a finding, when it is wrong.
    private mutating func anchor(_ section: SectionDecoder) -> TrustAnchor? {
        let keys = TopologyKeys.self
        if section.has(keys.trustAnchor) {
            refuse(both: keys.trustAnchor, keys.trustAnchorFile, section)
            return section.section(keys.trustAnchor, keys.anchor, &context)
                .flatMap { TopologyDecoder.anchor($0, &context) }
        }
        return facts(section, keys.trustAnchorFile) { root, inner in
            root.section(Self.required(keys.trustAnchor), keys.anchor, &inner)
                .flatMap { TopologyDecoder.anchor($0, &inner) }
        }
    }

    private static func anchor(
        _ section: SectionDecoder, _ context: inout DecodingContext
    ) -> TrustAnchor? {
        let height = section.value(TopologyKeys.anchorHeight, &context, ScalarParser.integer)
        let hash = section.value(TopologyKeys.anchorHash, &context, ScalarParser.hash)
        guard let height, let hash else { return nil }
        return TrustAnchor(height: height, headerHash: hash)
    }

    private mutating func relay(_ section: SectionDecoder) -> RelayEndpoints? {
        let keys = TopologyKeys.self
        let endpoints = section.list(keys.endpoints, &context, ScalarParser.endpoint)
        var pins: [Digest] = []
        if section.has(keys.keyPins) {
            refuse(both: keys.keyPins, keys.keyPinsFile, section)
            pins = section.list(keys.keyPins, &context, ScalarParser.hash) ?? []
        } else {
            pins =
                facts(section, keys.keyPinsFile) { root, inner in
                    root.list(Self.required(keys.keyPins), &inner, ScalarParser.hash)
                } ?? []
        }
        return endpoints.map { RelayEndpoints(endpoints: $0, keyPins: pins) }
    }

    /// In the file made for it, a key that is optional elsewhere must be there.
    private static func required(_ key: ConfigurationKey) -> ConfigurationKey {
        ConfigurationKey(key.name, key.kind, example: key.example, key.doc)
    }

    private mutating func refuse(
        both inline: ConfigurationKey, _ file: ConfigurationKey, _ section: SectionDecoder
    ) {
        guard section.has(file) else { return }
        let path = section.place(file)
        context.add(
            context.mark(of: path), path, "both `\(inline.name)` and `\(file.name)` are given",
            "keep one of them")
    }

    /// Reads the file of run-time facts that a key names, if it is there.
    private mutating func facts<Value>(
        _ section: SectionDecoder, _ key: ConfigurationKey,
        _ decode: (SectionDecoder, inout DecodingContext) -> Value?
    ) -> Value? {
        guard let name = section.value(key, &context, ScalarParser.text) else { return nil }
        let path = files.resolve(name, besides: context.file)
        let (root, findings) = files.document(path)
        guard let root else {
            if findings.count == 1, !files.exists(path) {
                let place = section.place(key)
                context.add(
                    context.mark(of: place), place, "there is no file \(path)",
                    "start the chain that writes it, or give the values in place")
            } else {
                others += findings
            }
            return nil
        }
        var inner = DecodingContext(file: path)
        let decoder = SectionDecoder(root, TopologyKeys.factsFile, path: "", &inner)
        let value = decode(decoder, &inner)
        others += findings + inner.findings
        return value
    }

    private mutating func route(_ node: YAMLNode, _ path: String) -> Route? {
        let keys = TopologyKeys.self
        let section = SectionDecoder(node, keys.route, path: path, &context)
        let first = section.value(keys.first, &context, ScalarParser.member)
        let second = section.value(keys.second, &context, ScalarParser.member)
        let firstClient = section.value(keys.firstClient, &context, ScalarParser.text)
        let secondClient = section.value(keys.secondClient, &context, ScalarParser.text)
        let lifetime = section.value(keys.maxPacketLifetime, &context, ScalarParser.duration)
        guard let first, let second, let lifetime else { return nil }
        return Route(
            first: Route.End(member: first, client: firstClient ?? ""),
            second: Route.End(member: second, client: secondClient ?? ""),
            maxPacketLifetimeSeconds: UInt64(clamping: lifetime / 1_000_000_000))
    }
}
