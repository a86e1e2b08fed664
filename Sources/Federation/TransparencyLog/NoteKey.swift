// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A name and a key that a note's signatures are compared with: a log's, or a witness's.
/// Source: C2SP signed-note, tlog-cosignature.
public struct NoteKey: Hashable, Sendable {
    public let name: String
    public let algorithm: NoteAlgorithm
    /// The key in the algorithm's own encoding; 32 bytes for Ed25519.
    public let key: [UInt8]

    /// Refuses a name that could not stand in a note, and a key of another length than the
    /// algorithm's.
    public init(name: String, algorithm: NoteAlgorithm, key: [UInt8]) throws(NoteError) {
        guard NoteKey.isName(name) else { throw .keyName(name) }
        let needed: Int? =
            switch algorithm {
            case .ed25519, .cosignature: 32
            case .cosignatureMLDSA44: 1312
            case .ecdsa, .treeHead: nil
            }
        if let needed, key.count != needed {
            throw .keyLength(algorithm: algorithm, got: key.count)
        }
        self.name = name
        self.algorithm = algorithm
        self.key = key
    }

    /// Reads a verifier key: `name+id+base64(algorithm ‖ key)`, the id in eight hex digits.
    public init(verifierKey text: String) throws(NoteError) {
        let parts = text.split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].utf8.count == 8, let id = UInt32(parts[1], radix: 16),
            let blob = Base64.decode(parts[2]), let type = blob.first
        else { throw .malformedKey }
        guard let algorithm = NoteAlgorithm(rawValue: type) else {
            throw .unsupportedAlgorithm(type)
        }
        try self.init(name: String(parts[0]), algorithm: algorithm, key: Array(blob[1...]))
        guard id == self.id else { throw .keyID(got: id, expected: self.id) }
    }

    /// First four bytes of SHA-256(name ‖ 0A ‖ algorithm ‖ key).
    public var id: UInt32 {
        let hash = SHA256.hash(Array(name.utf8) + [0x0a, algorithm.rawValue] + key)
        return hash.bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The form that `init(verifierKey:)` reads.
    public var verifierKey: String {
        let digits = String(id, radix: 16)
        let padding = String(repeating: "0", count: 8 - digits.utf8.count)
        return "\(name)+\(padding)\(digits)+\(Base64.encode([algorithm.rawValue] + key))"
    }

    /// Throws unless the note carries this key's signature, and every one under its name and id is
    /// good. For a witness the seconds since 1970 that it signed with; nil for a log.
    @discardableResult
    public func verify(
        _ note: SignedNote, _ signatures: inout SignatureVerifier
    ) throws(NoteError) -> UInt64? {
        guard algorithm == .ed25519 || algorithm == .cosignature else {
            throw .unsupportedAlgorithm(algorithm.rawValue)
        }
        let id = id
        var found = false
        var time: UInt64?
        for line in note.signatures where line.name == name && line.keyID == id {
            var message = Array(note.text.utf8)
            var signature = line.signature
            if algorithm == .cosignature {
                guard signature.count == 72 else { throw .badSignature(name: name) }
                let seconds = signature[..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                signature = Array(signature[8...])
                message = NoteKey.cosigned(note.text, seconds: seconds)
                if !found { time = seconds }
            }
            guard signatures.isValid(signature, of: message, by: .ed25519(bytes: key)) else {
                throw .badSignature(name: name)
            }
            found = true
        }
        guard found else { throw .unsigned(name: name, id: id) }
        return time
    }

    /// What a witness signs. Source: C2SP tlog-cosignature.
    static func cosigned(_ text: String, seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    /// Not empty, no Unicode space, no plus sign, no line feed.
    static func isName(_ text: String) -> Bool {
        guard !text.isEmpty else { return false }
        for scalar in text.unicodeScalars
        where scalar == "+" || scalar.properties.isWhitespace || scalar.value < 0x20 {
            return false
        }
        return true
    }
}

/// A name with the private key that signs notes under it.
public struct NoteSigner: Sendable {
    public let key: NoteKey
    private let signingKey: SigningKey

    /// Requires an Ed25519 key. `algorithm` is `.ed25519` for a log, `.cosignature` for a witness;
    /// others are refused.
    public init(
        name: String, algorithm: NoteAlgorithm = .ed25519, key: SigningKey
    ) throws(NoteError) {
        guard algorithm == .ed25519 || algorithm == .cosignature,
            case .ed25519(let bytes) = key.publicKey
        else { throw .unsupportedAlgorithm(algorithm.rawValue) }
        self.key = try NoteKey(name: name, algorithm: algorithm, key: bytes)
        signingKey = key
    }

    /// The signature under a text. `seconds` since 1970 go into a witness's alone.
    public func sign(_ text: String, seconds: UInt64 = 0) -> NoteSignature {
        guard key.algorithm == .cosignature else {
            return NoteSignature(
                name: key.name, keyID: key.id, signature: signingKey.sign(Array(text.utf8)))
        }
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * UInt64($0))) }
        return NoteSignature(
            name: key.name, keyID: key.id,
            signature: stamp + signingKey.sign(NoteKey.cosigned(text, seconds: seconds)))
    }
}
