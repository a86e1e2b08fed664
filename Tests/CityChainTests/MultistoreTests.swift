// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Testing

/// Vector W6 (equal to cosmossdk.io/store v1.1.2) and what a transaction needs of the layers.
@Suite struct MultistoreTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func worked() -> Multistore {
        var stores = Multistore(storeNames: ["ibc", "bank", "acc"])
        stores.set(
            "ibc", bytes("nextSequenceSend/07-tendermint-0"), [0, 0, 0, 0, 0, 0, 0, 1])
        return stores
    }

    static let commitment = Digest(
        Hex.decode("a096722aa6534040a0efbdae05765132a7b223ad306d6512f3734821bd046505") ?? [])

    @Test func `three stores have the store module's roots and app hashes`() {
        var stores = Self.worked()
        #expect(stores.appHash == SHA256.empty)
        #expect(
            stores.commit().appHash.description
                == "614385c67cc1b11403014347582526d482c5a13c42a0059fb31b599cedbc0b75")
        stores.set("acc", Self.bytes("x"), Self.bytes("y"))
        stores.set(
            "ibc", Self.bytes("07-tendermint-0") + [1, 0, 0, 0, 0, 0, 0, 0, 1],
            Self.commitment?.bytes ?? [])
        let second = stores.commit()
        #expect(second.version == 2)
        #expect(
            second.appHash.description
                == "4232d4cc033dfd5f05f7ce2694c8f23b765eff361258793204f8d26b2a96d398")
        #expect(
            stores.storeRoot("acc", version: 2)?.description
                == "d93cfa5e7cc9398777121092239bf4a14d43b54a16a429e7839479167b92dc3b")
        #expect(stores.storeRoot("bank", version: 2) == SHA256.empty)
        #expect(
            stores.storeRoot("ibc", version: 2)?.description
                == "22388ed9ac8b5190361235bfafb70f6fce684ee88252b24828aed74a9f5c15ba")
        let answer = stores.prove("ibc", Self.bytes("q"), version: 2)
        #expect(answer?.value == nil)
        #expect(answer?.operations.map(\.type) == ["ics23:iavl", "ics23:simple"])
        #expect(
            answer.map { Hex.encode($0.operations[1].data) }
                == "0a590a03696263122022388ed9ac8b5190361235bfafb70f6fce684ee88252b24828aed74a9f5c"
                + "15ba1a090801180120012a0100222508011221016c1db7e357d83656caec98f3cf63b3959306433c"
                + "82743b3352d1c64938955428")
    }

    @Test func `a discarded layer leaves nothing, a merged one its last values`() {
        var stores = Self.worked()
        stores.set("acc", [1], [10])
        stores.set("acc", [2], [20])
        _ = stores.commit()
        var branch = stores.branch()
        branch.begin()
        branch.set("acc", [3], [30])
        branch.delete("acc", [1])
        branch.begin()
        branch.set("acc", [3], [31])
        branch.set("acc", [0], [1])
        #expect(branch.pairs("acc", prefix: []).map(\.key) == [[0], [2], [3]])
        branch.discard()
        #expect(branch.pairs("acc", prefix: []).map(\.value) == [[20], [30]])
        #expect(branch.get("acc", [1]) == nil)
        branch.merge()
        #expect(stores.get("acc", [1]) == [10], "a branch is apart from its origin")
        stores.absorb(branch)
        #expect(stores.get("acc", [1]) == nil)
        _ = stores.commit()
        #expect(stores.pairs("acc", prefix: [], limit: 1).map(\.key) == [[2]])
        #expect(stores.snapshot(at: 1)?.get("acc", [1]) == [10])
    }

    @Test func `pairs of a layered store equal a plain dictionary's`() {
        var stores = Multistore(storeNames: ["s"])
        var branch = stores.branch()
        var plain: [[UInt8]: [UInt8]] = [:]
        var seed = SHA256.hash(Self.bytes("layers")).bytes
        for round in 0..<400 {
            seed = SHA256.hash(seed).bytes
            let key = [seed[0] % 4, seed[1] % 16]
            if seed[2] % 3 == 0 {
                branch.delete("s", key)
                plain[key] = nil
            } else {
                branch.set("s", key, [seed[3]])
                plain[key] = [seed[3]]
            }
            if round % 37 == 0 { branch.begin() }
            if round % 53 == 52, branch.depth > 0 { branch.merge() }
            if round % 101 == 100 {
                stores.absorb(branch)
                _ = stores.commit()
                branch = stores.branch()
            }
            let prefix: [UInt8] = [seed[4] % 4]
            let expected = plain.filter { $0.key.starts(with: prefix) }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            let limit = Int(seed[5] % 20)
            #expect(
                branch.pairs("s", prefix: prefix, limit: limit).map(\.key)
                    == expected.prefix(limit).map(\.key))
            #expect(branch.pairs("s", prefix: prefix).map(\.value) == expected.map(\.value))
        }
    }

    @Test func `versions beyond the kept ones prove nothing`() {
        var stores = Multistore(storeNames: ["ibc"], initialVersion: 10, keptVersions: 3)
        for value in UInt8(1)...6 {
            stores.set("ibc", [1], [value])
            _ = stores.commit()
        }
        #expect(stores.version == 15)
        #expect(stores.oldestVersion == 13)
        #expect(stores.prove("ibc", [1], version: 12) == nil)
        #expect(stores.prove("ibc", [1], version: 13)?.value == [4])
        #expect(stores.prove("ibc", [1], version: 16) == nil)
        #expect(stores.prove("other", [1], version: 15) == nil)
        stores.prune(below: 99)
        #expect(stores.oldestVersion == 15)
        #expect(stores.prove("ibc", [1], version: 15)?.value == [6])
    }
}
