// SPDX-License-Identifier: Apache-2.0

import LightClient

extension Bundle {
    /// In front of the compact form: "CRB", version 1.
    static let compactMark: [UInt8] = [0x43, 0x52, 0x42, 0x01]

    /// The same bundle in a third of the bytes: what is stored with a case, or printed as a code.
    /// `Bundle(reading:)` gives it back exactly.
    public var compact: [UInt8] {
        Bundle.compactMark + BackReferences.packed(CompactBundle(self).encoded)
    }

    /// Reads either form.
    public init(reading bytes: [UInt8]) throws(BundleError) {
        guard bytes.starts(with: Bundle.compactMark) else {
            try self.init(json: bytes)
            return
        }
        let message: CompactBundle
        do throws(WireError) {
            let body = try BackReferences.unpacked(
                Array(bytes.dropFirst(Bundle.compactMark.count)), limit: Bundle.maxByteCount)
            message = try CompactBundle(reading: body)
            guard message.encoded == body else { throw .malformed("compact bundle") }
        } catch { throw .compact(error) }
        try self.init(message)
        guard CompactBundle(self).encoded == message.encoded else { throw .form("bundle") }
        // One reader judges what a bundle may hold: the text form's.
        let again = try Bundle(json: try json())
        guard again == self else { throw .form("bundle") }
    }

    private init(_ message: CompactBundle) throws(BundleError) {
        let manifest = try Digest(message.manifest, or: BundleError.form("manifest"))
        var chains: [BundleChain] = []
        for chain in message.chains {
            guard let member = MemberID(chain.member) else { throw .form("chains.member") }
            chains.append(
                BundleChain(
                    member: member, chainID: ChainID(bytes: chain.chainID), anchor: chain.anchor,
                    headers: chain.headers))
        }
        var parts: [BundlePart] = []
        for part in message.parts { parts.append(try part.part()) }
        self.init(
            manifest: manifest, statement: message.statement, members: message.members,
            chains: chains, parts: parts)
    }
}

/// `Bundle` of evidence.proto.
struct CompactBundle: ProtobufMessage {
    var manifest: [UInt8] = []
    var statement: [UInt8] = []
    var members: [[UInt8]] = []
    var chains: [CompactChain] = []
    var parts: [CompactPart] = []

    init() {}

    init(_ bundle: Bundle) {
        manifest = bundle.manifest.bytes
        statement = bundle.statement
        members = bundle.members
        chains = bundle.chains.map { CompactChain($0) }
        parts = bundle.parts.map { CompactPart($0) }
    }

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: manifest = try reader.bytes(field)
        case 2: statement = try reader.bytes(field)
        case 3:
            guard members.count < Bundle.maxMembers else {
                throw .tooLarge("members", limit: Bundle.maxMembers)
            }
            members.append(try reader.bytes(field))
        case 4: try reader.append(field, to: &chains, limit: Bundle.maxParts, "chains")
        case 5: try reader.append(field, to: &parts, limit: Bundle.maxParts, "parts")
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, manifest)
        writer.bytes(2, statement)
        for member in members { writer.alwaysBytes(3, member) }
        writer.messages(4, chains)
        writer.messages(5, parts)
    }
}

struct CompactChain: ProtobufMessage {
    var member = ""
    var chainID: [UInt8] = []
    var anchor: [UInt8] = []
    var headers: [[UInt8]] = []

    init() {}

    init(_ chain: BundleChain) {
        member = chain.member.description
        chainID = chain.chainID.bytes
        anchor = chain.anchor
        headers = chain.headers
    }

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: member = try reader.string(field)
        case 2: chainID = try reader.bytes(field)
        case 3: anchor = try reader.bytes(field)
        case 4:
            guard headers.count < Bundle.maxHeaders else {
                throw .tooLarge("headers", limit: Bundle.maxHeaders)
            }
            headers.append(try reader.bytes(field))
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, member)
        writer.bytes(2, chainID)
        writer.bytes(3, anchor)
        for header in headers { writer.alwaysBytes(4, header) }
    }
}
