// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One signature line of a note: claimed.
public struct NoteSignature: Hashable, Sendable {
    /// The key's name: not empty, without spaces and plus signs.
    public var name: String
    /// The key's id; a hint, not a commitment.
    public var keyID: UInt32
    public var signature: [UInt8]

    public init(name: String, keyID: UInt32, signature: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    /// "— name base64", without the line feed.
    var line: String {
        var blob = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> (24 - 8 * UInt32($0))) }
        blob += signature
        return "\u{2014} \(name) \(Base64.encode(blob))"
    }

    /// Nil when the line is none.
    init?(line: Substring) {
        guard line.hasPrefix("\u{2014} ") else { return nil }
        let parts = line.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, NoteKey.isName(String(parts[0])),
            let blob = Base64.decode(parts[1]), blob.count > 4
        else { return nil }
        name = String(parts[0])
        keyID = blob[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        signature = Array(blob[4...])
    }
}

/// A text with the signatures below it. Source: C2SP signed-note.
public struct SignedNote: Hashable, Sendable {
    /// What is signed, its last line feed included.
    public var text: String
    public var signatures: [NoteSignature]

    /// Bytes of a note: 100 signatures of the largest known kind are half of it.
    public static let maxByteCount = 1_000_000
    /// Signatures of a note. C2SP asks for sixteen at least.
    public static let maxSignatures = 100

    public init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note and nothing behind it. No signature is verified.
    public init(reading bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= SignedNote.maxByteCount else {
            throw .tooLarge(bytes.count, limit: SignedNote.maxByteCount)
        }
        for byte in bytes where byte < 0x20 && byte != 0x0a { throw .controlCharacter(byte) }
        guard let note = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        // The last empty line ends the text: behind it stand signature lines alone.
        guard let gap = SignedNote.lastGap(bytes), bytes.last == 0x0a else { throw .noText }
        let utf8 = note.utf8
        let textEnd = utf8.index(utf8.startIndex, offsetBy: gap + 1)
        let listStart = utf8.index(textEnd, offsetBy: 1)
        text = String(note[..<textEnd])
        signatures = []
        let lines = note[listStart...].split(
            separator: "\n" as Character, omittingEmptySubsequences: false)
        guard lines.count - 1 <= SignedNote.maxSignatures else {
            throw .tooManySignatures(lines.count - 1, limit: SignedNote.maxSignatures)
        }
        for (index, line) in lines.dropLast().enumerated() {
            guard let signature = NoteSignature(line: line) else {
                throw .signatureLine(index + 1)
            }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { throw .noText }
    }

    /// Place of the line feed that ends the text; another one follows it.
    private static func lastGap(_ bytes: [UInt8]) -> Int? {
        var index = bytes.count - 2
        while index > 0 {
            if bytes[index] == 0x0a, bytes[index + 1] == 0x0a { return index }
            index -= 1
        }
        return nil
    }

    /// The note as it travels.
    public var bytes: [UInt8] {
        var result = text + "\n"
        for signature in signatures { result += signature.line + "\n" }
        return Array(result.utf8)
    }
}
