// SPDX-License-Identifier: Apache-2.0

/// Why a text is no signed note, or is not signed by whom it should be.
public enum NoteError: Error, Hashable, Sendable {
    case tooLarge(Int, limit: Int)
    case notUTF8
    /// A control character other than a line feed.
    case controlCharacter(UInt8)
    /// No text, no empty line behind it, or no line feed at the end.
    case noText
    /// The line after the text, counted from 1, is no signature line.
    case signatureLine(Int)
    case tooManySignatures(Int, limit: Int)
    /// The text is no verifier key `name+hash+base64`.
    case malformedKey
    /// The key's id is not the one that its bytes have.
    case keyID(got: UInt32, expected: UInt32)
    case keyLength(algorithm: NoteAlgorithm, got: Int)
    /// The name is empty, or holds a space or a plus sign.
    case keyName(String)
    /// No algorithm of this number can be verified here.
    case unsupportedAlgorithm(UInt8)
    /// The note carries no signature of the key.
    case unsigned(name: String, id: UInt32)
    case badSignature(name: String)
    /// The text is no checkpoint; the line is counted from 1.
    case checkpointLine(Int)
    /// The checkpoint speaks for another log.
    case origin(got: String, expected: String)
    /// The text is no `c2sp.org/tlog-proof@v1`; the line is counted from 1.
    case proofLine(Int)

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .tooLarge: "note/too-large"
        case .notUTF8: "note/not-utf8"
        case .controlCharacter: "note/control-character"
        case .noText: "note/no-text"
        case .signatureLine: "note/signature-line"
        case .tooManySignatures: "note/too-many-signatures"
        case .malformedKey: "note/malformed-key"
        case .keyID: "note/key-id"
        case .keyLength: "note/key-length"
        case .keyName: "note/key-name"
        case .unsupportedAlgorithm: "note/unsupported-algorithm"
        case .unsigned: "note/unsigned"
        case .badSignature: "note/bad-signature"
        case .checkpointLine: "note/checkpoint-line"
        case .origin: "note/origin"
        case .proofLine: "note/proof-line"
        }
    }
}

/// How a note is signed, by the byte that stands before the key. Source: C2SP signed-note.
public enum NoteAlgorithm: UInt8, Hashable, Sendable, CaseIterable {
    /// Ed25519 over the text: a log's own signature.
    case ed25519 = 1
    /// ECDSA, outside this program.
    case ecdsa = 2
    /// Ed25519 over a time and the text: a witness.
    case cosignature = 4
    /// RFC 6962's tree head, outside this program but for `TreeHead`.
    case treeHead = 5
    /// ML-DSA-44 over a time and the text: a witness. Not verified here: OpenSSL 3.0 has none.
    case cosignatureMLDSA44 = 6
}
