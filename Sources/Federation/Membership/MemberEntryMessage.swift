// SPDX-License-Identifier: Apache-2.0

import LightClient

/// `MemberEntry` of manifest.proto as it came, before its texts and codes are judged.
struct MemberEntryMessage: ProtobufMessage {
    var division = ""
    var institution = ""
    var name = ""
    var localName = ""
    var owner = OrganisationMessage()
    var `operator` = OrganisationMessage()
    var authorityKeys: [MemberKey] = []
    var evidenceKeys: [MemberKey] = []
    var relayKeyPins: [Digest] = []
    var relayEndpoints: [String] = []
    var chains: [ChainEntryMessage] = []
    var status: UInt32 = 0
    var statusReason = ""
    var parent = ""

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: division = try reader.string(field)
        case 2: institution = try reader.string(field)
        case 3: name = try reader.string(field)
        case 4: localName = try reader.string(field)
        case 5: try reader.merge(field, into: &owner)
        case 6: try reader.merge(field, into: &self.operator)
        case 7:
            try reader.append(
                field, to: &authorityKeys, limit: ManifestLimits.keysPerRole, "authority keys")
        case 8:
            try reader.append(
                field, to: &evidenceKeys, limit: ManifestLimits.keysPerRole, "evidence keys")
        case 9:
            guard relayKeyPins.count < ManifestLimits.keyPins else {
                throw .tooLarge("relay key pins", limit: ManifestLimits.keyPins)
            }
            relayKeyPins.append(try reader.digest(field))
        case 10:
            guard relayEndpoints.count < ManifestLimits.endpoints else {
                throw .tooLarge("relay endpoints", limit: ManifestLimits.endpoints)
            }
            relayEndpoints.append(try reader.string(field))
        case 11:
            try reader.append(field, to: &chains, limit: ManifestLimits.chains, "chains")
        case 12: status = try reader.uint32(field)
        case 13: statusReason = try reader.string(field)
        case 14: parent = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, division)
        writer.string(2, institution)
        writer.string(3, name)
        writer.string(4, localName)
        writer.message(5, owner)
        writer.message(6, self.operator)
        writer.messages(7, authorityKeys)
        writer.messages(8, evidenceKeys)
        for pin in relayKeyPins { writer.digest(9, pin) }
        for endpoint in relayEndpoints { writer.alwaysString(10, endpoint) }
        writer.messages(11, chains)
        writer.uint32(12, status)
        writer.string(13, statusReason)
        writer.string(14, parent)
    }
}

struct OrganisationMessage: ProtobufMessage {
    var name = ""
    var code = ""

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: name = try reader.string(field)
        case 2: code = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, name)
        writer.string(2, code)
    }
}

struct ChainEntryMessage: ProtobufMessage {
    var family = ""
    var chainID: [UInt8] = []
    var threshold = TrustThreshold(numerator: 0, denominator: 0)
    var trusting: Int64 = 0
    var clockDrift: Int64 = 0
    var unbonding: Int64 = 0
    var anchorHeight: UInt64 = 0
    var anchorHash: [UInt8] = []
    var blockInterval: Int64 = 0
    var commitmentPrefix: [String] = []

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: family = try reader.string(field)
        case 2: chainID = try reader.bytes(field)
        case 3: threshold.numerator = try reader.uint64(field)
        case 4: threshold.denominator = try reader.uint64(field)
        case 5: trusting = try reader.int64(field)
        case 6: clockDrift = try reader.int64(field)
        case 7: unbonding = try reader.int64(field)
        case 8: anchorHeight = try reader.uint64(field)
        case 9: anchorHash = try reader.bytes(field)
        case 10: blockInterval = try reader.int64(field)
        case 11:
            guard commitmentPrefix.count < ManifestLimits.prefixParts else {
                throw .tooLarge("commitment prefix", limit: ManifestLimits.prefixParts)
            }
            commitmentPrefix.append(try reader.string(field))
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, family)
        writer.bytes(2, chainID)
        writer.uint64(3, threshold.numerator)
        writer.uint64(4, threshold.denominator)
        writer.int64(5, trusting)
        writer.int64(6, clockDrift)
        writer.int64(7, unbonding)
        writer.uint64(8, anchorHeight)
        writer.bytes(9, anchorHash)
        writer.int64(10, blockInterval)
        for part in commitmentPrefix { writer.alwaysString(11, part) }
    }
}
