// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A log's tree at one size, as the text of a signed note. Source: C2SP tlog-checkpoint.
public struct Checkpoint: Hashable, Sendable {
    /// The log's name.
    public var origin: String
    /// Leaves of the tree, below 2^63.
    public var size: UInt64
    public var root: Digest
    /// Further lines, which mean nothing here and are signed all the same.
    public var extensions: [String]

    public init(origin: String, size: UInt64, root: Digest, extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the text of a note.
    public init(text: String) throws(NoteError) {
        var lines = text.split(separator: "\n" as Character, omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.removeLast().isEmpty else {
            throw .checkpointLine(lines.count)
        }
        for (index, line) in lines.enumerated() where line.isEmpty {
            throw .checkpointLine(index + 1)
        }
        guard let size = Checkpoint.size(lines[1]) else { throw .checkpointLine(2) }
        guard let bytes = Base64.decode(lines[2]), let root = Digest(bytes) else {
            throw .checkpointLine(3)
        }
        origin = String(lines[0])
        self.size = size
        self.root = root
        extensions = lines.dropFirst(3).map(String.init)
    }

    /// A decimal number without leading zeros, below 2^63. Nil otherwise.
    static func size(_ text: Substring) -> UInt64? {
        for byte in text.utf8 where !(0x30...0x39).contains(byte) { return nil }
        guard text == "0" || text.first != "0", let number = Int64(text) else { return nil }
        return UInt64(number)
    }

    /// The text that is signed.
    public var text: String {
        var text = "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n"
        for line in extensions { text += line + "\n" }
        return text
    }

    /// The note, signed by the log.
    public func note(signedBy signer: NoteSigner) -> SignedNote {
        SignedNote(text: text, signatures: [signer.sign(text)])
    }

    /// The checkpoint in a note, when the log signed it: the name of the key and the origin line
    /// are one and the same.
    public static func verified(
        _ note: SignedNote, by key: NoteKey, _ signatures: inout SignatureVerifier
    ) throws(NoteError) -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin == key.name else {
            throw .origin(got: checkpoint.origin, expected: key.name)
        }
        try key.verify(note, &signatures)
        return checkpoint
    }
}
