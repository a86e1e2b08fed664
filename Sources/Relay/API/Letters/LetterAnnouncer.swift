// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore

/// Tells every other chain which institution we speak for and which key letters to it are sealed
/// to. Our chain remembers what each of them took, so nothing is told twice for long. Touched on
/// the letters' thread alone.
final class LetterAnnouncer {
    private let book: LetterBook
    private let line: AccountLine
    private let clients: @Sendable () -> [LetterPeer]
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (EngineNote) -> Void
    private let post: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let queued: () -> Void
    private var lookedAt: UInt64 = 0
    private var isBusy = false
    /// Clients whose chain has our key, and until when another announcement is on its way.
    private var known: Set<String> = []
    private var waiting: [String: UInt64] = [:]

    /// Blocks between looks at clients that have not taken our announcement.
    private static let lookBlocks: UInt64 = 3

    init(
        book: LetterBook, line: AccountLine, clients: @escaping @Sendable () -> [LetterPeer],
        now: @escaping @Sendable () -> Timestamp, log: @escaping @Sendable (EngineNote) -> Void,
        post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        queued: @escaping () -> Void
    ) {
        self.book = book
        self.line = line
        self.clients = clients
        self.now = now
        self.log = log
        self.post = post
        self.queued = queued
    }

    func look(tip: UInt64, time: Timestamp) {
        guard !isBusy, tip >= lookedAt + LetterAnnouncer.lookBlocks else { return }
        lookedAt = tip
        let seconds = time.unixSeconds
        let asked = clients().filter {
            !known.contains($0.client) && (waiting[$0.client] ?? 0) <= seconds
        }
        guard !asked.isEmpty else { return }
        isBusy = true
        let institution = book.configuration.institution
        let confined = LettersConfined(WeakAnnouncer(self))
        let post = post
        line.values(
            asked.map { InstitutionAnnouncement.announcedKey($0.client, institution) },
            store: LetterPacket.port
        ) { answer in
            post { confined.value.value?.take(answer, asked, seconds) }
        }
    }

    private func take(
        _ answer: Result<[[UInt8]], NodeError>, _ asked: [LetterPeer], _ seconds: UInt64
    ) {
        isBusy = false
        guard case .success(let values) = answer else { return }
        for (peer, value) in zip(asked, values) {
            if value == book.vault.publicKey {
                known.insert(peer.client)
            } else {
                announce(to: peer, seconds)
            }
        }
        queued()
    }

    private func announce(to peer: LetterPeer, _ seconds: UInt64) {
        let configuration = book.configuration
        let isUnderWay = book.outbox.values.contains {
            $0.letter.isEmpty && $0.client == peer.client
        }
        guard !isUnderWay else { return }
        let timeout = seconds + configuration.lifetimeSeconds
        let announcement = InstitutionAnnouncement(
            codes: [configuration.institution], sealingKey: book.vault.publicKey)
        let word = LetterWordRow(
            sequence: book.nextSequence(), letter: "", act: "institutions", client: peer.client,
            timeout: timeout, value: announcement.encoded, content: [])
        do {
            try book.add([word], nil, now: now())
            waiting[peer.client] = timeout
            log(
                EngineNote(
                    level: .info, code: "letters/announced", chainID: peer.chainID,
                    detail: "institution \(configuration.institution) by \(peer.client)"))
        } catch {
            log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
        }
    }

    private struct WeakAnnouncer {
        weak var value: LetterAnnouncer?

        init(_ value: LetterAnnouncer) { self.value = value }
    }
}
