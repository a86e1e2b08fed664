// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One request for a disclosure, with what the signed request only commits to. Source: peer.proto.
public struct DiscloseRequest: Hashable, Sendable {
    /// Canonical bytes of a `DisclosureRequest`.
    public var request: [UInt8]
    /// Ed25519 over the request's ticket, by one of the requester's evidence keys.
    public var signature: [UInt8]
    /// The record's reference. Passes through memory only.
    public var reference: String
    public var referenceSalt: [UInt8]
    /// Height of the callee's chain that the caller trusts; `update` of the answer starts there.
    public var trustedHeight: Height
    /// Height of the callee's chain at which the caller's manifest trusts it: the answer's lineage
    /// starts there. Zero: as the callee's own manifest has it.
    public var anchor: Height

    public init(
        request: [UInt8] = [], signature: [UInt8] = [], reference: String = "",
        referenceSalt: [UInt8] = [], trustedHeight: Height = .zero, anchor: Height = .zero
    ) {
        self.request = request
        self.signature = signature
        self.reference = reference
        self.referenceSalt = referenceSalt
        self.trustedHeight = trustedHeight
        self.anchor = anchor
    }
}

extension DiscloseRequest: ProtobufMessage {
    public init() { self.init(request: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: request = try reader.bytes(field)
        case 2: signature = try reader.bytes(field)
        case 3: reference = try reader.string(field)
        case 4: referenceSalt = try reader.bytes(field)
        case 5: try reader.merge(field, into: &trustedHeight)
        case 6: try reader.merge(field, into: &anchor)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, request)
        writer.bytes(2, signature)
        writer.string(3, reference)
        writer.bytes(4, referenceSalt)
        writer.message(5, trustedHeight)
        writer.message(6, anchor)
    }
}
