// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A signed version as its difference to the one before: what relays send each other, since most
/// versions change one member of hundreds.
public struct ManifestDelta: Hashable, Sendable {
    /// The manifest's bytes without its members.
    var head: [UInt8] = []
    /// Entries that are new or changed, in order of their ids.
    var changed: [[UInt8]] = []
    /// Members whose entries are gone.
    var removed: [String] = []
    var signatures: [ManifestSignature] = []

    /// What leads from one version to a later one.
    public init(from previous: SealedManifest, to next: SignedManifest) {
        head = next.sealed.head
        signatures = next.signatures
        for (index, entry) in next.sealed.entries.enumerated() {
            let id = next.manifest.members[index].id
            let old = previous.manifest.place(of: id).map { previous.entries[$0].digest }
            if old != entry.digest { changed.append(entry.bytes) }
        }
        for member in previous.manifest.members
        where next.manifest.place(of: member.id) == nil { removed.append(member.id.description) }
    }

    /// The signed version that this difference leads to.
    public func applied(to previous: SealedManifest) throws(ManifestError) -> SignedManifest {
        var headMessage = ManifestHead()
        do throws(WireError) {
            headMessage = try ManifestHead(reading: head)
        } catch {
            throw .wire(error)
        }
        var members = previous.manifest.members
        var entries = previous.entries
        for text in removed {
            guard let index = members.firstIndex(where: { $0.id.description == text }) else {
                throw .wire(.malformed("removed member"))
            }
            members.remove(at: index)
            entries.remove(at: index)
        }
        for bytes in changed {
            let member = try ManifestMember(reading: bytes)
            let entry = SealedManifest.SealedEntry(bytes)
            let index = members.firstIndex { member.id <= $0.id } ?? members.count
            if index < members.count, members[index].id == member.id {
                members[index] = member
                entries[index] = entry
            } else {
                members.insert(member, at: index)
                entries.insert(entry, at: index)
            }
        }
        guard members.count <= ManifestLimits.members else {
            throw .wire(.tooLarge("members", limit: ManifestLimits.members))
        }
        let sealed = SealedManifest(
            try headMessage.manifest(members), head: head, entries: entries)
        guard ManifestHead(sealed.manifest).encoded == head else { throw .notCanonicalManifest }
        return SignedManifest(sealed, signatures: signatures)
    }
}

extension ManifestDelta: ProtobufMessage {
    public init() {}

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: head = try reader.bytes(field)
        case 2:
            guard changed.count < ManifestLimits.members else {
                throw .tooLarge("changed members", limit: ManifestLimits.members)
            }
            let entry = try reader.bytes(field)
            guard entry.count <= ManifestLimits.entryBytes else {
                throw .tooLarge("member entry", limit: ManifestLimits.entryBytes)
            }
            changed.append(entry)
        case 3:
            guard removed.count < ManifestLimits.members else {
                throw .tooLarge("removed members", limit: ManifestLimits.members)
            }
            removed.append(try reader.string(field))
        case 4:
            try reader.append(
                field, to: &signatures, limit: ManifestLimits.signatures, "signatures")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, head)
        for entry in changed { writer.alwaysBytes(2, entry) }
        for id in removed { writer.alwaysString(3, id) }
        writer.messages(4, signatures)
    }
}
