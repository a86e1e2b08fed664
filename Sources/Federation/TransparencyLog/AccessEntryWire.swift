// SPDX-License-Identifier: Apache-2.0

import LightClient

extension AccessEntry {
    /// Reads an entry. Throws for anything but its canonical bytes, so that one entry has one hash.
    public init(canonical bytes: [UInt8]) throws(AccessEntryError) {
        let message: AccessEntryMessage
        do throws(WireError) {
            message = try AccessEntryMessage(reading: bytes)
        } catch { throw .wire(error) }
        try self.init(message)
        guard encoded == bytes else { throw .notCanonical }
    }

    /// The canonical bytes: `AccessEntry` of evidence.proto.
    public var encoded: [UInt8] { AccessEntryMessage(self).encoded }

    private init(_ message: AccessEntryMessage) throws(AccessEntryError) {
        self.init(
            sequence: message.sequence, time: Timestamp(unixNanoseconds: message.time),
            previousHead: try Digest(
                message.previousHead, or: AccessEntryError.field("previous_head")),
            access: try message.record())
    }
}

/// An entry as it stands on the wire, before its codes are judged.
struct AccessEntryMessage: ProtobufMessage {
    var sequence: UInt64 = 0
    var time: Int64 = 0
    var ticket: [UInt8] = []
    var requester = RequesterMessage()
    var provider = ""
    var resource = ""
    var items: [String] = []
    var predicates: [String] = []
    var subject: [UInt8] = []
    var recordIndex: [UInt8] = []
    var purpose = ""
    var basis: UInt32 = 0
    var legalReference = ""
    var grant = ""
    var grantDigest: [UInt8] = []
    var serviceItem = ""
    var caseNumber = ""
    var consent: [UInt8] = []
    var mode: UInt32 = 0
    /// 1 released, 2 absent, 3 refused.
    var outcome: UInt32 = 0
    var refusal = ""
    var proofDigest: [UInt8] = []
    var sourceHeight: Height?
    var previousHead: [UInt8] = []
    var requestSignature: [UInt8] = []

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sequence = try reader.uint64(field)
        case 2: time = try reader.int64(field)
        case 3: ticket = try reader.bytes(field)
        case 4: try reader.merge(field, into: &requester)
        case 5: provider = try reader.string(field)
        case 6: resource = try reader.string(field)
        case 7: try AccessEntryMessage.append(field, &reader, &items)
        case 8: try AccessEntryMessage.append(field, &reader, &predicates)
        case 9: subject = try reader.bytes(field)
        case 10: recordIndex = try reader.bytes(field)
        case 11: purpose = try reader.string(field)
        case 12: basis = try reader.uint32(field)
        case 13: legalReference = try reader.string(field)
        case 14: grant = try reader.string(field)
        case 15: grantDigest = try reader.bytes(field)
        case 16: serviceItem = try reader.string(field)
        case 17: caseNumber = try reader.string(field)
        case 18: consent = try reader.bytes(field)
        case 19: mode = try reader.uint32(field)
        case 20: outcome = try reader.uint32(field)
        case 21: refusal = try reader.string(field)
        case 22: proofDigest = try reader.bytes(field)
        case 23: try reader.merge(field, into: &sourceHeight)
        case 24: previousHead = try reader.bytes(field)
        case 25: requestSignature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    private static func append(
        _ field: ProtobufField, _ reader: inout ProtobufReader, _ list: inout [String]
    ) throws(WireError) {
        guard list.count < AccessRecord.maxItems else {
            throw .tooLarge("items", limit: AccessRecord.maxItems)
        }
        list.append(try reader.string(field))
    }

    func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, sequence)
        writer.int64(2, time)
        writer.bytes(3, ticket)
        writer.message(4, requester)
        writer.string(5, provider)
        writer.string(6, resource)
        for item in items { writer.alwaysString(7, item) }
        for predicate in predicates { writer.alwaysString(8, predicate) }
        writer.bytes(9, subject)
        writer.bytes(10, recordIndex)
        writer.string(11, purpose)
        writer.uint32(12, basis)
        writer.string(13, legalReference)
        writer.string(14, grant)
        writer.bytes(15, grantDigest)
        writer.string(16, serviceItem)
        writer.string(17, caseNumber)
        writer.bytes(18, consent)
        writer.uint32(19, mode)
        writer.uint32(20, outcome)
        writer.string(21, refusal)
        writer.bytes(22, proofDigest)
        writer.message(23, sourceHeight)
        writer.bytes(24, previousHead)
        writer.bytes(25, requestSignature)
    }
}

struct RequesterMessage: ProtobufMessage {
    var member = ""
    var department = ""
    var application = ""
    var officer: [UInt8] = []

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: member = try reader.string(field)
        case 2: department = try reader.string(field)
        case 3: application = try reader.string(field)
        case 4: officer = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, member)
        writer.string(2, department)
        writer.string(3, application)
        writer.bytes(4, officer)
    }
}
