// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A manifest with its digest. The digest is SHA-256 of the manifest's bytes in which every
/// member's entry is replaced by the SHA-256 of that entry: a version that changes one member costs
/// one entry's hash, and a single entry can be shown under the digest without the others.
public struct SealedManifest: Sendable {
    public let manifest: Manifest
    public let digest: Digest
    let head: [UInt8]
    let entries: [SealedEntry]

    /// An entry's canonical bytes and their hash.
    struct SealedEntry: Sendable {
        let bytes: [UInt8]
        let digest: Digest

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            digest = SHA256.hash(bytes)
        }
    }

    /// Encodes and hashes what differs from a version at hand.
    public init(_ manifest: Manifest, like other: SealedManifest? = nil) {
        var entries: [SealedEntry] = []
        entries.reserveCapacity(manifest.members.count)
        for member in manifest.members {
            if let other, let place = other.manifest.place(of: member.id),
                other.manifest.members[place] == member
            {
                entries.append(other.entries[place])
            } else {
                entries.append(SealedEntry(member.encoded))
            }
        }
        self.init(manifest, head: ManifestHead(manifest).encoded, entries: entries)
    }

    init(_ manifest: Manifest, head: [UInt8], entries: [SealedEntry]) {
        self.manifest = manifest
        self.head = head
        self.entries = entries
        digest = SHA256.hash(SealedManifest.preimage(head: head, entries: entries))
    }

    /// Reads canonical bytes. Entries that stand in `other` are taken from there, unread: a version
    /// that changes little costs little.
    public init(reading bytes: [UInt8], like other: SealedManifest? = nil) throws(ManifestError) {
        guard bytes.count <= ManifestLimits.manifestBytes else {
            throw .wire(.tooLarge("manifest", limit: ManifestLimits.manifestBytes))
        }
        var builder = ManifestBuilder(other)
        do throws(WireError) {
            try builder.scan(bytes)
        } catch {
            throw .wire(error)
        }
        self = try builder.sealed(bytes)
    }

    /// The canonical bytes: `Manifest` of manifest.proto.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter(reservingCapacity: head.count + entries.count * 800)
        writer.append(head)
        for entry in entries { writer.alwaysBytes(ManifestHead.membersField, entry.bytes) }
        return writer.bytes
    }

    /// What the digest is taken of: the manifest's bytes with each entry replaced by its hash.
    public var preimage: [UInt8] { SealedManifest.preimage(head: head, entries: entries) }

    /// What an authority signs to approve this version.
    public var signBytes: [UInt8] { SealedManifest.signBytes(digest) }

    /// A line of its own before the digest, so that no other signature of the key can pass for
    /// this one.
    public static func signBytes(_ digest: Digest) -> [UInt8] {
        Array("cityrelay.manifest.v1\n".utf8) + digest.bytes
    }

    private static func preimage(head: [UInt8], entries: [SealedEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.count + entries.count * 34)
        bytes += head
        for entry in entries {
            // Tag of field 15 with length: both fit one byte.
            bytes.append(UInt8(ManifestHead.membersField << 3 | 2))
            bytes.append(UInt8(Digest.byteCount))
            entry.digest.append(to: &bytes)
        }
        return bytes
    }
}

extension SealedManifest: Hashable {
    public static func == (left: SealedManifest, right: SealedManifest) -> Bool {
        left.digest == right.digest
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// Gathers a manifest from its bytes, with another version at hand.
struct ManifestBuilder {
    private let other: SealedManifest?
    private var head = ManifestHead()
    private var places: [Range<Int>] = []

    init(_ other: SealedManifest?) { self.other = other }

    /// Reads the head and finds the entries.
    mutating func scan(_ bytes: [UInt8]) throws(WireError) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            if field.number == Int32(ManifestHead.membersField) {
                guard places.count < ManifestLimits.members else {
                    throw .tooLarge("members", limit: ManifestLimits.members)
                }
                let place = try reader.range(field)
                guard place.count <= ManifestLimits.entryBytes else {
                    throw .tooLarge("member entry", limit: ManifestLimits.entryBytes)
                }
                places.append(place)
            } else {
                try head.read(field, from: &reader)
            }
        }
    }

    /// Reads the entries that are new, and refuses bytes that are not canonical: two encodings of
    /// one manifest would have two digests.
    func sealed(_ bytes: [UInt8]) throws(ManifestError) -> SealedManifest {
        var members: [ManifestMember] = []
        var entries: [SealedManifest.SealedEntry] = []
        members.reserveCapacity(places.count)
        entries.reserveCapacity(places.count)
        var next = 0
        for place in places {
            let slice = bytes[place]
            if let other, next < other.entries.count, other.entries[next].bytes[...] == slice {
                members.append(other.manifest.members[next])
                entries.append(other.entries[next])
                next += 1
            } else {
                let entry = Array(slice)
                let member = try ManifestMember(reading: entry)
                while let other, next < other.manifest.members.count,
                    other.manifest.members[next].id <= member.id
                { next += 1 }
                members.append(member)
                entries.append(SealedManifest.SealedEntry(entry))
            }
        }
        try ManifestBuilder.checkOrder(members)
        let encodedHead = head.encoded
        let result = SealedManifest(
            try head.manifest(members), head: encodedHead, entries: entries)
        guard ManifestHead(result.manifest) == head, result.encoded == bytes else {
            throw .notCanonicalManifest
        }
        return result
    }

    static func checkOrder(_ members: [ManifestMember]) throws(ManifestError) {
        for index in members.indices.dropFirst() where members[index - 1].id >= members[index].id {
            throw .membersOutOfOrder(members[index].id)
        }
    }
}
