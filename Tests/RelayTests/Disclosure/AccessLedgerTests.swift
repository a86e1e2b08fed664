// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import Synchronization
import TestSupport
import Testing

/// What is remembered for a time is forgotten after it, with nobody asking.
@Suite struct AccessLedgerTests {
    /// Seconds after the beginning, on the same day.
    private static func after(_ seconds: Int) -> Timestamp {
        AccessSample.time(0).adding(nanoseconds: Int64(seconds) * 1_000_000_000)
    }

    @Test func `expired answers, use-codes and past days are forgotten on a timer`() throws {
        let folder = try ScratchFolder()
        let clock = Mutex(AccessSample.time(0))
        let ledger = try AccessLedger(
            path: folder.file("access.db"), owner: AccessSample.provider,
            key: AccessSample.providerKey, pruneMilliseconds: 20,
            now: { clock.withLock { $0 } })
        defer { ledger.stop() }
        let today = PolicyDay(AccessSample.time(0)).number
        let changes = (0..<10).flatMap { number -> [AccessChange] in
            let end = Self.after(100 * (number + 1))
            return [
                .answer(
                    StoredAnswer(
                        scope: "app/desk", key: "key-\(number)", body: .zero, answer: [1],
                        expires: end)),
                .present(
                    PresentationCode(
                        codeHash: AccessSample.digest("code \(number)"), licence: .zero,
                        serviceItem: "S", caseNumber: "C", officer: "O", mode: .holder,
                        expires: end)),
                .use(name: "fund", window: today - Int64(number), count: 1),
            ]
        }
        let isWritten = Mutex(false)
        #expect(
            ledger.submit { _ in
                LedgerTurn(changes) { result in
                    if case .success = result { isWritten.withLock { $0 = true } }
                }
            })
        func becomes(_ answers: Int) throws -> AccessMemory {
            var memory = AccessMemory()
            for _ in 0..<500 {
                memory = try AccessLogReader(path: folder.file("access.db")).memory()
                if isWritten.withLock({ $0 }), memory.answers == answers { break }
                usleep(10_000)
            }
            return memory
        }
        #expect(try becomes(10).presentations == 10)
        clock.withLock { $0 = Self.after(500) }
        let half = try becomes(5)
        #expect(half.answers == 5 && half.presentations == 5)
        // Today's count against a cap, and yesterday's, stay.
        #expect(half.uses == 2)
        clock.withLock { $0 = Self.after(2_000) }
        #expect(try becomes(0).presentations == 0)
    }

    @Test func `the head that was signed is in its file while the relay runs`() throws {
        let folder = try ScratchFolder()
        let ledger = try AccessLedger(
            path: folder.file("access.db"), owner: AccessSample.provider,
            key: AccessSample.providerKey, now: { AccessSample.time(0) })
        defer { ledger.stop() }
        #expect(ledger.submit { _ in LedgerTurn([.append(AccessSample.access(0))]) { _ in } })
        // A second, and whatever a busy machine takes.
        for _ in 0..<2_000 where !folder.exists("access.db.head") { usleep(10_000) }
        let note = try SignedNote(reading: folder.read("access.db.head"))
        #expect(try Checkpoint(text: note.text).size == 1)
    }
}
