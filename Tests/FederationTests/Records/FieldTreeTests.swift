// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import TestSupport
import Testing

/// The worked example of FORMATS.md.
enum RecordExample {
    static let schema = "frr.fund-account"
    static let seed = Digest([UInt8](repeating: 0x33, count: 32)) ?? .zero
    static let months = 14

    static func salt(_ byte: UInt8) throws -> FieldSalt {
        try FieldSalt([UInt8](repeating: byte, count: 16))
    }

    static func fields() throws -> [SaltedField] {
        [
            try SaltedField(id: "XingMing", text: "阿依古丽·买买提", salt: try salt(1)),
            try SaltedField(id: "GRZHZT", text: "02", salt: try salt(2)),
            try SaltedField(id: "JZNY", text: "202610", salt: try salt(3)),
            try SaltedField(id: "predicate/SixMconFlag", text: "1", salt: try salt(4)),
            try SaltedField(
                id: "predicate/monthsGE",
                value: try CountChain.commitment(seed: seed, count: months).bytes,
                salt: try salt(5)),
        ]
    }

    static func tree() throws -> FieldTree {
        try FieldTree(
            schemaID: schema, fields: try fields(), decoys: [try salt(6), try salt(7), try salt(8)])
    }

    static func disclosure() throws -> RecordDisclosure {
        let tree = try tree()
        return RecordDisclosure(
            schemaID: schema, leafCount: tree.leafCount,
            fields: [try tree.disclose("XingMing"), try tree.disclose("GRZHZT")],
            predicates: [
                try tree.disclose(flag: "SixMconFlag"),
                try tree.disclose(count: "monthsGE", atLeast: 12, seed: seed, count: months),
            ])
    }

    static func formats() throws -> String {
        String(decoding: try Corpus.read("\(Corpus.root)/FORMATS.md"), as: UTF8.self)
    }
}

@Suite struct `Field tree` {
    @Test func `FORMATS.md's example of a tree is what we compute`() throws {
        let text = try RecordExample.formats()
        let tree = try RecordExample.tree()
        #expect(text.contains("Root `\(tree.root)`"))
        for field in tree.fields {
            let leaf = try field.leaf(schemaID: RecordExample.schema)
            let place = try tree.path(of: field.id).leaf
            let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(field.id)` |") }
            #expect(row?.hasSuffix("| `\(leaf)` | \(place) |") == true, "\(field.id)")
        }
        for hash in try tree.path(of: "GRZHZT").hashes { #expect(text.contains("`\(hash)`")) }
        let commitment = try CountChain.commitment(
            seed: RecordExample.seed, count: RecordExample.months)
        #expect(text.contains("c = `\(commitment)`"))
        let witness = try CountChain.witness(
            seed: RecordExample.seed, count: RecordExample.months, atLeast: 12)
        #expect(text.contains("`\(witness)`"))
    }

    @Test func `what was shown leads to the root, anything changed does not`() throws {
        let root = try RecordExample.tree().root
        let shown = try RecordExample.disclosure()
        try shown.verify(root: root)
        #expect(throws: FieldTreeError.self) { try shown.verify(root: .zero) }
        var changed = shown
        changed.schemaID = "frr.licence"
        #expect(throws: FieldTreeError.otherRoot(field: "XingMing")) {
            try changed.verify(root: root)
        }
        let field = shown.fields[1].field
        for (id, text, salt) in [
            ("GRZHZT", "01", field.salt), ("KHRQ", "02", field.salt),
            ("GRZHZT", "02", try RecordExample.salt(9)),
        ] {
            changed = shown
            changed.fields[1].field = try SaltedField(id: id, text: text, salt: salt)
            #expect(throws: FieldTreeError.otherRoot(field: id)) { try changed.verify(root: root) }
        }
        changed = shown
        changed.predicates[0].claim = .flag(holds: false)
        #expect(throws: FieldTreeError.self) { try changed.verify(root: root) }
    }

    @Test func `every bit of a path counts`() throws {
        let root = try RecordExample.tree().root
        let shown = try RecordExample.disclosure()
        for level in 0..<3 {
            for bit in 0..<256 {
                var bytes = shown.fields[0].path.hashes[level].bytes
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                var changed = shown
                changed.fields[0].path.hashes[level] = try #require(Digest(bytes))
                #expect(throws: FieldTreeError.otherRoot(field: "XingMing")) {
                    try changed.verify(root: root)
                }
            }
        }
    }

    @Test func `a path of another shape is refused by its shape`() throws {
        let root = try RecordExample.tree().root
        let shown = try RecordExample.disclosure()
        func refused(_ change: (inout RecordDisclosure) -> Void) -> FieldTreeError? {
            var changed = shown
            change(&changed)
            return #expect(throws: FieldTreeError.self) { try changed.verify(root: root) }
        }
        #expect(refused { $0.leafCount = 16 } == .pathLength(got: 3, expected: 4))
        #expect(refused { $0.leafCount = 7 } == .leafCount(7))
        #expect(refused { $0.leafCount = .max } == .leafCount(.max))
        #expect(refused { $0.leafCount = -8 } == .leafCount(-8))
        #expect(refused { $0.fields[0].path.leaf = 8 } == .leafIndex(8, leafCount: 8))
        #expect(refused { $0.fields[0].path.leaf = -1 } == .leafIndex(-1, leafCount: 8))
        #expect(
            refused { $0.fields[0].path.hashes.removeLast() } == .pathLength(got: 2, expected: 3))
        #expect(
            refused { $0.fields[0].path.hashes.append(.zero) } == .pathLength(got: 4, expected: 3))
        #expect(refused { $0.fields.append($0.fields[0]) } == .duplicateField("XingMing"))
        #expect(refused { $0.fields[1].path = $0.fields[0].path } == .duplicateLeaf(2))
        #expect(refused { $0.fields[1].path.leaf = 0 } == .otherRoot(field: "GRZHZT"))
    }

    @Test func `a field that stands twice makes no tree`() throws {
        let twice = [
            try SaltedField(id: "GRZHZT", text: "01", salt: try RecordExample.salt(1)),
            try SaltedField(id: "GRZHZT", text: "02", salt: try RecordExample.salt(2)),
        ]
        let decoys = try (3...8).map { try RecordExample.salt($0) }
        #expect(throws: FieldTreeError.duplicateField("GRZHZT")) {
            try FieldTree(schemaID: "s", fields: twice, decoys: decoys)
        }
    }

    @Test func `a salt is used once, and the leaves are filled up exactly`() throws {
        let field = try SaltedField(id: "A", text: "1", salt: try RecordExample.salt(1))
        func build(_ decoys: ClosedRange<UInt8>) throws -> FieldTree {
            try FieldTree(
                schemaID: "s", fields: [field],
                decoys: try decoys.map { try RecordExample.salt($0) })
        }
        #expect(try build(2...8).leafCount == 8)
        #expect(throws: FieldTreeError.repeatedSalt) { try build(1...7) }
        #expect(throws: FieldTreeError.leafCount(7)) { try build(2...7) }
        #expect(throws: FieldTreeError.leafCount(9)) { try build(2...9) }
        #expect(try FieldTree.leafCount(forFields: 7) == 8)
        #expect(try FieldTree.leafCount(forFields: 8) == 16)
        #expect(try FieldTree.leafCount(forFields: 255) == 256)
        #expect(throws: FieldTreeError.leafCount(256)) { try FieldTree.leafCount(forFields: 256) }
        #expect(throws: FieldTreeError.saltLength(15)) {
            try FieldSalt([UInt8](repeating: 0, count: 15))
        }
    }

    @Test func `no two contents share a leaf: lengths keep the parts apart`() throws {
        let salt = try RecordExample.salt(1)
        var leaves: Set<Digest> = []
        let contents = [
            ("ab", "c", "d"), ("a", "bc", "d"), ("a", "b", "cd"), ("abc", "d", ""),
            ("a", "bcd", ""),
        ]
        for (schema, field, value) in contents {
            leaves.insert(
                try SaltedField(id: field, text: value, salt: salt).leaf(schemaID: schema))
        }
        #expect(leaves.count == contents.count)
        #expect(!leaves.contains(SaltedField.decoy(salt)))
        for id in [
            "", "a/b", "predicate/", "predicate/a/b", "姓名", String(repeating: "a", count: 65),
        ] {
            #expect(throws: FieldTreeError.self, "\(id)") {
                try SaltedField(id: id, text: "", salt: salt)
            }
        }
        let long = [UInt8](repeating: 0x61, count: SaltedField.maxValueByteCount)
        _ = try SaltedField(id: "a", value: long, salt: salt)
        #expect(throws: FieldTreeError.valueTooLong(field: "a", byteCount: 4_097)) {
            try SaltedField(id: "a", value: long + [0], salt: salt)
        }
    }

    @Test func `random trees show each of their fields`() throws {
        var generator = Generator(seed: 20_261_126)
        for count in [0, 1, 7, 8, 20, 31, 32, 100, 255] {
            let fields = try (0..<count).map {
                try SaltedField(
                    id: "F\($0)", value: generator.bytes(Int(generator.next() % 40)),
                    salt: try FieldSalt(generator.bytes(16)))
            }
            let size = try FieldTree.leafCount(forFields: count)
            let tree = try FieldTree(
                schemaID: "random", fields: fields,
                decoys: try (count..<size).map { _ in try FieldSalt(generator.bytes(16)) })
            let shown = RecordDisclosure(
                schemaID: "random", leafCount: size,
                fields: try fields.map { try tree.disclose($0.id) }, predicates: [])
            try shown.verify(root: tree.root)
        }
    }
}

@Suite struct `Count chain` {
    @Test func `at least k is shown for every k up to the count and for none above`() throws {
        let seed = RecordExample.seed
        for count in [1, 6, 14, 600] {
            let commitment = try CountChain.commitment(seed: seed, count: count)
            for threshold in [1, 5, 6, 12, 14, 24, 599, 600] {
                guard threshold <= count else {
                    #expect(throws: FieldTreeError.countTooSmall(atLeast: threshold)) {
                        try CountChain.witness(seed: seed, count: count, atLeast: threshold)
                    }
                    continue
                }
                let witness = try CountChain.witness(
                    seed: seed, count: count, atLeast: threshold)
                #expect(
                    try CountChain.commitment(witness: witness, atLeast: threshold) == commitment)
                // The witness of k is none of k + 1.
                if threshold < 600 {
                    let more = try CountChain.commitment(witness: witness, atLeast: threshold + 1)
                    #expect(more != commitment)
                }
            }
        }
    }

    @Test func `counts and thresholds are bounded`() throws {
        let seed = RecordExample.seed
        #expect(try CountChain.commitment(seed: seed, count: 0) == seed)
        for count in [-1, 601, Int.max] {
            #expect(throws: FieldTreeError.countOutOfRange(count)) {
                try CountChain.commitment(seed: seed, count: count)
            }
            #expect(throws: FieldTreeError.countOutOfRange(count)) {
                try CountChain.commitment(witness: seed, atLeast: count)
            }
        }
        #expect(throws: FieldTreeError.countOutOfRange(0)) {
            try CountChain.commitment(witness: seed, atLeast: 0)
        }
    }
}
