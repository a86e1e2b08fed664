// SPDX-License-Identifier: Apache-2.0

public import Federation
public import LightClient

/// An access log of invented requests, the same at every run: for tests that bend it.
public enum AccessSample {
    public static let provider = member("330100/330100000000000")
    public static let requester = member("320500/320500000000000")
    public static let providerKey = key("provider")
    public static let requesterKey = key("requester")
    /// Time of entry 0; one entry a minute.
    public static let start: Int64 = 1_795_000_000

    public static func member(_ text: String) -> MemberID {
        guard let id = MemberID(text) else { preconditionFailure("\(text) is a member") }
        return id
    }

    public static func key(_ name: String) -> SigningKey {
        guard let key = try? SigningKey.ed25519(seed: SHA256.hash(Array(name.utf8)).bytes) else {
            preconditionFailure("a hash is a seed")
        }
        return key
    }

    public static func code(_ text: String) -> AccessCode {
        guard let code = try? AccessCode(text) else { preconditionFailure("\(text) is a code") }
        return code
    }

    public static func digest(_ text: String) -> Digest { SHA256.hash(Array(text.utf8)) }

    public static func time(_ number: Int) -> Timestamp {
        Timestamp.unixEpoch.adding(nanoseconds: (start + Int64(number) * 60) * 1_000_000_000)
    }

    /// The record of request number `number`: officers take turns, every fifth is refused, every
    /// seventh finds nothing.
    public static func access(_ number: Int) -> AccessRecord {
        let ticket = digest("ticket \(number)")
        let height = Height(revision: 1, height: UInt64(100 + number))
        var outcome = AccessRecord.Outcome.released(
            proof: digest("proof \(number)"), height: height)
        if number % 7 == 3 { outcome = .absent(proof: digest("proof \(number)"), height: height) }
        if number % 5 == 4 { outcome = .refused(code("policy/field-not-granted")) }
        return AccessRecord(
            ticket: ticket,
            requester: AccessRecord.Requester(
                member: requester, department: code("11330500002489559P"),
                application: code("fund-counter"), officer: officer(number % 3)),
            provider: provider, resource: code("provident-fund-account"),
            items: [code("JZNY")], predicates: [code("SixMconFlag"), code("monthsGE:12")],
            subject: OpaqueReference(digest("subject \(number % 11)")),
            record: digest("record \(number % 11)"), purpose: code("loan-eligibility"),
            basis: .consent, legalReference: code("PIPL:13-1"), grant: code("grant-7"),
            grantDigest: digest("grant 7"), serviceItem: code("11330100002489559P2000114001000"),
            caseNumber: code("case-\(number)"), consent: OpaqueReference(digest("consent")),
            mode: .fields, outcome: outcome,
            requestSignature: EvidenceSignature.request.sign(ticket.bytes, with: requesterKey))
    }

    public static func officer(_ number: Int) -> OpaqueReference {
        OpaqueReference(digest("officer \(number)"))
    }

    /// A log of `count` entries as its provider writes it.
    public static func log(_ count: Int) -> AccessSampleLog {
        AccessSampleLog(accesses: (0..<count).map { (access($0), time($0)) })
    }
}

/// A log that a provider wrote, and signed for.
public struct AccessSampleLog: Sendable {
    public var leaves: [[UInt8]] = []
    public var tree = MerkleTree()

    public init(accesses: [(AccessRecord, Timestamp)], key: SigningKey = AccessSample.providerKey) {
        for (access, time) in accesses { append(access, time, key: key) }
    }

    public mutating func append(
        _ access: AccessRecord, _ time: Timestamp, key: SigningKey = AccessSample.providerKey
    ) {
        let entry = AccessEntry(
            sequence: tree.size, time: time, previousHead: tree.root, access: access)
        let leaf = entry.signed(by: key).leaf
        leaves.append(leaf)
        tree.append(leaf)
    }

    public var checkpoint: Checkpoint {
        Checkpoint(
            origin: AccessSample.provider.accessLogOrigin, size: tree.size, root: tree.root)
    }

    public func head(of size: Int, seen: Timestamp) -> SeenHead {
        SeenHead(size: UInt64(size), root: tree.root(size: UInt64(size)), seen: seen)
    }
}
