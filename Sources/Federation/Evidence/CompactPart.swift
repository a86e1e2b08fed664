// SPDX-License-Identifier: Apache-2.0

import LightClient

/// `BundlePart` of evidence.proto: the log's proof without its base64.
struct CompactPart: ProtobufMessage {
    var provider = ""
    var request: [UInt8] = []
    var signature: [UInt8] = []
    var reference = ""
    var referenceSalt: [UInt8] = []
    /// A `DiscloseResponse` that holds the disclosure alone; empty where nothing was disclosed.
    var disclosed: [UInt8] = []
    var refused = ""
    var unanswered = ""
    var entry: [UInt8] = []
    var logIndex: UInt64 = 0
    var logPath: [UInt8] = []
    var checkpoint: [UInt8] = []

    init() {}

    init(_ part: BundlePart) {
        provider = part.provider.description
        request = part.request
        signature = part.signature
        reference = part.reference
        referenceSalt = part.referenceSalt
        switch part.answer {
        case .disclosed(let disclosure): disclosed = disclosure.encoded
        case .refused(let code): refused = code
        case .unanswered(let code): unanswered = code
        }
        entry = part.entry
        // A proof that is none is dropped: its bundle verifies in no form.
        if let proof = try? LogProofText(reading: part.logProof) {
            logIndex = proof.index
            for hash in proof.path { hash.append(to: &logPath) }
            checkpoint = proof.checkpoint
        }
    }

    func part() throws(BundleError) -> BundlePart {
        guard let provider = MemberID(provider) else { throw .form("parts.provider") }
        let answer: BundlePart.Answer
        if !disclosed.isEmpty {
            guard let response = try? DiscloseResponse(reading: disclosed),
                let disclosure = Disclosure(response), disclosure.encoded == disclosed
            else { throw .form("parts.disclosure") }
            answer = .disclosed(disclosure)
        } else {
            answer = refused.isEmpty ? .unanswered(code: unanswered) : .refused(code: refused)
        }
        var proof: [UInt8] = []
        if !checkpoint.isEmpty {
            guard let path = Digest.list(logPath) else { throw .form("parts.log") }
            proof = LogProofText(index: logIndex, path: path, checkpoint: checkpoint).bytes
        }
        return BundlePart(
            provider: provider, request: request, signature: signature, reference: reference,
            referenceSalt: referenceSalt, answer: answer, entry: entry, logProof: proof)
    }

    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: provider = try reader.string(field)
        case 2: request = try reader.bytes(field)
        case 3: signature = try reader.bytes(field)
        case 4: reference = try reader.string(field)
        case 5: referenceSalt = try reader.bytes(field)
        case 6: disclosed = try reader.bytes(field)
        case 7: refused = try reader.string(field)
        case 8: unanswered = try reader.string(field)
        case 9: entry = try reader.bytes(field)
        case 10: logIndex = try reader.uint64(field)
        case 11: logPath = try reader.bytes(field)
        case 12: checkpoint = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.string(1, provider)
        writer.bytes(2, request)
        writer.bytes(3, signature)
        writer.string(4, reference)
        writer.bytes(5, referenceSalt)
        writer.bytes(6, disclosed)
        writer.string(7, refused)
        writer.string(8, unanswered)
        writer.bytes(9, entry)
        writer.uint64(10, logIndex)
        writer.bytes(11, logPath)
        writer.bytes(12, checkpoint)
    }
}
