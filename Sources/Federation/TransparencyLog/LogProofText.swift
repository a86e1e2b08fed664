// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An offline proof that an entry stands in a log: `c2sp.org/tlog-proof@v1`, the file that other
/// programs read. Source: C2SP tlog-proof.
public struct LogProofText: Hashable, Sendable {
    /// Not authenticated.
    public var extra: [UInt8]?
    public var index: UInt64
    public var path: [Digest]
    /// The signed note, byte for byte.
    public var checkpoint: [UInt8]

    private static let header = "c2sp.org/tlog-proof@v1"

    public init(extra: [UInt8]? = nil, index: UInt64, path: [Digest], checkpoint: [UInt8]) {
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    public init(reading bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= SignedNote.maxByteCount else {
            throw .tooLarge(bytes.count, limit: SignedNote.maxByteCount)
        }
        var rest = bytes[...]
        var number = 0
        func line() throws(NoteError) -> String {
            number += 1
            guard let end = rest.firstIndex(of: 0x0a),
                let text = String(validating: rest[..<end], as: UTF8.self)
            else { throw .proofLine(number) }
            rest = rest[(end + 1)...]
            return text
        }
        guard try line() == LogProofText.header else { throw .proofLine(number) }
        var next = try line()
        if next.hasPrefix("extra ") {
            guard let data = Base64.decode(next.dropFirst(6)) else { throw .proofLine(number) }
            extra = data
            next = try line()
        }
        guard next.hasPrefix("index "), let index = Checkpoint.size(next.dropFirst(6)) else {
            throw .proofLine(number)
        }
        self.index = index
        path = []
        next = try line()
        while !next.isEmpty {
            guard path.count < InclusionProof.maxPath, let hash = Base64.decode(next),
                let digest = Digest(hash)
            else { throw .proofLine(number) }
            path.append(digest)
            next = try line()
        }
        checkpoint = Array(rest)
    }

    public var bytes: [UInt8] {
        var text = LogProofText.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index)\n"
        for hash in path { text += Base64.encode(hash.bytes) + "\n" }
        return Array((text + "\n").utf8) + checkpoint
    }

    /// Throws unless the leaf stands in the log that `key` signs for.
    public func verify(
        leafHash: Digest, key: NoteKey, _ signatures: inout SignatureVerifier
    ) throws(NoteError) -> Checkpoint {
        let note = try SignedNote(reading: checkpoint)
        let head = try Checkpoint.verified(note, by: key, &signatures)
        let proof = InclusionProof(index: index, size: head.size, path: path)
        do throws(LogProofError) {
            try proof.verify(leafHash: leafHash, root: head.root)
        } catch { throw .proofLine(1) }
        return head
    }
}
