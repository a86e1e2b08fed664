// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// Vectors W1–W5: equal to iavl v1.2.2 and ics23 v0.11.0 (building-cometbft.md section 9).
@Suite struct IAVLTreeTests {
    /// A tree whose writes of one version come in any order that a test wants.
    struct Versioned {
        var tree = IAVLTree()
        var version: UInt64 = 0

        mutating func save(_ writes: [(String, String?)] = []) -> String {
            version += 1
            for (key, value) in writes {
                if let value {
                    tree.put(Array(key.utf8), Array(value.utf8), version: version)
                } else {
                    tree.remove(Array(key.utf8), version: version)
                }
            }
            return tree.rootHash.description
        }
    }

    static func small() -> Versioned {
        var versions = Versioned()
        _ = versions.save()
        _ = versions.save([("b", "1")])
        _ = versions.save([("a", "2"), ("c", "3")])
        _ = versions.save([("d", "4"), ("e", "5")])
        _ = versions.save()
        _ = versions.save([("a", "2")])
        _ = versions.save([("b", nil)])
        _ = versions.save([("zz", nil)])
        return versions
    }

    @Test func `one tree has iavl's root in every version`() {
        var tree = Versioned()
        #expect(tree.save() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            tree.save([("b", "1")])
                == "9899084ea1f31bf5da730126df72730c499f0669a76aa392e8ff0485a34feaa2")
        #expect(
            tree.save([("a", "2"), ("c", "3")])
                == "e2c354523bdd632fbf8878ca59a107e28257b7ff5f300e1ba6b38d948c45a9c0")
        let rotated = "41846c2c6b51531b4f2de299ddebefd7cde919cb64d16bf3e3d5071099ffd971"
        #expect(tree.save([("d", "4"), ("e", "5")]) == rotated)
        #expect(tree.save() == rotated)
        #expect(
            tree.save([("a", "2")])
                == "0d8a421f8f4273ee2364067168847752cc58c21401808fa6881a109f41b722ee")
        let removed = "80e3152d5f52bcd21e70ca2d0e4767598430ed37348cbc903adb23283c1dd966"
        #expect(tree.save([("b", nil)]) == removed)
        #expect(tree.save([("zz", nil)]) == removed)
    }

    @Test func `twenty keys, removals and one put again give iavl's roots`() {
        let keys = (1...20).map { number -> (String, String?) in
            ("k" + (number < 10 ? "00" : "0") + "\(number)", "v\(number)")
        }
        var tree = Versioned()
        #expect(
            tree.save(keys) == "654f12ba321eb940f407b5b683b3c81d409a87f652aa3a072e97123097b344b1")
        #expect(
            tree.save(keys.prefix(7).map { ($0.0, nil) })
                == "403331949d7b810651b803392372fa7776da11570b65d3c59e8e27fe3eeb39a2")
        #expect(
            tree.save([("k003", "again")])
                == "9c9682dbd52122499ac205efb43805851c584db28d8323fa6500b759377b53e3")
        var descending = Versioned()
        #expect(
            descending.save(keys.reversed())
                == "9fe6d5d61eff94a55ff543496e257b02ef79a888c8ea06c3bcd1073df7879dbf")
        var late = Versioned(version: 999)
        #expect(
            late.save([("b", "1")])
                == "e20e9dda19b5afd450c6a10d1820761e4be90dbc41b7d91186bcec52c97a0f0c")
        #expect(
            late.save([("a", "2")])
                == "79f4aec9d380fcdb7721a891ae1f7b966414360e3bcfc48b4078e399b5972091")
    }

    static let stressRoots: [UInt64: String] = [
        1: "5339e7e7c308c7f731ccbb1602c4b3b210af1005f0517ce36c846caa01fa5ad2",
        10: "36cf496dab666da9eea0ac59ca9075ec6229416203652ddc1c6314fb98327d48",
        30: "da73afff1986b2ad31295e3a1329574c29194077e9175415a0cec435f24a10eb",
        60: "d31e0cc28bf3bf16e91a2d517845cc980b3dccb9148e074759521502860ccc3d",
    ]

    @Test func `2400 random puts and removals over 60 versions give iavl's roots`() {
        var state = SHA256.hash(Array("iavl stress".utf8)).bytes
        var tree = Versioned()
        for version in UInt64(1)...60 {
            var writes: [(String, String?)] = []
            for _ in 0..<40 {
                state = SHA256.hash(state).bytes
                let number = (Int(state[0]) << 8 | Int(state[1])) % 400
                let digits = String(number)
                let key = "key" + String(repeating: "0", count: 3 - digits.count) + digits
                writes.append((key, state[2] % 3 == 0 ? nil : Hex.encode(state[3...5])))
            }
            let root = tree.save(writes)
            if let expected = Self.stressRoots[version] { #expect(root == expected) }
        }
        #expect(tree.tree.count == 268)
        #expect(tree.tree.height == 10)
    }

    @Test func `a presence proof has ics23's bytes`() {
        let proof = Self.small().tree.proof(of: Array("d".utf8))
        #expect(
            Hex.encode(proof)
                == "0a6b0a01641201341a0b0801180120012a03000208222b08011204020408201a2120782a19ae35"
                + "a912fdb6d0e0cbc9d99ef8ca7a920d90182e33e5275af2ff03d5c322290801122504080e20e2966e"
                + "6f7efbd6702b596d440c1a78201c09b87cccdc09346809d6b8037e6b1920")
    }

    static let absences: [(key: String, length: Int, hash: String)] = [
        ("b", 226, "ad9795061a094586bb75fe983cfb56ae8eee1a49ddf39fdfa4e77128a45de91f"),
        ("zz", 113, "60c95f1aa9b22fde1a28085f1eb4acc7953f135e7ab73a318300d26034ba04df"),
        ("A", 116, "3ae62e7debaa38721b04dfe90fcc199a8b21341c66552cd58a74a9206d1a6f22"),
    ]

    @Test(arguments: absences)
    func `an absence proof has ics23's bytes`(_ absence: (key: String, length: Int, hash: String)) {
        let proof = Self.small().tree.proof(of: Array(absence.key.utf8))
        #expect(proof.count == absence.length)
        #expect(SHA256.hash(proof).description == absence.hash)
    }

    @Test func `an empty tree proves nothing`() {
        #expect(Hex.encode(IAVLTree().proof(of: Array("q".utf8))) == "12030a0171")
    }

    @Test func `an old version keeps its root and its values while newer ones are made`() {
        var tree = IAVLTree()
        var kept: [(tree: IAVLTree, root: Digest)] = []
        for version in UInt64(1)...50 {
            tree.put([UInt8(version % 7)], [UInt8(version)], version: version)
            kept.append((tree, tree.rootHash))
        }
        for (index, old) in kept.enumerated() {
            #expect(old.tree.rootHash == old.root)
            #expect(old.tree.get([UInt8((index + 1) % 7)]) == [UInt8(index + 1)])
        }
    }
}
