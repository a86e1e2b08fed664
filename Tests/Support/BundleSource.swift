// SPDX-License-Identifier: Apache-2.0

public import Federation
public import LightClient

/// One city of the sample: its chain, its evidence key, and what it answers.
public struct BundleSource: Sendable {
    public let member: MemberID
    public let chain: TestChain
    private let depth: Int
    private let rotations: Int
    private let seed: UInt64
    private let logSize: Int
    private let month: String
    private let askedKind: String
    private let bend: @Sendable (inout AccessRecord) -> Void

    init(
        member: MemberID, depth: Int, rotations: Int, seed: UInt64, logSize: Int,
        month: String, askedKind: String, bend: @escaping @Sendable (inout AccessRecord) -> Void
    ) {
        self.member = member
        self.depth = depth
        self.rotations = rotations
        self.seed = seed
        self.logSize = logSize
        self.month = month
        self.askedKind = askedKind
        self.bend = bend
        var changes: [Int: [TestMember]] = [:]
        for number in 0..<rotations {
            // Of four validators one goes and one comes: two changes more, and all may be new.
            changes[5 * (number + 1)] = BundleSource.members(number + 1)
        }
        chain = TestChain(
            "city-\(member.division)-1", members: BundleSource.members(0),
            blocks: 5 * rotations + 8, changes: changes)
    }

    private static func members(_ first: Int) -> [TestMember] {
        (first..<first + 4).map { TestMember($0, power: 10) }
    }

    public var evidenceKey: SigningKey {
        switch member {
        case AccessSample.provider: AccessSample.providerKey
        case AccessSample.requester: AccessSample.requesterKey
        default: AccessSample.key("evidence \(member)")
        }
    }

    /// A question and its answer as they pass between relays, and the chain's headers where
    /// something is disclosed.
    public struct Exchange: Sendable {
        public let request: DisclosureRequest
        public let asked: DiscloseRequest
        public let response: DiscloseResponse
        public let lineage: BundleChain?
    }

    public func exchange(_ kind: BundleSample.Kind) throws -> Exchange {
        let isLicence = kind == .revoked
        let request = request(isLicence ? "licence" : askedKind, isLicence: isLicence)
        let asked = DiscloseRequest(
            request: request.encoded,
            signature: EvidenceSignature.request.sign(
                request.ticket.bytes, with: AccessSample.requesterKey),
            reference: Self.reference, referenceSalt: Self.salt)
        var response = DiscloseResponse()
        var header: (Height, BundleChain)?
        switch kind {
        case .unanswered: response.code = "city/unreachable"
        case .refused: response.code = "policy/field-not-granted"
        case .present, .revoked, .absent:
            header = try disclose(&response, kind, request)
        }
        if kind != .unanswered { try log(&response, request, asked.signature) }
        return Exchange(request: request, asked: asked, response: response, lineage: header?.1)
    }

    /// The part, and the chain's headers where it discloses something.
    public func answer(_ kind: BundleSample.Kind) throws -> (BundlePart, BundleChain?) {
        let exchange = try exchange(kind)
        let part = BundlePart(
            provider: member, asked: exchange.asked, response: exchange.response)
        return (part, exchange.lineage)
    }

    private static let reference = "TEST-1880-0001"
    private static let salt = Array("sixteen bytes...".utf8)

    private func request(_ kind: String, isLicence: Bool) -> DisclosureRequest {
        DisclosureRequest(
            requester: AccessSample.requester.description, application: "fund-counter",
            department: "11330500002489559P", officer: AccessSample.digest("officer 1"),
            subject: AccessSample.digest("subject 1"), provider: member.description, kind: kind,
            referenceCommitment: DisclosureRequest.commitment(
                salt: Self.salt, kind: kind, reference: Self.reference),
            items: isLicence ? ["certificate_name"] : ["JZNY"],
            predicates: isLicence
                ? [PredicateQuestion(id: "inForce")]
                : [
                    PredicateQuestion(id: "SixMconFlag"),
                    PredicateQuestion(id: "monthsGE", atLeast: 12),
                ],
            purpose: "loan-eligibility", serviceItem: "11330100002489559P2000114001000",
            caseNumber: "case-1", maxAgeNanoseconds: 600_000_000_000,
            madeAtUnixNanoseconds: chain.now.unixNanoseconds,
            nonce: Array("nonce of sixteen".utf8), presentation: isLicence ? "holder" : "")
    }

    private func disclose(
        _ response: inout DiscloseResponse, _ kind: BundleSample.Kind, _ request: DisclosureRequest
    ) throws -> (Height, BundleChain) {
        // A last byte with room on both sides, for the neighbours of an absent one.
        var bytes = AccessSample.digest("index \(kind)").bytes
        bytes[31] = 0x80
        let index = RecordIndex(Digest(bytes) ?? .zero)
        var sample = RecordProofSample(depth: depth, seed: seed)
        let tree = try kind == .revoked ? licence() : account()
        let state = RecordState(
            schemaID: tree.schemaID, schemaVersion: 1, fieldRoot: tree.root,
            status: kind == .revoked ? "07" : "01", statusAsOf: TestChain.time(2), revision: 3)
        let proven =
            kind == .absent
            ? sample.absence(key: index.stateKey, value: state.encoded)
            : sample.presence(key: index.stateKey, value: state.encoded)
        let target = chain.blocks.count - 1
        let block = chain.bent(target) { $0.appHash = proven.appHash }
        response.index = index.digest.bytes
        response.proof = proven.proof
        response.proofHeight = chain.height(target)
        if kind != .absent {
            response.state = state.encoded
            response.leafCount = UInt32(tree.leafCount)
            response.leaves = try leaves(tree, kind)
        }
        return (chain.height(target), try lineage(to: block))
    }

    /// From the anchor over one header after each change to the block.
    private func lineage(to block: TestChain.Block) throws -> BundleChain {
        var headers: [[UInt8]] = []
        var trusted = 1
        for number in 0..<rotations {
            let height = 5 * (number + 1) + 1
            headers.append(chain.update(to: height, trusting: trusted).encoded)
            trusted = height
        }
        headers.append(chain.update(to: block, trusting: trusted).encoded)
        return BundleChain(
            member: member, chainID: chain.chainID, anchor: chain.block(1).header.encoded,
            headers: headers)
    }

    private func log(
        _ response: inout DiscloseResponse, _ request: DisclosureRequest, _ signature: [UInt8]
    ) throws {
        var access = AccessSample.access(1)
        access.ticket = request.ticket
        access.provider = member
        access.resource = AccessSample.code(request.kind)
        access.requestSignature = signature
        access.items = request.items.map { AccessSample.code($0) }
        access.predicates = request.predicates.map { predicate in
            AccessSample.code(predicate.id + (predicate.atLeast.map { ":\($0)" } ?? ""))
        }
        access.consent = nil
        if let disclosure = Disclosure(response) {
            access.record = disclosure.index
            access.outcome =
                disclosure.state.isEmpty
                ? .absent(proof: disclosure.digest, height: disclosure.height)
                : .released(proof: disclosure.digest, height: disclosure.height)
        } else {
            access.record = nil
            access.outcome = .refused(AccessSample.code(response.code))
        }
        bend(&access)
        var log = AccessSample.log(20)
        for number in 0..<logSize {
            log.tree.append(leafHash: BinaryMerkle.leafHash([UInt8(truncatingIfNeeded: number)]))
        }
        let place = log.tree.size
        log.append(access, AccessSample.time(21), key: evidenceKey)
        log.append(AccessSample.access(22), AccessSample.time(22))
        let checkpoint = Checkpoint(
            origin: member.accessLogOrigin, size: log.tree.size, root: log.tree.root)
        let signer = try NoteSigner(name: member.accessLogOrigin, key: evidenceKey)
        response.entry = log.leaves[20]
        response.logProof =
            LogProofText(
                index: place, path: log.tree.inclusionProof(index: place).path,
                checkpoint: checkpoint.note(signedBy: signer).bytes
            ).bytes
    }
}

extension BundleSource {
    private static func salt(_ name: String) throws -> FieldSalt {
        try FieldSalt(Array(AccessSample.digest("salt \(name)").bytes[..<16]))
    }

    private static func field(_ id: String, _ text: String) throws -> SaltedField {
        try SaltedField(id: id, text: text, salt: try salt(id))
    }

    private static func tree(_ schemaID: String, _ fields: [SaltedField]) throws -> FieldTree {
        let count = try FieldTree.leafCount(forFields: fields.count) - fields.count
        return try FieldTree(
            schemaID: schemaID, fields: fields,
            decoys: try (0..<count).map { try salt("decoy \($0)") })
    }

    private static let seed = AccessSample.digest("count seed")
    private static let months = 31

    private func account() throws -> FieldTree {
        var fields = try (0..<24).map { try Self.field("F\($0)", "value \($0)") }
        fields += [
            try Self.field("JZNY", month), try Self.field("predicate/SixMconFlag", "1"),
            try SaltedField(
                id: "predicate/monthsGE",
                value: try CountChain.commitment(seed: Self.seed, count: Self.months).bytes,
                salt: try Self.salt("monthsGE")),
        ]
        return try Self.tree("frr.fund-account", fields)
    }

    private func licence() throws -> FieldTree {
        try Self.tree(
            "frr.licence",
            [
                try Self.field("certificate_name", "不动产权证 \"样本\""),
                try Self.field("issue_dept", "发证机构"),
                try Self.field("predicate/inForce", "2"),
            ])
    }

    private func leaves(_ tree: FieldTree, _ kind: BundleSample.Kind) throws -> [ShownLeaf] {
        if kind == .revoked {
            return [
                try shown(tree, "certificate_name", isPredicate: false),
                try shown(tree, "inForce", isPredicate: true),
            ]
        }
        var count = try shown(tree, "monthsGE", isPredicate: true)
        count.atLeast = 12
        count.value =
            try CountChain.witness(seed: Self.seed, count: Self.months, atLeast: 12).bytes
        return [
            try shown(tree, "JZNY", isPredicate: false),
            try shown(tree, "SixMconFlag", isPredicate: true), count,
        ]
    }

    private func shown(_ tree: FieldTree, _ id: String, isPredicate: Bool) throws -> ShownLeaf {
        let name = isPredicate ? SaltedField.predicatePrefix + id : id
        let field = try tree.field(name)
        let path = try tree.path(of: name)
        return ShownLeaf(
            id: id, isPredicate: isPredicate, value: field.value, salt: field.salt.bytes,
            leaf: UInt32(path.leaf), path: path.hashes)
    }
}
