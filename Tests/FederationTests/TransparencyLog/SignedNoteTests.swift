// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// C2SP's signed notes, checkpoints and offline proofs.
@Suite struct SignedNoteTests {
    private static let origin = AccessSample.provider.accessLogOrigin

    private func signer(_ algorithm: NoteAlgorithm = .ed25519) throws -> NoteSigner {
        try NoteSigner(name: Self.origin, algorithm: algorithm, key: AccessSample.providerKey)
    }

    private func sample() throws -> (Checkpoint, SignedNote) {
        let tree = MerkleTree(leaves: [[1], [2], [3]])
        let checkpoint = Checkpoint(origin: Self.origin, size: 3, root: tree.root)
        return (checkpoint, checkpoint.note(signedBy: try signer()))
    }

    @Test func `a checkpoint is read back byte for byte`() throws {
        let (checkpoint, note) = try sample()
        let read = try SignedNote(reading: note.bytes)
        #expect(read == note)
        #expect(read.bytes == note.bytes)
        var verifier = SignatureVerifier()
        let key = try NoteKey(verifierKey: try signer().key.verifierKey)
        #expect(try Checkpoint.verified(read, by: key, &verifier) == checkpoint)
    }

    @Test func `no byte of a signed checkpoint can be changed`() throws {
        let (_, note) = try sample()
        let key = try signer().key
        var verifier = SignatureVerifier()
        for index in note.bytes.indices {
            var bytes = note.bytes
            bytes[index] ^= 1
            #expect(throws: NoteError.self, "byte \(index)") {
                try Checkpoint.verified(try SignedNote(reading: bytes), by: key, &verifier)
            }
        }
    }

    @Test func `signatures of others are passed over, a bad one of the key's is not`() throws {
        var (_, note) = try sample()
        let key = try signer().key
        var verifier = SignatureVerifier()
        note.signatures.append(NoteSignature(name: "stranger", keyID: 7, signature: [1]))
        try key.verify(note, &verifier)
        note.signatures.append(
            NoteSignature(
                name: key.name, keyID: key.id, signature: [UInt8](repeating: 0, count: 64)))
        #expect(throws: NoteError.badSignature(name: key.name)) { try key.verify(note, &verifier) }
    }

    @Test func `a witness signs a time along, and nobody can change it`() throws {
        var (checkpoint, note) = try sample()
        let witness = try NoteSigner(
            name: "witness.example", algorithm: .cosignature, key: AccessSample.key("witness"))
        note.signatures.append(witness.sign(checkpoint.text, seconds: 1_795_000_123))
        var verifier = SignatureVerifier()
        #expect(try witness.key.verify(note, &verifier) == 1_795_000_123)
        note.signatures[1].signature[7] ^= 1
        #expect(throws: NoteError.badSignature(name: "witness.example")) {
            try witness.key.verify(note, &verifier)
        }
    }

    @Test func `post-quantum cosignatures are refused by their type`() throws {
        let key = try NoteKey(
            name: "w", algorithm: .cosignatureMLDSA44, key: [UInt8](repeating: 1, count: 1312))
        let (_, note) = try sample()
        var verifier = SignatureVerifier()
        #expect(throws: NoteError.unsupportedAlgorithm(6)) { try key.verify(note, &verifier) }
        #expect(throws: NoteError.unsupportedAlgorithm(9)) {
            try NoteKey(verifierKey: "w+00000000+CQ==")
        }
    }

    static let refused: [(name: String, text: String)] = [
        ("no signatures", "a\n1\n\n"), ("no gap", "a\n\u{2014} n AAAAAAA=\n"),
        ("no final line feed", "a\n\n\u{2014} n AAAAAAA="),
        ("tab", "a\tb\n\n\u{2014} n AAAAAAA=\n"),
        ("hyphen for the dash", "a\n\n- n AAAAAAA=\n"), ("no name", "a\n\n\u{2014}  AAAAAAA=\n"),
        ("plus in the name", "a\n\n\u{2014} n+m AAAAAAA=\n"),
        ("wide space in the name", "a\n\n\u{2014} n\u{3000}m AAAAAAA=\n"),
        ("only a key id", "a\n\n\u{2014} n AAAAAA==\n"), ("bad base64", "a\n\n\u{2014} n AAA\n"),
        ("", ""),
    ]

    @Test(arguments: refused)
    func `what is no note is refused`(_ sample: (name: String, text: String)) {
        #expect(throws: NoteError.self) { try SignedNote(reading: Array(sample.text.utf8)) }
    }

    static let badCheckpoints = [
        "", "o\n1\n", "o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n1\nAAAA\n", "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
    ]

    @Test(arguments: badCheckpoints)
    func `what is no checkpoint is refused`(_ text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test func `a checkpoint keeps extension lines`() throws {
        let text = "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n"
        #expect(try Checkpoint(text: text).extensions == ["more"])
        #expect(try Checkpoint(text: text).text == text)
    }

    @Test func `a key whose id is another key's is refused`() throws {
        let text = try signer().key.verifierKey
        let parts = text.split(separator: "+", maxSplits: 2)
        #expect(throws: NoteError.self) {
            try NoteKey(verifierKey: "\(parts[0])+00000000+\(parts[2])")
        }
    }

    @Test func `an offline proof is read back and holds, and its bent forms do not`() throws {
        let log = AccessSample.log(13)
        let proof = log.tree.inclusionProof(index: 5)
        let text = LogProofText(
            extra: [1, 2, 3], index: proof.index, path: proof.path,
            checkpoint: log.checkpoint.note(signedBy: try signer()).bytes)
        let read = try LogProofText(reading: text.bytes)
        #expect(read == text)
        var verifier = SignatureVerifier()
        let key = try signer().key
        #expect(
            try read.verify(leafHash: BinaryMerkle.leafHash(log.leaves[5]), key: key, &verifier)
                == log.checkpoint)
        #expect(throws: NoteError.self) {
            try read.verify(leafHash: BinaryMerkle.leafHash(log.leaves[6]), key: key, &verifier)
        }
        for broken in ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n"] {
            #expect(throws: NoteError.self) { try LogProofText(reading: Array(broken.utf8)) }
        }
    }
}
