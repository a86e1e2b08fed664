// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct `Record state and index` {
    private func state() throws -> RecordState {
        RecordState(
            schemaID: RecordExample.schema, schemaVersion: 1,
            fieldRoot: try RecordExample.tree().root, status: "02",
            statusAsOf: Timestamp(unixNanoseconds: 1_793_491_200_000_000_000), revision: 3)
    }

    @Test func `FORMATS.md's example of index and state is what we compute`() throws {
        let text = try RecordExample.formats()
        let key = [UInt8](repeating: 0x11, count: 32)
        let index = try RecordIndex(
            key: key, kind: "fund-account", reference: "431302188001010014")
        #expect(text.contains("`\(index)`"))
        #expect(index.stateKey == Array("record/".utf8) + index.digest.bytes)
        #expect(text.contains("`\(Hex.encode(try state().encoded))`"))
        #expect(
            try RecordIndex(key: key, schema: .fundAccount, reference: "01:431302188001010014")
                == index)
    }

    @Test func `a state is read back from its canonical bytes alone`() throws {
        let state = try state()
        #expect(try RecordState(stored: state.encoded) == state)
        #expect(throws: RecordStateError.notCanonical) {
            try RecordState(stored: state.encoded + [0x38, 0x01])
        }
        // The fields in another order, and a padded number.
        let tail = Array(state.encoded.suffix(2))
        #expect(throws: RecordStateError.notCanonical) {
            try RecordState(stored: tail + state.encoded.dropLast(2))
        }
        #expect(throws: RecordStateError.notCanonical) {
            try RecordState(stored: state.encoded.dropLast() + [0x83, 0x00])
        }
        for count in 0..<state.encoded.count {
            #expect(throws: RecordStateError.self) {
                try RecordState(stored: Array(state.encoded.prefix(count)))
            }
        }
    }

    @Test func `a state without what it needs is refused`() throws {
        func refused(_ change: (inout RecordState) -> Void) throws -> RecordStateError? {
            var state = try state()
            change(&state)
            return #expect(throws: RecordStateError.self) { try RecordState(stored: state.encoded) }
        }
        #expect(try refused { $0.schemaID = "" } == .schemaID(""))
        #expect(try refused { $0.schemaID = "a/b" } == .schemaID("a/b"))
        #expect(try refused { $0.schemaVersion = 0 } == .schemaVersion)
        #expect(try refused { $0.status = "" } == .status(""))
        let long = String(repeating: "0", count: 17)
        #expect(try refused { $0.status = long } == .status(long))
        #expect(try refused { $0.revision = 0 } == .revision)
    }

    @Test func `an index depends on key, kind and reference, and on where they part`() throws {
        let key = [UInt8](repeating: 1, count: 32)
        var seen: Set<RecordIndex> = []
        for (key, kind, reference) in [
            (key, "ab", "c"), (key, "a", "bc"), (key, "ab", "d"),
            ([UInt8](repeating: 2, count: 32), "ab", "c"),
        ] {
            seen.insert(try RecordIndex(key: key, kind: kind, reference: reference))
        }
        #expect(seen.count == 4)
        #expect(throws: RecordIndexError.keyTooShort(31)) {
            try RecordIndex(key: Array(key.dropLast()), kind: "a", reference: "b")
        }
        #expect(throws: RecordIndexError.kind("a\u{0}")) {
            try RecordIndex(key: key, kind: "a\u{0}", reference: "b")
        }
        #expect(throws: RecordIndexError.referenceLength(0)) {
            try RecordIndex(key: key, kind: "a", reference: "")
        }
        #expect(throws: RecordIndexError.referenceLength(129)) {
            try RecordIndex(key: key, kind: "a", reference: String(repeating: "b", count: 129))
        }
        let index = try #require(seen.first)
        #expect(RecordIndex(index.description) == index)
        #expect(RecordIndex("00") == nil)
    }

    @Test func `a mutated state never traps`() throws {
        var generator = Generator(seed: 7)
        let bytes = try state().encoded
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0...(generator.next() % 3) {
                changed[Int(generator.next() % UInt64(changed.count))] =
                    UInt8(truncatingIfNeeded: generator.next())
            }
            if let state = try? RecordState(stored: changed) { #expect(state.encoded == changed) }
        }
    }
}
