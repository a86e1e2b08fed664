// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads a city's disclosure policy, and gathers all findings.
struct PolicyDecoder {
    private var context: DecodingContext
    private let provider: MemberID

    /// Nil, with findings, when the file cannot be used: a policy is used whole or not at all.
    static func decode(
        path: String, provider: MemberID, files: ConfigurationFiles
    ) -> (policy: DisclosurePolicy?, findings: [Finding]) {
        let (root, findings) = files.document(path)
        guard let root else { return (nil, findings) }
        var decoder = PolicyDecoder(context: DecodingContext(file: path), provider: provider)
        decoder.context.findings = findings
        let policy = decoder.policy(root)
        return (policy, decoder.context.findings)
    }

    private init(context: DecodingContext, provider: MemberID) {
        self.context = context
        self.provider = provider
    }

    private mutating func policy(_ node: YAMLNode) -> DisclosurePolicy? {
        let keys = PolicyKeys.self
        let root = SectionDecoder(node, keys.root, path: "", &context)
        var resources: [SharedResource] = []
        for (index, node) in (root.nodes(keys.resources, &context) ?? []).enumerated() {
            if let resource = resource(node, "resources[\(index)]") { resources.append(resource) }
        }
        var grants: [Grant] = []
        for (index, node) in (root.nodes(keys.grants, &context) ?? []).enumerated() {
            if let grant = grant(node, "grants[\(index)]") { grants.append(grant) }
        }
        guard context.findings.allSatisfy(\.isWarning) else { return nil }
        do throws(PolicyFault) {
            return try DisclosurePolicy(provider: provider, resources: resources, grants: grants)
        } catch {
            context.add(.start, "", error.problem, error.remedy)
            return nil
        }
    }

    private mutating func resource(_ node: YAMLNode, _ path: String) -> SharedResource? {
        let keys = PolicyKeys.self
        context.marks[path] = node.mark
        let section = SectionDecoder(node, keys.resource, path: path, &context)
        let kind = section.value(keys.kind, &context, ScalarParser.text)
        let share = section.choice(keys.share, &context)
            .flatMap(SharedResource.ShareClass.init(rawValue:))
        let predicates = names(section, keys.kindPredicates)
        guard section.has(keys.items) else {
            guard let kind, let share else { return nil }
            guard let schema = try? RecordSchemas.builtIn.schema(kind: kind) else {
                context.add(
                    node.mark, path, "there is no built-in schema of kind \(kind)",
                    "describe its `items`")
                return nil
            }
            return SharedResource(schema, shareClass: share)
        }
        var items: [SharedResource.Item] = []
        for (index, node) in (section.nodes(keys.items, &context) ?? []).enumerated() {
            if let item = item(node, "\(path).items[\(index)]") { items.append(item) }
        }
        guard let kind, let share else { return nil }
        return SharedResource(
            kind: kind, shareClass: share, items: items, predicates: predicates)
    }

    private mutating func item(_ node: YAMLNode, _ path: String) -> SharedResource.Item? {
        let keys = PolicyKeys.self
        context.marks[path] = node.mark
        let section = SectionDecoder(node, keys.item, path: path, &context)
        let id = section.value(keys.itemID, &context, ScalarParser.text)
        let sensitivity = section.integer(keys.sensitivity, in: 1...4, &context)
        let disclosure = section.choice(keys.disclosure, &context)
            .flatMap(SharedResource.Disclosure.init(rawValue:))
        let predicates = names(section, keys.itemPredicates)
        guard let id, let sensitivity, let disclosure else { return nil }
        return SharedResource.Item(
            id: id, sensitivity: UInt8(clamping: sensitivity), disclosure: disclosure,
            predicates: predicates)
    }

    private mutating func grant(_ node: YAMLNode, _ path: String) -> Grant? {
        let keys = PolicyKeys.self
        context.marks[path] = node.mark
        let section = SectionDecoder(node, keys.grant, path: path, &context)
        let id = section.value(keys.grantID, &context, ScalarParser.text)
        let resource = section.value(keys.grantResource, &context, ScalarParser.text)
        let mode = section.choice(keys.mode, &context).flatMap(Grant.Mode.init(rawValue:))
        let items = names(section, keys.grantItems)
        let predicates = names(section, keys.grantPredicates)
        let requester = requester(section)
        let serviceItems = section.list(keys.serviceItems, &context, ScalarParser.text)
        let purpose = section.value(keys.purpose, &context, ScalarParser.text)
        let basis = section.choice(keys.basis, &context).flatMap(Grant.Basis.init(rawValue:))
        let legal = section.value(keys.legalReference, &context, ScalarParser.text)
        let assessment = section.value(keys.impactAssessment, &context, ScalarParser.text)
        let cap = section.integer(keys.dailyCap, in: 1...UInt64(Grant.maxDailyCap), &context)
        let from = section.value(keys.validFrom, &context, PolicyDecoder.day)
        let until = section.value(keys.validUntil, &context, PolicyDecoder.day)
        let approved = section.list(keys.approvedBy, &context, ScalarParser.text)
        let status = section.choice(keys.status, &context).flatMap(Grant.Status.init(rawValue:))
        let presentation = section.choice(keys.presentation, &context)
            .flatMap(Grant.Presentation.init(rawValue:))
        guard let id, let resource, let mode, let requester, let serviceItems, let purpose,
            let basis, let legal, let assessment, let cap, let from, let until, let approved,
            let status, let presentation
        else { return nil }
        return Grant(
            id: id, resource: resource, items: items, predicates: predicates, provider: provider,
            requester: requester, serviceItems: serviceItems, purpose: purpose, basis: basis,
            legalReference: legal, impactAssessment: assessment, mode: mode,
            dailyCap: UInt32(clamping: cap), validFrom: from, validUntil: until,
            approvedBy: approved, status: status, presentation: presentation)
    }

    private mutating func requester(_ section: SectionDecoder) -> Grant.Requester? {
        let keys = PolicyKeys.self
        let member = section.value(keys.requester, &context, ScalarParser.member)
        let department =
            section.has(keys.department)
            ? section.value(keys.department, &context, ScalarParser.code) : nil
        let application =
            section.has(keys.application)
            ? section.value(keys.application, &context, ScalarParser.text) : nil
        return member.map {
            Grant.Requester(member: $0, department: department, application: application)
        }
    }

    private mutating func names(
        _ section: SectionDecoder, _ key: ConfigurationKey
    ) -> [String] {
        section.has(key) ? section.list(key, &context, ScalarParser.text) ?? [] : []
    }

    private static func day(_ scalar: YAMLScalar) throws(Complaint) -> PolicyDay {
        let text = try ScalarParser.code(scalar)
        guard let day = PolicyDay(text) else {
            throw Complaint("\"\(text)\" is no day", "write year, month and day: \"20260131\"")
        }
        return day
    }
}
