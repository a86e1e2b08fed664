// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport

/// C2SP's signed notes, checkpoints, cosignatures and trees, and RFC 6962's tree heads, as other
/// logs publish them.
let transparencyLogSets: [CorpusSet] = [
    CorpusSet(
        name: "vectors/tlog-checkpoints", matches: { $0.isIn("tlog-checkpoints") },
        judge: { path, tally in
            let parts = path.split(separator: "/").map(String.init)
            let id = parts.suffix(3).joined(separator: "/")
            let name = parts.last ?? ""
            switch name {
            case "keys.json": tally.record(id, try TransparencyLogVectors.keys(path))
            case "cosignature_v1.json":
                for (index, item) in (try JSON.parse(Corpus.read(path)).array ?? []).enumerated() {
                    tally.record("\(id)#\(index)", TransparencyLogVectors.cosignature(item))
                }
            case "rfc6962_sth.json":
                tally.record(
                    id, TransparencyLogVectors.treeHead(try JSON.parse(Corpus.read(path))))
            case _ where parts.contains("tile"):
                tally.record(id, try TransparencyLogVectors.tile(path))
            case _ where name.hasPrefix("checkpoint"):
                tally.record(id, try TransparencyLogVectors.checkpoint(path))
            default: tally.record(id, .unsupported("a file of this name"))
            }
        })
]

/// The judgements, one a kind of file.
enum TransparencyLogVectors {
    /// A log's folder, with the key and the entries that its `keys.json` names.
    private struct Log {
        let key: NoteKey
        let entries: [[UInt8]]
        let tree: MerkleTree

        /// Of the log that a file belongs to.
        init(besides path: String) throws {
            var folder = path.split(separator: "/", omittingEmptySubsequences: false)
            repeat {
                folder.removeLast()
            } while !folder.isEmpty && folder.last?.hasSuffix("log") != true
            let file = folder.joined(separator: "/") + "/keys.json"
            let json = try JSON.parse(Corpus.read(file))
            key = try NoteKey(verifierKey: json["log_vkey"]?.string ?? "")
            entries = (json["entries"]?.array ?? []).map { Array(($0.string ?? "").utf8) }
            tree = MerkleTree(leaves: entries)
        }
    }

    private static func verdict(_ isRight: Bool, _ why: String) -> Outcome {
        isRight ? .agreed : .disagreed(why)
    }

    static func keys(_ path: String) throws -> Outcome {
        let log = try Log(besides: path)
        let text = try JSON.parse(Corpus.read(path))["log_vkey"]?.string
        return verdict(log.key.verifierKey == text, "the key is written otherwise")
    }

    /// Signature, root over the entries, and consistency with every earlier size.
    static func checkpoint(_ path: String) throws -> Outcome {
        let log = try Log(besides: path)
        let bytes = try Corpus.read(path)
        var verifier = SignatureVerifier()
        do {
            let note = try SignedNote(reading: bytes)
            guard note.bytes == bytes else { return .disagreed("the note is written otherwise") }
            let head = try Checkpoint.verified(note, by: log.key, &verifier)
            guard head.text == note.text else {
                return .disagreed("the checkpoint is written otherwise")
            }
            guard head.size <= log.tree.size, log.tree.root(size: head.size) == head.root else {
                return .disagreed("the entries lead to another root")
            }
            for old in 0...head.size {
                try ConsistencyProof(
                    oldSize: old, newSize: head.size,
                    path: log.tree.consistencyPath(oldSize: old, newSize: head.size)
                ).verify(oldRoot: log.tree.root(size: old), newRoot: head.root)
            }
            return .agreed
        } catch { return .disagreed("\(error)") }
    }

    /// The hashes or the bundle of the entries up to the number that names the file.
    static func tile(_ path: String) throws -> Outcome {
        let log = try Log(besides: path)
        let bytes = try Corpus.read(path)
        let parts = path.split(separator: "/").map(String.init)
        guard let count = Int(parts.last ?? ""), count <= log.entries.count else {
            return .disagreed("no size for a name")
        }
        var expected: [UInt8] = []
        for entry in log.entries[..<count] {
            if parts.contains("entries") {
                expected += [UInt8(entry.count >> 8), UInt8(entry.count & 0xff)] + entry
            } else {
                expected += BinaryMerkle.leafHash(entry).bytes
            }
        }
        return verdict(bytes == expected, "the tile holds other bytes")
    }

    static func cosignature(_ item: JSON) -> Outcome {
        let accepts = item["expected"]?.string == "accept"
        var verifier = SignatureVerifier()
        do {
            let note = try SignedNote(reading: Array((item["checkpoint"]?.string ?? "").utf8))
            let key = try NoteKey(verifierKey: item["cosigner_vkey"]?.string ?? "")
            let time = try key.verify(note, &verifier)
            guard accepts else { return .disagreed("accepted") }
            _ = try Checkpoint(text: note.text)
            return verdict(time == item["timestamp"]?.uint64, "another time")
        } catch {
            return verdict(!accepts, "\(error)")
        }
    }

    static func treeHead(_ json: JSON) -> Outcome {
        let sth = json["sth"]
        let accepts = json["expected"]?.string == "accept"
        guard let key = P256Key(subjectPublicKeyInfo: base64(json["public_key_spki_base64"])),
            let root = Digest(base64(sth?["sha256_root_hash"])),
            let time = sth?["timestamp"]?.uint64, let size = sth?["tree_size"]?.uint64
        else { return verdict(!accepts, "unreadable") }
        let head = TreeHead(timestamp: time, size: size, root: root)
        if let expected = json["signed_bytes_hex"]?.string,
            Hex.encode(head.signedBytes) != expected
        {
            return .disagreed("other bytes are signed")
        }
        let isSigned = head.isSigned(base64(sth?["tree_head_signature"]), by: key)
        return verdict(isSigned == accepts, isSigned ? "accepted" : "refused")
    }

    private static func base64(_ value: JSON?) -> [UInt8] {
        Base64.decode(value?.string ?? "") ?? []
    }
}
