// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayLaboratory
import RelayStore
import Testing

@Suite struct StoreManifestTests {
    private func record(_ version: UInt64, isDifference: Bool) -> ManifestRecord {
        ManifestRecord(
            version: version, digest: [UInt8(version)], bytes: [1, UInt8(version)],
            isDifference: isDifference, source: "there",
            adoptedAt: Timestamp(unixNanoseconds: Int64(version)))
    }

    @Test func `every version is kept, and a start reads from a whole one`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: StoreSchemaTests.owner)
        #expect(try journal.lastManifests(4).isEmpty)
        let all = (3...12).map { record($0, isDifference: $0 != 3 && $0 != 7) }
        try journal.commit(all.map { .manifest($0) })
        // 12 less 4 is 8: the whole version at or before that is 7.
        #expect(try journal.lastManifests(4).map(\.version) == Array(7...12))
        // There is none so early: from the first.
        #expect(try journal.lastManifests(100) == all)
        let reader = try JournalReader(path: path)
        #expect(try reader.manifests(after: 10, limit: 5) == Array(all.suffix(2)))
        #expect(try reader.manifests(after: nil, limit: 1).map(\.version) == [12])
        #expect(try reader.manifest(version: 7) == record(7, isDifference: false))
        // A second version of one number is never written over the first.
        #expect(throws: StoreError.self) {
            try journal.commit([.manifest(record(12, isDifference: false))])
        }
        #expect(try reader.manifest(version: 12)?.isDifference == true)
    }
}
