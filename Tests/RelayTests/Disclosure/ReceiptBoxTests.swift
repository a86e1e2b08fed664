// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Receipts that are owed outlive the process that owes them.
@Suite struct ReceiptBoxTests {
    /// A city's relay as the box reaches it.
    private final class City: Sendable {
        let calls = Mutex<[ReceiptsRequest]>([])
        let isThere: Mutex<Bool>

        init(isThere: Bool) { self.isThere = Mutex(isThere) }

        func call(
            _ request: ReceiptsRequest, _ then: @escaping @Sendable (Bool) -> Void
        ) -> Bool {
            calls.withLock { $0.append(request) }
            then(isThere.withLock { $0 })
            return true
        }

        var taken: [UInt64] { calls.withLock { $0.flatMap { $0.receipts.map(\.sequence) } } }
    }

    private static func ledger(_ folder: ScratchFolder) throws -> AccessLedger {
        try AccessLedger(
            path: folder.file("access.db"), owner: AccessSample.requester,
            key: AccessSample.requesterKey, now: { AccessSample.time(0) })
    }

    private static func box(_ ledger: AccessLedger, _ city: City) throws -> ReceiptBox {
        try ReceiptBox(key: AccessSample.requesterKey, ledger: ledger) { _, request, then in
            city.call(request, then)
        }
    }

    private static func add(
        _ box: ReceiptBox, _ sequences: [UInt64], of provider: MemberID = AccessSample.provider
    ) async {
        for sequence in sequences {
            await withCheckedContinuation { continuation in
                box.add([UInt8(truncatingIfNeeded: sequence)], at: sequence, of: provider) {
                    continuation.resume()
                }
            }
        }
    }

    @Test func `a restart between an answer and its receipt loses none`() async throws {
        let folder = try ScratchFolder()
        let away = City(isThere: false)
        do {
            let ledger = try Self.ledger(folder)
            defer { ledger.stop() }
            let box = try Self.box(ledger, away)
            await Self.add(box, [7, 9])
            await Self.add(box, [7], of: BundleSample.other)
            #expect(away.calls.withLock { $0.count } >= 2)
        }
        let back = City(isThere: true)
        do {
            let ledger = try Self.ledger(folder)
            defer { ledger.stop() }
            let box = try Self.box(ledger, back)
            #expect(try ledger.owedReceipts().count == 3)
            box.sendAll()
            #expect(back.taken.sorted() == [7, 7, 9])
            var signatures = SignatureVerifier()
            for request in back.calls.withLock({ $0 }) {
                for item in request.receipts {
                    #expect(
                        item.receipt.isValid(
                            keys: [AccessSample.requesterKey.publicKey], &signatures))
                    let leaf = BinaryMerkle.leafHash([UInt8(item.sequence)])
                    #expect(item.receipt.leafHash == leaf)
                }
            }
            // Behind what was settled: the ledger works in order.
            #expect(try Self.settled(ledger))
        }
        let ledger = try Self.ledger(folder)
        defer { ledger.stop() }
        let later = City(isThere: true)
        try Self.box(ledger, later).sendAll()
        #expect(later.taken == [], "what was taken is owed no more")
    }

    /// Waits for one turn more of the ledger, and tells whether nothing is owed.
    private static func settled(_ ledger: AccessLedger) throws -> Bool {
        for _ in 0..<500 where try !ledger.owedReceipts().isEmpty { usleep(10_000) }
        return try ledger.owedReceipts().isEmpty
    }

    @Test func `no more receipts wait for one city than the limit, in memory and on the disk`()
        async throws
    {
        let folder = try ScratchFolder()
        let ledger = try Self.ledger(folder)
        defer { ledger.stop() }
        let city = City(isThere: false)
        let box = try Self.box(ledger, city)
        // Fewer at once than may wait for the ledger.
        for start in stride(from: 0, to: ReceiptBox.maxWaiting + 3, by: 241) {
            await withTaskGroup { group in
                for sequence in start..<min(start + 241, ReceiptBox.maxWaiting + 3) {
                    group.addTask { await Self.add(box, [UInt64(sequence)]) }
                }
            }
        }
        var owed = try ledger.owedReceipts()
        for _ in 0..<500 where owed.count > ReceiptBox.maxWaiting {
            usleep(10_000)
            owed = try ledger.owedReceipts()
        }
        #expect(owed.count == ReceiptBox.maxWaiting)
    }
}

extension `Relays among peers`.`Proofs about records` {
    @Test
    func `a relay that was killed between an answer and its receipt sends it when it is back`()
        async throws
    {
        let rig = try Self.shared.get()
        let (hangzhou, beijing) = (rig.harness.hangzhou, rig.harness.beijing)
        // An answer that Beijing's relay has taken, with the receipt on its disk alone.
        let wire = try PeerWire(to: hangzhou, as: beijing.credentials)
        let response = try await rig.disclose(try rig.request(rig.people.person(8)), wire)
        wire.stop()
        let place = try SignedAccessEntry(leaf: response.entry).decoded().sequence
        beijing.stop()
        let ledger = try Self.ledger(of: beijing)
        let box = try ReceiptBox(key: beijing.evidenceKey, ledger: ledger) { _, _, _ in false }
        await withCheckedContinuation { continuation in
            box.add(response.entry, at: place, of: hangzhou.city.member) { continuation.resume() }
        }
        ledger.stop()
        func hasReceipt() throws -> Bool {
            try rig.entries("BJ-2026-0002").contains { $0.entry.sequence == place && $0.hasReceipt }
        }
        #expect(try !hasReceipt())
        try rig.restart(beijing)
        try rig.harness.until("the receipt is in the source's log") { try hasReceipt() }
    }

    /// The log of a relay that has stopped, once its file is free.
    private static func ledger(of relay: PeerHarness.Relay) throws -> AccessLedger {
        var trouble: (any Error)?
        for _ in 0..<200 {
            do {
                return try AccessLedger(
                    path: relay.folder.file("access.db"), owner: relay.city.member,
                    key: relay.evidenceKey, now: { Timestamp.wallClock })
            } catch { trouble = error }
            usleep(50_000)
        }
        throw trouble ?? LaboratoryCity.Trouble("no log")
    }
}
