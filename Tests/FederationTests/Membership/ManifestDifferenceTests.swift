// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// An authority signs what it was shown: so whatever differs is shown.
@Suite struct ManifestDifferenceTests {
    typealias Sample = SampleFederation
    typealias Edit = (field: String, make: @Sendable (inout Manifest, inout Generator) -> Void)

    /// Five members; the first with a side chain, the last put out, three on the council.
    static func base() throws -> Manifest {
        var manifest = try Sample.manifest(5)
        manifest.quorum = QuorumRule(.atLeast(2), council: manifest.members.prefix(3).map(\.id))
        manifest.members[0].chains.append(Sample.chain("side"))
        manifest.members[0].authorityKeys.append(try Sample.key(Sample.authority("first", 2)))
        manifest.members[0].evidenceKeys.append(try Sample.key(Sample.authority("first", 3)))
        manifest.members[0].relay.keyPins.append(SHA256.hash([7]))
        manifest.members[0].relay.endpoints.append(Endpoint(host: "second.example", port: 1))
        manifest.members[4].status = .suspended
        manifest.members[4].statusReason = "its clock is wrong"
        manifest.spentKeys = [SHA256.hash([1]), SHA256.hash([2])].sorted()
        manifest.routes = .listed(
            manifest.members.dropFirst().map {
                Route(
                    first: .init(member: manifest.members[0].id), second: .init(member: $0.id),
                    maxPacketLifetimeSeconds: 3_600)
            })
        return manifest
    }

    private static func word(_ generator: inout Generator) -> String {
        "x\(generator.next() % 1_000_000)"
    }

    private static func span(_ generator: inout Generator) -> Int64 {
        Int64(generator.next() % 100_000)
            * [1, 1_000_000_000, 60_000_000_000][
                Int(generator.next() % 3)]
    }

    private static func digest(_ generator: inout Generator) -> Digest {
        SHA256.hash(Array("\(generator.next())".utf8))
    }

    private static func key(_ generator: inout Generator) -> MemberKey {
        MemberKey(type: .ed25519, bytes: digest(&generator).bytes)
    }

    private static func reroute(
        _ manifest: inout Manifest, _ change: (inout [Route]) -> Void
    ) {
        guard case .listed(var routes) = manifest.routes else { return }
        change(&routes)
        manifest.routes = .listed(routes)
    }

    static let headEdits: [Edit] = [
        ("federation", { manifest, random in manifest.federation = word(&random) }),
        ("version", { manifest, random in manifest.version += 1 + random.next() % 100 }),
        ("previous", { manifest, random in manifest.previous = digest(&random) }),
        (
            "issuedAt",
            { manifest, random in
                manifest.issuedAt = manifest.issuedAt.adding(nanoseconds: 1 + span(&random))
            }
        ),
        (
            "softExpiry",
            { manifest, random in
                manifest.softExpiry = manifest.softExpiry.adding(nanoseconds: 1 + span(&random))
            }
        ),
        (
            "hardExpiry",
            { manifest, random in
                manifest.hardExpiry = manifest.hardExpiry.adding(nanoseconds: 1 + span(&random))
            }
        ),
        ("note", { manifest, random in manifest.note = word(&random) }),
        ("spentKeys", { manifest, _ in manifest.spentKeys.removeFirst() }),
        ("spentKeys", { manifest, random in manifest.spentKeys.append(digest(&random)) }),
        ("quorum", { manifest, _ in manifest.quorum.rule = .atLeast(3) }),
        ("quorum", { manifest, _ in manifest.quorum.rule = .all }),
        ("quorum", { manifest, _ in manifest.quorum.council = [] }),
        ("quorum", { manifest, _ in manifest.quorum.council.reverse() }),
        ("quorum", { manifest, _ in manifest.quorum.council.removeLast() }),
        // The same number of others.
        (
            "quorum", { manifest, _ in manifest.quorum.council[1] = manifest.members[3].id }
        ),
        (
            "routes",
            { manifest, random in
                manifest.routes = .allPairs(maxPacketLifetimeSeconds: 1 + random.next() % 999)
            }
        ),
        ("routes", { manifest, _ in reroute(&manifest) { $0.reverse() } }),
        ("routes", { manifest, _ in reroute(&manifest) { $0.removeFirst() } }),
        ("routes", { manifest, _ in reroute(&manifest) { $0.append($0[0]) } }),
        (
            "routes",
            { manifest, random in
                let seconds = random.next() % 3_600
                reroute(&manifest) { $0[2].maxPacketLifetimeSeconds = seconds }
            }
        ),
        (
            "routes",
            { manifest, random in
                let client = word(&random)
                reroute(&manifest) { $0[1].second.client = client }
            }
        ),
        (
            "members",
            { manifest, _ in
                if let entry = try? Sample.member("510100", "Chengdu") { manifest.set(entry) }
            }
        ),
        ("members", { manifest, _ in manifest.members.removeLast() }),
    ]

    static let memberEdits: [Edit] = [
        ("name", { manifest, random in manifest.members[0].name = word(&random) }),
        ("localName", { manifest, random in manifest.members[0].localName = word(&random) }),
        ("owner", { manifest, random in manifest.members[0].owner.name = word(&random) }),
        ("owner", { manifest, random in manifest.members[0].owner.code = word(&random) }),
        ("operator", { manifest, random in manifest.members[0].operator.name = word(&random) }),
        ("operator", { manifest, random in manifest.members[0].operator.code = word(&random) }),
        ("authorityKeys", { $0.members[0].authorityKeys.append(key(&$1)) }),
        ("authorityKeys", { manifest, _ in manifest.members[0].authorityKeys.removeFirst() }),
        ("authorityKeys", { manifest, _ in manifest.members[0].authorityKeys.reverse() }),
        ("evidenceKeys", { $0.members[0].evidenceKeys.append(key(&$1)) }),
        ("evidenceKeys", { manifest, _ in manifest.members[0].evidenceKeys.removeFirst() }),
        ("evidenceKeys", { manifest, _ in manifest.members[0].evidenceKeys.reverse() }),
        ("relay", { $0.members[0].relay.keyPins.append(digest(&$1)) }),
        ("relay", { manifest, _ in manifest.members[0].relay.keyPins.removeFirst() }),
        ("relay", { manifest, _ in manifest.members[0].relay.keyPins.reverse() }),
        ("relay", { manifest, _ in manifest.members[0].relay.endpoints.reverse() }),
        ("relay", { $0.members[0].relay.endpoints[1].host = word(&$1) }),
        ("relay", { $0.members[0].relay.endpoints[0].port = UInt16($1.next() % 60_000 + 1) }),
        ("status", { manifest, _ in manifest.members[0].status = .suspended }),
        ("status", { manifest, _ in manifest.members[0].status = .revoked }),
        ("status", { manifest, _ in manifest.members[4].status = .revoked }),
        ("statusReason", { $0.members[4].statusReason = word(&$1) }),
        ("statusReason", { $0.members[0].statusReason = word(&$1) }),
        ("parent", { manifest, _ in manifest.members[0].parent = manifest.members[1].id }),
        ("parent", { manifest, _ in manifest.members[0].parent = manifest.members[2].id }),
        ("chains", { manifest, _ in manifest.members[0].chains.reverse() }),
        ("chains", { manifest, _ in manifest.members[0].chains.removeLast() }),
        ("chains", { $0.members[0].chains.append(Sample.chain(word(&$1))) }),
        ("chains", { $0.members[0].chains.insert(Sample.chain(word(&$1)), at: 0) }),
    ]

    static let chainEdits: [Edit] = [
        ("parameters.chainID", { $0.members[0].chains[1].parameters.chainID = ChainID(word(&$1)) }),
        (
            "parameters.trustThreshold",
            { manifest, random in
                manifest.members[0].chains[0].parameters.trustThreshold = TrustThreshold(
                    numerator: 1 + random.next() % 5, denominator: 7)
            }
        ),
        (
            "parameters.trustingPeriodNanoseconds",
            { $0.members[0].chains[0].parameters.trustingPeriodNanoseconds = span(&$1) }
        ),
        (
            "parameters.maxClockDriftNanoseconds",
            { $0.members[0].chains[0].parameters.maxClockDriftNanoseconds = span(&$1) }
        ),
        (
            "parameters.unbondingPeriodNanoseconds",
            { $0.members[0].chains[0].parameters.unbondingPeriodNanoseconds = span(&$1) }
        ),
        ("anchor", { $0.members[0].chains[0].anchor?.height = 2 + $1.next() % 1_000 }),
        ("anchor", { $0.members[0].chains[0].anchor?.headerHash = digest(&$1) }),
        ("anchor", { manifest, _ in manifest.members[0].chains[0].anchor = nil }),
        (
            "blockIntervalNanoseconds",
            { $0.members[0].chains[0].blockIntervalNanoseconds = span(&$1) }
        ),
        ("commitmentPrefix", { $0.members[0].chains[0].commitmentPrefix = [word(&$1), ""] }),
        (
            "commitmentPrefix",
            { manifest, _ in manifest.members[0].chains[0].commitmentPrefix = [] }
        ),
    ]

    static func edits() -> [Edit] { headEdits + memberEdits + chainEdits }

    @Test func `every field of a manifest, an entry and a chain has an edit here`() throws {
        func fields(_ value: Any) -> [String] {
            Mirror(reflecting: value).children.compactMap(\.label)
        }
        let manifest = try Self.base()
        #expect(Set(fields(manifest)) == Set(Self.headEdits.map(\.field)))
        // A member's id is whose entry it is.
        #expect(
            Set(fields(manifest.members[0])).subtracting(["id"])
                == Set(Self.memberEdits.map(\.field)))
        let chain = manifest.members[0].chains[0]
        let names =
            fields(chain).filter { $0 != "parameters" }
            + fields(chain.parameters).map { "parameters.\($0)" }
        // There is one family.
        #expect(FamilyID.allCases.count == 1)
        #expect(
            Set(names).subtracting(["family"]) == Set(Self.chainEdits.map(\.field)))
    }

    @Test func `every edit is told, and no two are told alike`() throws {
        let base = try Self.base()
        #expect(base.changes(since: base).isEmpty)
        var generator = Generator(seed: 1)
        var told: [[String]: String] = [:]
        for (index, edit) in Self.edits().enumerated() {
            var manifest = base
            edit.make(&manifest, &generator)
            let lines = manifest.changes(since: base).flatMap(\.sentences)
            #expect(!lines.isEmpty && lines.allSatisfy { !$0.isEmpty }, "\(edit.field) \(index)")
            let other = told.updateValue("\(edit.field) \(index)", forKey: lines)
            #expect(other == nil, "\(edit.field) \(index) reads like \(other ?? ""): \(lines)")
        }
    }

    @Test func `versions that differ in anything never read alike`() throws {
        let base = try Self.base()
        // Those that others would stand on are left to the test before.
        let edits = Self.edits().filter { !["chains", "members", "quorum"].contains($0.field) }
        var generator = Generator(seed: 2)
        var told: [[String]: Digest] = [:]
        for run in 0..<600 {
            var manifest = base
            for _ in 0...(generator.next() % 3) {
                edits[Int(generator.next() % UInt64(edits.count))].make(&manifest, &generator)
                // A second removal would find nothing.
                manifest.restore(base)
            }
            let digest = SealedManifest(manifest).digest
            let lines = manifest.changes(since: base).flatMap(\.sentences)
            let other = told.updateValue(digest, forKey: lines)
            #expect(other == nil || other == digest, "run \(run)")
        }
        #expect(told.count > 300)
    }

    @Test func `old and new terms stand side by side`() throws {
        let base = try Self.base()
        var manifest = base
        manifest.members[1].chains[0].parameters.maxClockDriftNanoseconds = 600_000_000_000
        manifest.members[1].chains[0].parameters.unbondingPeriodNanoseconds = 60 * Sample.day
        manifest.members[1].chains[0].commitmentPrefix = ["evil", ""]
        let lines = manifest.changes(since: base).flatMap(\.sentences)
        let start = "\(base.members[1].title), chain \(base.members[1].chains[0].id): "
        #expect(
            lines == [
                start + "clock drift that is allowed: 10 s becomes 10 min",
                start + "unbonding period: 21 days becomes 60 days",
                start + "commitment prefix: [\"ibc\", \"\"] becomes [\"evil\", \"\"]",
            ])
    }

    @Test func `a changed council is told by its names`() throws {
        let base = try Self.base()
        var manifest = base
        manifest.quorum.council[2] = base.members[3].id
        let lines = manifest.changes(since: base).flatMap(\.sentences)
        let titles = base.members.map(\.title)
        #expect(
            lines == [
                "who votes was the council of \(titles[0]), \(titles[1]), \(titles[2]) and becomes "
                    + "the council of \(titles[0]), \(titles[1]), \(titles[3])"
            ])
    }

    @Test func `a newcomer's every fact is told`() throws {
        let base = try Self.base()
        var generator = Generator(seed: 3)
        var told: Set<[String]> = []
        let same = Set(["status", "statusReason"])
        let edits = (Self.memberEdits + Self.chainEdits).filter { !same.contains($0.field) }
        var old = base
        old.members.removeFirst()
        for edit in edits {
            var manifest = base
            edit.make(&manifest, &generator)
            told.insert(manifest.changes(since: old).flatMap(\.sentences))
        }
        #expect(told.count == edits.count)
    }
}

extension Manifest {
    /// What an edit took away to the last one is there again.
    fileprivate mutating func restore(_ base: Manifest) {
        if spentKeys.isEmpty { spentKeys = base.spentKeys }
        if members[0].authorityKeys.isEmpty {
            members[0].authorityKeys = base.members[0].authorityKeys
        }
        if members[0].evidenceKeys.isEmpty {
            members[0].evidenceKeys = base.members[0].evidenceKeys
        }
        if members[0].relay.keyPins.isEmpty {
            members[0].relay.keyPins = base.members[0].relay.keyPins
        }
        if case .listed(let list) = routes, list.count < 3 { routes = base.routes }
    }
}
