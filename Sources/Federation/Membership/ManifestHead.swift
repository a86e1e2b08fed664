// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The fields of `Manifest` in manifest.proto before the members: small, and the same in the
/// manifest itself, in its digest and in a difference between two versions.
struct ManifestHead: Hashable, ProtobufMessage {
    var format: UInt32 = 0
    var federation = ""
    var version: UInt64 = 0
    var previous: [UInt8] = []
    var issuedAt = Timestamp.unixEpoch
    var softExpiry = Timestamp.unixEpoch
    var hardExpiry = Timestamp.unixEpoch
    /// Zero: all voters.
    var quorumAtLeast: UInt32 = 0
    var council: [String] = []
    /// Zero: the routes are listed.
    var allPairsLifetime: UInt64 = 0
    var routes: [RouteMessage] = []
    var note = ""
    var spentKeys: [Digest] = []

    /// The only format there is.
    static let currentFormat: UInt32 = 1
    /// The number of the field that holds members, behind all of these.
    static let membersField = 15

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: format = try reader.uint32(field)
        case 2: federation = try reader.string(field)
        case 3: version = try reader.uint64(field)
        case 4: previous = try reader.bytes(field)
        case 5: issuedAt = try reader.timestamp(field)
        case 6: softExpiry = try reader.timestamp(field)
        case 7: hardExpiry = try reader.timestamp(field)
        case 8: quorumAtLeast = try reader.uint32(field)
        case 9:
            guard council.count < ManifestLimits.members else {
                throw .tooLarge("council", limit: ManifestLimits.members)
            }
            council.append(try reader.string(field))
        case 10: allPairsLifetime = try reader.uint64(field)
        case 11: try reader.append(field, to: &routes, limit: Topology.maxRoutes, "routes")
        case 12: note = try reader.string(field)
        case 13:
            guard spentKeys.count < ManifestLimits.spentKeys else {
                throw .tooLarge("spent keys", limit: ManifestLimits.spentKeys)
            }
            spentKeys.append(try reader.digest(field))
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, format)
        writer.string(2, federation)
        writer.uint64(3, version)
        writer.bytes(4, previous)
        writer.message(5, issuedAt)
        writer.message(6, softExpiry)
        writer.message(7, hardExpiry)
        writer.uint32(8, quorumAtLeast)
        for id in council { writer.alwaysString(9, id) }
        writer.uint64(10, allPairsLifetime)
        writer.messages(11, routes)
        writer.string(12, note)
        for mark in spentKeys { writer.digest(13, mark) }
    }
}

/// `RouteEntry` of manifest.proto.
struct RouteMessage: Hashable, ProtobufMessage {
    var first = ""
    var second = ""
    var firstClient = ""
    var secondClient = ""
    var lifetime: UInt64 = 0

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: first = try reader.string(field)
        case 2: second = try reader.string(field)
        case 3: firstClient = try reader.string(field)
        case 4: secondClient = try reader.string(field)
        case 5: lifetime = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, first)
        writer.string(2, second)
        writer.string(3, firstClient)
        writer.string(4, secondClient)
        writer.uint64(5, lifetime)
    }
}

extension RouteMessage {
    init(_ route: Route) {
        first = route.first.member.description
        second = route.second.member.description
        firstClient = route.first.client
        secondClient = route.second.client
        lifetime = route.maxPacketLifetimeSeconds
    }

    func route() throws(ManifestError) -> Route {
        guard let one = MemberID(first), let other = MemberID(second) else {
            throw .wire(.malformed("route"))
        }
        return Route(
            first: Route.End(member: one, client: firstClient),
            second: Route.End(member: other, client: secondClient),
            maxPacketLifetimeSeconds: lifetime)
    }
}

extension ManifestHead {
    init(_ manifest: Manifest) {
        format = ManifestHead.currentFormat
        federation = manifest.federation
        version = manifest.version
        previous = manifest.previous == .zero ? [] : manifest.previous.bytes
        issuedAt = manifest.issuedAt
        softExpiry = manifest.softExpiry
        hardExpiry = manifest.hardExpiry
        if case .atLeast(let count) = manifest.quorum.rule { quorumAtLeast = count }
        council = manifest.quorum.council.map(\.description)
        switch manifest.routes {
        case .allPairs(let lifetime): allPairsLifetime = lifetime
        case .listed(let list): routes = list.map { RouteMessage($0) }
        }
        note = manifest.note
        spentKeys = manifest.spentKeys
    }

    /// The manifest with these facts and these members, which must be in order.
    func manifest(_ members: [ManifestMember]) throws(ManifestError) -> Manifest {
        guard format == ManifestHead.currentFormat else { throw .unknownFormat(format) }
        var digest = Digest.zero
        if !previous.isEmpty {
            digest = try Digest(previous, or: ManifestError.wire(.outOfRange("previous")))
            guard digest != .zero else { throw .wire(.outOfRange("previous")) }
        }
        var ids: [MemberID] = []
        for text in council {
            guard let id = MemberID(text) else { throw .wire(.malformed("council")) }
            ids.append(id)
        }
        var list: [Route] = []
        for route in routes { list.append(try route.route()) }
        for (mark, next) in zip(spentKeys, spentKeys.dropFirst()) where mark >= next {
            throw .notCanonicalManifest
        }
        guard allPairsLifetime == 0 || list.isEmpty else { throw .wire(.malformed("routes")) }
        return Manifest(
            federation: federation, version: version, previous: digest, issuedAt: issuedAt,
            softExpiry: softExpiry, hardExpiry: hardExpiry,
            quorum: QuorumRule(
                quorumAtLeast == 0 ? .all : .atLeast(quorumAtLeast), council: ids),
            routes: allPairsLifetime == 0
                ? .listed(list) : .allPairs(maxPacketLifetimeSeconds: allPairsLifetime),
            note: note, spentKeys: spentKeys, members: members)
    }
}
